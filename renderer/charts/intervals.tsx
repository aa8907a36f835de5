import { memo, type ReactNode } from 'react';
import './charts.css';

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface IntervalsProps {
  readonly label: string;
  readonly rows: readonly IntervalRow[];
  /** How a figure is written. */
  readonly format: (value: number) => string;
}

/** The range that shows every interval with room beside it, and no more of 0 to 1 than that. */
export function spanOfIntervals(rows: readonly IntervalRow[]): { readonly from: number; readonly to: number } {
  const least = Math.min(1, ...rows.map(({ low }) => low));
  const greatest = Math.max(0, ...rows.map(({ high }) => high));
  const room = Math.max(0.05, (greatest - least) * 0.1);
  return { from: Math.max(0, least - room), to: Math.min(1, greatest + room) };
}

/** Shares from 0 to 1 with their intervals, one below the other on one scale. It is a table, drawn as dots with whiskers. */
export const Intervals = memo(function Intervals({ label, rows, format }: IntervalsProps): ReactNode {
  const { from, to } = spanOfIntervals(rows);
  const percent = (value: number): string => `${((value - from) / (to - from || 1)) * 100}%`;
  return (
    <div className="intervals" role="table" aria-label={label}>
      {rows.map(({ name, value, low, high }) => (
        <div className="intervals-row" role="row" key={name}>
          <span role="cell">{name}</span>
          <span className="intervals-track" role="presentation">
            <span
              className="intervals-whisker"
              style={{ left: percent(low), right: `calc(100% - ${percent(high)})` }}
            />
            <span className="intervals-dot" style={{ left: percent(value) }} />
          </span>
          <span className="intervals-figure tabular" role="cell">
            <strong>{format(value)}</strong>{' '}
            <span className="soft">
              {format(low)} to {format(high)}
            </span>
          </span>
        </div>
      ))}
      <div className="intervals-row soft" aria-hidden="true">
        <span />
        <span className="intervals-scale tabular">
          <span>{format(from)}</span>
          <span>{format(to)}</span>
        </span>
        <span />
      </div>
    </div>
  );
});

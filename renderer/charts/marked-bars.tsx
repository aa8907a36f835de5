import { memo, type ReactNode } from 'react';
import './charts.css';

export interface MarkedBar {
  /** What the bar stands for, said with its count under the pointer. */
  readonly name: string;
  readonly count: number;
  /** How much of the count is flagged, drawn in front in the colour of flags; where it is told, the mark alone marks. */
  readonly flagged?: number;
}

export interface MarkedBarsProps {
  readonly bars: readonly MarkedBar[];
  /** The bar that is looked at, or -1. */
  readonly marked: number;
  /** Under the first bar, the middle and the last. */
  readonly axis: readonly [string, string, string];
  readonly height: number;
}

/** Counts of few classes as bars, with the class that is looked at in the colour of flags and a mark below it. */
export const MarkedBars = memo(function MarkedBars({ bars, marked, axis, height }: MarkedBarsProps): ReactNode {
  const tallest = bars.reduce((most, { count }) => Math.max(most, count), 1);
  const share = (count: number): string => `${count === 0 ? 0 : Math.max(4, (count / tallest) * 100)}%`;
  return (
    <div className="marked-bars" aria-hidden="true">
      <div className="marked-bars-field" style={{ height }}>
        {bars.map(({ name, count, flagged }, index) => (
          <span
            key={name}
            className="marked-bar"
            data-marked={index === marked}
            data-plain={flagged !== undefined}
            title={`${name}: ${count}`}
          >
            <span className="marked-bar-mass" style={{ height: share(count) }} />
            {flagged !== undefined && flagged > 0 && (
              <span className="marked-bar-flagged" style={{ height: share(flagged) }} />
            )}
          </span>
        ))}
      </div>
      <div className="marked-bars-axis">
        {axis.map((text, index) => (
          <span key={index}>{text}</span>
        ))}
      </div>
    </div>
  );
});

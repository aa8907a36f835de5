import type { ReactNode } from 'react';
import { useFormats } from '../../data/app-state.tsx';

const DAY_MS = 86_400_000;

export interface TimeRange {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** The days of a span, counted from its beginning: what one end of a slider moves by. */
export function sliderDays({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): number {
  return Math.floor((toMs - fromMs) / DAY_MS) + 1;
}

/** The range of time from one day of a span to another; open at an end that is the span's own. */
export function rangeOfDays(
  span: { readonly fromMs: number; readonly toMs: number },
  first: number,
  last: number,
): TimeRange {
  return {
    ...(first <= 0 ? {} : { fromMs: span.fromMs + first * DAY_MS }),
    ...(last >= sliderDays(span) - 1 ? {} : { toMs: span.fromMs + (last + 1) * DAY_MS - 1 }),
  };
}

/** The day of a span that an instant lies on. */
export function dayWithin(span: { readonly fromMs: number }, instantMs: number): number {
  return Math.max(0, Math.floor((instantMs - span.fromMs) / DAY_MS));
}

/** Chooses the days from one to another within a span, by hand or with the arrow keys. */
export function TimeSlider({
  span,
  range,
  onRange,
}: {
  readonly span: { readonly fromMs: number; readonly toMs: number };
  readonly range: TimeRange;
  readonly onRange: (range: TimeRange) => void;
}): ReactNode {
  const formats = useFormats();
  const days = sliderDays(span);
  if (days < 2) return null;
  const first = range.fromMs === undefined ? 0 : dayWithin(span, range.fromMs);
  const last = range.toMs === undefined ? days - 1 : Math.min(days - 1, dayWithin(span, range.toMs));
  const day = (at: number): string => formats.day(Math.min(span.toMs, span.fromMs + at * DAY_MS)).slice(0, -5);
  const end = (label: string, value: number, onDay: (day: number) => void): ReactNode => (
    <input
      type="range"
      aria-label={label}
      aria-valuetext={day(value)}
      min={0}
      max={days - 1}
      value={value}
      onChange={(event) => onDay(Number(event.target.value))}
    />
  );
  return (
    <span className="triage-slider tabular" role="group" aria-label="Days of all tables and links">
      <span className="soft">Days</span>
      {end('First day', first, (next) => onRange(rangeOfDays(span, Math.min(next, last), last)))}
      {end('Last day', last, (next) => onRange(rangeOfDays(span, first, Math.max(next, first))))}
      <span className="soft">
        {day(first)} to {day(last)}
      </span>
    </span>
  );
}

import { columnZone, formatAmount, formatDay, formatTime, formatTimeBoth, type TimesSetting } from './format.ts';

export interface CaseFormats {
  readonly currency: string | null;
  readonly timeZone: string;
  /** Zone and header word for a column of times. */
  readonly column: { readonly timeZone: string; readonly name: string };
  readonly amount: (amount: number | null | undefined, currency?: string | null) => string;
  /** As the analyst chose: case zone, UTC or both. */
  readonly time: (instantMs: number | null | undefined) => string;
  /** For a column: one zone; no year where all events share one and this is a time among them. */
  readonly columnTime: (instantMs: number | null | undefined) => string;
  readonly day: (instantMs: number | null | undefined) => string;
  /** The calendar day of the case: alerts are counted by it, whatever zone times are shown in. */
  readonly caseDay: (instantMs: number | null | undefined) => string;
}

/** True for a time that is none of the events', such as that of a decision about payments of years ago. */
function isOutside(instantMs: number | null | undefined, first: number | null, last: number | null): boolean {
  return instantMs != null && first !== null && last !== null && (instantMs < first || instantMs > last);
}

/** How a case is written out, by its zone, its currency, the analyst's choice of times, and when its first and last events were. */
export function caseFormats({
  timeZone,
  currency,
  times,
  first,
  last,
}: {
  readonly timeZone: string;
  readonly currency: string | null;
  readonly times: TimesSetting;
  readonly first: number | null;
  readonly last: number | null;
}): CaseFormats {
  const column = columnZone(timeZone, times);
  const year = (instantMs: number | null): string => formatDay(instantMs, column.timeZone).slice(-4);
  const withYear = first === null || year(first) !== year(last);
  return {
    currency,
    timeZone,
    column,
    amount: (amount, own = currency) => formatAmount(amount, own),
    time: (instantMs) => formatTimeBoth(instantMs, timeZone, times),
    columnTime: (instantMs) =>
      formatTime(instantMs, column.timeZone, { withYear: withYear || isOutside(instantMs, first, last) }),
    day: (instantMs) => formatDay(instantMs, column.timeZone),
    caseDay: (instantMs) => formatDay(instantMs, timeZone),
  };
}

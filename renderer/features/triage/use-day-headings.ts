import { useCallback } from 'react';
import type { AlertFilter } from '../../../preload/contract/alert-choice.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import { useFormats } from '../../data/app-state.tsx';
import { useRequest } from '../../data/requests.ts';
import { dayStart, dayWords } from './day-words.ts';

/** The days that alerts passing the filter open on, whatever their verdicts, and the heading above the first row of each. */
export function useDayHeadings(modelId: number, filter: AlertFilter, rows: readonly AlertRow[], isByDay: boolean) {
  const formats = useFormats();
  const { verdict: _verdict, dayMs: chosenMs, ...dayFilter } = filter;
  const days = useRequest('alerts.days', { modelId, filter: dayFilter }, { keepsPrevious: true }).data;
  const headingOf = useCallback(
    (index: number) => {
      if (!isByDay || days === undefined || chosenMs !== undefined) return null;
      const startOf = (at: number): number | null => {
        const opensMs = rows[at]?.opensMs ?? null;
        return opensMs === null ? null : dayStart(days, opensMs);
      };
      const start = startOf(index);
      if (start === null || (index > 0 && startOf(index - 1) === start)) return null;
      const day = days.find(({ dayMs }) => dayMs === start);
      return day === undefined ? null : dayWords(day, formats.caseDay);
    },
    [isByDay, days, chosenMs, rows, formats],
  );
  return { days: days ?? [], chosenMs, headingOf };
}

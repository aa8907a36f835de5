import type { ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useFormats, useSettings } from '../../data/app-state.tsx';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { budgetWords, dayAfter, dayStart, dayWords, type QueueDay } from './day-words.ts';

/**
 * The queue by day: what opens on the day chosen and what is left of it, or, with none chosen, of today. Today is the
 * last day of the recording in its zone.
 */
export function DayLine({
  days,
  chosenMs,
  isByDay,
  onDay,
  onByDay,
}: {
  readonly days: readonly QueueDay[];
  /** An instant of the day that the list is limited to. */
  readonly chosenMs: number | undefined;
  readonly isByDay: boolean;
  readonly onDay: (dayMs: number | undefined) => void;
  readonly onByDay: () => void;
}): ReactNode {
  const formats = useFormats();
  const [{ analysts, alertsPerAnalystPerDay }] = useSettings();
  const older = dayAfter(days, chosenMs, 'older');
  const newer = chosenMs === undefined ? null : dayAfter(days, chosenMs, 'newer');
  const today = days[0];
  const isToday = chosenMs !== undefined && today !== undefined && chosenMs >= today.dayMs;
  const toToday = (): void => onDay(isToday ? undefined : today?.dayMs);
  useCommand('triage.olderDay', older === null ? null : () => onDay(older));
  useCommand('triage.newerDay', newer === null ? null : () => onDay(newer));
  useCommand('triage.today', today === undefined ? null : toToday);
  useCommand('triage.byDay', today === undefined ? null : onByDay);
  const keys = {
    older: useCommandKey('triage.olderDay'),
    newer: useCommandKey('triage.newerDay'),
    today: useCommandKey('triage.today'),
    byDay: useCommandKey('triage.byDay'),
  };
  if (today === undefined) return null;
  const start = chosenMs === undefined ? today.dayMs : dayStart(days, chosenMs);
  const shown = days.find(({ dayMs }) => dayMs === start) ?? today;
  return (
    <div className="triage-days" role="group" aria-label="Queue by day">
      <Button
        tone="quiet"
        title={titleOf('Older day', keys.older)}
        disabled={older === null}
        aria-label="Older day"
        onClick={() => onDay(older ?? undefined)}
      >
        ◂
      </Button>
      <Button
        tone="quiet"
        title={titleOf('Newer day', keys.newer)}
        disabled={newer === null}
        aria-label="Newer day"
        onClick={() => onDay(newer ?? undefined)}
      >
        ▸
      </Button>
      <p className="tabular">
        {shown === today && <span className="soft">Today, </span>}
        <strong>{dayWords(shown, formats.caseDay)}</strong>
        {shown === today && <span className="soft"> · {budgetWords(shown, analysts * alertsPerAnalystPerDay)}</span>}
      </p>
      <span className="triage-day-choices">
        <Chip isActive={isToday} onClick={toToday}>
          <span title={titleOf('Again: all days', keys.today)}>today only</span>
        </Chip>
        <Chip isActive={isByDay} onClick={onByDay}>
          <span title={titleOf('Again: by score', keys.byDay)}>by day</span>
        </Chip>
      </span>
    </div>
  );
}

function titleOf(words: string, key: string | null): string {
  return key === null ? words : `${words}. Key: ${key}`;
}

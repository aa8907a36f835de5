import type { ReactNode } from 'react';
import { useFormats } from '../../data/app-state.tsx';
import { Select } from '../../ui/field.tsx';
import { closedUntil, dayIn, REOPENS, type Closing } from './closing.ts';

const choices = [
  { value: 'reopens', closing: REOPENS },
  { value: 'week', closing: { kind: 'days', days: 7 } },
  { value: 'month', closing: { kind: 'days', days: 30 } },
  { value: 'date', closing: { kind: 'date', date: '' } },
] as const satisfies readonly { readonly value: string; readonly closing: Closing }[];
type Choice = (typeof choices)[number]['value'];

/** What closing an alert does, said and set beside the verdicts. */
export function ClosingChoice({
  closing,
  onClosing,
  lastEventMs,
}: {
  readonly closing: Closing;
  readonly onClosing: (closing: Closing) => void;
  readonly lastEventMs: number | null;
}): ReactNode {
  const formats = useFormats();
  if (lastEventMs === null) return null;
  const until = (chosen: Closing): string => {
    const untilMs = closedUntil(chosen, lastEventMs, formats.timeZone);
    return untilMs === null ? '' : formats.day(untilMs);
  };
  const words: Readonly<Record<Choice, string>> = {
    reopens: 'reopens on new activity',
    week: `stays closed until ${until(choices[1].closing)}`,
    month: `stays closed until ${until(choices[2].closing)}`,
    date: 'stays closed until a date',
  };
  const value: Choice =
    closing.kind === 'days' ? (closing.days === 7 ? 'week' : 'month') : closing.kind === 'date' ? 'date' : 'reopens';
  return (
    <div className="triage-closing">
      <Select<Choice>
        label="A closed alert"
        layout="row"
        value={value}
        options={choices.map((choice) => ({ value: choice.value, text: words[choice.value] }))}
        onChange={(next) =>
          onClosing(
            next === 'date'
              ? { kind: 'date', date: dateAfter(lastEventMs, formats.timeZone) }
              : (choices.find((choice) => choice.value === next)?.closing ?? REOPENS),
          )
        }
      />
      {closing.kind === 'date' && (
        <input
          type="date"
          className="input"
          aria-label="Closed until"
          value={closing.date}
          onChange={(event) => onClosing({ kind: 'date', date: event.target.value })}
        />
      )}
      {closing.kind === 'date' && until(closing) === '' && (
        <span className="soft" role="status">
          Without a date it reopens on new activity.
        </span>
      )}
    </div>
  );
}

const WEEK_MS = 7 * 86_400_000;

/** A first date to choose from: a week after the newest event. */
function dateAfter(lastEventMs: number, timeZone: string): string {
  return dayIn(timeZone, lastEventMs + WEEK_MS);
}

import { useState } from 'react';
import type { AlertEntityRole } from '../../../engine/domain/alert-grouping.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import { useAction } from '../../data/requests.ts';
import { NumberField, Segmented, Select } from '../../ui/field.tsx';
import { errorWords } from '../../ui/error-words.ts';

const HOUR_MS = 3_600_000;
const USUAL_HOURS = 24;
const MOST_HOURS = 168;

type Way = 'gap' | 'each-transaction' | 'whole-recording';

/** What one alert is in this case. Verdicts keep to the transactions that they were given on. */
export function AlertGrouping({ openCase }: { readonly openCase: CaseOverview }) {
  const [problem, setProblem] = useState<string | null>(null);
  const group = useAction('case.groupAlerts', {
    onDone: () => setProblem(null),
    onError: (error) => setProblem(errorWords(error)),
  });
  const { alertGap, alertEntity, alertEntityRoles } = openCase;
  if (openCase.readOnly) return <p className="soft">{groupingWords(openCase)}</p>;
  const way: Way = typeof alertGap === 'number' ? 'gap' : alertGap;
  const role = alertEntityRoles.find((other) => other === alertEntity?.role);
  return (
    <>
      {role !== undefined && (
        <Select<AlertEntityRole>
          label="Of one"
          layout="row"
          value={role}
          options={alertEntityRoles.map((other) => ({ value: other, text: other }))}
          onChange={(entity) => group.run({ entity })}
        />
      )}
      {role !== undefined && (
        <div className="settings-choice">
          <span aria-hidden="true">One alert is</span>
          <Segmented<Way>
            label="One alert is"
            value={way}
            options={[
              { value: 'gap', text: 'An episode' },
              { value: 'each-transaction', text: 'Each transaction' },
              { value: 'whole-recording', text: 'The whole recording' },
            ]}
            onChange={(next) => group.run({ gap: next === 'gap' ? USUAL_HOURS * HOUR_MS : next })}
          />
        </div>
      )}
      {role !== undefined && typeof alertGap === 'number' && (
        <NumberField
          label="Longest gap"
          layout="row"
          unit="hours"
          value={alertGap / HOUR_MS}
          minimum={1}
          maximum={MOST_HOURS}
          onChange={(hours) => group.run({ gap: Math.round(hours * HOUR_MS) })}
        />
      )}
      <p className="soft">{groupingWords(openCase)}</p>
      {problem !== null && <p role="alert">▲ {problem}</p>}
    </>
  );
}

/** What an alert is, in a sentence. */
export function groupingWords({ alertGap, alertEntity }: Pick<CaseOverview, 'alertGap' | 'alertEntity'>): string {
  if (alertEntity === null || alertGap === 'each-transaction') return 'Each flagged transaction is an alert.';
  if (alertGap === 'whole-recording') return `All flagged transactions of one ${alertEntity.role} are one alert.`;
  const hours = alertGap / HOUR_MS;
  const gap = hours > 48 && hours % 24 === 0 ? `${hours / 24} days` : `${Number(hours.toFixed(2))} h`;
  return `Flagged transactions of one ${alertEntity.role} that follow each other by at most ${gap} are one alert; it counts on the day it opens.`;
}

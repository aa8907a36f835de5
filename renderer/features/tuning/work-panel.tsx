import { useState, type ReactNode } from 'react';
import type { Work } from '../../../preload/contract/work.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { CostCurve } from '../../charts/cost-curve.tsx';
import { useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatDecimal, formatInterval, formatPercent } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { errorWords } from '../../ui/error-words.ts';
import { NumberField } from '../../ui/field.tsx';

const LISTED_DAYS = 7;

/** What the team's verdicts say of its work; minutes are those of the analyst of this window alone. */
export function WorkPanel({ modelId }: { readonly modelId: number }): ReactNode {
  const [minuteCost, setMinuteCost] = useState<number | null>(null);
  const { data, error } = useRequest(
    'work.read',
    { modelId, ...(minuteCost === null ? {} : { minuteCost }) },
    { keepsPrevious: true },
  );
  return (
    <section className="tuning-worth" aria-labelledby="tuning-work">
      <h3 id="tuning-work" className="chart-question">
        What do verdicts say of the work?
      </h3>
      {error !== null && <p role="alert">▲ {errorWords(error)}</p>}
      {data?.total.decided === 0 && (
        <p className="tuning-worth-answer">Nothing yet: figures come with verdicts given in Triage.</p>
      )}
      {data !== undefined && data.total.decided > 0 && (
        <>
          <Days work={data} />
          <Minutes work={data} />
          {data.minutesPerAlert !== null && (
            <NumberField
              label="A minute of review costs"
              layout="row"
              value={minuteCost}
              onChange={setMinuteCost}
              minimum={0.01}
              hint="In the currency of the amounts; gives the line that costs least."
            />
          )}
          {data.cost !== null && <Cost cost={data.cost} />}
        </>
      )}
    </section>
  );
}

function Days({ work: { days, total } }: { readonly work: Work }): ReactNode {
  const formats = useFormats();
  const rows = [...days.slice(-LISTED_DAYS).reverse(), { ...total, day: 'together' }];
  return (
    <table className="tuning-worth-table" aria-label="Decisions by day">
      <thead>
        <tr>
          <th scope="col">Day</th>
          {['Decided', 'Fraud', 'False alarms', 'Unsure', 'Stopped', 'Minutes'].map((title) => (
            <th key={title} scope="col" className="number">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ day, decided, fraud, falseAlarms, unsure, valueStopped, minutes }) => (
          <tr key={day}>
            <th scope="row">{day}</th>
            {[decided, fraud, falseAlarms, unsure].map((value, place) => (
              <td key={place} className="number">
                {formatCount(value)}
              </td>
            ))}
            <td className="number">{formats.amount(valueStopped)}</td>
            <td className="number">{formatDecimal(minutes, 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Minutes({ work: { minutesPerAlert, agreement } }: { readonly work: Work }): ReactNode {
  return (
    <p className="tuning-worth-answer tabular">
      {minutesPerAlert !== null &&
        `${formatDecimal(minutesPerAlert, 1)} minutes an alert, your median; nobody else sees your minutes. `}
      {agreement === null
        ? 'No alert was judged by two.'
        : `${formatPercent(agreement.agreed / agreement.alerts)} of ${formatCounted(agreement.alerts, 'alert')} judged by two were judged the same (95 %: ${formatInterval([agreement.low, agreement.high])}).`}
    </p>
  );
}

const COST_HEIGHT = 170;

function Cost({ cost: { curve, cheapest } }: { readonly cost: NonNullable<Work['cost']> }): ReactNode {
  const formats = useFormats();
  const total = ({ reviewCost, missedLoss }: typeof cheapest): number => reviewCost + missedLoss;
  return (
    <ChartFrame
      question="What do missed frauds and reviews cost, by transactions flagged?"
      hint={
        <ChartKeys
          entries={[
            { words: 'together', colour: 'accent', shape: 'line' },
            { words: 'missed fraud', colour: 'flag', shape: 'line', dash: [5, 3] },
            { words: 'reviews', colour: 'soft', shape: 'line' },
          ]}
        />
      }
      answer={
        <span className="tabular" role="status">
          Cheapest by your minutes and losses: <strong>{formatCounted(cheapest.alerts, 'alert')}</strong> (
          {formatCounted(cheapest.flagged, 'transaction')} flagged), at {formats.amount(cheapest.reviewCost)} of review
          and {formats.amount(cheapest.missedLoss)} of missed fraud.
        </span>
      }
      height={COST_HEIGHT}
      table={() => ({
        columns: ['Flagged', 'Alerts', 'Missed fraud', 'Reviews', 'Together'].map((name) => ({ name, isNumber: true })),
        rows: curve.map((point) => [
          formatCount(point.flagged),
          formatCount(point.alerts),
          formats.amount(point.missedLoss),
          formats.amount(point.reviewCost),
          formats.amount(total(point)),
        ]),
      })}
    >
      <CostCurve points={curve} cheapest={cheapest} height={COST_HEIGHT} />
    </ChartFrame>
  );
}

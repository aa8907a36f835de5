import { useState } from 'react';
import type { ModelComparison } from '../../../preload/contract/comparisons.ts';
import type { JudgedFlags, LabelBasis } from '../../../preload/contract/evaluations.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { formatCount, formatCounted, formatInterval, formatPercent, formatScore } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { Segmented } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { Curves } from './curves.tsx';
import { SwappedAlerts } from './swapped-alerts.tsx';

interface Difference {
  readonly name: string;
  readonly first: string;
  readonly second: string;
}

/** The numbers in which two models differ, and those of their features that only one has. */
export function differencesOf(first: ModelListItem, second: ModelListItem): readonly Difference[] {
  const rows: readonly Difference[] = [
    { name: 'Trees', first: treesText(first.trees), second: treesText(second.trees) },
    { name: 'Sub-sample', first: formatCount(first.sample), second: formatCount(second.sample) },
    { name: 'Seed', first: seedOf(first), second: seedOf(second) },
    { name: 'Grower', first: first.grower, second: second.grower },
    { name: 'From', first: first.origin ?? '–', second: second.origin ?? '–' },
    { name: 'Features', first: formatCount(first.features.length), second: formatCount(second.features.length) },
    { name: 'Transactions', first: formatCount(first.trainedRows), second: formatCount(second.trainedRows) },
    { name: 'Threshold', first: formatScore(first.threshold), second: formatScore(second.threshold) },
    { name: 'Alerts at its own line', first: formatCount(first.alerts), second: formatCount(second.alerts) },
  ];
  const onlyIn = (model: ModelListItem, other: ModelListItem): string => {
    const names = model.featureLabels.filter((_, index) => !other.features.includes(model.features[index]));
    return names.length === 0 ? '–' : names.join(', ');
  };
  const alone = { name: 'Features of its own', first: onlyIn(first, second), second: onlyIn(second, first) };
  return [...rows, alone].filter((row) => row.first !== row.second);
}

/** Two models side by side: what was set differently, and what that changed among the flagged. */
export function Comparison({ first, second }: { readonly first: ModelListItem; readonly second: ModelListItem }) {
  const [at, setAt] = useState<ModelComparison['at']>('same-budget');
  const compared = useRequest(
    'models.compare',
    { firstModelId: first.id, secondModelId: second.id, at },
    { keepsPrevious: true },
  );
  const differences = differencesOf(first, second);
  const data = compared.data;
  const either = data === undefined ? 0 : data.flagged.both + data.flagged.onlyFirst + data.flagged.onlySecond;
  const parts =
    data === undefined
      ? []
      : [
          { name: `Only ${first.name}`, rows: data.flagged.onlyFirst, fraud: data.fraud?.onlyFirst, tone: 'first' },
          { name: 'Both', rows: data.flagged.both, fraud: data.fraud?.both, tone: 'both' },
          { name: `Only ${second.name}`, rows: data.flagged.onlySecond, fraud: data.fraud?.onlySecond, tone: 'second' },
        ];
  return (
    <section className="models-comparison" aria-label={`${first.name} against ${second.name}`}>
      <h3>What was set differently?</h3>
      {differences.length === 0 ? (
        <p className="soft">Nothing.</p>
      ) : (
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Parameter</span>
              </th>
              <th scope="col" className="number">
                {first.name}
              </th>
              <th scope="col" className="number">
                {second.name}
              </th>
            </tr>
          </thead>
          <tbody>
            {differences.map((row) => (
              <tr key={row.name}>
                <td>{row.name}</td>
                <td className="number">{row.first}</td>
                <td className="number">{row.second}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <h3>Do they flag the same?</h3>
      <Segmented<ModelComparison['at']>
        label="Compared at"
        value={at}
        options={[
          { value: 'same-budget', text: `Same budget: ${formatCounted(first.alerts, 'alert')}` },
          { value: 'own-threshold', text: 'Each at its own line' },
        ]}
        onChange={setAt}
      />
      {compared.error !== null && (
        <ErrorState title="They cannot be compared" error={compared.error} onRetry={compared.refetch} />
      )}
      {data === undefined && compared.error === null && <p className="soft">Counting</p>}
      {data !== undefined && (
        <>
          {data.rows < data.caseRows && (
            <p className="soft">
              Over the first {formatCount(data.rows)} of {formatCounted(data.caseRows, 'transaction')}, which both have
              scored; train again for the rest.
            </p>
          )}
          <p className="tabular">
            <strong>{formatCount(data.alerts.both)}</strong>{' '}
            <span className="soft">
              of the {formatCounted(data.alerts.first, 'alert')} of {first.name} are alerts of {second.name} too, which
              has {formatCount(data.alerts.second)}
              {drawnWords(data.alerts.drawn)}
            </span>
          </p>
          <p className="tabular">
            <strong>{formatPercent(either === 0 ? null : data.flagged.both / either)}</strong>{' '}
            <span className="soft">of {formatCount(either)} transactions flagged by either are flagged by both</span>
          </p>
          <div className="models-overlap" aria-hidden="true">
            {parts.map((part) => (
              <i key={part.name} data-tone={part.tone} style={{ flexGrow: part.rows }} />
            ))}
          </div>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">Flagged by</th>
                <th scope="col" className="number">
                  Transactions
                </th>
                <th scope="col" className="number">
                  Known fraud
                </th>
              </tr>
            </thead>
            <tbody>
              {parts.map((part) => (
                <tr key={part.name}>
                  <td>
                    <i className="models-key" data-tone={part.tone} aria-hidden="true" /> {part.name}
                  </td>
                  <td className="number">{formatCount(part.rows)}</td>
                  <td className="number">{formatCount(part.fraud)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {data.judged !== null && data.basis !== null && (
            <JudgedTable
              basis={data.basis}
              models={[
                { name: first.name, judged: data.judged.first },
                { name: second.name, judged: data.judged.second },
              ]}
            />
          )}
          {data.judged !== null && <Curves first={first} second={second} />}
          {data.fraud === null && <p className="soft">No labels and no verdicts yet, so no known fraud.</p>}
          <SwappedAlerts first={first} second={second} at={at} />
        </>
      )}
    </section>
  );
}

const basisWords: Readonly<Record<LabelBasis, string>> = {
  labels: 'By labels',
  verdicts: 'By verdicts',
  both: 'By labels, then verdicts',
};

/** What is drawn into the queue beside the alerts of a line, where anything is. */
function drawnWords({ first, second }: ModelComparison['alerts']['drawn']): string {
  if (first + second === 0) return '';
  return `; ${formatCount(first)} and ${formatCount(second)} more are drawn from below the line`;
}

/** Precision and recall of some models at the lines compared, each with its 95 % interval. */
function JudgedTable({
  models,
  basis,
}: {
  readonly basis: LabelBasis;
  readonly models: readonly { readonly name: string; readonly judged: JudgedFlags }[];
}) {
  return (
    <table className="plain-table">
      <caption className="visually-hidden">Precision and recall with 95 % intervals</caption>
      <thead>
        <tr>
          <th scope="col">{basisWords[basis]}</th>
          <th scope="col" className="number">
            Precision
          </th>
          <th scope="col" className="number">
            Recall
          </th>
        </tr>
      </thead>
      <tbody>
        {models.map(({ name, judged }) => (
          <tr key={name}>
            <td>{name}</td>
            <td className="number">
              <Share
                part={judged.flaggedFrauds}
                whole={judged.flagged}
                interval={judged.precision}
                bySample={judged.precisionBySample}
              />
            </td>
            <td className="number">
              <Share
                part={judged.flaggedFrauds}
                whole={judged.frauds}
                interval={judged.recall}
                bySample={judged.recallBySample}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Share({
  part,
  whole,
  interval,
  bySample,
}: {
  readonly part: number;
  readonly whole: number;
  readonly interval: JudgedFlags['precision'];
  /** The share where it is not part of whole, but by what was drawn from below the line. */
  readonly bySample: number | undefined;
}) {
  if (interval === null) return '–';
  return (
    <span
      title={`${formatCount(part)} of ${formatCount(whole)}; 95 % interval${bySample === undefined ? ' after Wilson' : ', with what was drawn from below the line for as many as it was drawn from'}`}
    >
      {formatPercent(bySample ?? part / whole)}
      <span className="models-interval soft">{formatInterval(interval)}</span>
    </span>
  );
}

function seedOf({ seed }: ModelListItem): string {
  return seed === null ? '–' : `${seed}`;
}

/** A graph has no trees. */
function treesText(trees: number): string {
  return trees === 0 ? 'none' : formatCount(trees);
}

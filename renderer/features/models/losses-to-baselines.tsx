import type { ReactNode } from 'react';
import { formatCount, formatDecimal } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';

/** Whether something trivial finds more than a model, over all frauds and of each kind; nothing where no label is known. */
export function LossesToBaselines({
  modelId,
  isEnabled,
}: {
  readonly modelId: number;
  readonly isEnabled: boolean;
}): ReactNode {
  const { data } = useRequest('models.baselines', { modelId }, { isEnabled });
  if (data === undefined || data === null) return null;
  const { compared, losses } = data;
  const names = compared[0].baselines.map(({ name }) => name);
  const figure = (value: number | null | undefined): string => formatDecimal(value, 3);
  return (
    <section aria-label="Beside something trivial">
      <h3>Does it beat something trivial?</h3>
      {losses.length === 0 ? (
        <p className="soft">Yes: no trivial ranking has a higher average precision.</p>
      ) : (
        losses.map((sentence) => (
          <p key={sentence} className="models-note">
            ▲ {sentence}
          </p>
        ))
      )}
      <table className="plain-table models-worth">
        <thead>
          <tr>
            <th scope="col">Average precision</th>
            <th scope="col" className="number">
              Fraud
            </th>
            <th scope="col" className="number">
              Model
            </th>
            <th scope="col">Best of the trivial</th>
          </tr>
        </thead>
        <tbody>
          {compared.map(({ scenario, frauds, averagePrecision, baselines }) => {
            const best = baselines.toSorted((left, right) => right.averagePrecision - left.averagePrecision).at(0);
            return (
              <tr key={scenario ?? ''}>
                <th scope="row">{scenario ?? 'All fraud'}</th>
                <td className="number">{formatCount(frauds)}</td>
                <td className="number">{figure(averagePrecision)}</td>
                <td title={names.join(', ')}>
                  {best === undefined ? '–' : `${figure(best.averagePrecision)} ${best.name}`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

import { memo, type ReactNode } from 'react';
import type { TuningView } from '../../../preload/contract/tuning.ts';
import { formatDecimal } from '../../data/format.ts';
import { Scope } from './scope.tsx';
import { worthOf } from './worth.ts';

/** The model beside rules that need no model, by the figures an operations lead believes. */
export const WorthPanel = memo(function WorthPanel({
  rankings,
  isPending,
}: {
  readonly rankings: TuningView['rankings'];
  readonly isPending: boolean;
}): ReactNode {
  const worth = worthOf(rankings, isPending);
  const longest = Math.max(0.0001, ...rankings.map(({ auprc }) => auprc ?? 0));
  return (
    <section className="tuning-worth" aria-labelledby="tuning-worth">
      <div className="tuning-section-head">
        <h3 id="tuning-worth" className="chart-question">
          Is the model worth it?
        </h3>
        <Scope of="all" />
      </div>
      <p className="tuning-worth-answer" data-state={worth.state}>
        {worth.state === 'loses' && <span aria-hidden="true">▲ </span>}
        {worth.sentence}
      </p>
      {worth.state !== 'unknown' && (
        <table className="tuning-worth-table">
          <thead>
            <tr>
              <th scope="col">Ranked by</th>
              <th scope="col" colSpan={2} className="number">
                Average precision
              </th>
              <th scope="col" className="number">
                Card precision, top 100 a day
              </th>
              <th scope="col" className="number">
                AUROC
              </th>
            </tr>
          </thead>
          <tbody>
            {rankings.map(({ name, isModel, auprc, auroc, cardPrecisionTop100 }) => (
              <tr key={name} data-model={isModel}>
                <th scope="row">{name}</th>
                <td className="tuning-worth-bar">
                  <span style={{ width: `${((auprc ?? 0) / longest) * 100}%` }} />
                </td>
                <td className="number">{formatDecimal(auprc, 3)}</td>
                <td className="number">{formatDecimal(cardPrecisionTop100, 3)}</td>
                <td className="number">{formatDecimal(auroc, 3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
});

import { useMemo, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { distributionGap, FeatureDistribution } from '../../charts/feature-distribution.tsx';
import { axisNumber } from '../../charts/numbers.ts';
import { formatCount, formatPercent } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { ErrorState } from '../../ui/states.tsx';

const HEIGHT = 110;

/** How the flagged differ from the rest, feature by feature, the most different first. */
export function Features({
  model,
  filter,
}: {
  readonly model: ModelListItem;
  readonly filter: TransactionFilter;
}): ReactNode {
  const answer = useRequest('explore.features', { modelId: model.id, filter }, { keepsPrevious: true });
  const features = useMemo(
    () =>
      (answer.data ?? [])
        .map((feature) => ({ ...feature, gap: distributionGap(feature.rest, feature.flagged) }))
        .toSorted((first, second) => second.gap - first.gap),
    [answer.data],
  );
  if (answer.error !== null) {
    return <ErrorState title="The features could not be read" error={answer.error} onRetry={answer.refetch} />;
  }
  return (
    <section aria-labelledby="explore-features">
      <div className="explore-section-head">
        <h3 id="explore-features" className="chart-question">
          In which features do the flagged differ from the rest?
        </h3>
        <ChartKeys
          entries={[
            { words: 'the rest', colour: 'mass', shape: 'square' },
            { words: 'flagged', colour: 'flag', shape: 'line' },
          ]}
        />
        <span className="soft">each as shares of its own; most different first</span>
      </div>
      <div className="explore-features">
        {features.map(({ name, label, edges, rest, flagged, gap }) => (
          <ChartFrame
            key={name}
            question={label}
            answer={`${formatPercent(gap)} apart`}
            height={HEIGHT}
            table={() => ({
              columns: [
                { name: 'From', isNumber: true },
                { name: 'to', isNumber: true },
                { name: 'Rest', isNumber: true },
                { name: 'Flagged', isNumber: true },
              ],
              rows: Array.from(rest, (count, bin) => [
                axisNumber(edges[bin]),
                axisNumber(edges[bin + 1]),
                formatCount(count),
                formatCount(flagged[bin]),
              ]),
            })}
          >
            <FeatureDistribution edges={edges} rest={rest} flagged={flagged} height={HEIGHT} />
          </ChartFrame>
        ))}
      </div>
    </section>
  );
}

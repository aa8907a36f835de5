import { useMemo, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { distributionGap, FeatureDistribution } from '../../charts/feature-distribution.tsx';
import { axisNumber } from '../../charts/numbers.ts';
import { formatCount, formatPercent } from '../../data/format.ts';
import { useFeatures, type FeatureCounts } from '../../data/use-features.ts';
import { OnScreen } from '../../ui/on-screen.tsx';
import { ErrorState } from '../../ui/states.tsx';

const HEIGHT = 110;
const CARD_HEIGHT = 170;

/** How the flagged differ from the rest, feature by feature, the most different of all first. Only what is on the screen is drawn. */
export function Features({
  model,
  filter,
}: {
  readonly model: ModelListItem;
  readonly filter: TransactionFilter;
}): ReactNode {
  const { features, isDone, error } = useFeatures(model.id, model.thresholdUnits, filter);
  const labels = useMemo(
    () => new Map(model.features.map((name, index) => [name, model.featureLabels[index]])),
    [model.features, model.featureLabels],
  );
  const shown = useMemo(() => {
    const labelled = features.map((feature) => ({
      ...feature,
      label: labels.get(feature.name) ?? feature.name,
      gap: distributionGap(feature.rest, feature.flagged),
    }));
    // Nothing changes its place while it is still being counted.
    return isDone ? labelled.toSorted((first, second) => second.gap - first.gap) : labelled;
  }, [features, isDone, labels]);
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
        <span className="soft">
          each as shares of its own; {isDone ? 'most different first' : 'sorted once all transactions are counted'}
        </span>
      </div>
      {error !== null && <ErrorState title="The features could not be read" error={error} />}
      {features.length === 0 && error === null && <p className="soft">Counting</p>}
      <div className="explore-cards">
        {shown.map((feature) => (
          <OnScreen key={feature.name} height={CARD_HEIGHT}>
            {() => <FeatureCard {...feature} isDone={isDone} />}
          </OnScreen>
        ))}
      </div>
    </section>
  );
}

function FeatureCard({
  label,
  edges,
  rest,
  flagged,
  gap,
  isDone,
}: FeatureCounts['features'][number] & {
  readonly label: string;
  readonly gap: number;
  readonly isDone: boolean;
}): ReactNode {
  return (
    <ChartFrame
      question={label}
      answer={isDone ? `${formatPercent(gap)} apart` : 'Counting'}
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
  );
}

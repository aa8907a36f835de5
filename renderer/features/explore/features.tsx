import type { ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { distributionGap, FeatureDistribution } from '../../charts/feature-distribution.tsx';
import { axisNumber } from '../../charts/numbers.ts';
import { formatCount, formatPercent } from '../../data/format.ts';
import { OnScreen } from '../../ui/on-screen.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFeatures, type FeatureCounts } from './use-features.ts';

const HEIGHT = 110;
const CARD_HEIGHT = 170;
/** Features that are counted in one pass, and compared with one another. */
const GROUP = 24;

/** How the flagged differ from the rest, feature by feature. Groups of many features are counted once they are on the screen. */
export function Features({
  model,
  filter,
}: {
  readonly model: ModelListItem;
  readonly filter: TransactionFilter;
}): ReactNode {
  const { features } = model;
  const groups = Array.from({ length: Math.ceil(features.length / GROUP) }, (_, group) =>
    features.slice(group * GROUP, (group + 1) * GROUP),
  );
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
          each as shares of its own; most different first
          {groups.length > 1 && ` among each ${GROUP} of ${formatCount(features.length)}, counted as you come to them`}
        </span>
      </div>
      {groups.map((names, group) =>
        groups.length === 1 ? (
          <FeatureGroup key={group} model={model} filter={filter} names={names} />
        ) : (
          <OnScreen key={group} height={CARD_HEIGHT * Math.ceil(names.length / 4)}>
            {() => <FeatureGroup model={model} filter={filter} names={names} />}
          </OnScreen>
        ),
      )}
    </section>
  );
}

function FeatureGroup({
  model,
  filter,
  names,
}: {
  readonly model: ModelListItem;
  readonly filter: TransactionFilter;
  readonly names: readonly string[];
}): ReactNode {
  const { features, isDone, error } = useFeatures(model.id, filter, names);
  if (error !== null) return <ErrorState title="The features could not be read" error={error} />;
  if (features.length === 0) return <p className="soft">Counting</p>;
  const labelled = features.map((feature) => ({
    ...feature,
    label: model.featureLabels[model.features.indexOf(feature.name)],
    gap: distributionGap(feature.rest, feature.flagged),
  }));
  // Nothing changes its place while it is still being counted.
  const shown = isDone ? labelled.toSorted((first, second) => second.gap - first.gap) : labelled;
  return (
    <div className="explore-cards">
      {shown.map((feature) => (
        <FeatureCard key={feature.name} {...feature} isDone={isDone} />
      ))}
    </div>
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

import { memo, useMemo, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TuningView } from '../../../preload/contract/tuning.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { useReadOnlyWords } from '../../data/app-state.tsx';
import { formatCounted } from '../../data/format.ts';
import { shareOf, type RunningJob } from '../../data/jobs.tsx';
import { useFeatures, type FeatureCounts } from '../../data/use-features.ts';
import { useTransactionFilter } from '../../data/use-transaction-filter.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, NumberField, Select } from '../../ui/field.tsx';
import { OnScreen } from '../../ui/on-screen.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Scope } from './scope.tsx';
import { draftChanges, type TrainingDraft } from './training-draft.ts';

export interface ModelPanelProps {
  readonly model: ModelListItem;
  readonly features: TuningView['features'];
  readonly draft: TrainingDraft;
  readonly onDraft: (draft: TrainingDraft) => void;
  readonly onReset: () => void;
  readonly onTrain: () => void;
  readonly onCancel: () => void;
  readonly trainKey: string | null;
  readonly running: RunningJob | null;
  readonly problem: string | null;
}

const phaseWords: Readonly<Record<string, string>> = {
  read: 'Reading',
  profile: 'Reading columns',
  features: 'Computing features',
  train: 'Growing trees',
  score: 'Scoring',
  store: 'Storing',
  evaluate: 'Evaluating',
};

/** What the model is made of. Changes here take a training; the line never does. */
export const ModelPanel = memo(function ModelPanel(props: ModelPanelProps): ReactNode {
  const offBecause = useReadOnlyWords();
  const { model, features, draft, onDraft, onReset, onTrain, onCancel, trainKey, running, problem } = props;
  const changes = draftChanges(draft, model, features);
  const used = features.length - draft.off.length;
  const [filter] = useTransactionFilter();
  const counts = useFeatures(model.id, model.thresholdUnits, filter).features;
  const counted = useMemo(() => new Map(counts.map((feature) => [feature.name, feature])), [counts]);
  const toggle = (name: string, isOn: boolean): void =>
    onDraft({ ...draft, off: isOn ? draft.off.filter((other) => other !== name) : [...draft.off, name] });

  return (
    <section className="tuning-model" aria-labelledby="tuning-model">
      <div>
        <h2 id="tuning-model">{model.name}</h2>
        <span className="soft">Changes here take a training; moving the line never does.</span>
      </div>
      <div>
        <div className="tuning-section-head">
          <h3>Features</h3>
          <span className="soft tabular">
            {used} of {features.length}
          </span>
        </div>
        <ul className="tuning-features">
          {features.map(({ name, label, description, usesLabels, isUsed }) => (
            <li key={name} title={usesLabels ? `${description}. Uses labels, after their delay.` : description}>
              <Checkbox
                label={<span className="tuning-feature-name">{label}</span>}
                checked={!draft.off.includes(name)}
                disabled={running !== null || (used === 1 && !draft.off.includes(name))}
                onChange={(isOn) => toggle(name, isOn)}
              />
              {isUsed ? (
                <OnScreen height={SPARK.height}>{() => <FeatureSparkline counts={counted.get(name)} />}</OnScreen>
              ) : (
                <span className="soft">not used</span>
              )}
            </li>
          ))}
        </ul>
        <p className="soft tuning-note">
          Bars: all transactions. Line: the flagged ones. <Scope of="filter" />
        </p>
      </div>
      <div className="tuning-forest">
        <h3>Forest</h3>
        {model.origin !== null && (
          <p className="soft tuning-note">
            This model was {model.origin}. Training grows a forest of Assay on its features beside it.
          </p>
        )}
        <NumberField
          label="Trees"
          layout="row"
          value={draft.trees}
          minimum={1}
          maximum={10_000}
          step={50}
          isInteger
          onChange={(trees) => onDraft({ ...draft, trees })}
          {...(draft.trees < 100 ? { hint: 'Below 100 trees the queue changes much with the seed.' } : {})}
        />
        <NumberField
          label="Sub-sample"
          layout="row"
          value={draft.sample}
          minimum={2}
          maximum={1_000_000}
          step={32}
          isInteger
          onChange={(sample) => onDraft({ ...draft, sample })}
        />
        <NumberField
          label="Seed"
          layout="row"
          value={draft.seed}
          minimum={0}
          maximum={0xffff_ffff}
          isInteger
          onChange={(seed) => onDraft({ ...draft, seed })}
        />
        <Select
          label="Grower"
          layout="row"
          value={draft.grower}
          options={[
            { value: 'assay', text: 'assay' },
            { value: 'ml-isolation-forest', text: 'ml-isolation-forest' },
          ]}
          onChange={(grower) => onDraft({ ...draft, grower })}
        />
      </div>
      <div className="tuning-train">
        {running === null ? (
          <>
            <Button tone="primary" keyHint={trainKey} offBecause={offBecause} onClick={onTrain}>
              Train
            </Button>
            {changes.length > 0 && (
              <Button tone="quiet" onClick={onReset}>
                Reset
              </Button>
            )}
          </>
        ) : (
          <>
            <Progress label="Training" share={shareOf(running.progress)} widthPx={150} />
            <span className="soft ellipsis">{trainingWords(running)}</span>
            <Button onClick={onCancel} disabled={running.isCancelling}>
              {running.isCancelling ? 'Stopping' : 'Cancel'}
            </Button>
          </>
        )}
      </div>
      {running === null && (
        <p className="soft tuning-note">
          {changes.length === 0 ? 'The same choices give the same model again.' : `${changes.join('; ')}.`}
        </p>
      )}
      {problem !== null && (
        <p role="alert" className="tuning-problem">
          ▲ {problem}
        </p>
      )}
    </section>
  );
});

const SPARK = { width: 64, height: 16 };

/** How one feature is distributed, the size of a word; nothing until it is counted. */
function FeatureSparkline({ counts }: { readonly counts: FeatureCounts['features'][number] | undefined }): ReactNode {
  if (counts === undefined) return null;
  const { rest, flagged } = counts;
  return <Sparkline counts={rest.map((count, bin) => count + flagged[bin])} flaggedCounts={flagged} {...SPARK} />;
}

function trainingWords({ progress }: RunningJob): string {
  if (progress === null) return 'Starting';
  const words = phaseWords[progress.phase] ?? progress.phase;
  return progress.unit === 'trees' ? `${words}, ${formatCounted(progress.done, 'tree')}` : words;
}

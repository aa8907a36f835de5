import { useState } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { progressWords } from '../../app/job-words.ts';
import { useCurrentModel, useModels, useSettings } from '../../data/app-state.tsx';
import { formatCount } from '../../data/format.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { featuresWithout, trainingLike } from '../../data/training.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, NumberField, Select } from '../../ui/field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { ErrorState } from '../../ui/states.tsx';

export interface TrainAgainProps {
  readonly openCase: CaseOverview;
  /** Model whose numbers are taken; the usual ones where there is none. */
  readonly from: ModelListItem | null;
  readonly onDone: () => void;
}

type Grower = ModelListItem['parameters']['grower'];

const largestSeed = 0xffff_ffff;

/** Training from the numbers of a model. The old model stays. */
export function TrainAgain({ openCase, from, onDone }: TrainAgainProps) {
  const [settings] = useSettings();
  const [, setCurrent] = useCurrentModel();
  const [trees, setTrees] = useState(from?.parameters.trees ?? 300);
  const [sample, setSample] = useState<number | null>(from?.parameters.sample ?? null);
  const [seed, setSeed] = useState(from?.parameters.seed ?? 1);
  const [grower, setGrower] = useState<Grower>(from?.parameters.grower ?? 'assay');
  const [windows, setWindows] = useState(from === null || from.featuresOverTime.length > 0);
  const [budget, setBudget] = useState<number | null>(null);
  const models = useModels();
  const train = useJob('train');
  const hasDays = openCase.days > 0;
  const champion = models.find(({ isChampion }) => isChampion);

  const choice = (): ReturnType<typeof trainingLike> => {
    const numbers = { trees, seed, grower, ...(sample === null ? {} : { sample }) };
    if (from === null) return { forest: numbers, windows };
    const parameters = { ...from.parameters, ...numbers };
    const overTime = models
      .filter(({ parameters: { leaf } }) => leaf === from.parameters.leaf)
      .flatMap(({ featuresOverTime }) => featuresOverTime);
    const off = featuresWithout(from, models);
    if (!windows) return trainingLike({ ...from, parameters }, [...off, ...overTime], models);
    // Where they are wanted anew, nobody left any of them out.
    const isAnew = from.featuresOverTime.length === 0;
    const leftOut = isAnew ? off.filter((name) => !overTime.includes(name)) : off;
    return { ...trainingLike({ ...from, parameters }, leftOut, models), windows };
  };
  const start = async (): Promise<void> => {
    const outcome = await train.start({
      casePath: openCase.path,
      ...choice(),
      ...(budget === null ? {} : { threshold: { kind: 'alerts-per-day', value: budget } }),
    });
    if (!outcome.ok) return;
    setCurrent(outcome.result.model.id);
    onDone();
  };
  return (
    <section className="models-train" aria-label="Train again">
      <h3>{headingOf(from)}</h3>
      {from !== null && from.origin !== null && (
        <p className="soft">
          {from.name} was made elsewhere and cannot be trained here. This grows a forest of Assay on its features,
          beside it; the numbers are the usual ones of a forest.
        </p>
      )}
      <NumberField
        layout="row"
        label="Trees"
        value={trees}
        onChange={setTrees}
        minimum={1}
        maximum={10_000}
        step={50}
        isInteger
      />
      <NumberField
        layout="row"
        label="Sub-sample"
        value={sample}
        onChange={setSample}
        minimum={1}
        maximum={1_000_000}
        step={64}
        isInteger
      />
      <NumberField
        layout="row"
        label="Seed"
        value={seed}
        onChange={setSeed}
        minimum={0}
        maximum={largestSeed}
        isInteger
        widthPx={120}
      />
      <Select<Grower>
        layout="row"
        label="Grower"
        value={grower}
        options={[
          { value: 'assay', text: 'assay' },
          { value: 'ml-isolation-forest', text: 'ml-isolation-forest' },
        ]}
        onChange={setGrower}
      />
      <Checkbox label="Features over time, where there are days" checked={windows} onChange={setWindows} />
      {hasDays && (
        <NumberField
          layout="row"
          label="Alerts a day"
          hint={
            budget === null
              ? champion === undefined
                ? 'The team’s budget; 5 % of the transactions at most.'
                : 'The champion’s line goes on unless you change this.'
              : undefined
          }
          value={
            budget ??
            (champion === undefined ? settings.analysts * settings.alertsPerAnalystPerDay : budgetOf(champion))
          }
          onChange={setBudget}
          minimum={1}
          step={10}
          format={formatCount}
        />
      )}
      {train.running === null ? (
        <div className="models-actions">
          <Button tone="primary" onClick={() => void start()}>
            Train
          </Button>
          {from !== null && <Button onClick={onDone}>Close</Button>}
        </div>
      ) : (
        <div className="models-running" aria-live="polite">
          <span className="tabular">{progressWords('train', train.running.progress)}</span>
          <Progress label="Training" share={shareOf(train.running.progress)} widthPx={180} />
          <Button disabled={train.running.isCancelling} onClick={train.cancel}>
            {train.running.isCancelling ? 'Stopping…' : 'Stop'}
          </Button>
        </div>
      )}
      {train.outcome?.ok === false && (
        <ErrorState
          title={train.outcome.error.code === 'CANCELLED' ? 'Training was stopped' : 'Training failed'}
          error={train.outcome.error}
          whatIsSafe="All models and transactions of the case."
        />
      )}
    </section>
  );
}

function headingOf(from: ModelListItem | null): string {
  if (from === null) return 'Train a model';
  return from.origin === null ? `Train again from ${from.name}` : `Train a forest on the features of ${from.name}`;
}

/** The budget that holds a model's line; null where something else does. */
function budgetOf({ handle }: ModelListItem): number | null {
  return handle?.kind === 'alerts-per-day' ? handle.value : null;
}

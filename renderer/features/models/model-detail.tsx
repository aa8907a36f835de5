import { useState } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { useCommand } from '../../app/commands.tsx';
import { useHistory } from '../../app/history.tsx';
import { LearnButton } from '../../app/learning.tsx';
import { useCaseState, useCurrentModel, useFormats } from '../../data/app-state.tsx';
import { formatCount, withCapital } from '../../data/format.ts';
import { Select } from '../../ui/field.tsx';
import { CommandButton } from './command-button.tsx';
import { ChampionChange, type ChangeOfChampion } from './crowning.tsx';
import { ImportModel } from './import-model.tsx';
import { LossesToBaselines } from './losses-to-baselines.tsx';
import { Retrain } from './retrain.tsx';
import { SeedStability } from './seed-stability.tsx';
import { ServerModels } from './server-models.tsx';
import { TrainAgain } from './train-again.tsx';
import { WorthOfThemes } from './worth-of-themes.tsx';

export interface ModelDetailProps {
  readonly openCase: CaseOverview;
  readonly models: readonly ModelListItem[];
  readonly selected: ModelListItem;
  /** Reads the list again, and shows this model in it. */
  readonly onShow: (modelId: number) => void;
}

/** One model: what it is, what can be done with it, and what it is worth. */
export function ModelDetail({ openCase, models, selected, onShow }: ModelDetailProps) {
  const [current, setCurrent] = useCurrentModel();
  const [otherKey, setOtherKey] = useCaseState('models.compareWith', '');
  const [isTraining, setTraining] = useState(false);
  const [isRetraining, setRetraining] = useState(false);
  const [isImporting, setImporting] = useState(false);
  const [change, setChange] = useState<ChangeOfChampion | null>(null);
  const showHistory = useHistory();
  const { id, name, origin } = selected;
  const canTrain = !openCase.readOnly && openCase.rows > 0;
  const canRollBack = models.length > 1 && models.some(({ isChampion }) => isChampion) && !openCase.readOnly;
  const rollBack = canRollBack ? () => setChange('roll-back') : null;
  const promote = selected.isChampion || openCase.readOnly ? null : () => setChange('promote');
  const trainTitle = origin === null ? 'Train again…' : 'Train a forest…';
  const panels = [
    { command: 'models.train', title: trainTitle, isOpen: isTraining, setOpen: setTraining },
    { command: 'models.retrain', title: 'Retrain…', isOpen: isRetraining, setOpen: setRetraining },
    { command: 'models.import', title: 'Import…', isOpen: isImporting, setOpen: setImporting },
  ];
  const others = models.filter((model) => model.id !== id);
  return (
    <div className="models-detail">
      <Origin model={selected} />
      {!selected.scoresAllRows && (
        <p className="models-note">
          Rows came in after this model scored. Next: train again, so that they are scored too.
        </p>
      )}
      <div className="models-actions">
        {selected.isChampion ? (
          <CommandButton command="models.rollBack" run={rollBack}>
            Roll back…
          </CommandButton>
        ) : (
          <>
            <Shortcut command="models.rollBack" run={rollBack} />
            <CommandButton command="models.champion" run={promote}>
              Make champion…
            </CommandButton>
          </>
        )}
        <CommandButton command="models.look" aria-pressed={current?.id === id} run={() => setCurrent(id)}>
          {current?.id === id ? 'Working with it' : 'Work with it'}
        </CommandButton>
        {panels.map(({ command, title, isOpen, setOpen }) => (
          <CommandButton
            key={command}
            command={command}
            aria-pressed={isOpen}
            run={canTrain ? () => setOpen(true) : null}
            onClick={() => setOpen(!isOpen)}
          >
            {title}
          </CommandButton>
        ))}
        <LearnButton />
        <CommandButton command="models.history" tone="quiet" run={() => showHistory({ kind: 'model', id, name })}>
          History
        </CommandButton>
      </div>
      {change !== null && (
        <ChampionChange
          key={`${change} ${id}`}
          change={change}
          models={models}
          selected={selected}
          onShow={onShow}
          onClose={() => setChange(null)}
        />
      )}
      {isTraining && <TrainAgain key={id} openCase={openCase} from={selected} onDone={() => setTraining(false)} />}
      {isRetraining && (
        <Retrain
          openCase={openCase}
          onShow={onShow}
          onPromote={(modelId) => {
            onShow(modelId);
            setChange('promote');
          }}
          onClose={() => setRetraining(false)}
        />
      )}
      {isImporting && <ImportModel openCase={openCase} onShow={onShow} onClose={() => setImporting(false)} />}
      {others.length > 0 && (
        <Select
          label="Compare with"
          layout="row"
          value={others.some((model) => `${model.id}` === otherKey) ? otherKey : ''}
          options={[
            { value: '', text: 'no other' },
            ...others.map((other) => ({
              value: `${other.id}`,
              text: `${other.name}${other.isChampion ? ' (champion)' : ''}`,
            })),
          ]}
          onChange={setOtherKey}
        />
      )}
      <LossesToBaselines modelId={id} isEnabled={selected.scoresAllRows} />
      <WorthOfThemes key={`themes ${id}`} openCase={openCase} model={selected} />
      {selected.parameters.imported === undefined && (
        <SeedStability key={`seeds ${id}`} openCase={openCase} model={selected} />
      )}
      <ServerModels key={`server ${openCase.path}`} openCase={openCase} models={models} onShow={onShow} />
      <section aria-label="Features">
        <h3>{formatCount(selected.features.length)} features</h3>
        <ul className="models-features">
          {selected.features.map((feature, index) => (
            <li key={feature} title={feature}>
              {selected.featureLabels[index]}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

/** A command whose button is not shown now. */
function Shortcut({ command, run }: { readonly command: string; readonly run: (() => void) | null }) {
  useCommand(command, run);
  return null;
}

/** Where a model comes from, and by what it is known. */
function Origin({ model }: { readonly model: ModelListItem }) {
  const formats = useFormats();
  const { name, origin, takenOverFrom, digest } = model;
  const added = formats.time(model.createdAtMs);
  return (
    <div>
      <h2>{name}</h2>
      <p className="soft tabular">
        {origin === null ? `${formatCount(model.trainedRows)} transactions, ${added}` : `Imported ${added}`}
      </p>
      {origin !== null && <p className="soft models-origin">{withCapital(origin)}.</p>}
      {takenOverFrom !== null && <p className="soft models-origin">Taken over from {takenOverFrom}.</p>}
      <p
        className="soft fixed models-digest"
        title={origin === null ? 'SHA-256 over rows, parameters and seed' : 'SHA-256 over what it computes'}
      >
        {digest}
      </p>
    </div>
  );
}

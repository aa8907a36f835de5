import { useMemo, useState } from 'react';
import type { ErrorReport } from '../../../preload/contract/envelope.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useWhenNamed } from '../../app/analyst-name.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { useHistory } from '../../app/history.tsx';
import { LearnButton } from '../../app/learning.tsx';
import {
  isTextOrNull,
  useCase,
  useCaseState,
  useCurrentModel,
  useFormats,
  useWindowState,
} from '../../data/app-state.tsx';
import { formatCount, formatPerDay, formatPercent, formatScore, withCapital } from '../../data/format.ts';
import { useAction, useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { DataColumn } from '../../ui/data-table.tsx';
import { Select } from '../../ui/field.tsx';
import { SplitPane } from '../../ui/split-pane.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { isTableLayout, untouchedLayout } from '../../ui/table-layout.ts';
import { useToast } from '../../ui/toast.tsx';
import { Comparison } from './comparison.tsx';
import { Crowning } from './crowning.tsx';
import { ImportModel } from './import-model.tsx';
import { Retrain } from './retrain.tsx';
import { ServerModels } from './server-models.tsx';
import { SeedStability } from './seed-stability.tsx';
import { LossesToBaselines } from './losses-to-baselines.tsx';
import { TrainAgain } from './train-again.tsx';
import { WorthOfThemes } from './worth-of-themes.tsx';
import './models.css';
import { errorWords } from '../../ui/error-words.ts';

const keyOfModel = (model: ModelListItem): string => `${model.id}`;

/** Every model of the case: which one counts, how two differ, and training again from the numbers of one. */
export function ModelsPlace() {
  const openCase = useCase();
  const goTo = useGoTo();
  const toast = useToast();
  const formats = useFormats();
  const list = useRequest('models.list', {}, { isEnabled: openCase !== null, keepsPrevious: true });
  const [current, setCurrent] = useCurrentModel();
  const [selectedKey, setSelectedKey] = useCaseState<string | null>('models.selected', null, isTextOrNull);
  const [otherKey, setOtherKey] = useCaseState('models.compareWith', '');
  const [isTraining, setTraining] = useState(false);
  const [isRetraining, setRetraining] = useState(false);
  const [isImporting, setImporting] = useState(false);
  /** What is done once its reason is given. */
  const [crowning, setCrowning] = useState<'promote' | 'roll-back' | null>(null);
  const [detailPx, setDetailPx] = useWindowState('models.detailPx', 440);
  const [layout, setLayout] = useWindowState('models.columns', untouchedLayout, isTableLayout);
  const models = useMemo(() => (list.data ?? []).toSorted((first, second) => second.id - first.id), [list.data]);
  const selected = models.find((model) => keyOfModel(model) === selectedKey) ?? current ?? models.at(0);
  const other = models.find((model) => keyOfModel(model) === otherKey && model.id !== selected?.id);
  const told = {
    onDone: (now: readonly ModelListItem[]) => {
      const name = now.find(({ isChampion }) => isChampion)?.name ?? 'The model';
      toast({ text: `${name} is the champion now.` });
      setCrowning(null);
      list.refetch();
    },
    onError: (error: ErrorReport) => toast({ text: errorWords(error), tone: 'problem' }),
  };
  const promotion = useAction('models.setChampion', told);
  const rollBack = useAction('models.rollBack', told);
  const whenNamed = useWhenNamed();
  const showHistory = useHistory();
  const step = (steps: number): void => {
    const index = models.findIndex((model) => model.id === selected?.id);
    const next = models[Math.max(0, Math.min(models.length - 1, index + steps))];
    if (next !== undefined) setSelectedKey(keyOfModel(next));
  };
  const canCrown = selected !== undefined && !selected.isChampion && openCase?.readOnly === false;
  const canTrain = openCase !== null && !openCase.readOnly && openCase.rows > 0;
  useCommand('models.next', () => step(1));
  useCommand('models.previous', () => step(-1));
  const canRollBack = models.length > 1 && models.some(({ isChampion }) => isChampion) && openCase?.readOnly === false;
  const crown = (reason: string): void =>
    whenNamed(() => {
      if (crowning === 'roll-back') rollBack.run({ reason });
      else if (canCrown) promotion.run({ modelId: selected.id, reason });
    });
  const showModelHistory = (): void => {
    if (selected !== undefined) showHistory({ kind: 'model', id: selected.id, name: selected.name });
  };
  useCommand('models.champion', canCrown ? () => setCrowning('promote') : null);
  useCommand('models.rollBack', canRollBack ? () => setCrowning('roll-back') : null);
  useCommand('models.history', selected === undefined ? null : showModelHistory);
  useCommand('models.look', selected === undefined ? null : () => setCurrent(selected.id));
  useCommand('models.train', canTrain ? () => setTraining(true) : null);
  const canRetrain = canTrain && models.length > 0;
  useCommand('models.import', canTrain ? () => setImporting(true) : null);
  useCommand('models.retrain', canRetrain ? () => setRetraining(true) : null);
  const championKey = useCommandKey('models.champion');
  const rollBackKey = useCommandKey('models.rollBack');
  const historyKey = useCommandKey('models.history');
  const lookKey = useCommandKey('models.look');
  const trainKey = useCommandKey('models.train');
  const retrainKey = useCommandKey('models.retrain');
  const importKey = useCommandKey('models.import');

  const rows = openCase?.rows ?? 0;
  const days = openCase?.days ?? 0;
  const columns = useMemo<readonly DataColumn<ModelListItem>[]>(
    () => [
      {
        id: 'name',
        title: 'Model',
        widthPx: 220,
        text: (model) => `${model.name}${model.isChampion ? ' champion' : ''}`,
        render: (model) => (
          <>
            {model.name}
            {model.isChampion && (
              <span className="models-champion">
                <span aria-hidden="true">★</span> champion
              </span>
            )}
          </>
        ),
      },
      { id: 'alerts', title: 'Alerts', widthPx: 80, align: 'right', text: (model) => formatCount(model.alerts) },
      {
        id: 'perDay',
        title: 'A day',
        widthPx: 72,
        align: 'right',
        text: (model) => formatPerDay(days === 0 ? null : model.alerts / days),
      },
      { id: 'flagged', title: 'Flagged', widthPx: 88, align: 'right', text: (model) => formatCount(model.flagged) },
      {
        id: 'share',
        title: 'Share',
        widthPx: 80,
        align: 'right',
        text: (model) => formatPercent(rows === 0 ? null : model.flagged / rows),
      },
      {
        id: 'threshold',
        title: 'Threshold',
        widthPx: 92,
        align: 'right',
        text: (model) => formatScore(model.threshold),
      },
      {
        id: 'trees',
        title: 'Trees',
        widthPx: 70,
        align: 'right',
        text: (model) => (model.trees === 0 ? 'none' : formatCount(model.trees)),
      },
      {
        id: 'sample',
        title: 'Sample',
        widthPx: 76,
        align: 'right',
        text: (model) => formatCount(model.sample),
      },
      {
        id: 'features',
        title: 'Features',
        widthPx: 82,
        align: 'right',
        text: (model) => formatCount(model.features.length),
      },
      {
        id: 'seed',
        title: 'Seed',
        widthPx: 64,
        align: 'right',
        text: (model) => (model.seed === null ? '–' : `${model.seed}`),
      },
      { id: 'grower', title: 'Grower', widthPx: 140, text: ({ grower }) => grower },
      { id: 'created', title: 'Added', widthPx: 190, text: (model) => formats.time(model.createdAtMs) },
    ],
    [rows, days, formats],
  );

  if (openCase === null) {
    return (
      <EmptyState title="No case is open" actions={<Button onClick={() => goTo('sources')}>Sources</Button>}>
        Models belong to a case. Open one, or read a recording.
      </EmptyState>
    );
  }
  if (list.error !== null) {
    return <ErrorState title="The models cannot be read" error={list.error} onRetry={list.refetch} />;
  }
  const importModel = isImporting && (
    <ImportModel
      openCase={openCase}
      onShow={(modelId) => {
        setSelectedKey(`${modelId}`);
        list.refetch();
      }}
      onClose={() => setImporting(false)}
    />
  );
  const importButton = (
    <Button
      keyHint={importKey}
      disabled={!canTrain}
      aria-pressed={isImporting}
      onClick={() => setImporting(!isImporting)}
    >
      Import…
    </Button>
  );
  if (selected === undefined) {
    if (list.data === undefined) return <p className="place-wait soft">Loading</p>;
    return openCase.rows === 0 ? (
      <EmptyState title="No model yet" actions={<Button onClick={() => goTo('sources')}>Sources</Button>}>
        There are no transactions to learn from. Read a recording first.
      </EmptyState>
    ) : (
      <div className="models-first">
        <EmptyState title="No model yet">
          A model learns what is usual from {formatCount(openCase.rows)} transactions. It needs no labels.
        </EmptyState>
        <TrainAgain openCase={openCase} from={null} onDone={() => undefined} />
        <div className="models-actions">{importButton}</div>
        {importModel}
      </div>
    );
  }
  const desk = (
    <SplitPane
      mainLabel="Models of this case"
      detailLabel={`Model ${selected.name}`}
      detailPx={detailPx}
      onResize={setDetailPx}
      main={
        <DataTable
          label="Models"
          columns={columns}
          rows={models}
          rowKey={keyOfModel}
          selectedKey={keyOfModel(selected)}
          onSelect={setSelectedKey}
          onActivate={(model) => setCurrent(model.id)}
          layout={layout}
          onLayout={setLayout}
        />
      }
      detail={
        <div className="models-detail">
          <div>
            <h2>{selected.name}</h2>
            <p className="soft tabular">
              {selected.origin === null
                ? `${formatCount(selected.trainedRows)} transactions, ${formats.time(selected.createdAtMs)}`
                : `Imported ${formats.time(selected.createdAtMs)}`}
            </p>
            {selected.origin !== null && <p className="soft models-origin">{withCapital(selected.origin)}.</p>}
            {selected.takenOverFrom !== null && (
              <p className="soft models-origin">Taken over from {selected.takenOverFrom}.</p>
            )}
            <p
              className="soft fixed models-digest"
              title={
                selected.origin === null ? 'SHA-256 over rows, parameters and seed' : 'SHA-256 over what it computes'
              }
            >
              {selected.digest}
            </p>
          </div>
          {!selected.scoresAllRows && (
            <p className="models-note">
              Rows came in after this model scored. Next: train again, so that they are scored too.
            </p>
          )}
          <div className="models-actions">
            {selected.isChampion ? (
              <Button keyHint={rollBackKey} disabled={!canRollBack} onClick={() => setCrowning('roll-back')}>
                Roll back…
              </Button>
            ) : (
              <Button keyHint={championKey} disabled={!canCrown} onClick={() => setCrowning('promote')}>
                Make champion…
              </Button>
            )}
            <Button
              keyHint={lookKey}
              aria-pressed={current?.id === selected.id}
              onClick={() => setCurrent(selected.id)}
            >
              {current?.id === selected.id ? 'Working with it' : 'Work with it'}
            </Button>
            <Button keyHint={trainKey} disabled={!canTrain} onClick={() => setTraining(!isTraining)}>
              {selected.origin === null ? 'Train again…' : 'Train a forest…'}
            </Button>
            <Button
              keyHint={retrainKey}
              disabled={!canRetrain}
              aria-pressed={isRetraining}
              onClick={() => setRetraining(!isRetraining)}
            >
              Retrain…
            </Button>
            {importButton}
            <LearnButton />
            <Button tone="quiet" keyHint={historyKey} onClick={showModelHistory}>
              History
            </Button>
          </div>
          {crowning !== null && (
            <Crowning
              key={`${crowning} ${selected.id}`}
              title={
                crowning === 'promote'
                  ? `Make ${selected.name} the champion`
                  : `Take back the promotion of ${models.find(({ isChampion }) => isChampion)?.name ?? 'the champion'}`
              }
              onReason={crown}
              onCancel={() => setCrowning(null)}
            />
          )}
          {isTraining && (
            <TrainAgain key={selected.id} openCase={openCase} from={selected} onDone={() => setTraining(false)} />
          )}
          {isRetraining && (
            <Retrain
              openCase={openCase}
              onShow={(modelId) => {
                setSelectedKey(`${modelId}`);
                list.refetch();
              }}
              onPromote={(modelId) => {
                setSelectedKey(`${modelId}`);
                setCrowning('promote');
              }}
              onClose={() => setRetraining(false)}
            />
          )}
          {importModel}
          {models.length > 1 && (
            <Select
              label="Compare with"
              layout="row"
              value={other === undefined ? '' : otherKey}
              options={[
                { value: '', text: 'no other' },
                ...models
                  .filter((model) => model.id !== selected.id)
                  .map((model) => ({
                    value: keyOfModel(model),
                    text: `${model.name}${model.isChampion ? ' (champion)' : ''}`,
                  })),
              ]}
              onChange={setOtherKey}
            />
          )}
          <LossesToBaselines modelId={selected.id} isEnabled={selected.scoresAllRows} />
          <WorthOfThemes key={`themes ${selected.id}`} openCase={openCase} model={selected} />
          {selected.parameters.imported === undefined && (
            <SeedStability key={`seeds ${selected.id}`} openCase={openCase} model={selected} />
          )}
          <ServerModels
            key={`server ${openCase.path}`}
            openCase={openCase}
            models={models}
            onShow={(modelId) => {
              setSelectedKey(`${modelId}`);
              list.refetch();
            }}
          />
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
      }
    />
  );
  // The desk stands in the same place with and without a comparison: what it was told by a job would be lost else.
  return (
    <div className={other === undefined ? 'models-alone' : 'models-with-comparison'}>
      {desk}
      {other !== undefined && (
        <div className="models-wide">
          <Comparison first={selected} second={other} />
        </div>
      )}
    </div>
  );
}

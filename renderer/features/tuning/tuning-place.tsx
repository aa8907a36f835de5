import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { ModelListItem, SwappedRow, TuningView } from '../../../preload/contract/requests.ts';
import { AlertsPerDay } from '../../charts/alerts-per-day.tsx';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { baselineDash, PrecisionRecall } from '../../charts/precision-recall.tsx';
import { ScoreHistogram } from '../../charts/score-histogram.tsx';
import { useCase, useCurrentModel, useFormats, useModels, useSettings, useWindowState } from '../../data/app-state.tsx';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { useClient } from '../../data/client.tsx';
import { formatCount, formatDecimal, formatPercent, formatScore } from '../../data/format.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { SplitPane } from '../../ui/split-pane.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { describeBacklog, simulateBacklog } from './backlog.ts';
import { BudgetLine } from './budget-line.tsx';
import { ModelPanel } from './model-panel.tsx';
import { SwapSet } from './swap-set.tsx';
import { draftOf, isTrainingDraft, type TrainingDraft } from './training-draft.ts';
import { useThreshold } from './use-threshold.ts';
import { WorthPanel } from './worth-panel.tsx';
import './tuning.css';

/** Tuning: the alert budget as the headline handle, and everything that follows from it. */
export function TuningPlace(): ReactNode {
  const openCase = useCase();
  const [model] = useCurrentModel();
  const view = useRequest(
    'tuning.read',
    { modelId: model?.id ?? 1 },
    { isEnabled: model !== null, keepsPrevious: true },
  );
  if (openCase === null) {
    return <EmptyState title="No case is open">Open a recording or a case in Sources.</EmptyState>;
  }
  if (model === null) return <FirstTraining />;
  if (view.error !== null) {
    return (
      <ErrorState
        title="The scores could not be read"
        error={view.error}
        whatIsSafe="The case is as it was."
        onRetry={view.refetch}
      />
    );
  }
  if (view.data === undefined || view.data.model.id !== model.id) return <TuningSkeleton />;
  return <TuningDesk key={model.id} model={model} view={view.data} />;
}

function TuningDesk({ model, view }: { readonly model: ModelListItem; readonly view: TuningView }): ReactNode {
  const [settings, changeSettings] = useSettings();
  const [detailPx, setDetailPx] = useWindowState('tuning.detailPx', 360);
  const [scale, setScale] = useWindowState<'linear' | 'logarithmic'>('tuning.scale', 'logarithmic', isScale);
  const threshold = useThreshold(model.id, view.point);
  const [began] = useState({ units: view.point.thresholdUnits, score: view.point.threshold });
  const training = useTraining(model);
  const otherModels = useModels().filter(({ id }) => id !== model.id);
  const goTo = useGoTo();
  const hasEntity = useCase()?.alertEntity != null;

  const budget = settings.analysts * settings.alertsPerAnalystPerDay;
  const { score, point, move, release, set, undo, undoDepth } = threshold;
  const setTeam = useCallback(
    (analysts: number, alertsPerAnalystPerDay: number) => {
      changeSettings({ analysts, alertsPerAnalystPerDay });
      if (view.days.length > 0) set({ kind: 'alerts-per-day', value: analysts * alertsPerAnalystPerDay });
    },
    [changeSettings, set, view.days.length],
  );
  const toBudget = useCallback(() => set({ kind: 'alerts-per-day', value: budget }), [set, budget]);
  const onTriage = useCallback(
    (row: SwappedRow, side: 'entered' | 'left') => {
      if (side === 'entered')
        goTo('triage', {
          'triage.filter': { anyOf: [row.id] },
          'triage.selected': hasEntity ? row.entity : `#${row.sequence}`,
        });
      else goTo('explore', { 'explore.entity': row.entity });
    },
    [goTo, hasEntity],
  );

  useCommand('tuning.undo', undoDepth > 0 ? undo : null);
  useCommand('tuning.budget', view.days.length > 0 ? toBudget : null);
  useCommand('tuning.scale', () => setScale(scale === 'linear' ? 'logarithmic' : 'linear'));
  useCommand('tuning.train', training.running === null ? training.train : null);
  useCommand('tuning.cancel', training.running === null ? null : training.cancel);

  return (
    <SplitPane
      mainLabel="Tuning"
      detailLabel="Model"
      detailPx={detailPx}
      onResize={setDetailPx}
      defaultPx={360}
      main={
        <div className="tuning-main">
          <BudgetLine
            analysts={settings.analysts}
            alertsPerAnalyst={settings.alertsPerAnalystPerDay}
            onTeam={setTeam}
            point={point}
            score={score}
            rows={view.rows}
            days={view.days.length}
            onHandle={set}
            onUndo={undo}
            undoKey={useCommandKey('tuning.undo')}
            undoDepth={undoDepth}
          />
          <ScorePanel
            view={view}
            score={score}
            flagged={point.flagged}
            alertsPerDay={point.alertsPerDay}
            scale={scale}
            onScale={setScale}
            onMove={move}
            onRelease={release}
          />
          <div className="tuning-pair">
            <DaysPanel days={view.days} alertsByDay={point.byDay} budget={budget} />
            <CurvePanel view={view} precision={point.precision} recall={point.recall} />
          </div>
          <WorthPanel rankings={view.rankings} />
        </div>
      }
      detail={
        <div className="tuning-detail">
          <ModelPanel
            model={model}
            features={view.features}
            draft={training.draft}
            onDraft={training.setDraft}
            onReset={training.reset}
            onTrain={training.train}
            onCancel={training.cancel}
            trainKey={useCommandKey('tuning.train')}
            running={training.running}
            problem={training.problem}
          />
          <SwapSet
            model={model}
            otherModels={otherModels}
            fromUnits={began.units}
            fromScore={began.score}
            currentUnits={view.point.thresholdUnits}
            onTriage={onTriage}
          />
        </div>
      }
    />
  );
}

function isScale(value: unknown): value is 'linear' | 'logarithmic' {
  return value === 'linear' || value === 'logarithmic';
}

/** Drawn as the prevalence line, not as a curve. */
const CHANCE = 'chance';
const HISTOGRAM_HEIGHT = 210;
const SMALL_HEIGHT = 150;

function ScorePanel(props: {
  readonly view: TuningView;
  readonly score: number;
  readonly flagged: number;
  readonly alertsPerDay: number | null;
  readonly scale: 'linear' | 'logarithmic';
  readonly onScale: (scale: 'linear' | 'logarithmic') => void;
  readonly onMove: (score: number) => void;
  readonly onRelease: () => void;
}): ReactNode {
  const { view, score, flagged, alertsPerDay, scale, onScale, onMove, onRelease } = props;
  const { histogram } = view;
  const words = `${formatScore(score)}, ${formatCount(flagged)} flagged${
    alertsPerDay === null ? '' : `, ${formatCount(Math.round(alertsPerDay))} a day`
  }`;
  return (
    <ChartFrame
      question="Where does the line fall?"
      hint="drag it, or type above"
      height={HISTOGRAM_HEIGHT}
      tools={
        <>
          <ChartKeys
            entries={[
              { words: 'flagged', colour: 'bar', shape: 'square' },
              { words: 'not flagged', colour: 'mass', shape: 'square' },
              ...(histogram.fraud === null ? [] : [{ words: 'known fraud', colour: 'flag', shape: 'square' as const }]),
              ...(histogram.legitimate === null
                ? []
                : [{ words: 'known legitimate', colour: 'legitimate', shape: 'square' as const }]),
            ]}
          />
          <Segmented
            label="Counts"
            value={scale}
            options={[
              { value: 'linear', text: 'Linear' },
              { value: 'logarithmic', text: 'Log' },
            ]}
            onChange={onScale}
          />
        </>
      }
      table={() => ({
        columns: [
          { name: 'Score from', isNumber: true },
          { name: 'to', isNumber: true },
          { name: 'Transactions', isNumber: true },
          { name: 'Known fraud', isNumber: true },
          { name: 'Known legitimate', isNumber: true },
        ],
        rows: Array.from(histogram.counts, (count, bin) => [
          formatScore(histogram.edges[bin]),
          formatScore(histogram.edges[bin + 1]),
          formatCount(count),
          formatCount(histogram.fraud?.[bin]),
          formatCount(histogram.legitimate?.[bin]),
        ]),
      })}
    >
      <ScoreHistogram
        histogram={histogram}
        threshold={score}
        scale={scale}
        height={HISTOGRAM_HEIGHT}
        words={words}
        onMove={onMove}
        onRelease={onRelease}
      />
    </ChartFrame>
  );
}

function DaysPanel({
  days,
  alertsByDay,
  budget,
}: {
  readonly days: readonly number[];
  readonly alertsByDay: Uint32Array;
  readonly budget: number;
}): ReactNode {
  const formats = useFormats();
  const goTo = useGoTo();
  const backlog = useMemo(() => simulateBacklog(alertsByDay, budget), [alertsByDay, budget]);
  const dayWords = useMemo(() => days.map((day) => formats.day(day).slice(0, -5)), [days, formats]);
  const onPickDay = useCallback(
    (day: number) => goTo('triage', { 'triage.filter': { dayMs: days[day] } }),
    [goTo, days],
  );
  if (days.length === 0) {
    return (
      <section>
        <h3 className="chart-question">Which days go over budget?</h3>
        <p className="soft">
          The stream has no event times, so it has no days. Give the time column its role in Sources.
        </p>
      </section>
    );
  }
  return (
    <ChartFrame
      question="Which days go over budget?"
      hint="dotted: alerts left over"
      answer={describeBacklog(backlog)}
      height={SMALL_HEIGHT}
      table={() => ({
        columns: [
          { name: 'Day', isNumber: false },
          { name: 'Alerts', isNumber: true },
          { name: 'Over budget', isNumber: true },
          { name: 'Left over', isNumber: true },
        ],
        rows: days.map((day, index) => [
          formats.day(day),
          formatCount(alertsByDay[index]),
          formatCount(Math.max(0, alertsByDay[index] - budget)),
          formatCount(backlog.left[index]),
        ]),
      })}
    >
      <AlertsPerDay
        days={dayWords}
        alertsByDay={alertsByDay}
        budget={budget}
        left={backlog.left}
        height={SMALL_HEIGHT}
        onPickDay={onPickDay}
      />
    </ChartFrame>
  );
}

function CurvePanel({
  view,
  precision,
  recall,
}: {
  readonly view: TuningView;
  readonly precision: number | null;
  readonly recall: number | null;
}): ReactNode {
  const curves = useMemo(
    () =>
      view.rankings
        .map(({ name, isModel, curve }) => ({ name, isModel, points: isModel ? view.curve : curve }))
        .filter(({ name, points }) => points.length > 0 && name !== CHANCE),
    [view.rankings, view.curve],
  );
  const here = useMemo(
    () => (precision === null || recall === null ? null : { precision, recall }),
    [precision, recall],
  );
  if (curves.length === 0) {
    return (
      <section>
        <h3 className="chart-question">What would we catch?</h3>
        <p className="soft">Not known yet: it takes a label column, or verdicts given in Triage.</p>
      </section>
    );
  }
  const baselines = curves.filter(({ isModel }) => !isModel);
  return (
    <ChartFrame
      question="What would we catch?"
      hint="precision over recall"
      height={SMALL_HEIGHT}
      answer={
        <span className="tuning-answer-keys">
          <ChartKeys
            entries={[
              ...curves.map(({ name, isModel }) => ({
                words: name,
                colour: isModel ? 'accent' : 'soft',
                shape: 'line' as const,
                dash: isModel
                  ? ('solid' as const)
                  : baselineDash(baselines.findIndex((baseline) => baseline.name === name)),
              })),
              ...(view.prevalence === null
                ? []
                : [
                    {
                      words: `chance ${formatPercent(view.prevalence)}`,
                      colour: 'soft',
                      shape: 'line' as const,
                      dash: [3, 3],
                    },
                  ]),
            ]}
          />
        </span>
      }
      table={() => ({
        columns: [
          { name: 'Recall', isNumber: true },
          { name: 'Precision of the model', isNumber: true },
        ],
        rows: view.curve.map((at) => [formatPercent(at.recall), formatDecimal(at.precision, 3)]),
      })}
    >
      <PrecisionRecall curves={curves} prevalence={view.prevalence} here={here} height={SMALL_HEIGHT} />
    </ChartFrame>
  );
}

interface Training {
  readonly draft: TrainingDraft;
  readonly setDraft: (draft: TrainingDraft) => void;
  readonly reset: () => void;
  readonly train: () => void;
  readonly cancel: () => void;
  readonly running: ReturnType<typeof useJob<'train'>>['running'];
  readonly problem: string | null;
}

/** What the next training would use, and the training itself; a new model becomes the one that is looked at. */
function useTraining(model: ModelListItem): Training {
  const client = useClient();
  const openCase = useCase();
  const [settings] = useSettings();
  const [, chooseModel] = useCurrentModel();
  const [stored, setStored] = useWindowState<TrainingDraft | null>('tuning.draft', null, isStoredDraft);
  const { start, cancel, running } = useJob('train');
  const [problem, setProblem] = useState<string | null>(null);
  const draft = useMemo(() => (stored?.modelId === model.id ? stored : draftOf(model)), [stored, model]);
  const reset = useCallback(() => setStored(null), [setStored]);

  const train = useCallback(() => {
    if (openCase === null) return;
    const { trees, sample, seed, grower, off } = draft;
    const budget = settings.analysts * settings.alertsPerAnalystPerDay;
    const { featuresPerTree } = model.parameters;
    setProblem(null);
    void start({
      casePath: openCase.path,
      forest: { trees, sample, seed, grower, featuresPerTree },
      threshold:
        openCase.days > 0
          ? { kind: 'alerts-per-day', value: budget }
          : { kind: 'contamination', value: contaminationOf(model) },
      leaveOut: [...off],
    }).then(async (outcome) => {
      if (!outcome.ok) {
        if (outcome.error.code !== 'CANCELLED') setProblem(outcome.error.message);
        return;
      }
      const models = await client.request('models.list', {});
      if (!models.ok) return;
      const { digest } = outcome.result.model;
      const trained = models.data.filter((candidate) => candidate.digest === digest).map(({ id }) => id);
      if (trained.length > 0) chooseModel(Math.max(...trained));
    });
  }, [openCase, draft, settings, model, start, client, chooseModel]);

  return { draft, setDraft: setStored, reset, train, cancel, running, problem };
}

function isStoredDraft(value: unknown): value is TrainingDraft | null {
  return value === null || isTrainingDraft(value);
}

/** The share that the model flags now, kept where there is no budget to aim at; at least one in a million. */
function contaminationOf({ flagged, trainedRows }: ModelListItem): number {
  return Math.min(0.5, Math.max(1e-6, flagged / Math.max(1, trainedRows)));
}

/** A case without a model: one button, with the defaults that suit most recordings. */
function FirstTraining(): ReactNode {
  const openCase = useCase();
  const [settings] = useSettings();
  const { start, cancel, running } = useJob('train');
  const [problem, setProblem] = useState<string | null>(null);
  const budget = settings.analysts * settings.alertsPerAnalystPerDay;
  const train = (): void => {
    if (openCase === null) return;
    setProblem(null);
    void start({
      casePath: openCase.path,
      threshold: openCase.days > 0 ? { kind: 'alerts-per-day', value: budget } : { kind: 'contamination', value: 0.01 },
    }).then((outcome) => {
      if (!outcome.ok && outcome.error.code !== 'CANCELLED') setProblem(outcome.error.message);
    });
  };
  useCommand('tuning.train', running === null ? train : null);
  const trainKey = useCommandKey('tuning.train');
  return (
    <EmptyState
      title="No model yet"
      actions={
        running === null ? (
          <Button tone="primary" keyHint={trainKey} onClick={train}>
            Train
          </Button>
        ) : (
          <>
            <Progress label="Training" share={shareOf(running.progress)} widthPx={180} />
            <Button onClick={cancel} disabled={running.isCancelling}>
              Cancel
            </Button>
          </>
        )
      }
    >
      <p>
        A first model takes seconds: 300 trees, every column that carries information, and a line that gives about{' '}
        {formatCount(budget)} alerts a day.
      </p>
      {problem !== null && (
        <p role="alert" className="tuning-problem">
          ▲ {problem}
        </p>
      )}
    </EmptyState>
  );
}

/** The shape of the place while its first answer is under way. */
function TuningSkeleton(): ReactNode {
  return (
    <p className="tuning-waiting soft" role="status">
      Reading the scores
    </p>
  );
}

import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { SwappedRow, TuningView } from '../../../preload/contract/tuning.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { useCase, useCurrentModel, useModels, useSettings, useWindowState } from '../../data/app-state.tsx';
import { useRequest } from '../../data/requests.ts';
import { SplitPane } from '../../ui/split-pane.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { BudgetLine } from './budget-line.tsx';
import { FilteredLine } from './filtered-line.tsx';
import { FirstTraining } from './first-training.tsx';
import { MissedPanel } from './missed-panel.tsx';
import { WorkPanel } from './work-panel.tsx';
import { ModelPanel } from './model-panel.tsx';
import { SwapSet } from './swap-set.tsx';
import { CurvePanel, DaysPanel, ScorePanel } from './tuning-charts.tsx';
import { useThreshold } from './use-threshold.ts';
import { useTraining } from './use-training.ts';
import { useWithin } from './use-within.ts';
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
  const training = useTraining(model, view.features);
  const models = useModels();
  const [, chooseModel] = useCurrentModel();
  const otherModels = useMemo(() => models.filter(({ id }) => id !== model.id), [models, model.id]);
  // The days are drawn as often as there is time; the line and the figures follow every frame.
  const { byDay: alertsByDay, alerts: alertsOnDays } = useDeferredValue(threshold.point);
  const goTo = useGoTo();

  const within = useWithin(model.id, threshold.point.thresholdUnits);

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
      if (side === 'entered') goTo('triage', { 'triage.filter': { anyOf: [row.id] } });
      else goTo('triage', { 'triage.entity': [{ text: row.entity, side: 'entity' }] });
    },
    [goTo],
  );

  const onTriageAll = useCallback(
    (rows: readonly SwappedRow[], flaggedBy: number) => {
      if (flaggedBy !== model.id) chooseModel(flaggedBy);
      goTo('triage', { 'triage.filter': { anyOf: rows.map(({ id }) => id) } });
    },
    [model.id, chooseModel, goTo],
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
          <FilteredLine modelId={model.id} within={within} />
          <BudgetLine
            analysts={settings.analysts}
            alertsPerAnalyst={settings.alertsPerAnalystPerDay}
            onTeam={setTeam}
            point={point}
            within={within}
            lineSentence={point.thresholdUnits === view.point.thresholdUnits ? view.line.sentence : null}
            score={score}
            rows={view.rows}
            days={view.days.length}
            onHandle={set}
            onUndo={undo}
            undoKey={useCommandKey('tuning.undo')}
            undoDepth={undoDepth}
          />
          <ScorePanel
            histogram={(within.scored ?? view).histogram}
            score={score}
            flagged={point.flagged}
            alerts={point.alerts}
            alertsPerDay={point.alertsPerDay}
            scale={scale}
            onScale={setScale}
            onMove={move}
            onRelease={release}
          />
          <div className="tuning-pair">
            <DaysPanel days={view.days} alertsByDay={alertsByDay} alerts={alertsOnDays} budget={budget} />
            <CurvePanel
              view={view}
              within={within.scored}
              precision={(within.point ?? point).precision}
              recall={(within.point ?? point).recall}
            />
          </div>
          <WorthPanel rankings={view.rankings} isPending={view.rankingsPending} />
          <MissedPanel modelId={model.id} />
          <WorkPanel modelId={model.id} />
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
            onTriageAll={onTriageAll}
          />
        </div>
      }
    />
  );
}

function isScale(value: unknown): value is 'linear' | 'logarithmic' {
  return value === 'linear' || value === 'logarithmic';
}

/** The shape of the place while its first answer is under way. */
function TuningSkeleton(): ReactNode {
  return (
    <p className="tuning-waiting soft" role="status">
      Reading the scores
    </p>
  );
}

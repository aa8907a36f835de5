import { useCallback, useMemo, useState } from 'react';
import type { ModelListItem, TuningView } from '../../../preload/contract/requests.ts';
import { useCase, useCurrentModel, useSettings, useWindowState } from '../../data/app-state.tsx';
import { useClient } from '../../data/client.tsx';
import { useJob, type RunningJob } from '../../data/jobs.tsx';
import { draftOf, isTrainingDraft, type TrainingDraft } from './training-draft.ts';
import { errorWords } from '../../ui/error-words.ts';

export interface Training {
  readonly draft: TrainingDraft;
  readonly setDraft: (draft: TrainingDraft) => void;
  readonly reset: () => void;
  readonly train: () => void;
  readonly cancel: () => void;
  readonly running: RunningJob | null;
  readonly problem: string | null;
}

/** What the next training would use, and the training itself; a new model becomes the one that is looked at. */
export function useTraining(model: ModelListItem, features: TuningView['features']): Training {
  const client = useClient();
  const openCase = useCase();
  const [settings] = useSettings();
  const [, chooseModel] = useCurrentModel();
  const [stored, setStored] = useWindowState<TrainingDraft | null>('tuning.draft', null, isStoredDraft);
  const { start, cancel, running } = useJob('train');
  const [problem, setProblem] = useState<string | null>(null);
  const draft = useMemo(
    () => (stored?.modelId === model.id ? stored : draftOf(model, features)),
    [stored, model, features],
  );
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
        if (outcome.error.code !== 'CANCELLED') setProblem(errorWords(outcome.error));
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

import { useCallback, useMemo, useState } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { TuningView } from '../../../preload/contract/tuning.ts';
import { useCase, useCaseState, useCurrentModel, useModels } from '../../data/app-state.tsx';
import { trainingLike } from '../../data/training.ts';
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
  const openCase = useCase();
  const models = useModels();
  const [, chooseModel] = useCurrentModel();
  const [stored, setStored] = useCaseState<TrainingDraft | null>('tuning.draft', null, isStoredDraft);
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
    const parameters = { ...model.parameters, trees, sample, seed, grower };
    setProblem(null);
    void start({
      casePath: openCase.path,
      ...trainingLike({ ...model, parameters }, off, models),
    }).then((outcome) => {
      if (!outcome.ok) {
        if (outcome.error.code !== 'CANCELLED') setProblem(errorWords(outcome.error));
        return;
      }
      chooseModel(outcome.result.model.id);
    });
  }, [openCase, draft, model, models, start, chooseModel]);

  return { draft, setDraft: setStored, reset, train, cancel, running, problem };
}

function isStoredDraft(value: unknown): value is TrainingDraft | null {
  return value === null || isTrainingDraft(value);
}

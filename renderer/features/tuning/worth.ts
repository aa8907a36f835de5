import type { TuningView } from '../../../preload/contract/tuning.ts';

type Ranking = TuningView['rankings'][number];

/** Whether the model is worth having beside rules that need no model. */
export interface Worth {
  readonly state: 'better' | 'loses' | 'unknown';
  readonly sentence: string;
}

/** Differences of average precision below this are within what another seed would give. */
const TIE = 0.005;

/**
 * Compares the model's average precision with the best baseline's, and says plainly when the model loses. The rankings
 * of a new model come some seconds after it.
 */
export function worthOf(rankings: readonly Ranking[], isPending: boolean): Worth {
  const model = rankings.find(({ isModel }) => isModel);
  const best = rankings
    .filter((ranking) => !ranking.isModel && ranking.auprc !== null)
    .toSorted((first, second) => (second.auprc ?? 0) - (first.auprc ?? 0))
    .at(0);
  if (model === undefined || model.auprc === null || best === undefined || best.auprc === null) {
    const sentence = isPending
      ? 'Being compared with plain rules.'
      : 'Needs known frauds: a label column, or verdicts given in Triage.';
    return { state: 'unknown', sentence };
  }
  const figures = `${model.auprc.toFixed(3)} against ${best.auprc.toFixed(3)}`;
  if (model.auprc < best.auprc - TIE) {
    return {
      state: 'loses',
      sentence: `This model loses to “${best.name}”: average precision ${figures}. Change its features, or sort by that rule instead.`,
    };
  }
  if (model.auprc < best.auprc + TIE) {
    return { state: 'loses', sentence: `This model is no better than “${best.name}”: average precision ${figures}.` };
  }
  const times = best.auprc > 0 ? `, ${(model.auprc / best.auprc).toFixed(1)} times as good` : '';
  return { state: 'better', sentence: `Better than “${best.name}”: average precision ${figures}${times}.` };
}

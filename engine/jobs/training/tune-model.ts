import { resolve } from 'node:path';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { ScoreHistogram } from '../../forest/tuning.ts';
import { openCase } from '../../store/open-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { readDays, readLabels } from '../../case/case-columns.ts';
import { chooseModel, modelSummary, readSums } from '../../case/model/choose-model.ts';
import { storedThreshold, tuningHandle, tuningIndexOf } from '../../case/line/choose-threshold.ts';
import { evaluateScores } from '../../case/model/evaluate-scores.ts';

const histogramBins = 24;

/** The `tune` job: moves a model's threshold on the scores it has; nothing is trained or scored again. */
export async function tuneModel(input: ParsedJobInput<'tune'>, context: WorkContext): Promise<JobResult<'tune'>> {
  const openedCase = openCase(input.casePath);
  try {
    throwIfCancelled(context.signal);
    const chosen = chooseModel(openedCase, input.model);
    const profile = openedCase.profile();
    const sums = readSums(openedCase, chosen.stored);
    const labels = profile === undefined ? null : readLabels(openedCase, profile);
    const days = profile === undefined ? null : readDays(openedCase, profile);
    const index = tuningIndexOf(chosen.forest, sums, labels, days);
    const state = index.tune(
      input.threshold === undefined
        ? { kind: 'threshold', thresholdUnits: chosen.stored.threshold.units }
        : tuningHandle(input.threshold),
    );
    if (input.threshold !== undefined) {
      const flagged = index.flaggedRows(state.thresholdUnits);
      openedCase.replaceAlerts(chosen.stored.id, storedThreshold(state.thresholdUnits, input.threshold), {
        sequences: flagged,
        sums: Int32Array.from(flagged, (row) => sums[row]),
      });
    }
    const evaluation = labels === null ? null : evaluateScores(labels, sums, state.thresholdUnits);
    return {
      model: modelSummary(chosen),
      rows: sums.length,
      flagged: state.flagged,
      threshold: state.thresholdScore,
      thresholdUnits: state.thresholdUnits,
      contamination: state.contamination,
      alertsPerDay: state.alertsPerDay,
      days: index.days.length === 0 ? null : index.days.length,
      ...(evaluation === null ? {} : { evaluation }),
      histogram: histogramOf(index.histogram(histogramBins)),
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}

function histogramOf(histogram: ScoreHistogram): JobResult<'tune'>['histogram'] {
  return Array.from(histogram.counts, (rows, bin) => ({
    fromScore: histogram.edges[bin],
    toScore: histogram.edges[bin + 1],
    rows,
  }));
}

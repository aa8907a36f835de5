import { resolve } from 'node:path';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { openCaseToRead } from '../../case/open-case-to-read.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { readLabels } from '../../case/case-columns.ts';
import { chooseModel, modelSummary, readSums } from '../../case/model/choose-model.ts';
import { evaluateScores } from '../../case/model/evaluate-scores.ts';

/** The `compare` job: two models of one case, by what they flag and, with labels, by what they find. */
export async function compareModels(
  input: ParsedJobInput<'compare'>,
  context: WorkContext,
): Promise<JobResult<'compare'>> {
  const openedCase = openCaseToRead(input.casePath);
  try {
    throwIfCancelled(context.signal);
    const first = chooseModel(openedCase, input.first);
    const second = chooseModel(openedCase, input.second);
    const firstSums = readSums(openedCase, first.stored);
    const secondSums = readSums(openedCase, second.stored);
    const profile = openedCase.profile();
    const labels = profile === undefined ? null : readLabels(openedCase, profile);
    const flagged = { both: 0, onlyFirst: 0, onlySecond: 0 };
    const fraud = { both: 0, onlyFirst: 0, onlySecond: 0 };
    for (let row = 0; row < firstSums.length; row++) {
      const byFirst = firstSums[row] <= first.stored.threshold.units;
      const bySecond = secondSums[row] <= second.stored.threshold.units;
      if (!byFirst && !bySecond) continue;
      const part = byFirst && bySecond ? 'both' : byFirst ? 'onlyFirst' : 'onlySecond';
      flagged[part]++;
      if (labels?.[row] === 1) fraud[part]++;
    }
    const union = flagged.both + flagged.onlyFirst + flagged.onlySecond;
    return {
      first: { model: modelSummary(first), evaluation: evaluationOf(labels, firstSums, first.stored.threshold.units) },
      second: {
        model: modelSummary(second),
        evaluation: evaluationOf(labels, secondSums, second.stored.threshold.units),
      },
      flagged,
      fraud: labels === null ? null : fraud,
      overlap: union === 0 ? 1 : flagged.both / union,
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}

function evaluationOf(
  labels: Uint8Array | null,
  sums: Int32Array,
  units: number,
): JobResult<'compare'>['first']['evaluation'] {
  return labels === null ? null : evaluateScores(labels, sums, units);
}

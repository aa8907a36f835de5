import { resolve } from 'node:path';
import { throwIfCancelled, type Progress, type WorkContext } from '../../domain/progress.ts';
import { flagOverlap, flagStability, type StabilityRun } from '../../forest/stability.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { chooseModel, modelSummary, readSums } from '../../case/model/choose-model.ts';
import { tuningIndexOf } from '../../case/line/choose-threshold.ts';
import { openCaseToRead } from '../../case/open-case-to-read.ts';
import { growForest, scoreCase } from './train-model.ts';

const seedLimit = 2 ** 32;

/**
 * The `stability` job: forests like a model's, grown from the seeds after its own, each flagging as many transactions
 * as the model does; how many of the alerts are the same. Nothing is stored.
 */
export async function measureStability(
  input: ParsedJobInput<'stability'>,
  context: WorkContext,
): Promise<JobResult<'stability'>> {
  const openedCase = openCaseToRead(input.casePath);
  try {
    const chosen = chooseModel(openedCase, input.model);
    const { stored, forest } = chosen;
    const sums = readSums(openedCase, stored);
    const own: StabilityRun = { sums, thresholdUnits: stored.threshold.units };
    const flagged = sums.reduce((count, sum) => count + (sum <= own.thresholdUnits ? 1 : 0), 0);
    const features = {
      featureSetId: stored.featureSetId,
      rowCount: sums.length,
      featureCount: forest.featureCount,
    };
    const runs: StabilityRun[] = [];
    const seeds: JobResult<'stability'>['seeds'] = [];
    for (let turn = 0; turn < input.seeds; turn++) {
      throwIfCancelled(context.signal);
      const seed = (stored.parameters.seed + 1 + turn) % seedLimit;
      const part = partOf(context, turn, input.seeds);
      const other = await growForest(openedCase, features, { ...stored.parameters, seed }, part, []);
      const otherSums = await scoreCase(openedCase, features, other, part);
      const { thresholdUnits } = tuningIndexOf(other, otherSums, null, null).tune({ kind: 'budget', alerts: flagged });
      const run = { sums: otherSums, thresholdUnits };
      runs.push(run);
      seeds.push({ seed, overlap: flagOverlap(own, run) });
    }
    const overlaps = seeds.flatMap(({ overlap }) => (overlap === null ? [] : [overlap]));
    return {
      model: modelSummary(chosen),
      flagged,
      seeds,
      meanOverlap: overlaps.length === 0 ? null : overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length,
      leastOverlap: overlaps.length === 0 ? null : Math.min(...overlaps),
      kept: flagStability([own, ...runs]).meanShare,
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}

/** Tells of one forest among several: growing it is the first half of its turn, scoring with it the second. */
function partOf(context: WorkContext, turn: number, turns: number): WorkContext {
  const report = ({ phase, done, total }: Progress): void => {
    const share = total === null || total === 0 ? 0 : Math.min(1, done / total);
    const half = phase === 'score' ? 0.5 : 0;
    context.report({ phase, done: turn + half + share / 2, total: turns, unit: 'forests' });
  };
  return { ...context, report };
}

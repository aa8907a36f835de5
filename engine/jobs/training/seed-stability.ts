import { resolve } from 'node:path';
import { throwIfCancelled, type Progress, type WorkContext } from '../../domain/progress.ts';
import { flagOverlap, flagStability, type StabilityRun } from '../../forest/stability.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { withCase } from '../../case/opening.ts';
import { forestBeneath, refuseImported } from '../../case/model/chosen-model.ts';
import { growForest, scoreCase } from './train-model.ts';

const seedLimit = 2 ** 32;

/**
 * The `stability` job: forests like a model's (like the one beneath where it learned from verdicts), grown from the seeds after its own, each at a line that gives
 * as many alerts as the model's; how many of the flagged transactions are the same. Nothing is stored.
 */
export function measureStability(
  input: ParsedJobInput<'stability'>,
  context: WorkContext,
): Promise<JobResult<'stability'>> {
  return withCase(input.casePath, 'read', async (session) => {
    const { openCase: openedCase } = session;
    const stored = forestBeneath(session.models, session.chosenModel(input.model));
    refuseImported(stored, 'grown again from other seeds');
    const { groups } = session.alerts(stored.id);
    const { sums, forest } = session.view(stored.id);
    const own: StabilityRun = { sums, thresholdUnits: stored.threshold.units };
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
      const { thresholdUnits } = session.indexOf(other, otherSums).index.tune({ kind: 'alerts', alerts: groups.count });
      const run = { sums: otherSums, thresholdUnits };
      runs.push(run);
      seeds.push({ seed, overlap: flagOverlap(own, run) });
    }
    const overlaps = seeds.flatMap(({ overlap }) => (overlap === null ? [] : [overlap]));
    return {
      model: session.modelSummary(stored.id),
      alerts: groups.count,
      flagged: groups.rows.length,
      seeds,
      meanOverlap: overlaps.length === 0 ? null : overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length,
      leastOverlap: overlaps.length === 0 ? null : Math.min(...overlaps),
      kept: flagStability([own, ...runs]).meanShare,
      case: resolve(input.casePath),
    };
  });
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

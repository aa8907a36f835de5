import { resolve } from 'node:path';
import { withCase } from '../../case/opening.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { openCase } from '../../store/open-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { ingestRecordings } from '../reading/ingest-recordings.ts';
import { runMainJob } from '../run-main-job.ts';
import { retrain } from './retrain.ts';

/**
 * The `pipelineRun` job: what a scheduled pipeline does, here as on a cluster. The first time it makes the model of the recipe;
 * later it reads what came, makes a challenger of recent rows, and promotes it where it passes the gate.
 */
export async function runPipeline(
  { recipe, recordings, casePath }: ParsedJobInput<'pipelineRun'>,
  context: WorkContext,
): Promise<JobResult<'pipelineRun'>> {
  const openedCase = openCase(casePath, { create: true });
  const isFirst = openedCase.counts().models === 0;
  openedCase.close();
  const { version: _version, digest, ...choice } = recipe;
  const notices: string[] = [];
  let gate: JobResult<'pipelineRun'>['gate'] = null;
  if (isFirst) {
    const made = await runMainJob({ ...choice, recordings, casePath, expect: [] }, context);
    notices.push(...made.notices);
    if (made.model.digest !== digest)
      notices.push(`These rows are others than those of the recipe, whose model is ${digest.slice(0, 12)}.`);
  } else {
    const read = await ingestRecordings({ recordings, casePath, expect: [], overrides: choice.overrides }, context);
    notices.push(...read.notices);
    throwIfCancelled(context.signal);
    const when = { kind: 'rows', rows: 1 } as const;
    const retrained = await retrain({ casePath, when, withoutFraud: false, promote: true }, context);
    notices.push(...retrained.notices, ...(retrained.isDue ? [] : [retrained.due]));
    gate = retrained.gate;
  }
  return withCase(casePath, 'read', (session) => {
    const champion = session.chosenModel(undefined);
    return {
      isFirst,
      model: session.modelSummary(champion.id),
      thresholdUnits: champion.threshold.units,
      rows: session.arrays.rowCount,
      gate,
      notices,
      case: resolve(casePath),
    };
  });
}

import { z } from 'zod';
import { AssayError } from '../domain/error.ts';
import type { WorkContext } from '../domain/progress.ts';
import { compareModels } from '../jobs/compare-models.ts';
import { runDoctor } from '../jobs/doctor.ts';
import { evaluateModel } from '../jobs/evaluate-model.ts';
import { explainAlerts } from '../jobs/explain-alerts.ts';
import { exportOnnxModel } from '../jobs/export-onnx-model.ts';
import { ingestRecordings } from '../jobs/ingest-recordings.ts';
import { evaluateRolling } from '../jobs/evaluate-rolling.ts';
import { reportFeatures } from '../jobs/report-features.ts';
import { runMainJob } from '../jobs/run-main-job.ts';
import { scoreRecordings } from '../jobs/score-recordings.ts';
import { simulate } from '../jobs/simulate/simulate.ts';
import { trainModel } from '../jobs/train-model.ts';
import { tuneModel } from '../jobs/tune-model.ts';
import { errorReportOf, type Answer, type ErrorReport } from '../../preload/contract/envelope.ts';
import { jobs, type JobInput, type JobName, type JobResult, type ParsedJobInput } from '../../preload/contract/jobs.ts';

/** The engine as a host sees it: one door for every job of the contract. */
export interface Engine {
  runJob<J extends JobName>(name: J, input: JobInput<J>, context: WorkContext): Promise<Answer<JobResult<J>>>;
}

type Handlers = {
  readonly [J in JobName]: (input: ParsedJobInput<J>, context: WorkContext) => Promise<JobResult<J>>;
};

const handlers: Handlers = {
  run: runMainJob,
  ingest: ingestRecordings,
  train: trainModel,
  tune: tuneModel,
  score: scoreRecordings,
  evaluate: evaluateModel,
  explain: explainAlerts,
  compare: compareModels,
  exportOnnx: exportOnnxModel,
  simulate,
  rolling: evaluateRolling,
  features: reportFeatures,
  doctor: runDoctor,
};

/** An engine in this process. Inputs are parsed here, whatever host they came through. */
export function createEngine(): Engine {
  return {
    async runJob<J extends JobName>(name: J, input: JobInput<J>, context: WorkContext): Promise<Answer<JobResult<J>>> {
      const parsed = jobs[name].input.safeParse(input);
      if (!parsed.success)
        return {
          ok: false,
          error: { code: 'WRONG_USE', kind: 'usage', message: `${name}: ${z.prettifyError(parsed.error)}` },
        };
      try {
        // The handler map is typed per job; the compiler cannot relate the parsed union to this one J.
        const data = await handlers[name](parsed.data as ParsedJobInput<J>, context);
        return { ok: true, data };
      } catch (error) {
        return { ok: false, error: reportOf(error, context.signal) };
      }
    },
  };
}

function reportOf(error: unknown, signal: AbortSignal): ErrorReport {
  if (error instanceof AssayError) return errorReportOf(error);
  if (signal.aborted) return { code: 'CANCELLED', kind: 'failure', message: 'Stopped before the end.' };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'INTERNAL',
    kind: 'failure',
    message: `An unexpected fault in Assay itself: ${text}`,
    nextStep: 'What was stored before stays valid. Please report this with the text above.',
  };
}

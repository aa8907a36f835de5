import { AssayError } from '../../engine/domain/error.ts';
import { errorReportOf, type Answer, type ErrorReport } from '../../preload/contract/envelope.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import type { CommandSurroundings } from './surroundings.ts';

/**
 * The one way a command runs a job: build its input (which may fail as wrong use), run it, do what comes after it, then print either
 * the report for people or the JSON line for programs.
 */
export async function runCommand<J extends JobName>(
  surroundings: CommandSurroundings,
  name: J,
  asJson: boolean,
  printReport: (result: JobResult<J>, surroundings: CommandSurroundings) => void,
  buildInput: () => JobInput<J>,
  afterwards: (result: JobResult<J>) => void = () => undefined,
): Promise<void> {
  const answer = await answerOf(surroundings, name, buildInput, afterwards);
  if (answer.ok && !asJson) printReport(answer.data, surroundings);
  if (asJson) surroundings.print(JSON.stringify(answer.ok ? answer.data : { error: answer.error }));
  if (!answer.ok) surroundings.fail(answer.error);
}

async function answerOf<J extends JobName>(
  surroundings: CommandSurroundings,
  name: J,
  buildInput: () => JobInput<J>,
  afterwards: (result: JobResult<J>) => void,
): Promise<Answer<JobResult<J>>> {
  try {
    const answer = await surroundings.engine.runJob(name, buildInput(), surroundings.context);
    if (answer.ok) afterwards(answer.data);
    return answer;
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const report: ErrorReport = errorReportOf(error);
    return { ok: false, error: report };
  }
}

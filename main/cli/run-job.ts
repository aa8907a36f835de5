import { cancelled } from '../../engine/domain/cancelled.ts';
import { AssayError } from '../../engine/domain/error.ts';
import { printableJson } from '../../engine/domain/printable-text.ts';
import { errorReportOf, type Answer, type ErrorReport } from '../../preload/contract/envelope.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import type { CommandSurroundings } from './surroundings.ts';

/** How long a job may take to end in order once it is told to stop. */
const stopGraceMs = 800;
/** Jobs that have no end of their own: being stopped is how they finish, and what they came to is told then. */
const endlessJobs: ReadonlySet<JobName> = new Set<JobName>(['follow', 'record']);

/**
 * The one way a command runs a job: build its input (which may fail as wrong use), run it, do what comes after it, then print either
 * the report for people or the JSON line for programs.
 */
export async function runCommand<J extends JobName>(
  surroundings: CommandSurroundings,
  name: J,
  asJson: boolean,
  printReport: (result: JobResult<J>, surroundings: CommandSurroundings) => void,
  buildInput: () => JobInput<J> | Promise<JobInput<J>>,
  afterwards: (result: JobResult<J>) => void | Promise<void> = () => undefined,
): Promise<void> {
  const answer = await answerOf(surroundings, name, buildInput, afterwards);
  if (answer.ok && !asJson) printReport(answer.data, surroundings);
  if (asJson)
    surroundings.print(printableJson(JSON.stringify(answer.ok ? withNotice(answer) : { error: answer.error })));
  else if (answer.ok && answer.notice !== undefined) surroundings.note(answer.notice);
  if (!answer.ok) surroundings.fail(answer.error);
}

function withNotice({ data, notice }: { readonly data: object; readonly notice?: string }): object {
  return notice === undefined ? data : { ...data, notice };
}

async function answerOf<J extends JobName>(
  surroundings: CommandSurroundings,
  name: J,
  buildInput: () => JobInput<J> | Promise<JobInput<J>>,
  afterwards: (result: JobResult<J>) => void | Promise<void>,
): Promise<Answer<JobResult<J>>> {
  try {
    const job = surroundings.engine.runJob(name, await buildInput(), surroundings.context);
    const answer = await (endlessJobs.has(name) ? job : Promise.race([job, deafTo(surroundings)]));
    if (answer.ok) await afterwards(answer.data);
    return answer;
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const report: ErrorReport = errorReportOf(error);
    return { ok: false, error: report };
  }
}

/** The answer for a job that goes on although it was told to stop: its work is left where it is, which is safe at any moment. */
function deafTo({ context: { signal }, abandon }: CommandSurroundings): Promise<Answer<never>> {
  return new Promise((resolve) => {
    const answer = (): void => {
      abandon();
      resolve({ ok: false, error: errorReportOf(cancelled()) });
    };
    signal.addEventListener('abort', () => setTimeout(answer, stopGraceMs).unref());
  });
}

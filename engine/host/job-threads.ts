import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { Answer } from '../../preload/contract/envelope.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import type { Asker, WorkContext } from '../domain/progress.ts';
import { takeOverAttempt } from '../network/ledger.ts';
import { streamsText, type RunningStreams } from '../monitor/running-streams.ts';
import { outsideFolder } from '../store/own-folder.ts';
import { allRememberedAccess } from '../stream/kafka/known-access.ts';
import { reportOf } from './error-report.ts';
import type { FromJob, JobTask, ToJob } from './job-messages.ts';

const noStreams: RunningStreams = { count: 0, newest: '' };

/**
 * Runs each job in a thread of its own, over connections of its own, so that none delays a request or another job. A
 * thread that ends without an answer fails its job and nothing else.
 */
export class JobThreads {
  /** How to ask the threads that follow a stream, in the order in which they began. */
  readonly #streaming = new Map<Worker, () => Promise<RunningStreams>>();

  /** Runs a job to its end; settles once its thread is gone. Progress is passed on at most 10 times a second. */
  async run<J extends JobName>(
    name: J,
    input: JobInput<J>,
    context: WorkContext & { readonly asker: Asker },
  ): Promise<Answer<JobResult<J>>> {
    const task: JobTask = {
      name,
      input,
      asker: context.asker,
      knownAccess: allRememberedAccess(),
      dataFolder: outsideFolder(),
    };
    // Native code reads the environment of the process, which a copy of it would not change.
    const thread = new Worker(new URL('./job.worker.ts', import.meta.url), { workerData: task, env: SHARE_ENV });
    const say = (message: ToJob): void => thread.postMessage(message);
    const stop = (): void => say({ kind: 'stop' });
    const waiting: ((streams: RunningStreams) => void)[] = [];
    const tellStreams = (): Promise<RunningStreams> =>
      new Promise((resolve) => {
        waiting.push(resolve);
        say({ kind: 'tell-streams' });
      });
    context.onCommand?.((command) => say({ kind: 'command', command }));
    context.signal.addEventListener('abort', stop);
    if (context.signal.aborted) stop();

    const answer = await new Promise<Answer<unknown>>((resolve) => {
      let said: Answer<unknown> | undefined;
      const fail = (error: unknown): void => {
        said ??= { ok: false, error: reportOf(error, context.signal) };
      };
      thread.on('message', (message: FromJob) => {
        if (message.kind === 'progress') {
          if (message.progress.stream !== undefined) this.#streaming.set(thread, tellStreams);
          context.report(message.progress);
        } else if (message.kind === 'network') takeOverAttempt(message.attempt);
        else if (message.kind === 'streams') waiting.shift()?.(message.streams);
        else {
          said = message.answer;
          void thread.terminate();
        }
      });
      thread.on('error', fail);
      thread.on('exit', () => {
        fail(new Error(`the thread of the job ${name} ended unasked`));
        if (said !== undefined) resolve(said);
      });
    });
    context.signal.removeEventListener('abort', stop);
    this.#streaming.delete(thread);
    for (const resolve of waiting) resolve(noStreams);
    // The thread was given this job's name, and answers with its result.
    return answer as Answer<JobResult<J>>;
  }

  /** The figures of the stream that began last, and how many there are, in Prometheus' text form. */
  async streamsText(): Promise<string> {
    return streamsText(await Promise.all([...this.#streaming.values()].map((tell) => tell())));
  }
}

// One job of a window, in a thread of its own.
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import type { StreamCommand } from '../domain/stream-figures.ts';
import { runningStreams } from '../monitor/running-streams.ts';
import { onAttempt } from '../network/ledger.ts';
import { watchLibraries } from '../network/watch-libraries.ts';
import { keepOutsideIn } from '../store/own-folder.ts';
import { takeOverAccess } from '../stream/kafka/known-access.ts';
import type { FromJob, JobTask, ToJob } from './job-messages.ts';
import { LatestWins, stateIntervalMs } from './latest-wins.ts';
import { runJob } from './run-job.ts';
import { logSlowQueries } from './slow-queries.ts';

const port = parentPort ?? impossible('a job is started as a worker thread');
const { name, input, asker, knownAccess, dataFolder } = workerData as JobTask;
const say = (message: FromJob): void => port.postMessage(message);
const progress = new LatestWins<FromJob>(stateIntervalMs, say);
const stop = new AbortController();
const listeners = new Set<(command: StreamCommand) => void>();

port.on('message', (message: ToJob) => {
  if (message.kind === 'stop') stop.abort();
  else if (message.kind === 'command') for (const listener of listeners) listener(message.command);
  else void runningStreams().then((streams) => say({ kind: 'streams', streams }));
});
// Linux counts priority by thread, and gives that of this one to those it starts: whoever answers a key goes first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
onAttempt((attempt) => say({ kind: 'network', attempt }));
watchLibraries();
takeOverAccess(knownAccess);
if (dataFolder !== null) keepOutsideIn(dataFolder);
logSlowQueries({ otherwise: name });
// The input is of this job, or is refused where it is parsed.
const answer = await runJob(name, input as never, {
  signal: stop.signal,
  report: (reported) => progress.give('progress', { kind: 'progress', progress: reported }),
  asker,
  onCommand: (listener) => void listeners.add(listener),
});
progress.flushAll();
say({ kind: 'ended', answer });

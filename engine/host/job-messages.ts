import type { Answer } from '../../preload/contract/envelope.ts';
import type { JobName } from '../../preload/contract/jobs.ts';
import type { NetworkAttempt } from '../domain/network-attempt.ts';
import type { Asker, Progress } from '../domain/progress.ts';
import type { StreamCommand } from '../domain/stream-figures.ts';
import type { RunningStreams } from '../monitor/running-streams.ts';
import type { KnownAccess } from '../stream/kafka/known-access.ts';

/** What a thread is started with: one job. */
export interface JobTask {
  readonly name: JobName;
  /** As it came from the window; the thread parses it. */
  readonly input: unknown;
  readonly asker: Asker;
  readonly knownAccess: KnownAccess;
  /** Where what belongs to no case is kept. */
  readonly dataFolder: string | null;
}

/** What is said to the thread of a job. */
export type ToJob =
  | { readonly kind: 'stop' }
  | { readonly kind: 'command'; readonly command: StreamCommand }
  /** Answered by `streams`. */
  | { readonly kind: 'tell-streams' };

/** What the thread of a job says. `ended` comes once, and last. */
export type FromJob =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'network'; readonly attempt: NetworkAttempt }
  | { readonly kind: 'streams'; readonly streams: RunningStreams }
  | { readonly kind: 'ended'; readonly answer: Answer<unknown> };

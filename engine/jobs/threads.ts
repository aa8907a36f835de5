import { availableParallelism } from 'node:os';
import { THREADS_VARIABLE, threadsAmong } from '../domain/threads.ts';

/** Threads that jobs of this process compute with. */
export function threadsToUse(): number {
  return threadsAmong(availableParallelism(), process.env[THREADS_VARIABLE]);
}

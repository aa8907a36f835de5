/** Environment variable that caps the threads that compute; `--threads` sets it. */
export const THREADS_VARIABLE = 'ASSAY_THREADS';

/** Threads that may compute: one for each core, unless fewer were asked for. What is computed does not hang on it. */
export function threadsAmong(cores: number, asked: string | undefined): number {
  const most = Number(asked);
  return Number.isInteger(most) && most > 0 ? Math.min(most, cores) : cores;
}

import type { Registry } from 'prom-client';

/** Streams of this thread, in the order they began. */
const running = new Set<Registry>();

/** What is said of the streams of one thread: how many there are, and the figures of the one that began last. */
export interface RunningStreams {
  readonly count: number;
  /** In Prometheus' text form; empty where there is none. */
  readonly newest: string;
}

/** Notes a stream that runs in this thread until the returned function is called. */
export function announceStream(registry: Registry): () => void {
  running.add(registry);
  return () => void running.delete(registry);
}

/** The streams of this thread as they stand. */
export async function runningStreams(): Promise<RunningStreams> {
  return { count: running.size, newest: (await [...running].at(-1)?.metrics()) ?? '' };
}

/**
 * The figures of the stream that began last, and how many there are, in Prometheus' text form.
 * @param threads in the order in which they began
 */
export function streamsText(threads: readonly RunningStreams[]): string {
  const running = threads.filter(({ count }) => count > 0);
  const head = `# HELP iforest_streams_running Topics that are followed now; the figures are those of the newest.
# TYPE iforest_streams_running gauge
iforest_streams_running ${running.reduce((sum, { count }) => sum + count, 0)}
`;
  return `${head}${running.at(-1)?.newest ?? ''}`;
}

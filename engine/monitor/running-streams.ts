import type { Registry } from 'prom-client';

/** Streams of this process, in the order they began. */
const running = new Set<Registry>();

/** Notes a stream that runs in this process until the returned function is called. */
export function announceStream(registry: Registry): () => void {
  running.add(registry);
  return () => void running.delete(registry);
}

/** The figures of the stream that began last, and how many there are, in Prometheus' text form. */
export async function runningStreamsText(): Promise<string> {
  const head = `# HELP iforest_streams_running Topics that are followed now; the figures are those of the newest.
# TYPE iforest_streams_running gauge
iforest_streams_running ${running.size}
`;
  return `${head}${(await [...running].at(-1)?.metrics()) ?? ''}`;
}

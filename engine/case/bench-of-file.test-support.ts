import { afterAll, beforeAll } from 'vitest';
import { createBench, type Bench } from './small-recording.test-support.ts';

/** A bench for all tests of a file, with its case open in the window. */
export function benchOfFile(take: (bench: Bench) => void): void {
  const cleanUps: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
    take(bench);
    await bench.ask('case.open', { path: bench.casePath });
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
}

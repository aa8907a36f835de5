import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompiledForest } from '../../domain/model.ts';
import { scoreSums } from '../score.ts';
import { buildKernel } from './build.mjs';
import { generateForest, generateRows } from './random-forest.fixture.ts';
import { createScoringPool, type ScoringPool, type ScoringPoolOptions } from './scoring-pool.ts';

let folder: string;
let kernel: URL;
let absentKernel: URL;
const forest = generateForest({ trees: 40, depth: 8, features: 9, shape: 'ragged', seed: 3 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-pool-'));
  kernel = pathToFileURL(join(folder, 'kernel.wasm'));
  absentKernel = pathToFileURL(join(folder, 'absent.wasm'));
  await buildKernel(join(folder, 'kernel.wasm'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function withPool(options: ScoringPoolOptions, work: (pool: ScoringPool) => Promise<void>): Promise<void> {
  const pool = createScoringPool(forest, options);
  try {
    await work(pool);
  } finally {
    await pool.close();
  }
}

function expectedSums(of: CompiledForest, values: Float32Array, rowCount: number): Int32Array {
  const sums = new Int32Array(rowCount);
  scoreSums(of, values, rowCount, sums);
  return sums;
}

function scoreZeros(pool: ScoringPool, rowCount: number): Promise<void> {
  return pool.score(new Float32Array(rowCount * forest.featureCount), rowCount, new Int32Array(rowCount));
}

/** A worker that does not what it should. */
async function workerThat(name: string, code: string): Promise<URL> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, `import { parentPort } from 'node:worker_threads';\n${code}`);
  return pathToFileURL(file);
}

describe.each([
  { threads: 1, withKernel: true },
  { threads: 2, withKernel: true },
  { threads: 3, withKernel: true },
  { threads: 1, withKernel: false },
  { threads: 2, withKernel: false },
])('$threads threads, kernel: $withKernel', ({ threads, withKernel }) => {
  const options = (): ScoringPoolOptions => ({ threads, kernel: withKernel ? kernel : absentKernel });

  it.each([0, 1, 255, 256, 5000, 40_001])('gives the sums of the typed-array scorer for %i rows', (rowCount) =>
    withPool(options(), async (pool) => {
      expect(pool.usesKernel).toBe(withKernel);
      await pool.started;
      const values = generateRows(forest, rowCount, rowCount + 1);
      const out = new Int32Array(rowCount);
      await pool.score(values, rowCount, out);
      expect(out).toEqual(expectedSums(forest, values, rowCount));
    }),
  );

  it('keeps batches that are under way at the same time apart', () =>
    withPool(options(), async (pool) => {
      const batches = [4096, 300, 20_000, 10, 4096, 7777].map((rowCount, index) => {
        const values = generateRows(forest, rowCount, index);
        return { values, rowCount, out: new Int32Array(rowCount) };
      });
      await Promise.all(batches.map(({ values, rowCount, out }) => pool.score(values, rowCount, out)));
      for (const { values, rowCount, out } of batches) expect(out).toEqual(expectedSums(forest, values, rowCount));
    }));

  it('stops a batch when its signal aborts, and scores the next one', () =>
    withPool(options(), async (pool) => {
      const rowCount = 50_000;
      const values = generateRows(forest, rowCount, 1);
      const abort = new AbortController();
      const stopped = pool.score(values, rowCount, new Int32Array(rowCount), abort.signal);
      abort.abort();
      await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(pool.score(values, 10, new Int32Array(10), abort.signal)).rejects.toMatchObject({
        code: 'CANCELLED',
      });
      const out = new Int32Array(rowCount);
      await pool.score(values, rowCount, out);
      expect(out).toEqual(expectedSums(forest, values, rowCount));
    }));

  it('rejects what is under way when it is closed, and everything after', async () => {
    const rowCount = 50_000;
    const values = new Float32Array(rowCount * forest.featureCount);
    const pool = createScoringPool(forest, options());
    const underWay = pool.score(values, rowCount, new Int32Array(rowCount));
    const rejected = expect(underWay).rejects.toMatchObject({ code: 'CANCELLED' });
    await pool.close();
    await rejected;
    await expect(pool.score(values, 5, new Int32Array(5))).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(pool.score(values, 5000, new Int32Array(5000))).rejects.toMatchObject({ code: 'CANCELLED' });
    await pool.close();
  });
});

it('scores the next forest on the threads of the one before, and with its own sums', async () => {
  const started: number[] = [];
  const seeThread = (worker: Worker): void => void started.push(worker.threadId);
  const other = generateForest({ trees: 7, depth: 5, features: 4, shape: 'ragged', seed: 8 });
  await withPool({ threads: 2, kernel }, (pool) => pool.started);
  process.on('worker', seeThread);
  for (const next of [other, forest]) {
    const pool = createScoringPool(next, { threads: 2, kernel });
    await pool.started;
    const values = generateRows(next, 9000, 5);
    const out = new Int32Array(9000);
    await pool.score(values, 9000, out);
    await pool.close();
    expect(out).toEqual(expectedSums(next, values, 9000));
  }
  process.off('worker', seeThread);
  expect(started).toEqual([]);
});

it('refuses rows that do not fit the arrays', () =>
  withPool({ threads: 2, kernel }, async (pool) => {
    await expect(pool.score(new Float32Array(1000), 1000, new Int32Array(1000))).rejects.toThrow('do not fit');
  }));

describe('a thread that fails rejects every batch instead of leaving it to hang', () => {
  it.each([
    { how: 'throws', code: 'parentPort.on("message", () => { throw new Error("boom"); });', message: 'boom' },
    { how: 'ends', code: 'parentPort.on("message", () => process.exit(3));', message: 'code 3' },
  ])('when it $how', async ({ how, code, message }) => {
    const worker = await workerThat(how, `parentPort.postMessage(null);\n${code}`);
    await withPool({ threads: 2, kernel, worker }, async (pool) => {
      await pool.started;
      const outcomes = await Promise.allSettled([scoreZeros(pool, 30_000), scoreZeros(pool, 5000)]);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL', name: 'AssayError' } });
        expect(String((outcome as PromiseRejectedResult).reason)).toContain(message);
      }
      await expect(scoreZeros(pool, 5000)).rejects.toMatchObject({ code: 'INTERNAL' });
      await expect(scoreZeros(pool, 1)).rejects.toMatchObject({ code: 'INTERNAL' });
    });
  });

  it('when it does not start', async () => {
    const worker = await workerThat('does-not-start', 'throw new Error("no start");');
    await withPool({ threads: 2, kernel, worker }, async (pool) => {
      await pool.started;
      await expect(scoreZeros(pool, 5000)).rejects.toMatchObject({ code: 'INTERNAL' });
    });
  });
});

it('the calling thread scores alone while its threads have not started: none of its rows is lost or scored twice', async () => {
  const worker = await workerThat('never-ready', 'parentPort.on("message", () => undefined);');
  await withPool({ threads: 2, kernel, worker }, async (pool) => {
    const values = generateRows(forest, 10_000, 1);
    const out = new Int32Array(10_000);
    await pool.score(values, 10_000, out);
    expect(out).toEqual(expectedSums(forest, values, 10_000));
  });
});

it('an idle pool does not keep the process alive, a busy one does', async () => {
  const program = `
    import { createScoringPool } from ${JSON.stringify(new URL('./scoring-pool.ts', import.meta.url).href)};
    import { generateForest } from ${JSON.stringify(new URL('./random-forest.fixture.ts', import.meta.url).href)};
    const forest = generateForest({ trees: 3, depth: 4, features: 2, shape: 'full', seed: 1 });
    const pool = createScoringPool(forest, { threads: 2, kernel: new URL(${JSON.stringify(kernel.href)}) });
    pool.score(new Float32Array(60000), 30000, new Int32Array(30000)).then(() => console.log('scored'));
  `;
  const file = join(folder, 'idle.mjs');
  await writeFile(file, program);
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, output }).toEqual({ code: 0, output: 'scored\n' });
});

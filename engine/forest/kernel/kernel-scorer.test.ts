import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompiledForest } from '../../domain/model.ts';
import { scoreSums } from '../score.ts';
import { buildKernel } from './build.mjs';
import { layOutForest, treeLayoutOf } from './forest-layout.ts';
import { createKernelScorer } from './kernel-scorer.ts';
import { kernelStatus } from './kernel-status.ts';
import { generateForest, generateRows, treeShapes } from './random-forest.fixture.ts';
import { layOutRanked } from './ranked-layout.ts';

let folder: string;
let kernel: URL;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-kernel-'));
  const file = join(folder, 'kernel.wasm');
  await buildKernel(file);
  kernel = pathToFileURL(file);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function expectSameSums(forest: CompiledForest, values: Float32Array, rowCount: number): void {
  const expected = new Int32Array(rowCount);
  scoreSums(forest, values, rowCount, expected);
  const actual = new Int32Array(rowCount).fill(-1);
  createKernelScorer(forest, kernel)?.scoreSums(values, rowCount, actual);
  expect(actual).toEqual(expected);
}

describe('the kernel gives the sums of the typed-array scorer', () => {
  it('for random forests of every shape and rows with NaN, infinities, zeros, denormals and thresholds', () => {
    fc.assert(
      fc.property(
        fc.record({
          trees: fc.integer({ min: 1, max: 12 }),
          depth: fc.integer({ min: 0, max: 9 }),
          features: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 40 })),
          shape: fc.constantFrom(...treeShapes),
          seed: fc.nat(),
        }),
        fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 250, max: 600 })),
        (shape, rowCount) => {
          const forest = generateForest(shape);
          expectSameSums(forest, generateRows(forest, rowCount, shape.seed), rowCount);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each(treeShapes.flatMap((shape) => [10, 11, 12].map((depth) => ({ shape, depth }))))(
    'on both sides of the limit between the layouts: $shape, depth $depth',
    ({ shape, depth }) => {
      const forest = generateForest({ trees: 3, depth, features: 7, shape, seed: depth });
      expectSameSums(forest, generateRows(forest, 700, depth), 700);
    },
  );

  it.each([
    { trees: 12, depth: 6, features: 8, isRanked: false },
    { trees: 12, depth: 7, features: 8, isRanked: true },
    { trees: 12, depth: 9, features: 8, isRanked: true },
    { trees: 12, depth: 10, features: 8, isRanked: false },
    { trees: 12, depth: 9, features: 9, isRanked: false },
    // More ranks of one feature than a signed half word holds, and than any.
    { trees: 110, depth: 9, features: 1, isRanked: true },
    { trees: 200, depth: 9, features: 1, isRanked: false },
  ])('on both sides of what is compared by ranks: %o', ({ isRanked, ...shape }) => {
    const forest = generateForest({ ...shape, shape: 'full', seed: 3 });
    expect(layOutRanked(forest, 64)?.plan.isRanked ?? false).toBe(isRanked);
    expectSameSums(forest, generateRows(forest, 533, 4), 533);
  });

  it('by ranks too, for thresholds that are no numbers and rows on every threshold', () => {
    const forest = generateForest({ trees: 3, depth: 8, features: 3, shape: 'ragged', seed: 21 });
    forest.threshold.forEach((_, node) => node % 7 === 0 && (forest.threshold[node] = NaN));
    const values = Float32Array.from(forest.threshold.subarray(0, 3 * 200));
    expectSameSums(forest, values, Math.floor(values.length / 3));
  });

  it('for chains so deep that no complete tree could hold them', () => {
    for (const shape of ['left-chain', 'right-chain', 'zigzag'] as const) {
      const forest = generateForest({ trees: 2, depth: 3000, features: 3, shape, seed: 5 });
      expect(layOutForest(forest, 64).treePlans.map(({ layout }) => layout)).toEqual(['linked', 'linked']);
      expectSameSums(forest, generateRows(forest, 100, 6), 100);
    }
  });

  it('for 1000 trees', () => {
    const forest = generateForest({ trees: 1000, depth: 8, features: 30, shape: 'ragged', seed: 11 });
    expectSameSums(forest, generateRows(forest, 300, 12), 300);
  });

  it('for 500 features, of which some are never used', () => {
    const forest = generateForest({ trees: 20, depth: 6, features: 500, shape: 'ragged', seed: 13 });
    expectSameSums(forest, generateRows(forest, 130, 14), 130);
  });

  it('for a forest that grew on a single row: no feature is used at all', () => {
    const forest = generateForest({ trees: 5, depth: 0, features: 4, shape: 'full', seed: 15 });
    expectSameSums(forest, generateRows(forest, 33, 16), 33);
  });

  it('when one scorer is used again for fewer rows: nothing of the rows before is left', () => {
    const forest = generateForest({ trees: 9, depth: 8, features: 5, shape: 'ragged', seed: 17 });
    const scorer = createKernelScorer(forest, kernel);
    for (const rowCount of [500, 1, 31, 257]) {
      const values = generateRows(forest, rowCount, rowCount);
      const expected = new Int32Array(rowCount);
      scoreSums(forest, values, rowCount, expected);
      const actual = new Int32Array(rowCount + 3).fill(-7);
      scorer?.scoreSums(values, rowCount, actual);
      expect(actual.subarray(0, rowCount)).toEqual(expected);
      expect([...actual.subarray(rowCount)]).toEqual([-7, -7, -7]);
    }
  });
});

it('rows that do not fit the arrays are refused, not read past the end', () => {
  const forest = generateForest({ trees: 2, depth: 3, features: 5, shape: 'full', seed: 1 });
  const scorer = createKernelScorer(forest, kernel);
  expect(() => scorer?.scoreSums(new Float32Array(9), 2, new Int32Array(2))).toThrow('do not fit');
  expect(() => scorer?.scoreSums(new Float32Array(10), 2, new Int32Array(1))).toThrow('do not fit');
});

describe('a tree is laid out', () => {
  it('complete where it is shallow or well filled, linked where padding would swell it', () => {
    expect(treeLayoutOf(10, 21)).toBe('complete');
    expect(treeLayoutOf(12, 8191)).toBe('complete');
    expect(treeLayoutOf(12, 25)).toBe('linked');
    expect(treeLayoutOf(60, 2001)).toBe('linked');
  });
});

describe('kernelStatus', () => {
  it('tells a kernel that works from one that was not built and one that this runtime cannot run', async () => {
    const broken = join(folder, 'broken.wasm');
    await writeFile(broken, 'not WebAssembly');
    const missing = pathToFileURL(join(folder, 'absent.wasm'));
    expect(kernelStatus(kernel)).toMatchObject({ available: true });
    expect(kernelStatus(missing)).toMatchObject({ available: false, detail: expect.stringContaining('not built') });
    expect(kernelStatus(pathToFileURL(broken))).toMatchObject({ available: false });
    expect(
      createKernelScorer(generateForest({ trees: 1, depth: 1, features: 1, shape: 'full', seed: 1 }), missing),
    ).toBe(null);
  });
});

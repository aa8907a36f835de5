import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import type { CompiledForest, GrownTree } from '../domain/model.ts';
import { compileForest, decodeForest, encodeForest } from './compile.ts';
import { SUM_LIMIT } from './sum-limit.ts';
import { averagePathLength } from './path-length.ts';
import { makeTestRows, testParameters } from './test-rows.ts';
import { growForest } from './train.ts';

function testForest(overrides: Parameters<typeof testParameters>[0] = {}, featureCount = 6): CompiledForest {
  const parameters = testParameters(overrides);
  return compileForest(growForest(makeTestRows(2000, featureCount), parameters), featureCount, parameters.sample);
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof AssayError ? error.code : String(error);
  }
}

/** One chain of `depth` splits with a leaf of `rows` rows at its end. */
function chain(depth: number, rows: number): GrownTree {
  const nodes = 2 * depth + 1;
  const feature = new Int32Array(nodes).fill(-1);
  const left = new Int32Array(nodes).fill(-1);
  const right = new Int32Array(nodes).fill(-1);
  const sampleCount = new Int32Array(nodes);
  for (let split = 0; split < depth; split++) {
    feature[split] = 0;
    left[split] = split + 1;
    right[split] = nodes - 1 - split;
    sampleCount[split] = rows;
  }
  sampleCount[depth] = rows;
  return { feature, threshold: new Float32Array(nodes), left, right, sampleCount };
}

describe('compileForest', () => {
  it('stores every leaf as round((depth + c(rows)) * 2^shift)', () => {
    const forest = testForest();
    const depth = new Int32Array(forest.feature.length);
    forest.feature.forEach((feature, node) => {
      if (feature >= 0) {
        depth[forest.left[node]] = depth[forest.right[node]] = depth[node] + 1;
        expect(forest.units[node]).toBe(0);
      } else {
        const value = depth[node] + averagePathLength(forest.sampleCount[node]);
        expect(forest.units[node]).toBe(Math.round(value * 2 ** forest.shift));
      }
    });
  });

  it('stores convex leaves as round((1 - 2^(-length / 4)) * 2^shift), and reads them back as such', () => {
    const grown = growForest(makeTestRows(2000, 6), testParameters());
    const [plain, convex] = [compileForest(grown, 6, 64), compileForest(grown, 6, 64, 'convex')];
    plain.feature.forEach((feature, node) => {
      if (feature >= 0) return;
      const value = 1 - 2 ** (-plain.units[node] / 2 ** plain.shift / 4);
      expect(Math.abs(convex.units[node] - value * 2 ** convex.shift)).toBeLessThan(1);
    });
    expect(decodeForest(encodeForest(convex))).toEqual(convex);
    expect(codeOf(() => decodeForest(encodeForest({ ...convex, leaf: 'other' as 'convex' })))).toBe('CASE_CORRUPT');
  });

  it('keeps the worst sum below 2^24, as closely as powers of two allow, for any number, depth and size of leaves', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        (trees, depth, rows) => {
          const tree = chain(depth, rows);
          const forest = compileForest(new Array<GrownTree>(trees).fill(tree), 1, rows);
          expect(trees * forest.units[depth]).toBeLessThan(SUM_LIMIT);
          const finer = Math.round((depth + averagePathLength(rows)) * 2 ** (forest.shift + 1));
          expect(forest.shift === 23 || trees * finer >= SUM_LIMIT).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has a digest that is pinned for a seed and changes with any node', () => {
    const forest = testForest({ trees: 5, sample: 32 });
    expect(forest.digest).toBe('a8019b5fa945b0a51dcdddd87ec5dc8177e0d65eddbcf48ce933440dd321697f');
    expect(testForest({ trees: 5, sample: 32, seed: 12 }).digest).not.toBe(forest.digest);
    expect(testForest({ trees: 5, sample: 32 }).digest).toBe(forest.digest);
  });
});

describe('a stored forest', () => {
  it('comes back whole, also from the middle of a larger buffer', () => {
    const forest = testForest({ trees: 3 });
    const bytes = encodeForest(forest);
    expect(decodeForest(bytes)).toEqual(forest);
    const padded = new Uint8Array(bytes.length + 5);
    padded.set(bytes, 3);
    expect(decodeForest(padded.subarray(3, 3 + bytes.length))).toEqual(forest);
  });

  it('is refused by name where any byte is altered, missing or added', () => {
    const bytes = encodeForest(testForest({ trees: 2, sample: 8 }));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = bytes.slice();
        altered[at] ^= flip;
        const isOtherVersion = ![1, 2, 3, 4].includes(new DataView(altered.buffer).getInt32(4, true));
        expect(codeOf(() => decodeForest(altered))).toBe(isOtherVersion ? 'MODEL_MISMATCH' : 'CASE_CORRUPT');
        expect(codeOf(() => decodeForest(bytes.slice(0, at)))).toBe('CASE_CORRUPT');
      }),
      // The first version becomes another one, which is read, too.
      {
        examples: [
          [4, 3],
          [4, 2],
          [4, 5],
        ],
      },
    );
    expect(codeOf(() => decodeForest(Uint8Array.of(...bytes, 0)))).toBe('CASE_CORRUPT');
  });

  it('is refused where a forged digest covers a walk that would never end or would leave the forest', () => {
    const forest = testForest({ trees: 2, sample: 8 });
    const loop = { ...forest, left: forest.left.map((child) => (child === -1 ? -1 : 0)) };
    const outside = { ...forest, right: forest.right.map((child) => (child === -1 ? -1 : 1e6)) };
    const foreignFeature = { ...forest, feature: forest.feature.map((feature) => (feature === -1 ? -1 : 99)) };
    const overflowing = { ...forest, units: forest.units.map(() => SUM_LIMIT) };
    for (const forged of [loop, outside, foreignFeature, overflowing]) {
      expect(codeOf(() => decodeForest(encodeForest(forged)))).toBe('CASE_CORRUPT');
    }
  });
});

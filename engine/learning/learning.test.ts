import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUM_LIMIT } from '../forest/compile.ts';
import { createKernelScorer } from '../forest/kernel/kernel-scorer.ts';
import { scoreOfSum, scoreSums } from '../forest/score.ts';
import { boost, logOddsOf, treesToGrow } from './boost.ts';
import { growBoostedTree, leafOf, sortColumns } from './boosted-tree.ts';
import { fitMargin } from './fit-margin.ts';
import { joinForest } from './join-forest.ts';
import { finish, judgedStream } from './judged.test-support.ts';
import { countJudged, isEnoughToLearn, selectJudged } from './judged-rows.ts';
import { crossValidate, validateForward } from './validate.ts';

/** Fraud where one feature is high, which the forest cannot know from low. */
const highIsFraud = (features: Float32Array, _entity: number, drawn: number): boolean =>
  features[0] > 0.4 && drawn < 0.9;

describe('a boosted tree', () => {
  it('splits where the gain is greatest of all places, at a value between two, and misses no row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.float({ noNaN: false }), fc.boolean()), {
          minLength: 8,
          maxLength: 40,
        }),
        (rows) => {
          const features = {
            rowCount: rows.length,
            featureCount: 2,
            values: Float32Array.from(rows.flatMap(([first, second]) => [first, second])),
          };
          const gradients = Float64Array.from(rows, ([, , isFraud]) => (isFraud ? -0.8 : 0.7));
          const curvatures = new Float64Array(rows.length).fill(0.6);
          const tree = growBoostedTree(sortColumns(features), gradients, curvatures, { leaves: 2, leastRows: 2 });
          const sumOver = (of: Float64Array, chosen: readonly number[]): number =>
            chosen.reduce((sum, row) => sum + of[row], 0);
          const worth = (chosen: readonly number[]): number =>
            sumOver(gradients, chosen) ** 2 / (sumOver(curvatures, chosen) + 1);
          const all = [...rows.keys()];
          const gainOf = (isLeft: (row: number) => boolean): number => {
            const [left, right] = [all.filter(isLeft), all.filter((row) => !isLeft(row))];
            return left.length < 2 || right.length < 2 ? 0 : worth(left) + worth(right) - worth(all);
          };
          const value = (row: number, feature: number): number => features.values[row * 2 + feature];
          const best = Math.max(
            0,
            ...all.flatMap((row) =>
              [0, 1].map((feature) => gainOf((other) => value(other, feature) <= value(row, feature))),
            ),
          );
          const found = tree.feature[0] < 0 ? 0 : gainOf((row) => value(row, tree.feature[0]) <= tree.threshold[0]);
          expect(found).toBeCloseTo(best, 8);
          const reached = all.map((row) => leafOf(tree, features.values, row * 2));
          for (const [leaf, count] of tree.sampleCount.entries())
            if (tree.feature[leaf] < 0) expect(reached.filter((node) => node === leaf)).toHaveLength(count);
        },
      ),
    );
  });
});

describe('the margin', () => {
  it('never turns the forest around, and says nothing where all sums are one', () => {
    const labels = Uint8Array.from({ length: 40 }, (_, row) => row % 2);
    const upsideDown = Int32Array.from(labels, (label) => (label === 1 ? 9000 : 1000));
    expect(fitMargin(upsideDown, labels, new Int32Array()).slope).toBe(0);
    expect(fitMargin(new Int32Array(40).fill(5), labels, Int32Array.of(5))).toEqual({ offset: 0, slope: 0 });
    const upright = fitMargin(
      Int32Array.from(labels, (label) => 9000 - 8000 * label),
      labels,
      Int32Array.of(9000),
    );
    expect(upright.slope).toBeGreaterThan(0);
  });
});

describe('the joined forest', () => {
  const { forest, judged, unjudged } = judgedStream(highIsFraud);
  const learned = finish(boost(judged, unjudged));
  const joined = joinForest(forest, learned, judged, unjudged);

  it('ranks as the log odds do, in sums that stay exact, the same in TypeScript and WebAssembly', () => {
    expect(joined.treeCount).toBe(forest.treeCount + treesToGrow(judged.labels));
    const { rowCount, values } = judged.features;
    const sums = new Int32Array(rowCount);
    scoreSums(joined, values, rowCount, sums);
    const logOdds = logOddsOf(learned, judged.features, judged.sums);
    // Each of the trees is off by half a unit at most.
    const unit = (Math.max(...logOdds) - Math.min(...logOdds)) / (Math.max(...sums) - Math.min(...sums));
    const place = logOdds.map((value, row) => value + sums[row] * unit);
    expect(Math.max(...place) - Math.min(...place)).toBeLessThan(joined.treeCount * unit);
    expect(Math.max(...sums)).toBeLessThan(SUM_LIMIT);

    const byKernel = new Int32Array(rowCount);
    createKernelScorer(joined)?.scoreSums(values, rowCount, byKernel);
    expect(byKernel).toEqual(sums);
  });

  it('leaves the middle unjudged row its score, and no node without rows for the reasons', () => {
    const sums = new Int32Array(unjudged.sums.length);
    scoreSums(joined, unjudged.features.values, sums.length, sums);
    const middle = (of: Int32Array): number => of.toSorted()[of.length >> 1];
    expect(scoreOfSum(joined, middle(sums))).toBeCloseTo(scoreOfSum(forest, middle(unjudged.sums)), 3);
    expect(Math.min(...joined.sampleCount)).toBeGreaterThan(0);
  });

  it('is the same forest each time', () => {
    expect(joinForest(forest, finish(boost(judged, unjudged)), judged, unjudged).digest).toBe(joined.digest);
  });
});

describe('validation', () => {
  it('calls better what is, on entities and later days that were not learned from', () => {
    const { judged, unjudged } = judgedStream(highIsFraud);
    const validation = finish(crossValidate(judged, unjudged, 1));
    expect(validation).toMatchObject({ isBetter: true, alerts: 600 });
    expect(validation.gain.low).toBeGreaterThan(0.05);
    expect(validation.gain.value).toBeCloseTo(
      validation.after.averagePrecision.value - validation.before.averagePrecision.value,
    );
    const forward = finish(validateForward(judged, unjudged, 1));
    expect(forward?.gain.value).toBeGreaterThan(0.05);
  });

  it('does not call better what chance, the forest itself or the names of entities say', () => {
    const chance = judgedStream((_features, _entity, drawn) => drawn < 0.3);
    expect(finish(crossValidate(chance.judged, chance.unjudged, 1)).isBetter).toBe(false);
    const cut = chance.judged.sums.toSorted()[150];
    const itself = { ...chance.judged, labels: Uint8Array.from(chance.judged.sums, (sum) => Number(sum <= cut)) };
    expect(finish(crossValidate(itself, chance.unjudged, 1)).isBetter).toBe(false);
    // A feature that names the entity tells everything about entities that were learned from, and nothing about others.
    const named = judgedStream((_features, entity) => (entity * 7919) % 10 < 3);
    named.judged.entities.forEach((entity, row) => (named.judged.features.values[row * 4] = entity));
    expect(finish(crossValidate(named.judged, named.unjudged, 1)).isBetter).toBe(false);
  });
});

describe('what is needed', () => {
  it('is refused with a sentence, gives figures, or is enough', () => {
    const { judged } = judgedStream(highIsFraud);
    const counts = countJudged(judged);
    expect(counts).toMatchObject({ rows: 600, alerts: 600, days: 10 });
    expect(isEnoughToLearn(counts, true)).toBe(true);
    expect(isEnoughToLearn({ ...counts, alerts: 199 }, true)).toBe(false);
    for (const few of [{ alerts: 99 }, { fraud: 19 }, { legitimate: 19 }, { days: 1 }, { fraudEntities: 4 }])
      expect(() => isEnoughToLearn({ ...counts, ...few }, true)).toThrow(/too few to learn from/);
    expect(isEnoughToLearn({ ...counts, days: 1 }, false)).toBe(true);
    const two = countJudged({
      ...selectJudged(judged, [0, 1]),
      alerts: Int32Array.of(4, 4),
      labels: Uint8Array.of(0, 1),
    });
    expect(two).toMatchObject({ rows: 2, alerts: 1, fraud: 1, legitimate: 0 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../evaluation/ranking.ts';
import { createKernelScorer } from '../forest/kernel/kernel-scorer.ts';
import { scoreOfSum, scoreSums } from '../forest/score.ts';
import { compileForest } from '../forest/compile.ts';
import { SUM_LIMIT } from '../forest/sum-limit.ts';
import { randomStream } from '../forest/random.ts';
import { makeTestRows, testParameters } from '../forest/test-rows.ts';
import { growForest } from '../forest/train.ts';
import { boost, logOddsOf, strengthOfForest, treesToGrow } from './boost.ts';
import { growBoostedTree, leafOf, sortColumns } from './boosted-tree.ts';
import { fitMargin, marginOf, weakenMargin } from './fit-margin.ts';
import { partsOfForest, partSumsOf, type PartSums } from './forest-parts.ts';
import { joinForest } from './join-forest.ts';
import { finish, judgedStream, twoThemes } from './judged.test-support.ts';
import { countJudged, isEnoughToLearn, selectJudged } from './judged-rows.ts';
import { crossValidate, validateForward } from './validate.ts';

/** Fraud where one feature is high, which the forest cannot know from low. */
const highIsFraud = (features: Float32Array, _entity: number, drawn: number): boolean =>
  features[0] > 0.4 && drawn < 0.9;

const whole = (values: Int32Array): PartSums => ({ partCount: 1, values });

function deviationOfSums(values: Int32Array, partCount: number): number {
  const sums = Array.from({ length: values.length / partCount }, (_, row) =>
    values.subarray(row * partCount, (row + 1) * partCount).reduce((sum, value) => sum + value, 0),
  );
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  return Math.sqrt(sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sums.length);
}

/** The logistic loss at the intercept where it is least, found by halving. */
function leastLogisticLoss(logOdds: Float64Array, labels: Uint8Array): number {
  let [low, high] = [-1e3, 1e3];
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  while (high - low > 1e-12 * Math.max(1, Math.abs(low))) {
    const middle = (low + high) / 2;
    const expected = logOdds.reduce((sum, value) => sum + 1 / (1 + Math.exp(-value - middle)), 0);
    [low, high] = expected > frauds ? [low, middle] : [middle, high];
    if (middle === (low + high) / 2) break;
  }
  return logOdds.reduce((loss, value, row) => {
    const at = value + low;
    return loss + Math.max(at, 0) + Math.log1p(Math.exp(-Math.abs(at))) - labels[row] * at;
  }, 0);
}

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
    expect(fitMargin(whole(upsideDown), labels, whole(new Int32Array())).slopes).toEqual(Float64Array.of(0));
    expect(fitMargin(whole(new Int32Array(40).fill(5)), labels, whole(Int32Array.of(5)))).toEqual({
      offset: 0,
      slopes: Float64Array.of(0),
    });
    const upright = fitMargin(
      whole(Int32Array.from(labels, (label) => 9000 - 8000 * label)),
      labels,
      whole(Int32Array.of(9000)),
    );
    expect(upright.slopes[0]).toBeGreaterThan(0);
  });

  it('is least of all margins, with parts that tell nothing or the opposite at no weight', () => {
    const random = randomStream(1, 0, 'simulation');
    const [rows, partCount] = [400, 3];
    const labels = Uint8Array.from({ length: rows }, () => Number(random.nextUnit() < 0.3));
    const values = Int32Array.from({ length: rows * partCount }, (_, at) => {
      const isFraud = labels[Math.floor(at / partCount)] === 1;
      const drawn = random.nextInteger(1000);
      return [isFraud ? drawn - 500 : drawn, drawn, isFraud ? drawn + 500 : drawn][at % partCount];
    });
    const { slopes } = fitMargin({ partCount, values }, labels, { partCount, values: new Int32Array() });
    expect(slopes[0]).toBeGreaterThan(4 * slopes[1]);
    expect(slopes[2]).toBe(0);
    // What the fit makes least, computed here on its own: no small step from where it stands leads down.
    const scale = deviationOfSums(values, partCount);
    const loss = (of: Float64Array): number => {
      const shared = (0.3 * of.reduce((sum, slope) => sum + slope * scale, 0)) / (1 + 0.3 * partCount);
      const ridge = 0.5 * shared ** 2 + 0.15 * of.reduce((sum, slope) => sum + (slope * scale - shared) ** 2, 0);
      return ridge + leastLogisticLoss(marginOf({ offset: 0, slopes: of }, { partCount, values }), labels);
    };
    const least = loss(slopes);
    for (let part = 0; part < partCount; part++)
      for (const step of [-0.02, 0.02]) {
        const moved = slopes.map((slope, at) => (at === part ? Math.max(0, slope + step / scale) : slope));
        expect(loss(moved)).toBeGreaterThanOrEqual(least - 1e-9);
      }
  });

  it('is weaker the more frauds speak for themselves, around the same log odds', () => {
    const { judged, unjudged } = judgedStream(highIsFraud);
    const fitted = fitMargin(judged.partSums, judged.labels, unjudged.partSums);
    const weaker = weakenMargin(fitted, 0.5, judged.partSums, judged.labels);
    const meanOf = (margin: typeof fitted): number =>
      marginOf(margin, judged.partSums).reduce((sum, value) => sum + value, 0) / judged.labels.length;
    expect(weaker.slopes[0]).toBe(fitted.slopes[0] / 2);
    expect(meanOf(weaker)).toBeCloseTo(meanOf(fitted), 9);
    // Trees begin from the weaker one, and a row's log odds are those of both together.
    const strength = strengthOfForest(judged.labels);
    expect(strength).toBeLessThan(1);
    const learned = finish(boost(judged, unjudged));
    expect(learned.margin).toEqual(weakenMargin(fitted, strength, judged.partSums, judged.labels));
    const frauds = (count: number): Uint8Array => new Uint8Array(count).fill(1);
    expect([50, 100, 200, 900].map((count) => strengthOfForest(frauds(count)))).toEqual([1, 1, 0.5, 1 / 3]);
  });
});

describe('what keeps trees from learning a few rows by heart', () => {
  it('is a least number of rows and a least curvature of a leaf, and a ridge on its value', () => {
    const { judged, unjudged } = judgedStream(highIsFraud);
    const leaves = finish(boost(judged, unjudged)).trees.flatMap(({ feature, sampleCount }) =>
      [...sampleCount].filter((_, node) => feature[node] < 0),
    );
    expect(Math.min(...leaves)).toBeGreaterThanOrEqual(Math.round(judged.labels.length / 100));

    const features = { rowCount: 8, featureCount: 1, values: Float32Array.from({ length: 8 }, (_, row) => row) };
    const gradients = Float64Array.from({ length: 8 }, (_, row) => (row < 4 ? 0.6 : -0.5));
    const treeOf = (curvature: number) =>
      growBoostedTree(sortColumns(features), gradients, new Float64Array(8).fill(curvature), {
        leaves: 2,
        leastRows: 1,
      });
    expect(treeOf(0.2).feature).toEqual(Int32Array.of(-1));
    expect(treeOf(0.2).value[0]).toBeCloseTo(-0.4 / (1.6 + 1), 12);
    expect(treeOf(0.3).feature).toEqual(Int32Array.of(0, -1, -1));
  });

  it('is that all unjudged rows together weigh no more however many are drawn', () => {
    const { judged, unjudged } = judgedStream(highIsFraud);
    const twice = new Int32Array(2 * unjudged.partSums.values.length);
    twice.set(unjudged.partSums.values);
    twice.set(unjudged.partSums.values, unjudged.partSums.values.length);
    const once = fitMargin(judged.partSums, judged.labels, unjudged.partSums).slopes;
    const again = fitMargin(judged.partSums, judged.labels, { ...unjudged.partSums, values: twice }).slopes;
    expect(again[0] / once[0]).toBeCloseTo(1, 6);
  });
});

describe('the number of trees', () => {
  it('rises with alerts, not with the rows of an alert, and stays below that of frauds', () => {
    const trees = (alertCount: number, fraudCount: number): number =>
      treesToGrow({
        alerts: Int32Array.from({ length: 2 * alertCount }, (_, row) => row >> 1),
        labels: Uint8Array.from({ length: 2 * alertCount }, (_, row) => Number(row < fraudCount)),
      });
    expect([160, 200, 450, 700, 4000].map((alerts) => trees(alerts, 300))).toEqual([20, 20, 110, 200, 200]);
    expect([30, 88, 250].map((frauds) => trees(690, frauds))).toEqual([50, 88, 196]);
  });
});

describe('the parts of a forest', () => {
  it('add up to its sum, each of the features of its theme alone', () => {
    const features = makeTestRows(500, 4, 1);
    const parameters = testParameters({ trees: 20, themes: twoThemes });
    const forest = compileForest(growForest(features, parameters), 4, parameters.sample);
    const parts = partsOfForest(forest, parameters);
    expect(parts.count).toBe(3);
    for (let tree = 0; tree < forest.treeCount; tree++) {
      const used = forest.feature.subarray(forest.roots[tree], forest.roots[tree + 1] ?? forest.feature.length);
      const allowed = [[0, 1, 2, 3], [0, 1], [3]][parts.partOfTree[tree]];
      expect([...new Set(used)].filter((feature) => feature >= 0 && !allowed.includes(feature))).toEqual([]);
    }
    const { partCount, values } = partSumsOf(forest, parts, features);
    const sums = new Int32Array(features.rowCount);
    scoreSums(forest, features.values, sums.length, sums);
    expect(
      Int32Array.from(sums, (_, row) =>
        values.subarray(row * partCount, (row + 1) * partCount).reduce((a, b) => a + b, 0),
      ),
    ).toEqual(sums);
  });
});

describe('the joined forest', () => {
  const { forest, parts, judged, unjudged } = judgedStream(highIsFraud, { themes: twoThemes });
  const learned = finish(boost(judged, unjudged));
  const joined = joinForest(forest, parts, learned, judged, unjudged);

  it('ranks as the log odds do, in sums that stay exact, the same in TypeScript and WebAssembly', () => {
    expect(joined.treeCount).toBe(forest.treeCount + treesToGrow(judged));
    expect(new Set(learned.margin.slopes).size).toBe(parts.count);
    const { rowCount, values } = judged.features;
    const sums = new Int32Array(rowCount);
    scoreSums(joined, values, rowCount, sums);
    const logOdds = logOddsOf(learned, judged);
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
    const firstBoosted = joined.sampleCount[joined.roots[forest.treeCount]];
    expect(firstBoosted).toBe(judged.features.rowCount + unjudged.features.rowCount);
  });

  it('is the same forest each time', () => {
    expect(joinForest(forest, parts, finish(boost(judged, unjudged)), judged, unjudged).digest).toBe(joined.digest);
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

  it('counts what was drawn from below the line for as many as it stands for over all transactions, and not in the queue', () => {
    const { judged, unjudged } = judgedStream(highIsFraud);
    const isExplored = Uint8Array.from(judged.labels, (_, row) => Number(row >= 540));
    const drawn = { ...judged, isExplored };
    const alone = finish(crossValidate(drawn, unjudged, 1));
    expect(alone.allTransactions).toBeNull();
    expect(alone.alerts).toBe(540);
    const weights = Float64Array.from(isExplored, (isDrawn) => (isDrawn === 1 ? 7 : 1));
    const { allTransactions, ...queue } = finish(crossValidate({ ...drawn, weights }, unjudged, 1));
    expect({ ...queue, allTransactions: null }).toEqual(alone);
    if (allTransactions === null) throw new Error('Those that came by chance stand for others.');
    expect(allTransactions.drawn).toBe(60);
    const rows = Array.from(weights, (weight, row) => new Array<number>(weight).fill(row)).flat();
    const repeated = averagePrecision(
      Uint8Array.from(rows, (row) => judged.labels[row]),
      Int32Array.from(rows, (row) => -judged.sums[row]),
    );
    expect(allTransactions.before.value).toBeCloseTo(repeated ?? NaN, 12);
    expect(allTransactions.after.value).toBeGreaterThan(allTransactions.before.value);
    expect(allTransactions.gain.value).toBeCloseTo(allTransactions.after.value - allTransactions.before.value, 12);
    expect(allTransactions.gain.low).toBeGreaterThan(0);
  });

  it('looks on later days at entities alone that were not learned from', () => {
    const { judged, unjudged } = judgedStream(highIsFraud);
    const days = judged.days.map((_, row) => row % 10);
    const earlier = new Set(judged.entities.filter((_, row) => days[row] < 6));
    const unknown = judged.entities.filter((entity, row) => days[row] >= 6 && !earlier.has(entity)).length;
    expect(unknown).toBeGreaterThan(0);
    expect(unknown).toBeLessThan(120);
    expect(finish(validateForward({ ...judged, days }, unjudged, 1))?.alerts).toBe(unknown);
  });

  it('asks of a gain that nearly all draws of entities show it', () => {
    const validations = [1, 2, 3, 4, 5, 6].map((seed) => {
      const { judged, unjudged } = judgedStream(
        (features, _entity, drawn) => drawn < (features[0] > 0.4 ? 0.35 : 0.12),
        { alerts: 150, seed },
      );
      return finish(crossValidate(judged, unjudged, seed));
    });
    const gained = validations.filter(
      ({ gain, transactionGain }) => Math.min(gain.value, transactionGain.value) >= 0.05,
    );
    expect(gained.some(({ wins }) => wins < 0.975)).toBe(true);
    for (const { wins, isBetter } of gained) expect(isBetter).toBe(wins >= 0.975);
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

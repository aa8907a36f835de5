// Moves every handle of the threshold on many scores, as a hand on a slider would.
import { parseArgs } from 'node:util';
import { randomStream } from '../../../engine/forest/random.ts';
import { scoreOfSum } from '../../../engine/forest/score.ts';
import { trainForest } from '../../../engine/forest/train.ts';
import { buildTuningIndex, type ThresholdHandle } from '../../../engine/forest/tuning.ts';
import { printReport, Stopwatch } from './program.ts';

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '1754155' } } });
const rowCount = Number(options.rows);
const days = 183;
const moves = 200;
const random = randomStream(3, 0, 'simulation');
const matrix = {
  rowCount: 4096,
  featureCount: 8,
  values: Float32Array.from({ length: 8 * 4096 }, () => random.nextUnit()),
};
const parameters = { trees: 100, sample: 256, featuresPerTree: null, seed: 1, grower: 'assay' } as const;
const forest = await trainForest(matrix, parameters, { threads: 1, signal: new AbortController().signal });
const centre = 2 ** forest.shift * forest.treeCount * 10;
const sums = Int32Array.from({ length: rowCount }, () =>
  Math.round(centre * (0.7 + 0.15 * (random.nextUnit() + random.nextUnit() + random.nextUnit()))),
);
const labels = Uint8Array.from(sums, (sum) => (random.nextUnit() < (sum < 0.8 * centre ? 0.05 : 0.005) ? 1 : 0));
const dayIndex = Int32Array.from(sums, (_, row) => Math.floor((days * row) / rowCount));

const stopwatch = new Stopwatch();
const index = await stopwatch.time('sort once', () => buildTuningIndex({ forest, sums, labels, dayIndex }));
const least = index.tune({ kind: 'alerts', alerts: 1 }).thresholdUnits;
/** A handle at a place between 0 and 1 of its travel. */
const handles = {
  contamination: (place) => ({ kind: 'contamination', contamination: 0.0001 + 0.4 * place }),
  'alerts per day': (place) => ({ kind: 'alerts-per-day', alertsPerDay: 1 + 2000 * place }),
  recall: (place) => ({ kind: 'recall', recall: 0.01 + 0.98 * place }),
  precision: (place) => ({ kind: 'precision', precision: 0.005 + 0.05 * place }),
  cost: (place) => ({ kind: 'cost', missedFraudCost: 20 + 500 * place, reviewCost: 5 }),
  score: (place) => ({ kind: 'score', score: scoreOfSum(forest, Math.round(least + place * (centre - least))) }),
} satisfies Readonly<Record<string, (place: number) => ThresholdHandle>>;
for (const [name, handle] of Object.entries(handles)) {
  for (let move = 0; move < moves; move++) {
    await stopwatch.time(name, () => {
      const { thresholdUnits } = index.tune(handle(move / moves));
      index.histogram(120);
      index.precisionRecallCurve();
      index.flaggedRows(thresholdUnits);
    });
  }
}
for (let move = 0; move < moves; move++) {
  await stopwatch.time('alerts of each day', () =>
    index.alertsByDay(index.tune(handles.contamination(move / moves)).thresholdUnits),
  );
}
printReport(stopwatch, { rows: rowCount });

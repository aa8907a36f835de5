// Trains and scores with the engine: the same steps that sklearn_forest.py and isotree_forest.py time.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts';
import { createScoringPool } from '../../../engine/forest/kernel/scoring-pool.ts';
import { scoreSums } from '../../../engine/forest/score.ts';
import { sortSums, thresholdForContamination } from '../../../engine/forest/threshold.ts';
import { trainForest } from '../../../engine/forest/train.ts';
import { printReport, readMatrix, Stopwatch } from './program.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    columns: { type: 'string', default: '30' },
    repeat: { type: 'string', default: '3' },
    onnx: { type: 'string' },
  },
});
const matrix = readMatrix(positionals[0], Number(options.columns));
const repeat = Number(options.repeat);
const threads = 2;
const parameters = { trees: 100, sample: 256, featuresPerTree: null, seed: 1, grower: 'assay' } as const;
const train = () => trainForest(matrix, parameters, { threads, signal: new AbortController().signal });
const stopwatch = new Stopwatch();

for (let repetition = 0; repetition < repeat; repetition++) {
  await stopwatch.time('fit', train);
}
const forest = await train();
if (options.onnx !== undefined) {
  const featureNames = Array.from({ length: matrix.featureCount }, (_, column) => `f${column}`);
  writeFileSync(options.onnx, exportOnnx(forest, { featureNames, thresholdUnits: 0, metadata: {} }));
}
for (let repetition = 0; repetition < repeat; repetition++) {
  await stopwatch.time('fitWithContamination', async () => {
    const fitted = await train();
    const sums = new Int32Array(matrix.rowCount);
    const pool = createScoringPool(fitted, { threads });
    await pool.score(matrix.values, matrix.rowCount, sums);
    await pool.close();
    thresholdForContamination(sortSums(sums), 0.02);
  });
}
const expected = new Int32Array(matrix.rowCount);
for (let repetition = 0; repetition < repeat; repetition++) {
  await stopwatch.time('scoreTypedArrays', () => scoreSums(forest, matrix.values, matrix.rowCount, expected));
}
let differing = 0;
for (const count of [1, 2]) {
  const pool = createScoringPool(forest, { threads: count });
  const sums = new Int32Array(matrix.rowCount);
  await pool.score(matrix.values, matrix.rowCount, sums);
  for (let repetition = 0; repetition < repeat; repetition++) {
    await stopwatch.time(`scoreKernel${count}`, () => pool.score(matrix.values, matrix.rowCount, sums));
  }
  differing += sums.reduce((count, sum, row) => count + (sum === expected[row] ? 0 : 1), 0);
  await pool.close();
}
printReport(stopwatch, { rows: matrix.rowCount, differing });

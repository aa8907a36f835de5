// Scores a case with its newest model, which learned, and with a plain forest of as many trees.
import { readFeatureRows } from '../../../engine/case/model/feature-rows.ts';
import { openCaseToRead } from '../../../engine/case/opening.ts';
import { decodeForest } from '../../../engine/forest/compile.ts';
import { createScoringPool } from '../../../engine/forest/kernel/scoring-pool.ts';
import { trainForest } from '../../../engine/forest/train.ts';
import { printReport, Stopwatch } from './program.ts';

const [casePath] = process.argv.slice(2);
const openedCase = openCaseToRead(casePath);
const model = openedCase.models().at(-1);
if (model?.parameters.learning === undefined) throw new Error('The newest model of the case did not learn.');
const learned = decodeForest(openedCase.readForest(model.id));
const read = readFeatureRows(
  openedCase,
  model.featureSetId,
  learned.featureCount,
  Uint32Array.from({ length: openedCase.nextSequence() }, (_, row) => row),
);
openedCase.close();
const values = new Float32Array(new SharedArrayBuffer(read.values.byteLength));
values.set(read.values);
const matrix = { ...read, values };
const plain = await trainForest(
  matrix,
  { trees: learned.treeCount, sample: learned.sampleSize, featuresPerTree: null, seed: 1, grower: 'assay' },
  { threads: 2, signal: new AbortController().signal },
);
const stopwatch = new Stopwatch();
const pools = { learned: createScoringPool(learned, { threads: 1 }), plain: createScoringPool(plain, { threads: 1 }) };
const sums = new Int32Array(matrix.rowCount);
for (let repetition = 0; repetition < 6; repetition++)
  for (const [name, pool] of Object.entries(pools)) {
    const score = (): Promise<unknown> => pool.score(matrix.values, matrix.rowCount, sums);
    if (repetition === 0) await score();
    else await stopwatch.time(name, score);
  }
for (const pool of Object.values(pools)) await pool.close();
printReport(stopwatch, { rows: matrix.rowCount, trees: learned.treeCount });

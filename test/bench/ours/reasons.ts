// Reasons for single flagged rows; writes the forest and the rows for shap_values.py.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createScoringPool } from '../../../engine/forest/kernel/scoring-pool.ts';
import { rowExplainer } from '../../../engine/forest/reasons/tree-shap.ts';
import { orderBySum } from '../../../engine/forest/threshold.ts';
import { trainForest } from '../../../engine/forest/train.ts';
import { forestJson } from '../../peers/forest-json.ts';
import { printReport, readMatrix, Stopwatch } from './program.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    columns: { type: 'string', default: '30' },
    alerts: { type: 'string', default: '200' },
    forest: { type: 'string' },
    rows: { type: 'string' },
  },
});
const matrix = readMatrix(positionals[0], Number(options.columns));
const { featureCount, values } = matrix;
const parameters = { trees: 100, sample: 256, featuresPerTree: null, seed: 1, grower: 'assay' } as const;
const forest = await trainForest(matrix, parameters, { threads: 2, signal: new AbortController().signal });
const sums = new Int32Array(matrix.rowCount);
const pool = createScoringPool(forest, { threads: 2 });
await pool.score(values, matrix.rowCount, sums);
await pool.close();

const flagged = orderBySum(sums).slice(0, Number(options.alerts));
const rows = Array.from(flagged, (row) => values.slice(row * featureCount, (row + 1) * featureCount));
if (options.forest !== undefined) writeFileSync(options.forest, forestJson(forest));
if (options.rows !== undefined)
  writeFileSync(options.rows, Buffer.concat(rows.map((row) => new Uint8Array(row.buffer))));

const contributions = new Float64Array(featureCount);
const explain = rowExplainer(forest);
const stopwatch = new Stopwatch();
for (const row of rows) await stopwatch.time('explainOne', () => explain(row, contributions));
printReport(stopwatch, { alerts: rows.length });

// ml-isolation-forest as a user of the package would call it: every tree on all rows, arrays of arrays.
import { IsolationForest } from 'ml-isolation-forest';
import { parseArgs } from 'node:util';
import { printReport, readMatrix, Stopwatch } from './program.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { columns: { type: 'string', default: '30' }, rows: { type: 'string', default: '2000' } },
});
const { values, featureCount } = readMatrix(positionals[0], Number(options.columns));
const rows = Array.from({ length: Number(options.rows) }, (_, row) =>
  Array.from(values.subarray(row * featureCount, (row + 1) * featureCount)),
);
const stopwatch = new Stopwatch();
const library = new IsolationForest({ nEstimators: 100 }) as IsolationForest & {
  predict(rows: readonly (readonly number[])[]): readonly number[];
};
await stopwatch.time('fit', () => library.train(rows));
await stopwatch.time('score', () => library.predict(rows));
await stopwatch.time('score', () => library.predict(rows));
printReport(stopwatch, { rows: rows.length });

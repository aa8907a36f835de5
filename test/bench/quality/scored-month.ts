import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { cardPrecisionTopK } from '../../../engine/evaluation/card-precision.ts';
import { auroc, averagePrecision } from '../../../engine/evaluation/ranking.ts';

// `node test/bench/quality/scored-month.ts MONTH.csv.gz SCORES.csv...`: how well the scores of a month of the Handbook rank its frauds, whoever
// made them. Prints a line for each file: area under the ROC curve, average precision, card precision at 100 a day (mean of days).

const cardsADay = 100;
const dayMs = 86_400_000;

async function cellsOf(
  path: string,
): Promise<{ readonly header: readonly string[]; readonly rows: readonly string[][] }> {
  const bytes = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(','));
  return { header, rows };
}

const [month, ...files] = process.argv.slice(2);
const { header, rows } = await cellsOf(month);
const columnOf = (name: string): readonly string[] => rows.map((cells) => cells[header.indexOf(name)]);
const labels = Uint8Array.from(columnOf('TX_FRAUD'), Number);
const cards = Int32Array.from(columnOf('CUSTOMER_ID'), Number);
const days = Int32Array.from(columnOf('TX_DATETIME'), (time) =>
  Math.floor(Date.parse(`${time.replace(' ', 'T')}Z`) / dayMs),
);
for (const file of files) {
  const scored = await cellsOf(file);
  const at = scored.header.indexOf('score');
  const anomaly = Float64Array.from(scored.rows, (cells) => Number(cells[at]));
  if (anomaly.length !== labels.length)
    throw new Error(`${file} has ${anomaly.length} scores for ${labels.length} rows.`);
  const { mean } = cardPrecisionTopK({ labels, anomaly, cards, days, k: cardsADay });
  const figures = [auroc(labels, anomaly), averagePrecision(labels, anomaly), mean];
  console.log(`${file}: ${figures.map((figure) => figure?.toFixed(4) ?? '-').join(' ')}`);
}

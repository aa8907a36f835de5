import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomStream } from '../../engine/forest/random.ts';
import type { RandomStream } from '../../engine/forest/random.ts';
import type { BenchSettings } from './settings.ts';

const cacheFolder = resolve(import.meta.dirname, '../../.cache/bench');

/** Rows of the real card data that the wide recording is shaped after. */
export const WIDE_ROWS = 284_807;
/** Columns of it that become features: Time, V1 to V28 and Amount. */
export const WIDE_FEATURES = 30;
/** Rows of the Handbook's whole stream, after which the long recording is shaped. */
export const LONG_ROWS = 1_754_155;

/** A CSV of this name and size, made once and kept in the cache. */
async function cached(name: string, lines: Iterable<string>): Promise<string> {
  const path = join(cacheFolder, name);
  if (existsSync(path)) return path;
  await mkdir(cacheFolder, { recursive: true });
  const partial = `${path}.part`;
  await pipeline(Readable.from(inChunks(lines)), createWriteStream(partial));
  await rename(partial, path);
  return path;
}

function* inChunks(lines: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    chunk.push(line);
    if (chunk.length === 1000) {
      yield `${chunk.join('\n')}\n`;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield `${chunk.join('\n')}\n`;
}

/** The recording of 30 numbers a row: Time, V1 to V28 with 15 decimals, Amount, and the label Class (0.17 % fraud). */
export function wideRecording(rows = WIDE_ROWS): Promise<string> {
  return cached(`wide-${rows}.csv`, wideLines(rows));
}

/** The recordings of the main job, one of many columns and one of many rows, with the column that is the label of each. */
export async function labelledRecordings({
  wideRows,
  longRows,
}: Pick<BenchSettings, 'wideRows' | 'longRows'>): Promise<
  readonly { readonly what: string; readonly path: string; readonly label: string }[]
> {
  return [
    { what: `${wideRows.toLocaleString('en')} × 30 CSV`, path: await wideRecording(wideRows), label: 'Class' },
    { what: `${longRows.toLocaleString('en')} payments`, path: await longRecording(longRows), label: 'TX_FRAUD' },
  ];
}

function* wideLines(rows: number): Generator<string> {
  const names = Array.from({ length: 28 }, (_, index) => `V${index + 1}`);
  yield ['Time', ...names, 'Amount', 'Class'].join(',');
  const random = randomStream(1, 0, 'simulation');
  for (let row = 0; row < rows; row++) {
    const fraud = random.nextUnit() < 0.0017;
    const cells = [Math.floor((172_792 * row) / rows).toString()];
    for (let column = 0; column < 28; column++) {
      const shift = fraud && column < 14 ? -4 : 0;
      cells.push((normal(random) * (1.9 - column / 20) * tail(random) + shift).toFixed(15));
    }
    cells.push(Math.exp(3 + 1.6 * normal(random)).toFixed(2), fraud ? '1' : '0');
    yield cells.join(',');
  }
}

/** The recording of card payments over 183 days: 5,000 customers, 10,000 terminals, 0.8 % fraud. */
export function longRecording(rows = LONG_ROWS): Promise<string> {
  return cached(`long-${rows}.csv`, longLines(rows));
}

function* longLines(rows: number): Generator<string> {
  yield 'TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD';
  const random = randomStream(2, 0, 'simulation');
  const startMs = Date.UTC(2018, 3, 1);
  const stepMs = (183 * 86_400_000) / rows;
  for (let row = 0; row < rows; row++) {
    const customer = random.nextInteger(5000);
    const terminal = (customer * 2 + random.nextInteger(60)) % 10_000;
    const fraud = random.nextUnit() < 0.008;
    const amount = Math.abs(10 + (customer % 90) + 20 * normal(random)) * (fraud ? 4 : 1);
    const time = new Date(startMs + Math.floor(row * stepMs)).toISOString();
    yield `${row},${time.slice(0, 10)} ${time.slice(11, 19)},${customer},${terminal},${amount.toFixed(2)},${fraud ? 1 : 0}`;
  }
}

/** One draw of the standard normal distribution (Box and Muller). */
function normal(random: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - random.nextUnit())) * Math.cos(2 * Math.PI * random.nextUnit());
}

/** Mostly 1, at times more: card data have heavy tails. */
function tail(random: RandomStream): number {
  return 1 / Math.sqrt(0.25 + 0.75 * random.nextUnit());
}

/** The features of the wide recording as row-major float32, for measurements that start after reading. */
export function wideMatrix(rows = WIDE_ROWS): Float32Array<ArrayBuffer> {
  const values = new Float32Array(rows * WIDE_FEATURES);
  let at = 0;
  let isHeader = true;
  for (const line of wideLines(rows)) {
    if (!isHeader) {
      const cells = line.split(',');
      for (let column = 0; column < WIDE_FEATURES; column++) values[at++] = Number(cells[column]);
    }
    isHeader = false;
  }
  return values;
}

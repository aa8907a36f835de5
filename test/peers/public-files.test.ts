import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AssayError } from '../../engine/domain/error.ts';
import { createCellTable } from '../../engine/stream/cell-table.ts';
import { isJsonObject, jsonRecordWriter, parseExactly } from '../../engine/stream/json-lines.ts';
import { openRecording } from '../../engine/stream/open-recording.ts';
import { peersArePresent, runPeer } from './peers.ts';

const folder = process.env['ASSAY_PUBLIC_FILES'] ?? '';
const isPresent = peersArePresent && folder !== '' && existsSync(folder);

type ParquetCounts =
  | { readonly error: string }
  | {
      readonly rows: number;
      readonly columns: Readonly<Record<string, { readonly present: number; readonly sum: string | null }>>;
    };

/** What both read and is not the same for a reason. */
const knownDifferences: Readonly<Record<string, string>> = {
  'large_string_map.brotli.parquet': 'pages of a gigabyte are refused',
};

/** The exact sum of decimal texts, without zeros at its end. */
function exactSum(texts: readonly string[]): string {
  const decimals = Math.max(0, ...texts.map((text) => (text.split('.')[1] ?? '').length));
  const total = texts.reduce((sum, text) => {
    const [whole, fraction = ''] = text.split('.');
    return sum + BigInt(`${whole}${fraction.padEnd(decimals, '0')}`);
  }, 0n);
  return plainDecimal(total, decimals);
}

function plainDecimal(total: bigint, decimals: number): string {
  const digits = String(total < 0n ? -total : total).padStart(decimals + 1, '0');
  const fraction = decimals === 0 ? '' : digits.slice(-decimals).replace(/0+$/, '');
  const whole = decimals === 0 ? digits : digits.slice(0, -decimals);
  return `${total < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

async function readColumns(path: string): Promise<{ readonly rows: number; readonly texts: Map<string, string[]> }> {
  const reader = await openRecording(path);
  const texts = new Map<string, string[]>();
  let rows = 0;
  try {
    for await (const batch of reader.batches()) {
      rows += batch.rowCount + batch.rejected.length;
      batch.columnNames.forEach((name, column) => {
        const known = texts.get(name) ?? [];
        for (let row = 0; row < batch.rowCount; row++) {
          const text = batch.text(row, column);
          if (text !== undefined) known.push(text);
        }
        texts.set(name, known);
      });
    }
  } finally {
    await reader.close();
  }
  return { rows, texts };
}

describe.skipIf(!isPresent)('public test files, beside what others read from them', () => {
  let peer: Awaited<ReturnType<typeof runPeer>> | undefined;
  beforeAll(async () => {
    peer = await runPeer('public_files.py', [folder]);
  });

  it('Parquet: the rows, present values and exact sums that pyarrow finds', async () => {
    const files = Object.entries(peer?.['parquet'] as Record<string, ParquetCounts>);
    const differences: string[] = [];
    for (const [file, expected] of files) {
      if ('error' in expected || expected.rows === 0 || file in knownDifferences) continue;
      try {
        const { rows, texts } = await readColumns(join(folder, 'parquet-testing/data', file));
        if (rows !== expected.rows) differences.push(`${file}: ${rows} rows, not ${expected.rows}`);
        for (const [name, { present, sum }] of Object.entries(expected.columns)) {
          const found = texts.get(name) ?? [];
          if (found.length !== present) differences.push(`${file}, ${name}: ${found.length} present, not ${present}`);
          else if (sum !== null && exactSum(found) !== exactSum([sum]))
            differences.push(`${file}, ${name}: ${exactSum(found)} in all, not ${sum}`);
        }
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
        differences.push(`${file}: ${error.message}`);
      }
    }
    console.log(`${files.length} Parquet files compared`);
    expect(differences).toEqual([]);
  });

  it('JSON: no object that Python reads is refused, and nothing but one is a row', () => {
    const files = Object.entries(peer?.['json'] as Record<string, boolean>);
    const differences: string[] = [];
    for (const [file, isObject] of files) {
      const text = readFileSync(join(folder, 'JSONTestSuite/test_parsing', file)).toString('utf8');
      const isRow = jsonRecordWriter(createCellTable([], 1), { kind: 'ndjson' }).put(0, text) === undefined;
      if (isObject && !isRow) differences.push(`${file}: an object for Python only`);
      // What is read beyond JSON (NaN, trailing commas, Python's literals) still has to be an object.
      if (!isObject && isRow && isOtherJson(text)) differences.push(`${file}: an object for Assay only`);
    }
    console.log(`${files.length} JSON files compared`);
    expect(differences).toEqual([]);
  });

  it('CSV: the cells that Python finds, where there is a row', async () => {
    const files = Object.entries(peer?.['csv'] as Record<string, readonly Readonly<Record<string, string>>[]>);
    for (const [file, rows] of files) {
      if (rows.length === 0) continue;
      const { texts } = await readColumns(join(folder, 'csv-spectrum/csvs', file));
      for (const name of Object.keys(rows[0])) {
        const expected = rows.map((row) => row[name]).filter((text) => text !== '');
        expect.soft(texts.get(name), `${file}, ${name}`).toEqual(expected);
      }
    }
    console.log(`${files.length} CSV files compared`);
  });
});

/** JSON, but no object. */
function isOtherJson(text: string): boolean {
  try {
    return !isJsonObject(parseExactly(text));
  } catch {
    return false;
  }
}

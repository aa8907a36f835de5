import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenRecordingOptions } from './open-recording.ts';
import { openRecording } from './open-recording.ts';

const rowTotal = 5000;
const firstId = 9_007_199_254_740_993n;
const firstTime = Date.UTC(2018, 3, 1);

function writeRecording(): Uint8Array {
  const rows = Array.from({ length: rowTotal }, (_, i) => i);
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: rows.map((i) => firstId + BigInt(i)), type: 'INT64' },
        { name: 'amount', data: rows.map((i) => (i % 10 === 3 ? null : i / 7)), type: 'DOUBLE' },
        { name: 'at', data: rows.map((i) => new Date(firstTime + i * 1000)), type: 'TIMESTAMP' },
        { name: 'merchant', data: rows.map((i) => `m${String(i % 5)}`), type: 'STRING' },
        { name: 'online', data: rows.map((i) => i % 2 === 0), type: 'BOOLEAN' },
        { name: 'tags', data: rows.map((i) => ({ list: [i] })), type: 'JSON' },
      ],
      rowGroupSize: 1200,
    }),
  );
}

let folder = '';
let path = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-parquet-'));
  path = join(folder, 'recording.parquet');
  writeFileSync(path, writeRecording());
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function readAll(options: OpenRecordingOptions = {}) {
  const reader = await openRecording(path, options);
  const texts: (string | undefined)[][] = [];
  const raws: string[] = [];
  const amounts: number[] = [];
  const places: [number, number][] = [];
  const nexts: number[] = [];
  for await (const batch of reader.batches()) {
    const out = new Float64Array(batch.rowCount);
    expect(batch.numbers(1, { decimal: '.', group: null, decorated: false }, out)).toEqual([]);
    amounts.push(...out);
    for (let row = 0; row < batch.rowCount; row++) {
      texts.push(batch.columnNames.map((_, column) => batch.text(row, column)));
      raws.push(Buffer.from(batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row])).toString('utf8'));
      places.push([batch.byteOffset[row], batch.line[row]]);
    }
    nexts.push(batch.next.byteOffset);
  }
  await reader.close();
  return { reader, texts, raws, amounts, places, nexts };
}

describe('Parquet', () => {
  it('reads ids digit by digit, times as ISO 8601, and missing values as missing', async () => {
    const { reader, texts, raws, amounts, places } = await readAll();
    expect(reader.format.kind).toBe('parquet');
    expect(reader.columnNames).toEqual(['id', 'amount', 'at', 'merchant', 'online', 'tags']);
    expect(texts.length).toBe(rowTotal);
    expect(texts[4999]).toEqual([
      '9007199254745992',
      String(4999 / 7),
      '2018-04-01T01:23:19.000Z',
      'm4',
      'false',
      '{"list":[4999]}',
    ]);
    expect(texts[3][1]).toBeUndefined();
    expect([amounts[3], amounts[7]]).toEqual([NaN, 1]);
    expect(JSON.parse(raws[3])).toEqual({
      id: '9007199254740996',
      amount: null,
      at: '2018-04-01T00:00:03.000Z',
      merchant: 'm3',
      online: false,
      tags: '{"list":[3]}',
    });
    expect(places[4999]).toEqual([4999, 5000]);
    expect(reader.storedBytesRead).toBe(reader.storedBytes);
  });

  it('goes on after any batch, also in the middle of a row group', async () => {
    const whole = await readAll({ rowsPerBatch: 500 });
    for (const next of whole.nexts) {
      const rest = await readAll({ start: { byteOffset: next, line: next + 1 } });
      expect(rest.raws).toEqual(whole.raws.slice(next));
      expect(rest.places).toEqual(whole.places.slice(next));
    }
  });
});

describe('a Parquet file that is stopped', () => {
  it('ends with CANCELLED, also while a batch is awaited', async () => {
    const stop = new AbortController();
    const reader = await openRecording(path, { signal: stop.signal, rowsPerBatch: 500 });
    const read = async (): Promise<void> => {
      for await (const batch of reader.batches()) if (batch.rowCount > 0) stop.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: 'CANCELLED' });
    await reader.close();
    await expect(openRecording(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

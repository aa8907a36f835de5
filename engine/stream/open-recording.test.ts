import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeWithSharedData, sharedDataPath } from '../../test/shared-data.ts';
import type { NumberFormat, RecordingFormat } from '../domain/record-batch.ts';
import { openRecording } from './open-recording.ts';
import { fileWith, read, readContent, refusal, temporaryFolder } from './read-recording.test-support.ts';

const plainNumbers: NumberFormat = { decimal: '.', group: null, decorated: false };

async function numbersOf(
  content: string,
  column: number,
  format: NumberFormat,
): Promise<{ values: number[]; wrong: number[] }> {
  const reader = await openRecording(fileWith(content));
  const values: number[] = [];
  const wrong: number[] = [];
  for await (const batch of reader.batches()) {
    const out = new Float64Array(batch.rowCount);
    wrong.push(...batch.numbers(column, format, out));
    values.push(...out);
  }
  await reader.close();
  return { values, wrong };
}

describe('delimited text', () => {
  it('gives back every field of a quoted file, whatever the delimiter, line end and chunk borders', async () => {
    const field = fc.string({
      unit: fc.constantFrom('a', 'Z', '7', '"', ',', ';', '\n', '\r', ' ', 'é', '€', '.'),
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 12 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(',', ';', '\t', '|'),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (rows, lineEnd, delimiter, chunkBytes, endsWithLineEnd) => {
          const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
          const header = ['first', 'second', 'third'].join(delimiter);
          const body = rows.map((row) => row.map(quoted).join(delimiter)).join(lineEnd);
          const path = fileWith(`${header}${lineEnd}${body}${endsWithLineEnd ? lineEnd : ''}`);
          const format = { kind: 'csv', compression: 'none', encoding: 'utf-8', delimiter, header: true } as const;
          const reading = await read(path, { chunkBytes, rowsPerBatch: 5, format });
          expect(reading.rejected).toEqual([]);
          const present = (text: string): string | undefined => (text.trim() === '' ? undefined : text);
          expect(reading.rows).toEqual(rows.map((row) => row.map(present)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('reads a file that is large enough for the kernel as its rows one by one, quotes and faults among them', async () => {
    const rows = Array.from({ length: 9000 }, (_, i) => {
      if (i % 997 === 5) return `${i},"x\n""y""",1.5,`;
      if (i % 1999 === 7) return `${i},too,few`;
      return `${i},shop ${i % 7},${Math.sin(i)},${(i * 7.25).toFixed(2)}`;
    });
    const large = await readContent(`id,shop,wave,amount\n${rows.join('\n')}\n`);
    const one = (row: string): Promise<Awaited<ReturnType<typeof readContent>>> =>
      readContent(`id,shop,wave,amount\n0,a,1.5,2.5\n${row}\n`);
    for (const at of [0, 1, 5, 996, 1002, 4095, 4096, 8999]) {
      const whole = rows[at];
      const { rows: small } = await one(whole);
      expect(large.rows.find(([id]) => id === String(at))).toEqual(small[1]);
    }
    expect(large.rejected.map(({ line, reason }) => [line, reason])).toEqual(
      [7, 2006, 4005, 6004, 8003].map((i) => [
        i + 2 + Math.ceil((i - 5) / 997),
        'The row has 3 fields; 4 are expected.',
      ]),
    );
    expect(large.rows.length + large.rejected.length).toBe(9000);
  });

  it('reads the same records, places and rejections with any chunk size', async () => {
    const content = Buffer.from(
      'id,name,amount\r\n1,"a ""quoted"", one\r\nover two lines",2\r\n2,b\r\n\r\n3,"open\r\n4,"x"y,1\r\n5,é€,7\n6,c,8,9\n7,plain "inner" quote,10',
    );
    const whole = await readContent(content);
    expect(whole.rows.map((row) => row[0])).toEqual(['1', '5', '7']);
    expect(whole.rows[0][1]).toBe('a "quoted", one\r\nover two lines');
    expect(whole.rows[2][1]).toBe('plain "inner" quote');
    expect(whole.rejected.map(({ raw, line }) => [raw, line])).toEqual([
      ['2,b', 4],
      ['3,"open', 6],
      ['4,"x"y,1', 7],
      ['6,c,8,9', 9],
    ]);
    for (const [index, place] of whole.places.entries()) {
      expect(content.subarray(place.byteOffset).toString('utf8').startsWith(whole.raws[index])).toBe(true);
    }
    for (const rejected of whole.rejected) {
      expect(content.subarray(rejected.byteOffset).toString('utf8').startsWith(rejected.raw)).toBe(true);
    }
    for (let chunkBytes = 1; chunkBytes < 30; chunkBytes++) {
      const { rows, raws, places, rejected } = await readContent(content, { chunkBytes });
      expect({ rows, raws, places, rejected }).toEqual({
        rows: whole.rows,
        raws: whole.raws,
        places: whole.places,
        rejected: whole.rejected,
      });
    }
  });

  it('loses nothing and doubles nothing of malformed text, and reads it alike with any chunk size', async () => {
    const good = 'x,y\n' + '1,2\n'.repeat(30);
    const tokens = fc.constantFrom('a', ',', '"', '""', '\n', '\r\n', '\r', ' ', '1,a\n', '"a"');
    await fc.assert(
      fc.asyncProperty(
        fc.array(tokens, { maxLength: 40 }),
        fc.integer({ min: 1, max: 20 }),
        async (parts, chunkBytes) => {
          const path = fileWith(good + parts.join(''));
          const whole = await read(path);
          const cut = await read(path, { chunkBytes, rowsPerBatch: 7 });
          expect([cut.rows, cut.places, cut.rejected]).toEqual([whole.rows, whole.places, whole.rejected]);
          const letters = (texts: readonly string[]): number => texts.join('').split('a').length - 1;
          expect(letters([...whole.raws, ...whole.rejected.map(({ raw }) => raw)])).toBe(letters(parts));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('loses only one line to a quote that is never closed', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${String(i)},text ${String(i)},1.5`);
    lines[10] = '10,"never closed,1.5';
    const reading = await readContent(['id,note,amount', ...lines].join('\n'));
    expect(reading.rows.length).toBe(4999);
    expect(reading.rejected).toEqual([
      {
        raw: '10,"never closed,1.5',
        line: 12,
        byteOffset: expect.any(Number) as number,
        reason: 'The quote opened in field 2 is never closed.',
      },
    ]);
  });

  it('bounds an open quote to one mebibyte and goes on behind its line', async () => {
    const filler = Array.from({ length: 60_000 }, (_, i) => `${String(i)},some text that is long enough,1.5`);
    const reading = await readContent(['id,note,amount', '0,"open,1', ...filler].join('\n'));
    expect(reading.rows.length).toBe(60_000);
    expect(reading.rejected.length).toBe(1);
  });

  it('passes over a line that is too long without keeping it in memory', async () => {
    const reading = await readContent(`id,note\n1,a\n2,${'x'.repeat(3_000_000)}\n3,c\n`, { chunkBytes: 10_000 });
    expect(reading.rows.map((row) => row[0])).toEqual(['1', '3']);
    expect(reading.rejected.length).toBe(1);
    expect(reading.rejected[0].line).toBe(3);
    expect(reading.rejected[0].raw.length).toBeLessThan(1_100_000);
    expect(reading.places[1].line).toBe(4);
  });

  it.each([
    ['comma', 'id,amount\n1,2.5\n2,3.5\n', ','],
    ['semicolon with decimal commas', 'id;amount\n1;2,5\n2;3,5\n', ';'],
    ['semicolon with decimal commas everywhere and no header', '1,5;2,5\n3,5;4,5\n', ';'],
    ['tab', 'id\tamount\n1\t2,5\n2\t3,5\n', '\t'],
    ['pipe', 'id|amount\n1|a,b\n2|c\n', '|'],
    ['comma with a quoted semicolon', 'id,note\n1,"a;b"\n2,"c;d"\n', ','],
  ])('infers the delimiter: %s', async (_name, content, delimiter) => {
    const reading = await readContent(content);
    expect(reading.format.delimiter).toBe(delimiter);
    expect(reading.rows.length).toBe(2);
    expect(reading.rejected).toEqual([]);
  });

  it('names the columns of a file without a header', async () => {
    const reading = await readContent('1,a,2.5\n2,b,3.5\n');
    expect(reading.format.header).toBe(false);
    expect(reading.columnNames).toEqual(['column1', 'column2', 'column3']);
    expect(reading.rows.length).toBe(2);
  });

  it('does not take a first row of dates and texts for a header', async () => {
    expect((await readContent('2018-04-01,x\n2018-04-02,y\n')).format.header).toBe(false);
    expect((await readContent('x,Paris\ny,Rome\nx,Oslo\n')).format.header).toBe(false);
    expect((await readContent('name,city\nx,Paris\ny,Rome\n')).format.header).toBe(true);
  });

  it('makes duplicate and empty header names unique', async () => {
    const reading = await readContent('amount,amount,,amount_2\n1,2,3,4\n');
    expect(reading.columnNames).toEqual(['amount', 'amount_3', 'column3', 'amount_2']);
  });

  it('finds the header behind a title line, and rejects both instead of losing them', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${String(i)},a,1.5`).join('\n');
    const reading = await readContent(`Exported for audit\nid,name,amount\n${rows}\n`);
    expect(reading.columnNames).toEqual(['id', 'name', 'amount']);
    expect(reading.rows.length).toBe(20);
    expect(reading.rejected.map(({ raw }) => raw)).toEqual(['Exported for audit', 'id,name,amount']);
  });

  it('does not take the header of a file put behind another for a row', async () => {
    const reading = await readContent('id,amount\n1,2\nid,amount\n3,4\n');
    expect(reading.rows.map((row) => row[0])).toEqual(['1', '3']);
    expect(reading.rejected).toMatchObject([{ raw: 'id,amount', line: 3, byteOffset: 14 }]);
  });

  it('reads a single column', async () => {
    const reading = await readContent('amount\n1.5\n\n2.5\n');
    expect(reading.columnNames).toEqual(['amount']);
    expect(reading.rows).toEqual([['1.5'], ['2.5']]);
  });

  it('reads lines that end with a carriage return alone', async () => {
    const reading = await readContent('id,amount\r1,2\r3,4\r');
    expect(reading.rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('keeps a trailing empty field at the end of the file', async () => {
    expect((await readContent('a,b\n1,2\n3,')).rows).toEqual([
      ['1', '2'],
      ['3', undefined],
    ]);
  });

  it('decodes numbers in the written format and names the rows that are none', async () => {
    const content = 'id;amount\n1;$1.020,00\n2;(12,50)\n3;NA\n4;\n5;abc\n6;"-$3"\n7;true\n8;  7,5 \n';
    const { values, wrong } = await numbersOf(content, 1, { decimal: ',', group: '.', decorated: true });
    expect(values).toEqual([1020, -12.5, NaN, NaN, NaN, -3, 1, 7.5]);
    expect(wrong).toEqual([4]);
  });
});

describe('encodings', () => {
  const text = 'id,name\n1,Zoë\n2,€ 5\n';
  const expected = [
    ['1', 'Zoë'],
    ['2', '€ 5'],
  ];

  it.each<[string, Uint8Array, RecordingFormat['encoding']]>([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`), 'utf-8'],
    ['UTF-16LE with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le'],
    ['Windows-1252', Buffer.from(text.replaceAll('€', '\x80'), 'latin1'), 'windows-1252'],
  ])('reads %s', async (_name, content, encoding) => {
    for (const chunkBytes of [1, 3, 1000]) {
      const reading = await readContent(content, { chunkBytes });
      expect(reading.format.encoding).toBe(encoding);
      expect(reading.columnNames).toEqual(['id', 'name']);
      expect(reading.rows).toEqual(expected);
    }
  });
});

describe('compressed recordings', () => {
  const part = (from: number): string =>
    Array.from({ length: 3000 }, (_, i) => `${String(from + i)},${String(i / 7)}\n`).join('');

  it('reads several gzip members and several zstd frames as one', async () => {
    const texts = ['id,amount\n' + part(0), part(3000), part(6000)];
    for (const compress of [gzipSync, zstdCompressSync]) {
      const reading = await readContent(Buffer.concat(texts.map((text) => compress(text))));
      expect(reading.rows.length).toBe(9000);
      expect(reading.rows[8999][0]).toBe('8999');
      expect(reading.rejected).toEqual([]);
    }
  });

  it('passes over a skippable zstd frame', async () => {
    const skippable = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')]);
    const reading = await readContent(
      Buffer.concat([skippable, zstdCompressSync('id,amount\n1,2\n'), skippable, zstdCompressSync('3,4\n')]),
    );
    expect(reading.rows.length).toBe(2);
  });

  it('gives the whole records of a truncated file, then names the byte where it breaks off', async () => {
    const text =
      'id,amount\n' + Array.from({ length: 60_000 }, (_, i) => `${String(i)},${String(Math.sin(i))}\n`).join('');
    for (const compress of [gzipSync, zstdCompressSync]) {
      const whole = compress(text);
      const reading = await readContent(whole.subarray(0, Math.floor(whole.length / 2)));
      expect(reading.rows.length).toBeGreaterThan(1000);
      expect(reading.rows.length).toBeLessThan(60_000);
      expect(reading.rows.at(-1)).toEqual(text.split('\n')[reading.rows.length].split(','));
      expect(reading.error).toMatchObject({
        code: 'CORRUPT_RECORDING',
        message: expect.stringMatching(/beyond byte \d+/) as string,
      });
    }
  });
});

describe('JSON Lines', () => {
  it('flattens objects, keeps arrays as text and appends keys that come late', async () => {
    const late = Array.from({ length: 1500 }, (_, i) => JSON.stringify({ id: i, at: { hour: i % 24 } }));
    const reading = await readContent([...late, '{"id":1500,"tags":["a",1],"new":true,"none":null}', ''].join('\n'));
    expect(reading.columnNames).toEqual(['id', 'at.hour', 'tags', 'new', 'none']);
    expect(reading.rows[3]).toEqual(expect.arrayContaining(['3']));
    expect(reading.rows[1500]).toEqual(['1500', undefined, '["a",1]', 'true', undefined]);
    expect(reading.rows.length).toBe(1501);
  });

  it('reads an object of MongoDB that stands for one value as that value, beside plain ones', async () => {
    const canonical = (i: number): string =>
      `{"_id":{"$oid":"65f1a0c2e4b0a1b2c3d4e5f${i}"},"at":{"$date":{"$numberLong":"172941150925${i}"}},"amount":{"$numberDecimal":"1.2${i}0"},"seq":{"$numberLong":"900719925474099${i}"},"of":{"x":{"$numberInt":"${i}"}}}`;
    const relaxed = '{"_id":{"$oid":"x"},"at":{"$date":"2024-10-20T08:05:09.255Z"},"amount":7,"seq":5,"of":{"x":6}}';
    const legacy = '{"at":{"$date":1729411509256},"amount":{"$numberDouble":"0.5"},"of":{"$numberInt":"1","y":2}}';
    const reading = await readContent([...[1, 2, 3].map(canonical), relaxed, legacy, ''].join('\n'));
    expect(reading.columnNames).toEqual(['_id', 'at', 'amount', 'seq', 'of.x', 'of.$numberInt', 'of.y']);
    expect(reading.rows[1].slice(0, 5)).toEqual([
      '65f1a0c2e4b0a1b2c3d4e5f2',
      '2024-10-20T08:05:09.252Z',
      '1.220',
      '9007199254740992',
      '2',
    ]);
    expect(reading.rows.map((row) => row[1]?.at(-2))).toEqual(['1', '2', '3', '5', '6']);
    expect(reading.rows.map((row) => row[2])).toEqual(['1.210', '1.220', '1.230', '7', '0.5']);
    expect(reading.rows[4].slice(5)).toEqual(['1', '2']);
  });

  it('keeps every digit of an integer beyond 2^53', async () => {
    const reading = await readContent(
      '{"id":12345678901234567891,"amount":1.5}\n{"id":-9007199254740993,"nested":{"id":9007199254740993}}\n',
    );
    expect(reading.rows).toEqual([
      ['12345678901234567891', '1.5', undefined],
      ['-9007199254740993', undefined, '9007199254740993'],
    ]);
  });

  it('rejects what is no object, with its bytes and place, and reads on', async () => {
    const deep = `{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}`;
    const content = `{"id":1}\r\n{"id":\n\n[1]\n"text"\n${deep}\n{"id":2}`;
    for (const chunkBytes of [1, 7, 100_000]) {
      const reading = await readContent(content, chunkBytes === 1 ? { chunkBytes: 1000 } : { chunkBytes });
      expect(reading.rows.map((row) => row[0])).toEqual(['1', '2']);
      expect(reading.rejected.map(({ line }) => line)).toEqual([2, 4, 5, 6]);
      expect(reading.rejected[0]).toMatchObject({ raw: '{"id":', byteOffset: 10 });
      expect(reading.places[1].line).toBe(7);
    }
  });

  it('does not let values of a rejected record or an earlier batch shine through', async () => {
    const reading = await readContent('{"id":1,"a":5}\n{"id":2,"a":6}\n{"id":3}\n{"id":4}\n', { rowsPerBatch: 2 });
    expect(reading.rows[2]).toEqual(['3', undefined]);
  });
});

describe('kcat envelope', () => {
  const message = (offset: number, payload: unknown): string =>
    JSON.stringify({
      topic: 'financial_transactions',
      partition: 0,
      offset,
      tstype: 'create',
      ts: 1700000000000 + offset,
      broker: 0,
      key: 'k',
      payload,
    });

  it('reads payloads and adds the envelope behind their own columns', async () => {
    const content = [
      message(0, '{"id":1234,"amount":512.3,"transaction_type":1,"account_balance":20344.1}'),
      message(1, { id: 1235, amount: 7 }),
      message(2, null),
      message(3, 'not json'),
    ].join('\n');
    const reading = await readContent(content);
    expect(reading.format.kind).toBe('kcat');
    expect(reading.columnNames).toEqual([
      'id',
      'amount',
      'transaction_type',
      'account_balance',
      'kafka.topic',
      'kafka.partition',
      'kafka.offset',
      'kafka.timestamp',
      'kafka.key',
    ]);
    expect(reading.rows[0]).toEqual([
      '1234',
      '512.3',
      '1',
      '20344.1',
      'financial_transactions',
      '0',
      '0',
      '1700000000000',
      'k',
    ]);
    expect(reading.raws[1]).toBe(content.split('\n')[1]);
    expect(reading.rejected.map(({ line, reason }) => [line, reason.slice(0, 19)])).toEqual([
      [3, 'The payload is null'],
      [4, 'The payload is not '],
    ]);
  });
});

describe('resuming', () => {
  const csv = `id,note\n${Array.from({ length: 40 }, (_, i) => (i % 7 === 3 ? `${String(i)},"two\nlines"` : i % 11 === 5 ? 'bad' : `${String(i)},n`)).join('\n')}\n`;
  const json = Array.from({ length: 40 }, (_, i) =>
    i % 9 === 4 ? '{' : JSON.stringify(i % 5 === 2 ? { id: i, late: 1 } : { id: i }),
  ).join('\n');

  it.each<[string, Uint8Array]>([
    ['CSV', Buffer.from(csv)],
    ['CSV with a byte order mark', Buffer.from(`\ufeff${csv}`)],
    ['gzip', gzipSync(csv)],
    ['UTF-16', Buffer.from(`\ufeff${csv}`, 'utf16le')],
    ['JSON Lines', Buffer.from(json)],
    ['JSON Lines, zstd', zstdCompressSync(json)],
  ])('goes on after any batch as if it had never stopped: %s', async (_name, content) => {
    const path = fileWith(content);
    const whole = await read(path, { rowsPerBatch: 3 });
    expect(whole.positions.length).toBeGreaterThan(5);
    for (const { next, rows, rejected } of whole.positions) {
      const rest = await read(path, {
        start: next,
        format: whole.format,
        columnNames: whole.columnNames,
        rowsPerBatch: 4,
      });
      expect(rest.raws).toEqual(whole.raws.slice(rows));
      expect(rest.places).toEqual(whole.places.slice(rows));
      expect(rest.rejected).toEqual(whole.rejected.slice(rejected));
      expect(rest.columnNames).toEqual(whole.columnNames);
    }
  });

  it('reads by the layout of a reader before what it reads when it looks again, and refuses a file compressed since', async () => {
    const contents = [
      csv,
      '\ufeffid;name\r\n1;"a;b"\r\n2;c\r\n',
      'A report\n\nid,name,amount\n1,a,2.5\n2,b,3.5\n3,c,4.5\n',
      '1,2.5,x\n2,3.5,y\n3,4.5,x\n',
      gzipSync(csv),
      Buffer.from('id,name\n1,\u00e4\n2,b\n', 'utf16le'),
      '[{"id":1,"name":"a"},{"id":2,"other":"b"}]',
      '{"id":1}\n{"id":2,"name":"b"}\n',
    ];
    for (const content of contents) {
      const path = fileWith(content);
      const { format, layout, ...first } = await openRecording(path);
      await first.close();
      expect(layout).toBeDefined();
      const again = await read(path, { format });
      expect(again.rows.length).toBeGreaterThan(1);
      expect(await read(path, { format, layout })).toEqual(again);
    }
    const { format, layout, close } = await openRecording(fileWith(csv));
    await close();
    const compressed = openRecording(fileWith(gzipSync(csv)), { format, layout });
    expect(await refusal(compressed)).toBe('RECORDING_CHANGED');
  });

  it('refuses a recording that has become shorter or another format', async () => {
    const path = fileWith(csv);
    const resumed = await read(path, { start: { byteOffset: 1_000_000, line: 9 } });
    expect(resumed.error).toMatchObject({ code: 'RECORDING_CHANGED' });
    const compressed = await read(fileWith(gzipSync(csv)), { start: { byteOffset: 1_000_000, line: 9 } });
    expect(compressed.error).toMatchObject({ code: 'RECORDING_CHANGED' });
    const format = { kind: 'ndjson', compression: 'none', encoding: 'utf-8' } as const;
    expect(await refusal(openRecording(path, { format }))).toBe('RECORDING_CHANGED');
  });
});

describe('one pass', () => {
  it('keeps the same array of column names until a new key comes', async () => {
    const lines = Array.from({ length: 1100 }, (_, i) => JSON.stringify(i === 1050 ? { id: i, late: 1 } : { id: i }));
    const reader = await openRecording(fileWith(lines.join('\n')), { rowsPerBatch: 500 });
    const names: (readonly string[])[] = [];
    for await (const batch of reader.batches()) names.push(batch.columnNames);
    await reader.close();
    expect(names[1]).toBe(names[0]);
    expect(names[2]).toEqual(['id', 'late']);
  });

  it('may stop early and be closed, also in the middle of compressed content', async () => {
    const text =
      'id,amount\n' + Array.from({ length: 200_000 }, (_, i) => `${String(i)},${String(Math.sin(i))}\n`).join('');
    for (const content of [Buffer.from(text), gzipSync(text), zstdCompressSync(text)]) {
      const reader = await openRecording(fileWith(content));
      for await (const batch of reader.batches()) {
        expect(batch.rowCount).toBeGreaterThan(0);
        break;
      }
      expect(reader.storedBytesRead).toBeGreaterThan(0);
      expect(reader.storedBytesRead).toBeLessThan(reader.storedBytes);
      await reader.close();
    }
  });

  it('gives the digest of the file as stored only where this reading saw every byte of it', async () => {
    const text = `id,amount\n${Array.from({ length: 5000 }, (_, i) => `${String(i)},${'7'.repeat(300)}\n`).join('')}`;
    const zipped = gzipSync(text);
    const contents = [Buffer.from(text), zipped, zstdCompressSync(text), Buffer.from(`\ufeff${text}`, 'utf16le')];
    for (const stored of [...contents, Buffer.concat([zipped, Buffer.from('no part of it')])]) {
      const reader = await openRecording(fileWith(stored));
      let batches = 0;
      for await (const batch of reader.batches()) {
        expect(batch.rowCount).toBeGreaterThan(0);
        if (batches++ === 0) expect(reader.storedFile).toBeUndefined();
      }
      await reader.close();
      const sha256 = createHash('sha256').update(stored).digest('hex');
      expect(reader.storedFile).toEqual({ storedBytes: stored.length, sha256 });
    }
    const resumed = await openRecording(fileWith(text), { start: { byteOffset: text.length - 304, line: 5001 } });
    for await (const batch of resumed.batches()) expect(batch.rowCount).toBe(1);
    expect(resumed.storedFile).toBeUndefined();
    await resumed.close();
  });
});

describe('what is no recording', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'EMPTY_RECORDING'],
    ['an empty gzip', gzipSync(''), 'EMPTY_RECORDING'],
    ['only a header', 'id,amount\n', 'EMPTY_RECORDING'],
    ['only blank lines', '\n\n  \r\n', 'EMPTY_RECORDING'],
    ['binary data', Uint8Array.from({ length: 500 }, (_, i) => (i * 7) % 256), 'UNKNOWN_FORMAT'],
    [
      'prose',
      'This is a letter to somebody.\nIt has lines, and some commas, but no table.\nKind regards to all of you\n',
      'UNKNOWN_FORMAT',
    ],
    ['a JSON array of arrays', '[["id","amount"],[1,2.5],[2,3.5]]', 'UNKNOWN_FORMAT'],
    ['a JSON array of values', '[\n1,\n2\n]\n', 'UNKNOWN_FORMAT'],
    ['a table by columns in JSON', '{"id":{"0":1,"1":2},"amount":{"0":2.5,"1":3.5}}', 'UNKNOWN_FORMAT'],
    ['JSON with two lists of objects', '{"cards":[{"id":1}],"payments":[{"id":1}]}', 'UNKNOWN_FORMAT'],
    ['text in UTF-32', Buffer.from('fffe000069000000', 'hex'), 'UNKNOWN_FORMAT'],
    ['a workbook', Buffer.from('PK\u0003\u0004rest'), 'UNKNOWN_FORMAT'],
    ['content compressed twice', gzipSync(gzipSync('id,amount\n1,2\n')), 'UNKNOWN_FORMAT'],
    ['a pretty-printed object', '{\n  "id": 1,\n  "amount": 2\n}\n', 'UNKNOWN_FORMAT'],
    ['a Parquet file that is cut off', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(300, 7)]), 'CORRUPT_RECORDING'],
    ['a gzip cut off in its header', gzipSync('id,amount\n1,2\n').subarray(0, 12), 'CORRUPT_RECORDING'],
  ])('%s', async (_name, content, code) => {
    expect(await refusal(openRecording(fileWith(content)))).toBe(code);
  });

  it('a file that is not there, a folder, and a file without the right to read it', async () => {
    expect(await refusal(openRecording(join(temporaryFolder(), 'absent.csv')))).toBe('FILE_NOT_FOUND');
    expect(await refusal(openRecording(temporaryFolder()))).toBe('NOT_A_FILE');
    if (process.getuid?.() !== 0) {
      const path = fileWith('id,amount\n1,2\n');
      await chmod(path, 0);
      expect(await refusal(openRecording(path))).toBe('PERMISSION_DENIED');
    }
  });
});

describeWithSharedData('shared recordings', () => {
  it.each([
    ['adbench/Ionosphere.csv', 351, 33],
    ['adbench/PageBlocks.csv', 5393, 11],
    ['adbench/Pima.csv', 768, 9],
    ['adbench/SpamBase.csv', 4207, 58],
    ['adbench/annthyroid.csv', 7200, 7],
    ['adbench/breastw.csv', 683, 10],
    ['adbench/campaign.csv.gz', 41188, 63],
    ['adbench/cardio.csv', 1831, 22],
    ['adbench/mammography.csv', 11183, 7],
    ['adbench/satellite.csv', 6435, 37],
    ['adbench/shuttle.csv.gz', 49097, 10],
    ['adbench/smtp.csv', 95156, 4],
    ['handbook/features-2018-07-11_2018-07-17.csv.gz', 66928, 21],
    ['handbook/features-2018-07-25_2018-07-31.csv.gz', 67240, 21],
    ['handbook/transactions-2018-04.csv.gz', 288062, 7],
    ['handbook/transactions-2018-05.csv.gz', 297115, 7],
    ['handbook/transactions-2018-06.csv.gz', 287618, 7],
    ['handbook/transactions-2018-07.csv.gz', 296928, 7],
    ['handbook/transactions-2018-08.csv.gz', 296559, 7],
    ['pcards-2010/purchasing-cards-2010.csv.gz', 95076, 8],
    ['streams/handbook-2018-08-01.ndjson.gz', 9552, 5],
    ['streams/pyflink-sample-transactions.jsonl', 50, 12],
    ['ulb-creditcard/ulb-day1-sample.csv', 4342, 31],
  ])('%s has %i rows', async (name, expectedRows, expectedColumns) => {
    const reader = await openRecording(sharedDataPath(name));
    let rows = 0;
    let rejected = 0;
    for await (const batch of reader.batches()) {
      rows += batch.rowCount;
      rejected += batch.rejected.length;
    }
    expect([rows, rejected, reader.columnNames.length]).toEqual([expectedRows, 0, expectedColumns]);
    expect(reader.storedBytesRead).toBe(reader.storedBytes);
    await reader.close();
  });

  it('reads every amount of the purchasing cards as a number', async () => {
    const reader = await openRecording(sharedDataPath('pcards-2010/purchasing-cards-2010.csv.gz'));
    const amount = reader.columnNames.indexOf('AMOUNT');
    let wrong = 0;
    let largest = 0;
    for await (const batch of reader.batches()) {
      const out = new Float64Array(batch.rowCount);
      wrong += batch.numbers(amount, { decimal: ',', group: '.', decorated: true }, out).length;
      largest = out.reduce((most, value) => Math.max(most, value), largest);
    }
    await reader.close();
    expect([wrong, largest]).toEqual([0, 3102000]);
  });

  it('reads plain numbers exactly as Number() does', async () => {
    const reader = await openRecording(sharedDataPath('ulb-creditcard/ulb-day1-sample.csv'));
    for await (const batch of reader.batches()) {
      const out = new Float64Array(batch.rowCount);
      for (let column = 0; column < batch.columnNames.length; column++) {
        expect(batch.numbers(column, plainNumbers, out)).toEqual([]);
        for (let row = 0; row < batch.rowCount; row++) {
          if (out[row] !== Number(batch.text(row, column))) expect(out[row]).toBe(Number(batch.text(row, column)));
        }
      }
    }
    await reader.close();
  });
});

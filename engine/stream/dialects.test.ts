import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileWith, read, readContent, refusal } from './read-recording.test-support.ts';
import { openRecording, type OpenRecordingOptions } from './open-recording.ts';

const header = ['txn_id', 'txn_time', 'amount', 'card', 'shop'];
const records = Array.from({ length: 40 }, (_, i) => [
  `T${String(i)}`,
  `2024-10-${String(10 + (i % 20))} 08:00:00`,
  (i * 1.25 + 1).toFixed(2),
  `C00${String(i % 7)}`,
  `Shop ${'ABC'[i % 3]}`,
]);

interface Written {
  readonly delimiter?: string;
  readonly lineEnd?: string;
  readonly shop?: (shop: string) => string;
  readonly cell?: (cell: string) => string;
}

/** The records as delimited text, in some way of writing it. */
function text({ delimiter = ',', lineEnd = '\n', shop = (same) => same, cell = (same) => same }: Written = {}): string {
  const rows = records.map((record) => record.map((value, column) => cell(column === 4 ? shop(value) : value)));
  return [header, ...rows].map((row) => row.join(delimiter) + lineEnd).join('');
}

const plain = text();
const rowsOnly = plain.slice(plain.indexOf('\n') + 1);
const escaped = String.raw;

describe('ways of writing the same rows', () => {
  it.each<[string, string | Uint8Array, ((shop: string) => string)?]>([
    ['rows that end with a delimiter, the header not', `${header.join(',')}\n${rowsOnly.replaceAll('\n', ',\n')}`],
    ['rows padded with delimiters', `${header.join(',')}\n${rowsOnly.replaceAll('\n', ',,,\n')}`],
    [
      'lines that end with carriage returns, a blank one behind each',
      text({ lineEnd: '\r\r', cell: (cell) => `"${cell}"` }),
    ],
    ['lines that end with U+0085', text({ lineEnd: '\u0085' })],
    ['lines that end with U+0085, in UTF-16', Buffer.from(text({ lineEnd: '\u0085' }), 'utf16le')],
    ['U+0085 within texts', text({ shop: (shop) => `${shop}\u0085x` }), (s) => `${s}\u0085x`],
    ['cells padded with spaces', text({ cell: (cell) => ` ${cell}  ` })],
    ['quotes behind a space', text({ delimiter: ', ', cell: (cell) => `"${cell}"` })],
    [
      'a delimiter in quotes behind a space',
      text({ delimiter: ', ', shop: (shop) => `"${shop}, x"` }),
      (s) => `${s}, x`,
    ],
    ['spaces behind closing quotes', text({ cell: (cell) => `"${cell}" ` })],
    ['single quotes', text({ cell: (cell) => `'${cell}'` })],
    ['single quotes around some fields', text({ shop: (shop) => `'${shop}, x'` }), (s) => `${s}, x`],
    ['doubled single quotes', text({ shop: (shop) => `'${shop}''s, x'` }), (s) => `${s}'s, x`],
    ['apostrophes that quote nothing', text({ shop: (shop) => `Joe's ${shop}` }), (s) => `Joe's ${s}`],
    ['a cell that begins with an apostrophe', text({ shop: (shop) => `'t ${shop}` }), (s) => `'t ${s}`],
    ['escaped quotes', text({ shop: (shop) => escaped`"the \"${shop}\" of it"` }), (s) => `the "${s}" of it`],
    ['escaped quotes at the end', text({ shop: (shop) => escaped`"${shop} \"x\""` }), (s) => `${s} "x"`],
    ['escaped delimiters without quotes', text({ shop: (shop) => escaped`${shop}\, x` }), (s) => `${s}, x`],
    ['lines that a backslash continues', text({ shop: (shop) => `${shop}\\\nx` }), (s) => `${s}\nx`],
    ['backslashes of paths', text({ shop: (shop) => ['"C:', shop, '"'].join('\\') }), (s) => ['C:', s, ''].join('\\')],
    ['carriage returns', text({ lineEnd: '\r' })],
    ['carriage returns, and line feeds in quotes', text({ lineEnd: '\r', shop: (s) => `"${s}\nx"` }), (s) => `${s}\nx`],
    ['line feeds, and carriage returns in quotes', text({ shop: (s) => `"${s}\rx"` }), (s) => `${s}\rx`],
    ['carriage returns, some with a line feed', plain.replaceAll('\n', '\r').replace('\rT5,', '\r\nT5,')],
    ['carets', text({ delimiter: '^' })],
    ['tildes', text({ delimiter: '~' })],
    ['control characters', text({ delimiter: '\u0001' })],
    ['unit separators', text({ delimiter: '\u001f' })],
    ['a line that tells the delimiter', `sep=;\n${text({ delimiter: ';' })}`],
    ['a header behind a comment mark', `# ${plain}`],
    ['the mark by which DOS ends a text', `${plain}\u001a`],
    ['zeros behind the last line', `${plain}${'\0'.repeat(5000)}`],
    ['zeros before a line', plain.replace('\nT5,', `\n${'\0'.repeat(600)}T5,`)],
    ['fields padded with zeros', text({ shop: (shop) => `${shop}\0\0\0` })],
    ['UTF-16 BE', Buffer.from(`\ufeff${plain}`, 'utf16le').swap16()],
    ['UTF-16 LE without a mark', Buffer.from(plain, 'utf16le')],
    ['UTF-16 BE without a mark', Buffer.from(plain, 'utf16le').swap16()],
    ['UTF-16 BE, compressed', gzipSync(Buffer.from(`\ufeff${plain}`, 'utf16le').swap16())],
  ])('%s', async (_name, content, shopOf = (shop) => shop) => {
    const expected = records.map((record) => [...record.slice(0, 4), shopOf(record[4])]);
    for (const options of [{}, { chunkBytes: 7, rowsPerBatch: 9 }]) {
      const reading = await readContent(content, options);
      expect(reading.columnNames).toEqual(header);
      expect(reading.rows).toEqual(expected);
      expect(reading.rejected).toEqual([]);
    }
  });

  it.each<[string, string, number]>([
    ['titles padded with delimiters', `October,,,,\n,,,,\nFrom:,2024-10-01,,,\n${plain}`, 4],
    ['a title of one field', `Report of October\n${plain}`, 2],
    ['a total', `${plain}Total,,983.75,,\n`, 1],
    ['a total behind an empty line', `${plain},,,,\nGrand total,,983.75,,\n`, 2],
    ['a closing balance', `${plain}Closing balance,,,,\n`, 1],
    ['a remark that fills one field', `${plain}This list is confidential,,,,\n`, 1],
    ['a trailer of one field', `${plain}TRAILER 40\n`, 1],
  ])('sets aside what is no row: %s', async (_name, content, rejected) => {
    const reading = await readContent(content);
    expect(reading.columnNames).toEqual(header);
    expect(reading.rows).toEqual(records);
    expect(reading.rejected.length).toBe(rejected);
  });

  it('names the column that R writes without a name', async () => {
    const rows = records.map((record, index) => [`"${String(index + 1)}"`, ...record].join(','));
    const reading = await readContent([header.join(','), ...rows].join('\n'));
    expect(reading.columnNames).toEqual(['column1', ...header]);
    expect(reading.rows).toEqual(records.map((record, index) => [String(index + 1), ...record]));
  });

  it('hints at a backslash where escapes begin only behind the sample', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `${String(i)},"a shop",1.5`).join('\n');
    const reading = await readContent(`id,shop,amount\n${many}\n1,"the \\"a\\" shop",2\n`);
    expect(reading.rejected[0].reason).toMatch(/backslash/);
  });
});

describe('the header', () => {
  const kinds = ['Sedan', 'Sport', 'Utility'];
  const faults = ['Policy Holder', 'Third Party'];
  const claim = (i: number): string =>
    ['Jan', 'Feb', 'Mar'][i % 3] +
    `,${kinds[i % 3]},${faults[i % 2]},${i % 50 === 0 ? 'Fault' : 'none'},${String(i % 60)}`;

  it('stays one above mostly texts, also where a name comes again as a value', async () => {
    const rows = Array.from({ length: 900 }, (_, i) => claim(i));
    const reading = await readContent(['Month,Vehicle,Who,Fault,Age', ...rows].join('\n'));
    expect(reading.columnNames).toEqual(['Month', 'Vehicle', 'Who', 'Fault', 'Age']);
    expect(reading.rows.length).toBe(900);
    expect((await readContent(rows.join('\n'))).format.header).toBe(false);
  });

  it.each<[string, boolean, readonly string[]]>([
    ['texts only, named', true, ['shop,card', ...records.map((record) => `${record[4]},${record[3]}`)]],
    ['texts only, not named', false, records.map((record) => `${record[4]},${record[3]}`)],
    ['codes only, not named', false, records.map((record) => `${record[0]},${record[3]}`)],
    ['a missing value in the first row', false, ['T,NA,Paris', 'U,1.5,Rome', 'V,2.5,Oslo', 'W,3.5,Paris']],
    ['one name that is a number', true, ['id,2024,amount,fee', 'a,1,2.5,1', 'b,2,3.5,1', 'c,3,4.5,2']],
    ['a time of day first', false, ['08:00,x,1', '09:00,y,2', '10:00,x,3']],
  ])('%s', async (_name, isNamed, lines) => {
    expect((await readContent(lines.join('\n'))).format.header).toBe(isNamed);
  });
});

describe('what a person states', () => {
  it.each(['^', 'caret', '\\x5e', '0x5e'])('the delimiter %s', async (delimiter) => {
    const content = text({ delimiter: '^', shop: (shop) => `${shop};x,y` });
    expect((await readContent(content, { stated: { delimiter } })).rows[0]).toEqual([
      ...records[0].slice(0, 4),
      'Shop A;x,y',
    ]);
  });

  it.each(['', '||', 'é', '\\n', '"'])('not %j as delimiter', async (delimiter) => {
    expect(await refusal(openRecording(fileWith(plain), { stated: { delimiter } }))).toBe('WRONG_USE');
  });

  const cyrillic = Buffer.from('id,shop\n1,\xcc\xe0\xe3\xe0\xe7\xe8\xed\n2,\xc0\n', 'latin1');
  it.each(['windows-1251', 'cp1251', 'CP-1251'])('the encoding %s', async (encoding) => {
    const reading = await readContent(cyrillic, { stated: { encoding } });
    expect(reading.rows).toEqual([
      ['1', 'Магазин'],
      ['2', 'А'],
    ]);
    expect(reading.notices).toEqual([]);
  });

  it('and says where bytes are guessed at, or cannot be in the stated encoding', async () => {
    expect((await readContent(cyrillic)).notices.join()).toMatch(/8 bytes.*--encoding/);
    expect((await readContent(cyrillic, { stated: { encoding: 'iso-8859-6' } })).notices.join()).toMatch(/iso-8859-6/);
    expect(await refusal(openRecording(fileWith(cyrillic), { stated: { encoding: 'ebcdic' } }))).toBe('WRONG_USE');
  });
});

describe('JSON in other layouts', () => {
  const objects = records.map(([id, time, amount]) => ({
    id,
    time,
    amount: Number(amount),
    at: { town: `{"x"}, ${id}` },
  }));
  const lines = objects.map((object) => JSON.stringify(object));
  const pretty = objects.map((object) => JSON.stringify(object, null, 2));
  const layouts: readonly [string, string][] = [
    ['an array on one line', JSON.stringify(objects)],
    ['an array over lines', JSON.stringify(objects, null, 2)],
    ['an array of lines', `[\n${lines.join(',\n')}\n]\n`],
    ['an array with a trailing comma', `[\n${lines.join(',\n')},\n]\n`],
    ['lines with commas', lines.join(',\n')],
    ['carriage returns', lines.join('\r')],
    ['nothing between', lines.join('')],
    ['objects over lines', pretty.join('\n')],
    ['record separators', lines.map((line) => `\u001e${line}\n`).join('')],
    ['record separators and objects over lines', pretty.map((line) => `\u001e${line}\n`).join('')],
    ['arrays behind one another', lines.map((line) => `[${line}]`).join('\n')],
    ['a list in an object', JSON.stringify({ count: 40, tags: ['a'], data: objects, next: null })],
    ['a list in an object, over lines', JSON.stringify({ meta: { count: 40 }, data: objects }, null, 2)],
    ['a list deep in objects', JSON.stringify({ hits: { total: { value: 40 }, hits: objects } })],
  ];

  it.each(layouts)('%s', async (_name, content) => {
    const expected = objects.map(({ id, time, amount, at }) => [id, time, String(amount), at.town]);
    const path = fileWith(content);
    for (const options of [{}, { chunkBytes: 11, rowsPerBatch: 7 }] satisfies OpenRecordingOptions[]) {
      const reading = await read(path, options);
      expect(reading.columnNames).toEqual(['id', 'time', 'amount', 'at.town']);
      expect(reading.rows).toEqual(expected);
      expect(reading.rejected).toEqual([]);
    }
    const whole = await read(path, { rowsPerBatch: 7 });
    for (const { next, rows } of whole.positions) {
      const { format, columnNames } = whole;
      const rest = await read(path, { start: next, format, columnNames, rowsPerBatch: 9 });
      expect([rest.raws, rest.places, rest.rejected]).toEqual([whole.raws.slice(rows), whole.places.slice(rows), []]);
    }
  });

  it('rejects what is no object, and reads on', async () => {
    const reading = await readContent(
      `[${lines[0]}, 17, null, ${lines[1]},\n{"id": oops},\n{"id": "open,\n${lines[2]}]`,
    );
    expect(reading.rows.map((row) => row[0])).toEqual(['T0', 'T1', 'T2']);
    expect(reading.rejected.map(({ raw }) => raw)).toEqual(['17', 'null', '{"id": oops}', '{"id": "open,']);
  });

  it('says of a second list behind the records that it was not read', async () => {
    const filler = Array.from({ length: 20_000 }, (_, i) => ({ id: i, note: 'x'.repeat(60) }));
    const reading = await readContent(`{"data":${JSON.stringify(filler)},"more":[{"id":1}]}`);
    expect(reading.rows.length).toBe(20_000);
    expect(reading.rejected.map(({ reason }) => reason)).toEqual([
      'It stands behind the array that the records were read from.',
    ]);
  });
});

it('a quoted field before a carriage return that ends its line, and another one behind it, ends with its quote', async () => {
  const reading = await readContent('name,city\r"a","x"\r\r"b","y"\r"c","z"');
  expect(reading.raws).toEqual(['"a","x"', '"b","y"', '"c","z"']);
  expect(reading.places.map(({ line }) => line)).toEqual([2, 4, 5]);
});

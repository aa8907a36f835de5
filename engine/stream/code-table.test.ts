import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { TextDictionary } from '../domain/dictionary.ts';
import { CodeTable, unknownCode } from './code-table.ts';
import { codesOf, textBlocksOf, writtenFiles } from './kernel/files.test-support.ts';
import { openRecording } from './open-recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-codes-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('gives cells the codes of their texts, whatever the dialect, quotes and cuts', async () => {
  await fc.assert(
    fc.asyncProperty(writtenFiles, async (file) => {
      const { given, byTexts } = await codesOf(file);
      expect(given).toEqual(byTexts);
    }),
    { numRuns: 500 },
  );
});

it('adds texts by their bytes where these are the text, and otherwise the text itself', async () => {
  await fc.assert(
    fc.asyncProperty(writtenFiles, async (file) => {
      const { given, byTexts } = await textBlocksOf(file);
      expect(given).toEqual(byTexts);
    }),
    { numRuns: 300 },
  );
  const layout = { delimiter: ',', quote: '"', lineEndByte: 0x0a } as const;
  const cells = [
    'plain text',
    '  padded\t',
    '"a ""quoted"" one"',
    'na\\tme\\n',
    'k\u00f6nig',
    'N/A',
    ' null ',
    'NA\v\v\v',
    '\f\f\fNA',
    '12345',
    '',
    '"  kept  "',
  ];
  const content = Buffer.concat([
    Buffer.from(cells.map((cell) => `${cell},1\n`).join('')),
    Buffer.from('K\u00f6ln am Rhein,2\n', 'latin1'),
  ]);
  for (const backslashEscapes of [false, true]) {
    const named = {
      ...layout,
      backslashEscapes,
      columnNames: ['first', 'last'],
      headerBytes: new Uint8Array(0),
      rowsFrom: 0,
    };
    const { given, byTexts } = await textBlocksOf({ content, layout: named, chunkBytes: 1 << 20, rowsPerBatch: 100 });
    expect(given).toEqual(byTexts);
  }
});

it('takes the same bytes for another text where they are quoted', async () => {
  const layout = { delimiter: ',', quote: '"', backslashEscapes: false, lineEndByte: 0x0a } as const;
  const named = { ...layout, columnNames: ['first', 'last'], headerBytes: new Uint8Array(0), rowsFrom: 0 };
  const content = Buffer.from('" 7",x\n 7,"x"\n" 7",NA\n7,"NA"\n');
  const { given } = await codesOf({ content, layout: named, chunkBytes: 1 << 20, rowsPerBatch: 100 });
  const columns = [
    [0, 1, 0, 1],
    [0, 0, -1, -1],
  ];
  expect(given).toEqual({ batches: [columns], texts: [[' 7', '7'], ['x']] });
});

it('gives members of JSON objects the codes of their texts', async () => {
  const member = fc.oneof(
    fc.constantFrom('DE', 'FR', 'de', 'NA', '', 'k\u00f6nig', 'a "quoted" one', '7', 'NaN'),
    fc.string({ maxLength: 80 }),
    fc.integer({ min: -3, max: 9 }),
    fc.double(),
    fc.constantFrom(null, true, false, 0, -0, [1, 2]),
  );
  const object = fc.record({ first: member, second: member, third: member }, { requiredKeys: ['first'] });
  await fc.assert(
    fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 60 }), async (objects) => {
      const path = join(folder, 'recording.ndjson');
      const lines = objects.map((each) => JSON.stringify(each));
      writeFileSync(path, `${[...lines, ...lines].join('\n')}\n`);
      const reader = await openRecording(path, {});
      for await (const batch of reader.batches())
        for (const column of batch.columnNames.keys()) {
          const [given, byTexts] = [new TextDictionary(), new TextDictionary()];
          const codes = new Int32Array(batch.rowCount);
          batch.codes?.(column, given, codes);
          const texts = Array.from(codes, (_code, row) => batch.text(row, column));
          expect([...codes]).toEqual(texts.map((text) => (text === undefined ? -1 : byTexts.codeOf(text))));
          expect(given.textsFrom(0)).toEqual(byTexts.textsFrom(0));
        }
      await reader.close();
    }),
    { numRuns: 200 },
  );
});

it('keeps thousands of texts apart, short and long, and forgets none of those it took', () => {
  const table = new CodeTable();
  const texts = Array.from({ length: 70_000 }, (_, index) =>
    index % 3 === 0 ? `${index}` : `terminal ${'x'.repeat(index % 50)} ${index}`,
  );
  const codeIn = (text: string): number => {
    const bytes = Buffer.from(`,${text},`);
    return table.find(bytes, 1, bytes.length - 1);
  };
  const taken = new Map<string, number>();
  texts.forEach((text, code) => {
    expect(codeIn(text)).toBe(unknownCode);
    const bytes = Buffer.from(text);
    table.add(bytes, 0, bytes.length, code);
    if (codeIn(text) === code) taken.set(text, code);
  });
  expect(taken.size).toBe(2 ** 16);
  for (const [text, code] of taken) expect(codeIn(text)).toBe(code);
});

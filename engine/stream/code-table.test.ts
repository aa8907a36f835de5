import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CodeTable, unknownCode } from './code-table.ts';
import { codesOf, textBlocksOf, writtenFiles } from './kernel/files.test-support.ts';

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

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CodeTable, unknownCode } from './code-table.ts';
import { codesOf, writtenFiles } from './kernel/files.test-support.ts';

it('gives cells the codes of their texts, whatever the dialect, quotes and cuts', async () => {
  await fc.assert(
    fc.asyncProperty(writtenFiles, async (file) => {
      const { given, byTexts } = await codesOf(file);
      expect(given).toEqual(byTexts);
    }),
    { numRuns: 500 },
  );
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

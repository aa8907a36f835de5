import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalSum } from '../../domain/decimal-sum.ts';
import { impossible } from '../../domain/error.ts';
import { readingOf, startedHelp, summaryOf, writtenFiles } from './files.test-support.ts';
import { numbersByKernel } from './numbers.test-support.ts';
import { kernelModule, takeKernel } from './reading-kernel.ts';

const module = kernelModule() ?? impossible('the normal build makes the reading kernel');
const kernel = takeKernel(module);
const alone = { kernels: [kernel] };

describe('the reading kernel', () => {
  it('gives rows, places, quarantine, numbers and sums of the plain reader, whatever the dialect and the cuts', async () => {
    await fc.assert(
      fc.asyncProperty(writtenFiles, async (file) => {
        expect(await readingOf(file, alone)).toEqual(await readingOf(file));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same with any number of threads that read ahead, in the order of the file', async () => {
    for (const threadCount of [1, 2, 3]) {
      const help = await startedHelp(module, threadCount);
      await fc.assert(
        fc.asyncProperty(writtenFiles, async (file) => {
          expect(await readingOf(file, help)).toEqual(await readingOf(file));
        }),
        { numRuns: 200 },
      );
      await help.threads.close();
    }
  });

  it('ends batches where the plain reader does, also where their bytes are many and more is read than it holds', async () => {
    const rows = Array.from({ length: 9000 }, (_, i) =>
      [`T${i}`, i % 701 === 9 ? `"${'q'.repeat(2000)}"` : 'p'.repeat(2400 + (i % 50)), Math.sin(i)].join(','),
    );
    rows[4000] = `T4000,${'x'.repeat((1 << 20) + 5)},1`;
    const content = Buffer.from(rows.join('\n'));
    const layout = { delimiter: ',', quote: '"', backslashEscapes: false, lineEndByte: 0x0a } as const;
    const named = { ...layout, columnNames: ['id', 'note', 'wave'], headerBytes: new Uint8Array(0), rowsFrom: 0 };
    for (const chunkBytes of [1 << 20, 1 << 24]) {
      const file = { content, layout: named, chunkBytes, rowsPerBatch: 4096 };
      const [byKernel, plainly] = [await summaryOf(file, alone), await summaryOf(file)];
      expect(byKernel).toEqual(plainly);
      expect(plainly.length).toBeGreaterThan(2);
    }
  });

  it('names the cells that need another look in every part of a long column, and adds up the others', () => {
    const texts = Array.from({ length: 4096 }, (_, row) => (row % 500 === 7 ? `odd ${row}` : `${row}.25`));
    const { values, unsure, sum } = numbersByKernel(kernel, texts);
    const odd = [...texts.keys()].filter((row) => row % 500 === 7);
    expect([...unsure]).toEqual(odd);
    expect(texts.filter((text, row) => !unsure.has(row) && values[row] !== Number(text))).toEqual([]);
    expect(Number(sum)).toBe((4095 * 4096) / 2 - odd.reduce((one, other) => one + other) + 0.25 * (4096 - odd.length));
  });

  it('reads hard decimals as Number does, or leaves them alone', () => {
    const hard = [
      ...['9007199254740993', '9007199254740992.5', '9007199254740993.0', '0.1e1', '1.7976931348623157e30', '5e-324'],
      ...['8.5e-40', '123456789012345678.9', '9999999999999999999', '0.000000000000000000000000000000000000001'],
      ...[
        '2.2250738585072011e-39',
        '6.02214076e23',
        '1448997445238699',
        '7450580596923828125e-27',
        '1.00000000000000011102230246',
      ],
      ...[
        '4503599627370496.5',
        '4503599627370497.5',
        '9223372036854775807',
        '9223372036854775808',
        '18446744073709551615',
      ],
      ...[
        '-0',
        '-0.0',
        '0e39',
        '+1',
        '1e+22',
        '1e23',
        '1e-23',
        '8.41e21',
        '9.5367431640625e-7',
        '100000000000000016777215',
      ],
    ];
    const { values, unsure, sum } = numbersByKernel(kernel, hard);
    const expected = new DecimalSum();
    hard.forEach((text, row) => {
      if (unsure.has(row)) return;
      expect(Object.is(values[row], Number(text)), `${text}: ${values[row]}`).toBe(true);
      expected.addText(text);
    });
    expected.settle();
    expect(sum).toBe(expected.toString());
    // Too many digits, or too great a power.
    expect(unsure.size).toBe(6);
  });
});

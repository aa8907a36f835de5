import fc from 'fast-check';
import type { RecordBatch } from '../../domain/record-batch.ts';
import { DecimalSum } from '../../domain/decimal-sum.ts';
import { TextDictionary } from '../../domain/dictionary.ts';
import { impossible } from '../../domain/error.ts';
import { TextBlockWriter } from '../../features/text-block.ts';
import { blockOfTexts } from '../../features/decode-segment.ts';
import { openByteWindow } from '../byte-window.ts';
import { delimitedScanner, type DelimitedLayout } from '../delimited-text.ts';
import { readTextBatches } from '../text-batches.ts';
import { inStep } from '../batches-in-step.ts';
import { kernelsFor, NumberThreads } from './number-threads.ts';
import { takeKernel, type ReadingKernel } from './reading-kernel.ts';

/** A text in some dialect, and where it is cut. */
export interface WrittenFile {
  readonly content: Buffer;
  readonly layout: DelimitedLayout;
  readonly chunkBytes: number;
  readonly rowsPerBatch: number;
}

const number = fc.oneof(
  fc.double({ noNaN: true }).map(String),
  fc.integer().map(String),
  fc.tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.nat(4)).map(([value, digits]) => value.toFixed(digits)),
  fc.stringMatching(/^[-+]?\d{0,22}[.,]?\d{0,22}(?:[eE][-+]?\d{1,5})?$/),
  fc.constantFrom(
    '',
    '-',
    '+',
    '.',
    '1.',
    '.5',
    '-0',
    '1,5',
    '1e5',
    '1E-30',
    'NA',
    'true',
    '1_000',
    '0x10',
    '٣',
    '$5',
    '(7)',
  ),
);
const text = fc.string({
  unit: fc.constantFrom(
    'a',
    'Z',
    '7',
    '"',
    "'",
    ',',
    ';',
    '|',
    '\t',
    '\n',
    '\r',
    ' ',
    '\\',
    'é',
    '€',
    '.',
    '-',
    '\0',
    '\u001a',
  ),
  maxLength: 12,
});
const quoted =
  (quote: string) =>
  (cell: string): string =>
    quote + cell.replaceAll(quote, quote + quote) + quote;

const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', ' ', '^', '\u0001'),
  quote: fc.constantFrom('"' as const, "'" as const),
  backslashEscapes: fc.boolean(),
  lineEndByte: fc.constantFrom(0x0a, 0x0a, 0x0a, 0x0d),
});

/** Files mostly of plain rows of numbers, with every kind of other row between them. */
export const writtenFiles: fc.Arbitrary<WrittenFile> = dialect.chain((written) => {
  const plain = number.map((cell) => (cell.includes(written.delimiter) ? '' : cell));
  const cell = fc.oneof(
    { weight: 12, arbitrary: plain },
    { weight: 1, arbitrary: text.map(quoted(written.quote)) },
    { weight: 1, arbitrary: text },
  );
  return fc
    .record({
      columns: fc.integer({ min: 1, max: 9 }),
      seeds: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
      chunkBytes: fc.integer({ min: 1, max: 300 }),
      rowsPerBatch: fc.integer({ min: 1, max: 50 }),
      hasHeader: fc.boolean(),
      endsWithLine: fc.boolean(),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      cells: fc.array(cell, { minLength: 20, maxLength: 60 }),
    })
    .map(({ columns, seeds, chunkBytes, rowsPerBatch, hasHeader, endsWithLine, lineEnd, cells }) => {
      const end = written.lineEndByte === 0x0d ? '\r' : lineEnd;
      const names = Array.from({ length: columns }, (_, index) => `c${index}`);
      const header = names.join(written.delimiter);
      const rows = seeds.map((seed) => {
        if (seed % 41 === 0) return header;
        if (seed % 43 === 0) return written.delimiter.repeat(seed % 5);
        const width = seed % 37 === 0 ? seed % 12 : columns;
        return Array.from({ length: width }, (_, index) => cells[(seed + index * 7) % cells.length]).join(
          written.delimiter,
        );
      });
      const content = Buffer.from(
        [...(hasHeader ? [header] : []), ...rows].join(end) + (endsWithLine ? end : ''),
        'utf8',
      );
      const headerBytes = hasHeader ? Buffer.from(header) : new Uint8Array(0);
      return {
        content,
        layout: { ...written, columnNames: names, headerBytes, rowsFrom: 0 },
        chunkBytes,
        rowsPerBatch,
      };
    });
});

const formats = [
  { decimal: '.', group: null, decorated: false },
  { decimal: ',', group: '.', decorated: true },
] as const;

const doubles = new BigUint64Array(1);
const bitsOf = (value: number): bigint => {
  new Float64Array(doubles.buffer)[0] = value;
  return doubles[0];
};

function described(batch: RecordBatch): unknown {
  const rows = Array.from({ length: batch.rowCount }, (_, row) => ({
    raw: Buffer.from(batch.bytes.subarray(batch.rawStart[row], batch.rawEnd[row])).toString('latin1'),
    byteOffset: batch.byteOffset[row],
    line: batch.line[row],
    texts: batch.columnNames.map((_name, column) => batch.text(row, column)),
  }));
  const numbers = batch.columnNames.flatMap((_, column) =>
    formats.map((format) => {
      const out = new Float64Array(batch.rowCount);
      const sum = new DecimalSum();
      const notNumbers = [...batch.numbers(column, format, out, sum)];
      sum.settle();
      return { notNumbers, values: [...out].map(bitsOf), sum: sum.toString() };
    }),
  );
  const rejected = batch.rejected.map((record) => ({ ...record, raw: Buffer.from(record.raw).toString('latin1') }));
  return { rows, numbers, rejected, next: batch.next };
}

/** What helps the plain reader: one kernel, or several with threads that read the numbers of their batches. */
export interface Help {
  readonly kernels: readonly ReadingKernel[];
  readonly threads?: NumberThreads;
}

/** Everything that reading a file gives, to the bits of its numbers. */
export function readingOf(file: WrittenFile, help?: Help): Promise<readonly unknown[]> {
  return eachBatchOf(file, described, help);
}

/** Where the batches of a file end, what was rejected, and the numbers and the sum of its last column. */
export function summaryOf(file: WrittenFile, help?: Help): Promise<readonly unknown[]> {
  const summary = (batch: RecordBatch): unknown => {
    const values = new Float64Array(batch.rowCount);
    const sum = new DecimalSum();
    const notNumbers = [...batch.numbers(batch.columnNames.length - 1, formats[0], values, sum)];
    sum.settle();
    const rejected = batch.rejected.map(({ line, byteOffset, reason }) => ({ line, byteOffset, reason }));
    return { rowCount: batch.rowCount, next: batch.next, rejected, notNumbers, values, sum: sum.toString() };
  };
  return eachBatchOf(file, summary, help);
}

/** The codes of every column, and the texts they stand for: as a batch gives them, and by its texts. */
export async function codesOf(file: WrittenFile): Promise<{ readonly given: unknown; readonly byTexts: unknown }> {
  const dictionaries = file.layout.columnNames.map(() => ({
    given: new TextDictionary(),
    byTexts: new TextDictionary(),
  }));
  const batches = await eachBatchOf(file, (batch) =>
    dictionaries.map(({ given, byTexts }, column) => {
      const codes = new Int32Array(batch.rowCount);
      (batch.codes ?? impossible('delimited text gives codes')).call(batch, column, given, codes);
      const texts = Array.from(codes, (_code, row) => batch.text(row, column));
      return { given: [...codes], byTexts: texts.map((text) => (text === undefined ? -1 : byTexts.codeOf(text))) };
    }),
  );
  const of = (way: 'given' | 'byTexts'): unknown => ({
    batches: batches.map((columns) => columns.map((column) => column[way])),
    texts: dictionaries.map((column) => column[way].textsFrom(0)),
  });
  return { given: of('given'), byTexts: of('byTexts') };
}

/** The texts of every column: as a batch adds them by their bytes, where it does, and as it gives them. */
export async function textBlocksOf(file: WrittenFile): Promise<{ readonly given: unknown; readonly byTexts: unknown }> {
  const batches = await eachBatchOf(file, (batch) =>
    batch.columnNames.map((_name, column) => {
      const byTexts = new TextBlockWriter(batch.rowCount);
      for (let row = 0; row < batch.rowCount; row++) byTexts.addText(batch.text(row, column) ?? '');
      return { given: blockOfTexts(batch, column), byTexts: byTexts.finish() };
    }),
  );
  const of = (way: 'given' | 'byTexts'): unknown => batches.map((columns) => columns.map((column) => column[way]));
  return { given: of('given'), byTexts: of('byTexts') };
}

async function eachBatchOf<Seen>(
  file: WrittenFile,
  look: (batch: RecordBatch) => Seen,
  { kernels, threads }: Help = { kernels: [] },
): Promise<readonly Seen[]> {
  const { content, layout, chunkBytes, rowsPerBatch } = file;
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let from = 0; from < content.length; from += chunkBytes) yield content.subarray(from, from + chunkBytes);
  }
  const scanner = delimitedScanner(layout, { byteOffset: 0, line: 1 }, rowsPerBatch, kernels);
  const read = readTextBatches('file', openByteWindow(chunks(), 0), scanner);
  const wanted = layout.columnNames.map((_, column) => ({ column, decimalByte: '.'.charCodeAt(0) }));
  const inOrder = inStep(read, scanner.batchesAtOnce, (batch) => batch.readNumbers(wanted, threads));
  const batches: Seen[] = [];
  for await (const batch of inOrder) batches.push(look(batch));
  return batches;
}

/** Threads with kernels of their own that have started. */
export async function startedHelp(module: WebAssembly.Module, threadCount: number): Promise<Required<Help>> {
  const kernels = Array.from({ length: kernelsFor(threadCount) }, () => takeKernel(module));
  const threads = new NumberThreads(module, kernels, threadCount);
  const nothing = { rows: 0, columns: 1, wanted: [] };
  // All at once, so that the last one is given to the last thread.
  for (const kernel of kernels.slice(0, -1))
    while ((await threads.read(kernel, nothing)) === undefined) await new Promise(setImmediate);
  return { kernels, threads };
}

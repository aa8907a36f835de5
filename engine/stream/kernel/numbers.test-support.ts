import { DecimalSum } from '../../domain/decimal-sum.ts';
import type { ReadingKernel } from './reading-kernel.ts';

/** What the kernel makes of texts, without the help that the reader gives it. At most 4096 of them. */
export function numbersByKernel(
  kernel: ReadingKernel,
  texts: readonly string[],
): { readonly values: Float64Array; readonly unsure: ReadonlySet<number>; readonly sum: string } {
  const bytes = Buffer.from(texts.join('\n'), 'latin1');
  kernel.forget();
  let at = 0;
  texts.forEach((text, row) => {
    kernel.starts[row] = at;
    kernel.ends[row] = at + text.length;
    at += text.length + 1;
  });
  const values = new Float64Array(texts.length);
  const sum = new DecimalSum();
  kernel.textOf(bytes, bytes.length);
  kernel.readColumns({ rows: texts.length, columns: 1, wanted: [{ column: 0, decimalByte: '.'.charCodeAt(0) }] });
  const unsure = kernel.numbersOf(0, texts.length, values, sum);
  sum.settle();
  return { values, unsure: new Set(unsure), sum: sum.toString() };
}

import type { TransactionFilter } from '../../preload/contract/transactions.ts';
import { UNKNOWN_CODE, type CaseArrays } from './case-arrays.ts';

export type RowCondition = (row: number) => boolean;

/**
 * What a filter asks of a transaction, for the list of alerts as for Explore and Tuning. A row without a time, an amount or a
 * value passes only where nothing is asked of it.
 * @throws AssayError UNKNOWN_COLUMN where the filter names a column that the case does not have in this kind.
 */
export function transactionConditions(arrays: CaseArrays, filter: TransactionFilter): readonly RowCondition[] {
  return [
    ...withinRange(arrays.times, filter.fromMs, filter.toMs),
    ...withinRange(arrays.amounts, filter.minimumAmount, filter.maximumAmount),
    ...Object.entries(filter.columns ?? {}).map(([name, texts]) => hasText(arrays, name, texts)),
    ...Object.entries(filter.ranges ?? {}).flatMap(([name, { from, to }]) =>
      withinRange(arrays.valuesOf(name), from, to),
    ),
  ];
}

function withinRange(
  values: Float64Array | null,
  least: number | undefined,
  greatest: number | undefined,
): readonly RowCondition[] {
  if (least === undefined && greatest === undefined) return [];
  if (values === null) return [() => false];
  return [(row) => values[row] >= (least ?? -Infinity) && values[row] <= (greatest ?? Infinity)];
}

function hasText(arrays: CaseArrays, name: string, texts: readonly string[]): RowCondition {
  const { codes, dictionary } = arrays.coded(name);
  const wanted = new Set(texts.map((text) => dictionary.find(text)).filter((code) => code >= 0));
  // An empty cell has no code; asked for as the empty text, it is met by a cell of that text, too.
  if (texts.includes('')) wanted.add(UNKNOWN_CODE);
  return (row) => wanted.has(codes[row]);
}

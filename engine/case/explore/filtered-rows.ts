import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import type { CaseArrays } from '../case-arrays.ts';
import { transactionConditions, type RowCondition } from '../row-conditions.ts';

const lastFiltered = new WeakMap<CaseArrays, { readonly name: string; readonly rows: Uint32Array }>();

/** The rows within a filter; those of the filter asked last are kept, because several pictures ask with one filter. */
export function filteredRows(arrays: CaseArrays, filter: TransactionFilter): Uint32Array {
  const name = JSON.stringify(filter);
  const known = lastFiltered.get(arrays);
  if (known?.name === name) return known.rows;
  const passes = rowFilter(arrays, filter);
  const rows = new Uint32Array(arrays.rowCount);
  let count = 0;
  for (let row = 0; row < rows.length; row++) if (passes(row)) rows[count++] = row;
  const kept = rows.slice(0, count);
  lastFiltered.set(arrays, { name, rows: kept });
  return kept;
}

/** Whether a row meets all conditions of a filter. */
export function rowFilter(arrays: CaseArrays, filter: TransactionFilter): RowCondition {
  const conditions = transactionConditions(arrays, filter);
  if (conditions.length === 0) return () => true;
  const [first, ...others] = conditions;
  return others.length === 0 ? first : (row) => first(row) && others.every((condition) => condition(row));
}

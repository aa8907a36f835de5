import { usageError } from '../domain/error.ts';
import type { ParsedRequestInput, RequestOutput } from '../../preload/contract/requests.ts';
import { UNKNOWN_CODE, type CaseArrays } from './case-arrays.ts';
import { transactionRows } from './case-overview.ts';
import type { CaseSession } from './case-session.ts';
import { transactionConditions } from './row-conditions.ts';

type Input = ParsedRequestInput<'transactions.find'>;
type Found = RequestOutput<'transactions.find'>;

/** Rows that one page of a search looks at: about as many as are decoded before a person notices. */
const rowsLookedAt = 32_768;
const rowsAtOnce = 4096;

/**
 * Transactions of a filter, sorted by a column or, where a text is searched for, in stream order: a search looks at some
 * ten thousand rows a page, and its total is not known. Rows that have no value in the sorted column come last.
 * @throws AssayError UNKNOWN_COLUMN where the filter or the sort names a column that the case does not have so
 */
export function findRows(session: CaseSession, input: Input): Found {
  const words = input.text.trim().toLowerCase();
  return words === '' ? sortedPage(session, input) : searchedPage(session, input, words);
}

function sortedPage(session: CaseSession, { filter, sort, after, limit, modelId }: Input): Found {
  const { arrays } = session;
  const rows = rowsWithin(arrays, filter);
  const start = after ?? 0;
  const page =
    sort === undefined ? rows.subarray(start, start + limit) : pageInOrder(rows, keysOf(arrays, sort), start, limit);
  return {
    ...rowsAsGiven(session, page, modelId),
    next: start + page.length < rows.length ? start + page.length : null,
    total: rows.length,
    lookedAt: rows.length,
  };
}

function searchedPage(session: CaseSession, { filter, after, limit, modelId }: Input, words: string): Found {
  const { arrays } = session;
  const rows = rowsWithin(arrays, filter);
  const start = after ?? 0;
  const end = Math.min(rows.length, start + rowsLookedAt);
  const found: number[] = [];
  let at = start;
  while (at < end && found.length < limit) {
    const some = rows.subarray(at, Math.min(end, at + rowsAtOnce));
    const cells = arrays.cells(some);
    let looked = 0;
    for (; looked < some.length && found.length < limit; looked++)
      if (cells[looked].some((cell) => cell.toLowerCase().includes(words))) found.push(some[looked]);
    at += looked;
  }
  return {
    ...rowsAsGiven(session, Uint32Array.from(found), modelId),
    next: at < rows.length ? at : null,
    total: null,
    lookedAt: at,
  };
}

/** Rows in the order given, which need not ascend. */
function rowsAsGiven(
  session: CaseSession,
  rows: Uint32Array,
  modelId: number | undefined,
): Pick<Found, 'columns' | 'kinds' | 'rows'> {
  const ascending = rows.toSorted();
  const read = transactionRows(session, [...ascending], modelId);
  const placeOf = new Map(Array.from(ascending, (row, place) => [row, place]));
  return { ...read, rows: Array.from(rows, (row) => read.rows[placeOf.get(row) ?? 0]) };
}

function rowsWithin(arrays: CaseArrays, filter: Input['filter']): Uint32Array {
  const conditions = transactionConditions(arrays, filter);
  const rows = new Uint32Array(arrays.rowCount);
  if (conditions.length === 0) return rows.map((_, row) => row);
  let count = 0;
  for (let row = 0; row < rows.length; row++) if (conditions.every((condition) => condition(row))) rows[count++] = row;
  return rows.subarray(0, count);
}

/** A number for each row, the lower the earlier; NaN without a value. */
function keysOf(
  arrays: CaseArrays,
  { column: name, isDescending }: NonNullable<Input['sort']>,
): (row: number) => number {
  const sign = isDescending ? -1 : 1;
  const column = arrays.decodedColumns.find((candidate) => candidate.name === name);
  if (column?.kind === 'number' || column?.kind === 'time') {
    const values = arrays.valuesOf(name);
    return (row) => sign * values[row];
  }
  if (column?.kind === 'category') {
    const { codes, dictionary } = arrays.coded(name);
    const texts = Array.from({ length: dictionary.size }, (_, code) => dictionary.textOf(code));
    const ranks = new Float64Array(texts.length);
    for (const [rank, code] of texts
      .map((_, place) => place)
      .sort((left, right) => (texts[left] < texts[right] ? -1 : 1))
      .entries())
      ranks[code] = sign * rank;
    return (row) => (codes[row] === UNKNOWN_CODE ? NaN : ranks[codes[row]]);
  }
  throw usageError(
    'UNKNOWN_COLUMN',
    `The rows cannot be sorted by '${name}'.`,
    'Sort by a column of numbers, times or categories.',
  );
}

/**
 * One page of the rows in the order of their keys, equal ones in stream order. Only keys are sorted, which typed arrays do
 * fast, and the rows of the page are then picked out in one pass.
 */
function pageInOrder(rows: Uint32Array, keyOf: (row: number) => number, start: number, limit: number): Uint32Array {
  const keys = Float64Array.from(rows, (row) => orLast(keyOf(row)));
  const sorted = keys.toSorted();
  const end = Math.min(rows.length, start + limit);
  if (start >= end) return new Uint32Array(0);
  const [least, greatest] = [sorted[start], sorted[end - 1]];
  const before = lowerBound(sorted, least);
  const picked: { readonly row: number; readonly key: number }[] = [];
  let equalToSkip = start - before;
  let equalToTake = end - lowerBound(sorted, greatest);
  for (const [place, key] of keys.entries()) {
    if (key < least || key > greatest) continue;
    if (key === least && equalToSkip > 0) {
      equalToSkip--;
      if (least === greatest) equalToTake--;
      continue;
    }
    if (key === greatest && equalToTake-- <= 0) continue;
    picked.push({ row: rows[place], key });
  }
  picked.sort((left, right) => left.key - right.key || left.row - right.row);
  return Uint32Array.from(picked, ({ row }) => row);
}

function orLast(key: number): number {
  return Number.isNaN(key) ? Infinity : key;
}

/** The first place whose key is not below `key`. */
function lowerBound(sorted: Float64Array, key: number): number {
  let start = 0;
  let end = sorted.length;
  while (start < end) {
    const middle = (start + end) >>> 1;
    if (sorted[middle] < key) start = middle + 1;
    else end = middle;
  }
  return start;
}

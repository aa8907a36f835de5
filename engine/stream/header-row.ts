import { decodeNumberText, isMissingText } from '../domain/number-text.ts';
import type { DelimitedBatch } from './delimited-text.ts';

const clockLike = /^\d{1,2}:\d{2}(:\d{2})?/;
const dateLike = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/;

/** True where a cell is more likely a value than a column's name. */
function isValueLike(cell: string): boolean {
  return (
    !Number.isNaN(decodeNumberText(cell, { decimal: '.', group: ',', decorated: true })) ||
    clockLike.test(cell.trim()) ||
    dateLike.test(cell.trim()) ||
    !Number.isNaN(decodeNumberText(cell, { decimal: ',', group: '.', decorated: true }))
  );
}

/** Rows at the beginning among which the header is looked for: those before it are titles. */
const mostTitleRows = 10;
/** Rows below a header that tell what it stands above; more of them say the same, and every cell costs. */
const mostRowsBelow = 500;
/** A column's cells are of one kind where all but this share of them are. */
const toleratedShare = 0.1;
/** Below this share of distinct texts, a column's values come again and again. */
const repeatingShare = 0.5;

/** Letters and digits of a cell by kind: `T0012` and `T9` are both `a9`. */
function shapeOf(cell: string): string {
  return cell.replaceAll(/\p{L}+/gu, 'a').replaceAll(/\d+/g, '9');
}

/**
 * What one column says of its first cell: 1 where it is a name above values, -1 where it is a value itself, 0 where the
 * column cannot tell. `byKind` is true where the kind of the values tells, and not only that they do not come again.
 */
interface Vote {
  readonly value: -1 | 0 | 1;
  readonly byKind: boolean;
}

const abstention: Vote = { value: 0, byKind: false };

function isMost(count: number, of: number): boolean {
  return of > 0 && count >= of * (1 - toleratedShare);
}

function voteOf(first: string, values: readonly string[]): Vote {
  const isValue = isValueLike(first);
  if (values.length === 0) return isValue ? { value: -1, byKind: true } : abstention;
  if (isMost(values.filter(isValueLike).length, values.length)) return { value: isValue ? -1 : 1, byKind: true };
  if (isValue) return { value: -1, byKind: true };
  const shape = shapeOf(values[0]);
  if (
    values.length > 2 &&
    shape.includes('9') &&
    isMost(values.filter((text) => shapeOf(text) === shape).length, values.length)
  )
    return { value: shapeOf(first) === shape ? -1 : 1, byKind: true };
  if (values.includes(first)) return { value: -1, byKind: false };
  return new Set(values).size <= values.length * repeatingShare ? { value: 1, byKind: false } : abstention;
}

/**
 * True where a row names the columns of the rows below it. Each column votes: a name stands above numbers, dates or
 * codes and is none itself, or above texts that repeat among which it never comes. Blank names are allowed, all blank is not.
 */
function isHeader(batch: DelimitedBatch, row: number): boolean {
  const names = namesOf(batch, row);
  if (names.every((name) => name === '')) return false;
  const isNamesAgain = (other: number): boolean =>
    names.every((name, column) => (batch.text(other, column) ?? '') === (isMissingText(name) ? '' : name));
  const below = Math.min(mostRowsBelow, batch.rowCount - row - 1);
  const others = Array.from({ length: below }, (_, index) => row + 1 + index).filter((other) => !isNamesAgain(other));
  const votes = names.map((name, column) =>
    isMissingText(name)
      ? abstention
      : voteOf(
          name,
          others.flatMap((other) => batch.text(other, column) ?? []),
        ),
  );
  const count = (value: -1 | 1, byKind: boolean): number =>
    votes.filter((vote) => vote.value === value && vote.byKind === byKind).length;
  const kindBalance = count(1, true) - count(-1, true);
  if (kindBalance !== 0) return kindBalance > 0;
  // Only texts, none of which says more than that it comes again or not.
  return count(-1, false) * 2 < count(1, false) || count(-1, false) + count(-1, true) === 0;
}

/** A mark of comments before the first name, as some programs write their header. */
const commentMark = /^#\s*(?=[\p{L}_])/u;

/** Cells of a row as written, missing words included, without the blanks around them. */
export function namesOf(batch: DelimitedBatch, row: number): readonly string[] {
  const names = batch.columnNames.map((_, column) => batch.writtenText(row, column).trim());
  return names.map((name, column) => (column === 0 ? name.replace(commentMark, '') : name));
}

/** Index of the row that names the columns: the first one that fills more than half of its fields. Undefined where it does not. */
export function headerRow(batch: DelimitedBatch): number | undefined {
  const isFilled = (row: number): boolean =>
    namesOf(batch, row).filter((name) => name !== '').length * 2 > batch.columnNames.length;
  for (let row = 0; row < Math.min(mostTitleRows, batch.rowCount); row++)
    if (isFilled(row)) return isHeader(batch, row) ? row : undefined;
  return batch.rowCount > 0 && isHeader(batch, 0) ? 0 : undefined;
}

/** True where none of the names looks like a value and all differ: they may stand above rows that have a field more. */
export function areNames(names: readonly string[]): boolean {
  const filled = names.filter((name) => name !== '');
  return filled.length === names.length && new Set(filled).size === filled.length && !filled.some(isValueLike);
}

/** Column names that are unique and not blank: `name`, `name_2`, and `column3` for a blank third one. */
export function uniqueColumnNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  const written = new Set(names.map((name) => name.trim()));
  return names.map((name, index) => {
    const wanted = name.trim() === '' ? `column${String(index + 1)}` : name.trim();
    let unique = wanted;
    for (let n = 2; taken.has(unique) || (unique !== name.trim() && written.has(unique)); n++)
      unique = `${wanted}_${String(n)}`;
    taken.add(unique);
    return unique;
  });
}

export function numberedColumns(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `column${String(index + 1)}`);
}

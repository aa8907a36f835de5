import { UNKNOWN_CODE, type CaseArrays } from '../case-arrays.ts';

/*
 * The key of an alert: `#` and the number of its most anomalous transaction (`RowNumbers`). It finds the alert that holds this
 * transaction, whatever the threshold, the gap or the entity. Cases of former layouts also have decisions under the
 * text of an entity (with one `#` more where it begins with one); they stand for all of its transactions.
 */

export function keyOfRow({ numbers }: Pick<CaseArrays, 'numbers'>, sequence: number): string {
  return `#${numbers.numberOf(sequence)}`;
}

function keyOfEntity(text: string): string {
  return text.startsWith('#') ? `#${text}` : text;
}

/** The row a key names, or -1 where it names none of this case. */
export function rowOfKey(arrays: Pick<CaseArrays, 'rowCount' | 'numbers'>, key: string): number {
  const digits = /^#(\d{1,15})$/.exec(key);
  return digits === null ? -1 : rowOfNumber(arrays, Number(digits[1]));
}

/** The row with a number, or -1 where the case has none, or has it no more. */
export function rowOfNumber({ rowCount, numbers }: Pick<CaseArrays, 'rowCount' | 'numbers'>, number: number): number {
  const row = numbers.sequenceOf(number);
  return row < rowCount ? row : -1;
}

/** The keys under which something may be said of a row: its own, and that of its entity. */
export function keysOfRow(arrays: Pick<CaseArrays, 'entity' | 'numbers'>, row: number): readonly string[] {
  const { entity } = arrays;
  const code = entity?.codes[row] ?? UNKNOWN_CODE;
  return entity === null || code === UNKNOWN_CODE
    ? [keyOfRow(arrays, row)]
    : [keyOfRow(arrays, row), keyOfEntity(entity.dictionary.textOf(code))];
}

/** The key a person typed: a shell takes `#12` for a comment, so the number alone is understood too. */
export function typedKey(text: string): string {
  return /^\d+$/.test(text) ? `#${text}` : text;
}

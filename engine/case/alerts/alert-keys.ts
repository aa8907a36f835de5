import { UNKNOWN_CODE, type CaseArrays } from '../case-arrays.ts';

/*
 * The key of an alert: `#` and the sequence of its most anomalous transaction. It finds the alert that holds this
 * transaction, whatever the threshold, the gap or the entity. Cases of former layouts also have decisions under the
 * text of an entity (with one `#` more where it begins with one); they stand for all of its transactions.
 */

export function keyOfRow(sequence: number): string {
  return `#${sequence}`;
}

function keyOfEntity(text: string): string {
  return text.startsWith('#') ? `#${text}` : text;
}

/** The row a key names, or -1 where it names none of this case. */
export function rowOfKey({ rowCount }: Pick<CaseArrays, 'rowCount'>, key: string): number {
  const row = /^#(\d{1,15})$/.exec(key);
  return row !== null && Number(row[1]) < rowCount ? Number(row[1]) : -1;
}

/** The keys under which something may be said of a row: its own, and that of its entity. */
export function keysOfRow({ entity }: Pick<CaseArrays, 'entity'>, row: number): readonly string[] {
  const code = entity?.codes[row] ?? UNKNOWN_CODE;
  return entity === null || code === UNKNOWN_CODE
    ? [keyOfRow(row)]
    : [keyOfRow(row), keyOfEntity(entity.dictionary.textOf(code))];
}

/** The key a person typed: a shell takes `#12` for a comment, so the number alone is understood too. */
export function typedKey(text: string): string {
  return /^\d+$/.test(text) ? `#${text}` : text;
}

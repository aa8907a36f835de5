import type { AlertGroups } from './alert-groups.ts';
import type { CaseArrays } from '../case-arrays.ts';

/*
 * The key of an alert: its entity's text, or `#` and the sequence of its one row. An entity's text that begins with
 * `#` gets one more in front, so that the two never meet.
 */

export function keyOfAlert(arrays: CaseArrays, groups: AlertGroups, group: number): string {
  const code = groups.codes[group];
  return code < 0 || arrays.entity === null
    ? keyOfRow(groups.topSequences[group])
    : keyOfEntity(arrays.entity.dictionary.textOf(code));
}

export function keyOfRow(sequence: number): string {
  return `#${sequence}`;
}

export function keyOfEntity(text: string): string {
  return text.startsWith('#') ? `#${text}` : text;
}

/** Of what the key speaks: an entity's code, or a row; null where the case has neither. */
export function subjectOfKey(
  arrays: CaseArrays,
  key: string,
): { readonly code: number } | { readonly sequence: number } | null {
  const row = /^#(\d{1,15})$/.exec(key);
  if (row !== null) return Number(row[1]) < arrays.rowCount ? { sequence: Number(row[1]) } : null;
  const code = arrays.entity?.dictionary.find(key.startsWith('##') ? key.slice(1) : key) ?? -1;
  return code < 0 ? null : { code };
}

/** The alert with a key under one threshold, or -1. */
export function groupOfKey(arrays: CaseArrays, groups: AlertGroups, key: string): number {
  const subject = subjectOfKey(arrays, key);
  if (subject === null) return -1;
  return 'code' in subject ? groups.groupOfCode[subject.code] : (groups.groupOfRow.get(subject.sequence) ?? -1);
}

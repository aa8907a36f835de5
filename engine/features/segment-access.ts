import type { DecodedSegment } from '../domain/columns.ts';
import { usageError } from '../domain/error.ts';
import { FRAUD, GENUINE, UNLABELLED } from '../domain/label.ts';
import { columnWithRole } from '../domain/profile.ts';
import type { Profile } from '../domain/profile.ts';
import { dictionaryOf } from './decode-segment.ts';
import type { Dictionaries } from './decode-segment.ts';
import { unknownTexts } from './label-names.ts';

const unknownSet: ReadonlySet<string> = new Set(unknownTexts);

/**
 * What a label's text means: FRAUD where it is one of the positive values in any case, or the same number as one of them
 * (`1.0` for `1`); UNLABELLED where it says that nothing is known yet.
 */
function meaningOf(text: string, positives: readonly string[]): number {
  const plain = text.trim().toLowerCase();
  const value = Number(plain);
  const isPositive = positives.some(
    (positive) => positive.trim().toLowerCase() === plain || (positive !== '' && value === Number(positive)),
  );
  if (isPositive) return FRAUD;
  return unknownSet.has(plain) ? UNLABELLED : GENUINE;
}

/**
 * The label of every row: FRAUD, GENUINE, or UNLABELLED where the cell is missing.
 * @throws AssayError NO_LABEL where the profile has no label column.
 */
export function labelsOf(profile: Profile, segment: DecodedSegment, dictionaries: Dictionaries): Uint8Array {
  const column = columnWithRole(profile, 'label');
  if (column === undefined) {
    throw usageError('NO_LABEL', 'No column of this recording is a label.', 'Name the label column with --label.');
  }
  const labels = new Uint8Array(segment.rowCount).fill(UNLABELLED);
  const block = segment.columns.get(column.name);
  const positives = column.positiveValues ?? [];
  if (block?.kind === 'code') {
    const dictionary = dictionaryOf(dictionaries, column.name);
    const meaning = Uint8Array.from({ length: dictionary.size }, (_, code) =>
      meaningOf(dictionary.textOf(code), positives),
    );
    block.codes.forEach((code, row) => {
      if (code >= 0) labels[row] = meaning[code];
    });
  } else if (block?.kind === 'number') {
    block.values.forEach((value, row) => {
      if (!Number.isNaN(value)) labels[row] = meaningOf(String(value), positives);
    });
  }
  return labels;
}

/** The text of one row of a text column such as the id; undefined where it is missing. */
export type TextOfRow = (row: number) => string | undefined;

const decoder = new TextDecoder();

/** The texts of one decoded column (text or category), row by row; all missing where the segment lacks it. */
export function textsOf(segment: DecodedSegment, column: string, dictionaries: Dictionaries): TextOfRow {
  const block = segment.columns.get(column);
  if (block?.kind === 'text') {
    return (row) => {
      const start = row === 0 ? 0 : block.ends[row - 1];
      return start === block.ends[row] ? undefined : decoder.decode(block.bytes.subarray(start, block.ends[row]));
    };
  }
  if (block?.kind === 'code') {
    const dictionary = dictionaryOf(dictionaries, column);
    return (row) => (block.codes[row] < 0 ? undefined : dictionary.textOf(block.codes[row]));
  }
  return () => undefined;
}

/** The ids of a segment's rows; where the profile has no id column all are undefined. */
export function idsOf(profile: Profile, segment: DecodedSegment, dictionaries: Dictionaries): TextOfRow {
  const column = columnWithRole(profile, 'id');
  return column === undefined ? () => undefined : textsOf(segment, column.name, dictionaries);
}

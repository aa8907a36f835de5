import { decodeNumberText, isMissingText } from '../domain/number-text.ts';
import type { RecordBatch } from '../domain/record-batch.ts';
import { sampleFromBatches } from './profile-sample.ts';
import type { ProfileSample } from './profile-sample.ts';

/** A batch over cells in memory: `rows[row][column]`, undefined or a missing word where there is none. */
export function batchOfTexts(
  columnNames: readonly string[],
  rows: readonly (readonly (string | undefined)[])[],
): RecordBatch {
  const text = (row: number, column: number): string | undefined => {
    const cell = rows[row][column];
    return cell === undefined || isMissingText(cell) ? undefined : cell;
  };
  return {
    rowCount: rows.length,
    columnNames,
    bytes: new Uint8Array(0),
    rawStart: new Uint32Array(rows.length),
    rawEnd: new Uint32Array(rows.length),
    byteOffset: new Float64Array(rows.length),
    line: new Float64Array(rows.length),
    rejected: [],
    next: { byteOffset: 0, line: 1 },
    text,
    numbers(column, format, out) {
      const bad: number[] = [];
      for (let row = 0; row < rows.length; row++) {
        const cell = text(row, column);
        out[row] = cell === undefined ? NaN : decodeNumberText(cell, format);
        if (cell !== undefined && Number.isNaN(out[row])) bad.push(row);
      }
      return bad;
    },
  };
}

function cellsOfLine(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}

function batchOfObjects(objects: readonly Readonly<Record<string, unknown>>[]): RecordBatch {
  const names = [...new Set(objects.flatMap((each) => Object.keys(each)))];
  const cell = (value: unknown): string | undefined =>
    value === undefined || value === null ? undefined : String(value);
  return batchOfTexts(
    names,
    objects.map((each) => names.map((name) => cell(each[name]))),
  );
}

/** The first rows of a CSV or NDJSON recording (no line breaks within cells) as one batch. */
export function batchOfRecording(text: string, rowLimit: number): RecordBatch {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (lines[0].startsWith('{')) {
    return batchOfObjects(lines.slice(0, rowLimit).map((line) => JSON.parse(line) as Record<string, unknown>));
  }
  return batchOfTexts(cellsOfLine(lines[0]), lines.slice(1, rowLimit + 1).map(cellsOfLine));
}

/** The profile sample of messages or rows given as objects. */
export function sampleOfObjects(objects: readonly Readonly<Record<string, unknown>>[]): Promise<ProfileSample> {
  return sampleFromBatches([batchOfObjects(objects)]);
}

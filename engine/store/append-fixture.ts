import type { ColumnBlock } from '../domain/columns.ts';
import type { SegmentAppend, Source } from './types.ts';

/** The text of row n in the recording that `appendOf` reads; lengths differ from row to row. */
export function rowText(sequence: number): string {
  return `${sequence},${sequence % 997},${'m'.repeat(sequence % 7)}`;
}

/** Rows `first` to `first + rowCount - 1` of a made-up recording that starts at byte 0, one row a line. */
export function appendOf(source: Pick<Source, 'id' | 'position'>, first: number, rowCount: number): SegmentAppend {
  const texts = Array.from({ length: rowCount }, (_, row) => rowText(first + row));
  const bytes = new TextEncoder().encode(texts.map((text) => `${text}\n`).join(''));
  const rawStart = new Uint32Array(rowCount);
  const rawEnd = new Uint32Array(rowCount);
  let at = 0;
  texts.forEach((text, row) => {
    rawStart[row] = at;
    rawEnd[row] = at + text.length;
    at += text.length + 1;
  });
  const ids = new TextEncoder().encode(texts.map((text) => text.split(',')[0]).join(''));
  const ends = new Uint32Array(rowCount);
  let end = 0;
  texts.forEach((text, row) => (ends[row] = end += text.indexOf(',')));
  const columns = new Map<string, ColumnBlock>([
    ['id', { kind: 'text', bytes: ids, ends }],
    ['amount', { kind: 'number', values: Float64Array.from(texts, (_, row) => (first + row) % 997) }],
  ]);
  return {
    sourceId: source.id,
    segment: { firstSequence: first, rowCount, columns },
    raw: { bytes, rawStart, rawEnd },
    byteOffset: Float64Array.from(rawStart, (start) => source.position.byteOffset + start),
    line: Float64Array.from(rawStart, (_, row) => source.position.line + row),
    next: { byteOffset: source.position.byteOffset + at, line: source.position.line + rowCount },
    rejected: [],
    dictionaryAdditions: new Map(),
  };
}

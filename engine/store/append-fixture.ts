import type { ColumnBlock } from '../domain/columns.ts';
import type { LiveScores, NewModel, SegmentAppend, Source } from './types.ts';

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

/** A model whose sums and two features of row n are n, n and n + 0.5. */
export function modelOf(featureSetId: number): NewModel {
  return {
    digest: 'forest',
    name: 'forest',
    parameters: { trees: 1, sample: 2, featuresPerTree: null, seed: 1, grower: 'assay' },
    featureSetId,
    forest: Uint8Array.of(1),
    threshold: { units: 9, rule: 'contamination', details: {} },
    trainedRows: 1,
  };
}

/** What the only model of a case says of an append's rows. */
export function scoresOf({ segment: { firstSequence, rowCount } }: SegmentAppend): LiveScores {
  const sequences = Array.from({ length: rowCount }, (_, row) => firstSequence + row);
  return {
    modelId: 1,
    featureSetId: 1,
    features: Float32Array.from(sequences.flatMap((sequence) => [sequence, sequence + 0.5])),
    sums: Int32Array.from(sequences),
  };
}

import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { FeatureMatrix } from '../../../engine/domain/model.ts';
import type { LabelledSet } from './labelled-sets.ts';

export type LabelledRecording = Pick<LabelledSet, 'name' | 'recording' | 'label' | 'ignored'>;

/** A labelled set as numbers. */
export interface LabelledMatrix {
  readonly matrix: FeatureMatrix;
  readonly labels: Uint8Array;
}

/** Reads a set of plain numbers with a header; label and ignored columns are left out of the matrix. */
export async function readLabelledMatrix(set: Omit<LabelledRecording, 'name'>): Promise<LabelledMatrix> {
  const bytes = await readFile(set.recording);
  const text = (set.recording.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(','));
  const kept = header.flatMap((name, column) => (name === set.label || set.ignored.includes(name) ? [] : [column]));
  const labelColumn = header.indexOf(set.label);
  const values = new Float32Array(lines.length * kept.length);
  lines.forEach((cells, row) =>
    kept.forEach((column, position) => (values[row * kept.length + position] = Number(cells[column]))),
  );
  return {
    matrix: { rowCount: lines.length, featureCount: kept.length, values },
    labels: Uint8Array.from(lines, (cells) => Number(cells[labelColumn])),
  };
}

/** The set as numbers only, so that every peer is given the columns that Assay's forests are given; the label is named `label`. */
export async function plainCsv(set: LabelledRecording): Promise<string> {
  const { matrix, labels } = await readLabelledMatrix(set);
  const { rowCount, featureCount, values } = matrix;
  const header = [...Array.from({ length: featureCount }, (_, column) => `f${column + 1}`), 'label'].join(',');
  const lines = Array.from(
    { length: rowCount },
    (_, row) => `${values.subarray(row * featureCount, (row + 1) * featureCount).join(',')},${labels[row]}`,
  );
  return `${header}\n${lines.join('\n')}\n`;
}

import type { DecodedSegment } from '../../domain/columns.ts';
import { AssayError, usageError } from '../../domain/error.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { FeatureSpec } from '../../domain/feature-spec.ts';
import { columnWithRole, type Profile, type ProfileColumn } from '../../domain/profile.ts';
import type { RecordBatch } from '../../domain/record-batch.ts';
import { createSegmentDecoder, isDecoded } from '../../features/decode-segment.ts';
import { idsOf } from '../../features/segment-access.ts';
import { StreamFeatures, WholeStream, type SegmentComputer } from '../../features/stream-features.ts';
import { greatestFloat32 } from '../../export/serving/openapi.ts';
import { jsonRecords, type JsonRecords } from '../../stream/json-records.ts';
import { emptyDictionaries } from './open-onnx.ts';
import type { ServedModel } from './served-model.ts';

/**
 * Where features over time come from. `given`: each record holds them under their names. `from-inputs`: they are computed from
 * the records of the request, taken as one stream from its beginning, as `assay score` takes a recording.
 */
export type FeaturesOverTime = 'given' | 'from-inputs';

/** The answer for one record. */
export interface ScoredRecord {
  readonly id: string;
  readonly score: number;
  /** Sum of leaf units: an exact integer, the lower the more anomalous. */
  readonly sum: number;
  readonly flagged: boolean;
}

/** Faults named one by one in an answer. */
const shownFaults = 20;
/** Cells of one request: bounds what a small text of many short records can ask for. */
export const mostRecords = 10_000;

/** What a record must hold, by name. */
export interface RecordNeeds {
  /** Columns of the model's own features; null stands for a missing cell. */
  readonly columns: readonly ProfileColumn[];
  /** Columns that features over time are computed from, beyond those. */
  readonly streamColumns: readonly ProfileColumn[];
  /** Names of finished features over time. */
  readonly featuresOverTime: readonly string[];
  readonly id: ProfileColumn | undefined;
}

/** What the records of a model must hold. */
export function recordNeeds(profile: Profile, spec: FeatureSpec): RecordNeeds {
  const own = new Set(spec.features.map(({ transform }) => transform.column));
  const stream = new Set<string>();
  const windows = spec.windows?.features ?? [];
  if (windows.length > 0) stream.add(columnWithRole(profile, 'event_time')?.name ?? '');
  for (const feature of windows) {
    for (const column of feature.entity) stream.add(column);
    if ('amount' in feature) stream.add(feature.amount);
    if ('of' in feature) stream.add(feature.of);
    if (feature.kind === 'amount-excess' && feature.category !== null) stream.add(feature.category);
  }
  return {
    columns: profile.columns.filter(({ name }) => own.has(name)),
    streamColumns: profile.columns.filter(({ name }) => stream.has(name) && !own.has(name)),
    featuresOverTime: windows.map(({ name }) => name),
    id: columnWithRole(profile, 'id'),
  };
}

/**
 * Scores records by a model, each as `assay score` scores the same line of a recording. `faults` are what their text has shown to be
 * wrong, by the index of the record.
 *
 * @throws AssayError TOO_LARGE for more than `mostRecords`, MODEL_MISMATCH where a record lacks what the model needs,
 * INVALID_RECORDS where a cell cannot be read; nothing is scored then.
 */
export async function scoreRecords(
  model: ServedModel,
  records: readonly unknown[],
  featuresOverTime: FeaturesOverTime,
  faults: ReadonlyMap<number, string>,
): Promise<readonly ScoredRecord[]> {
  const { profile, spec, thresholdUnits } = model;
  if (records.length > mostRecords)
    throw usageError(
      'TOO_LARGE',
      `The request holds ${records.length} records, at most ${mostRecords} are taken.`,
      'Send them in several requests.',
    );
  const needs = recordNeeds(profile, spec);
  const isGiven = featuresOverTime === 'given';
  const names = isGiven ? needs.featuresOverTime : [];
  const read = jsonRecords(records, [...profile.columns.filter(isDecoded).map(({ name }) => name), ...names]);
  refuse(new Map([...faults, ...read.faults]));
  refuse(wrongKinds(records, needs, names));
  const needed = [...needs.columns, ...(isGiven ? [] : needs.streamColumns)].map(({ name }) => name);
  refuseMissing(read, records.length, [...needed, ...names], needs);

  const dictionaries = emptyDictionaries(profile);
  const { segment, invalid } = createSegmentDecoder(profile, dictionaries)(read.batch, 0);
  refuse(new Map(invalid.map(({ row, reason }) => [row, reason])));
  const features = new StreamFeatures(profile, spec, dictionaries);
  const compute =
    isGiven && names.length > 0
      ? features.withGiven(givenFeatures(read.batch, names))
      : wholeRequest(features, new WholeStream(profile, spec, dictionaries), segment);
  const { sums, scores } = await model.score(segment, dictionaries, compute);
  const idOf = idsOf(profile, segment, dictionaries);
  return Array.from(sums, (sum, row) => ({
    id: idOf(row) ?? String(row + 1),
    score: scores[row],
    sum,
    flagged: isFlagged(sum, thresholdUnits),
  }));
}

/** Lists and objects stand for no cell, and a feature over time is a number that float32 holds, whatever a text of it would be read as. */
function wrongKinds(
  records: readonly unknown[],
  { columns, streamColumns, id }: RecordNeeds,
  features: readonly string[],
): ReadonlyMap<number, string> {
  const cells = [...columns, ...streamColumns, ...(id === undefined ? [] : [id])].map(({ name }) => name);
  const faults = new Map<number, string>();
  records.forEach((record, row) => {
    const values = record as Readonly<Record<string, unknown>>;
    const list = cells.find((name) => typeof values[name] === 'object' && values[name] !== null);
    const text = features.find((name) => ['string', 'boolean'].includes(typeof values[name]));
    const great = features.find((name) => typeof values[name] === 'number' && Math.abs(values[name]) > greatestFloat32);
    if (great !== undefined) faults.set(row, `The feature over time '${great}' is greater than any feature can be.`);
    else if (list !== undefined)
      faults.set(row, `'${list}' is a list or an object, and a record has one value for it.`);
    else if (text !== undefined) faults.set(row, `The feature over time '${text}' must be a number.`);
  });
  return faults;
}

/** Finished features over time, row-major. @throws AssayError INVALID_RECORDS where one is not a finite number. */
function givenFeatures(batch: RecordBatch, names: readonly string[]): Float32Array {
  const values = new Float32Array(batch.rowCount * names.length);
  const column = new Float64Array(batch.rowCount);
  const faults = new Map<number, string>();
  names.forEach((name, position) => {
    const bad = new Set(
      batch.numbers(batch.columnNames.indexOf(name), { decimal: '.', group: null, decorated: false }, column),
    );
    column.forEach((value, row) => {
      const rounded = Math.fround(value);
      if (bad.has(row) || !Number.isFinite(rounded))
        faults.set(row, `The feature over time '${name}' must be a number; it is never missing.`);
      values[row * names.length + position] = rounded;
    });
  });
  refuse(faults);
  return values;
}

/** The records of a request are one stream, in the order of their event time; there are few. */
function wholeRequest(features: StreamFeatures, whole: WholeStream, segment: DecodedSegment): SegmentComputer {
  whole.add(segment);
  const work = features.takeWhole(whole);
  try {
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
    }
  } finally {
    features.close();
  }
}

function refuse(faults: ReadonlyMap<number, string>): void {
  if (faults.size === 0) return;
  const shown = [...faults].sort(([left], [right]) => left - right).slice(0, shownFaults);
  const more = faults.size > shown.length ? ` And ${faults.size - shown.length} more.` : '';
  throw new AssayError(
    'INVALID_RECORDS',
    'usage',
    `${faults.size} of the records cannot be read: ${shown.map(([row, reason]) => `record ${row}: ${reason}`).join(' ')}${more}`,
    { nextStep: 'Nothing was scored. Mend or leave out these records; GET /openapi.json says what a record holds.' },
  );
}

/** A name that a record lacks is a fault of its sender: a missing value is sent as null. */
function refuseMissing(read: JsonRecords, rowCount: number, needed: readonly string[], needs: RecordNeeds): void {
  for (let row = 0; row < rowCount; row++) {
    const missing = needed.filter((name) => !read.has(row, name));
    if (missing.length === 0) continue;
    const areFeatures = missing.every((name) => needs.featuresOverTime.includes(name));
    throw new AssayError(
      'MODEL_MISMATCH',
      'usage',
      `Record ${row} lacks ${missing.join(', ')}, which the model needs.`,
      {
        nextStep: areFeatures
          ? 'Send these features over time with the record, or "featuresOverTime": "from-inputs" to have them computed from the records of the request alone.'
          : 'Send null where a value is missing; GET /openapi.json says what a record holds.',
      },
    );
  }
}

import { readFileSync } from 'node:fs';
import { usageError } from '../../domain/error.ts';
import type { FeatureSpec } from '../../domain/feature-spec.ts';
import { columnWithRole, namedTimeFormats, type Profile, type ProfileColumn } from '../../domain/profile.ts';
import { millisecondsOfUnit } from '../../domain/time-text.ts';
import type { ForestParameters } from '../../domain/model.ts';
import { averagePathLength } from '../../forest/path-length.ts';
import { loaderModule, loaderSource } from '../mlflow/loader-source.ts';

export interface SparkModel {
  readonly onnx: Uint8Array;
  readonly profile: Profile;
  readonly spec: FeatureSpec;
  readonly digest: string;
  readonly parameters: ForestParameters;
  /** Its line as a score, and the rule that set it: with contamination, a forest trained on the cluster has the same. */
  readonly threshold: { readonly score: number; readonly rule: string } & Readonly<Record<string, unknown>>;
}

const names = { time: 'assay_time_ms', sequence: 'assay_sequence' } as const;

/** Programs and modules of the job, beside this file in the sources and beside the bundle once built. */
const programs: Readonly<Record<string, URL>> = {
  'score_transactions.py': new URL('./score_transactions.py', import.meta.url),
  'train_forest.py': new URL('./train_forest.py', import.meta.url),
  'score_stream.py': new URL('./score_stream.py', import.meta.url),
  'assay_spark.py': new URL('./assay_spark.py', import.meta.url),
  'assay_windows.py': new URL('./assay_windows.py', import.meta.url),
  'assay_forest.py': new URL('./assay_forest.py', import.meta.url),
  'assay_exact.py': new URL('./assay_exact.py', import.meta.url),
};

const requirements = [
  'numpy>=1.26',
  'onnx>=1.16',
  'onnxruntime>=1.17,<2',
  'pandas>=2.0',
  'pyarrow>=15',
  'pyspark>=3.5,<5',
];

/** The text of every program and module of the job, by file name. */
export function programFiles(): ReadonlyMap<string, string> {
  return new Map(Object.entries(programs).map(([name, url]) => [name, readFileSync(url, 'utf8')]));
}

/**
 * The jobs of one model: `score_transactions.py` for a recording of any size, `train_forest.py` for a forest of its rows, and
 * `score_stream.py` for a topic, with the model and what was exported beside it.
 * @throws AssayError WRONG_USE for times and numbers that Spark SQL would read in another way than the engine.
 */
export function sparkFiles(model: SparkModel): ReadonlyMap<string, Uint8Array | string> {
  refuseUnlike(model);
  return new Map<string, Uint8Array | string>([
    ...programFiles(),
    ['prepare.sql', `${preparation(model.profile)}\n`],
    ['job.json', `${JSON.stringify(notesOf(model), null, 2)}\n`],
    ['model.onnx', model.onnx],
    [`${loaderModule}.py`, loaderSource],
    ['requirements.txt', `${requirements.join('\n')}\n`],
  ]);
}

/** What the programs read of the model beside its ONNX file. */
function notesOf({ digest, spec, profile, parameters, threshold }: SparkModel): object {
  return {
    digest,
    spec,
    parameters,
    threshold,
    columns: profile.columns.filter(({ role }) => role !== 'ignored').map(({ name, role }) => ({ name, role })),
    received: profile.columns.map(({ name }) => name),
    refusesTraining: whyNotTrained(parameters),
    // The logarithm of a runtime may differ in its last bit, so the engine's own figures go along.
    pathLengths: Array.from({ length: parameters.sample + 1 }, (_, rows) => averagePathLength(rows)),
  };
}

/** Why a cluster cannot grow this forest again, or null. */
function whyNotTrained({ grower, imported, learning }: ForestParameters): string | null {
  if (imported !== undefined) return 'This model was made elsewhere, so there is no grower that made its trees.';
  if (learning !== undefined)
    return 'This model learned from verdicts, which stay in the case. Export the model that it was learned from.';
  if (grower !== 'assay')
    return `This model was grown by ${grower}, which runs in Node alone. Train with --grower assay for the cluster.`;
  return null;
}

function refuseUnlike({ profile, spec }: SparkModel): void {
  const odd = profile.columns.find(
    ({ kind, role, numberFormat }) =>
      kind === 'number' &&
      role !== 'ignored' &&
      numberFormat !== undefined &&
      (numberFormat.decimal !== '.' || numberFormat.group !== null || numberFormat.decorated),
  );
  if (odd !== undefined)
    throw usageError(
      'WRONG_USE',
      `The numbers of '${odd.name}' are written in a way that Spark does not read.`,
      'Write the recording with plain numbers, such as 1234.5, for the cluster.',
    );
  const usesClock = spec.features.some(({ transform: { kind } }) =>
    ['hour', 'weekday', 'night', 'weekend'].includes(kind),
  );
  if (usesClock && spec.timeZone !== 'UTC')
    throw usageError(
      'WRONG_USE',
      `Hours and weekdays in ${spec.timeZone} are not computed in the Spark job.`,
      'Train with --time-zone UTC, or with --leave-out on those features.',
    );
}

/** Every column with the type that the features need, beside the columns the job adds. */
function preparation(profile: Profile): string {
  const time = columnWithRole(profile, 'event_time');
  const columns = profile.columns.map(prepared);
  if (time !== undefined) columns.push(`${milliseconds(time)} AS \`${names.time}\``);
  return ['SELECT', `  ${[...columns, `\`${names.sequence}\``].join(',\n  ')}`, 'FROM assay_received'].join('\n');
}

function prepared(column: ProfileColumn): string {
  const name = quoted(column.name);
  if (column.role === 'label') {
    const positives = (column.positiveValues ?? []).map(literal).join(', ');
    const positive = positives === '' ? 'FALSE' : `CAST(${name} AS STRING) IN (${positives})`;
    return `CASE WHEN ${name} IS NULL OR CAST(${name} AS STRING) = '' THEN NULL WHEN ${positive} THEN 1 ELSE 0 END AS ${name}`;
  }
  if (column.kind === 'number') return `CAST(${name} AS DOUBLE) AS ${name}`;
  if (column.kind === 'category') return `NULLIF(CAST(${name} AS STRING), '') AS ${name}`;
  return name;
}

/** Digits and separators alone: what Spark's patterns read as Assay's do. */
const plainPattern = /^(?:yyyy|yy|MM|dd|DDD|HH|mm|ss|SSS|[-/. :])+$/;

/** Whole milliseconds since 1970, cut as the engine cuts them. The session's zone is the profile's. */
function milliseconds(column: ProfileColumn): string {
  const name = quoted(column.name);
  const format = column.timeFormat ?? 'iso';
  const unitMs = millisecondsOfUnit(format);
  if (column.joinedWith === undefined) {
    if (unitMs !== undefined) return `CAST(FLOOR(CAST(${name} AS DOUBLE) ${scaled(unitMs)}+ 0.0005D) AS BIGINT)`;
    if (format === 'iso' || format === 'year/month/day') return `UNIX_MILLIS(CAST(${name} AS TIMESTAMP))`;
    if (plainPattern.test(format) && !namedTimeFormats.some((each) => each === format))
      return `UNIX_MILLIS(TO_TIMESTAMP(CAST(${name} AS STRING), ${literal(format)}))`;
  }
  throw usageError(
    'WRONG_USE',
    `The times of '${column.name}' are written in a way that the Spark job does not read.`,
    'Write them as ISO 8601, such as 2026-03-02T00:17:14Z, for the cluster.',
  );
}

function scaled(unitMs: number): string {
  if (unitMs === 1) return '';
  return unitMs < 1 ? `/ ${String(Math.round(1 / unitMs))}D ` : `* ${String(unitMs)}D `;
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function literal(value: string): string {
  return `'${value.replace(/[\\']/g, (mark) => `\\${mark}`)}'`;
}

import { usageError } from '../../domain/error.ts';
import type { FeatureSpec } from '../../domain/feature-spec.ts';
import { columnWithRole, namedTimeFormats, type Profile, type ProfileColumn } from '../../domain/profile.ts';
import { millisecondsOfUnit } from '../../domain/time-text.ts';
import { renderSparkSql } from '../../features/windows/render-spark-sql.ts';
import { loaderModule, loaderSource } from '../mlflow/loader-source.ts';

export interface SparkModel {
  readonly onnx: Uint8Array;
  readonly profile: Profile;
  readonly spec: FeatureSpec;
  readonly digest: string;
}

const names = { table: 'assay_transactions', time: 'assay_time_ms', sequence: 'assay_sequence' } as const;

/**
 * The job, its query and its model. It reads a recording (CSV with a header, or Parquet), computes the features over time as the
 * engine does, scores with ONNX Runtime, and writes Parquet.
 * @throws AssayError WRONG_USE for times and numbers that Spark SQL would read in another way than the engine.
 */
export function sparkFiles(model: SparkModel): ReadonlyMap<string, Uint8Array | string> {
  refuseUnlike(model);
  return new Map<string, Uint8Array | string>([
    ['score_transactions.py', jobSource(model.digest)],
    ['prepare.sql', `${preparation(model.profile)}\n`],
    ['features.sql', `${featureQuery(model.spec)}\n`],
    ['model.onnx', model.onnx],
    [`${loaderModule}.py`, loaderSource],
    ['requirements.txt', 'numpy\nonnxruntime>=1.17,<2\npandas>=2.0\npyarrow\npyspark>=3.5,<5\n'],
  ]);
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

function featureQuery(spec: FeatureSpec): string {
  if (spec.windows === undefined) return `SELECT * FROM ${names.table}`;
  return renderSparkSql(spec.windows, {
    table: names.table,
    timeColumn: names.time,
    sequenceColumn: names.sequence,
  });
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function literal(value: string): string {
  return `'${value.replace(/[\\']/g, (mark) => `\\${mark}`)}'`;
}

function jobSource(digest: string): string {
  return `"""Scores a recording with the forest ${digest}.

spark-submit score_transactions.py INPUT OUTPUT [--sequence COLUMN] [--time-zone UTC]

INPUT is CSV with a header, or Parquet. OUTPUT becomes Parquet: the recording's columns, the features over time, and score,
decision, is_anomaly, path_length_units. Rows are taken in the order of --sequence, or as they stand in the files.
"""

import argparse
import importlib.util
import os
import pathlib
import shutil
import sys

from pyspark import SparkFiles
from pyspark.sql import SparkSession, functions, types

FOLDER = pathlib.Path(__file__).resolve().parent
SCORES = [("score", types.FloatType()), ("decision", types.FloatType()), ("is_anomaly", types.LongType()), ("path_length_units", types.FloatType())]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--sequence")
    parser.add_argument("--time-zone", default="UTC")
    options = parser.parse_args()
    check_driver()

    spark = SparkSession.builder.appName("assay").getOrCreate()
    check_workers(spark.sparkContext.master)
    spark.conf.set("spark.sql.session.timeZone", options.time_zone)
    spark.sparkContext.addFile(str(FOLDER / "model.onnx"))
    spark.sparkContext.addPyFile(str(FOLDER / "${loaderModule}.py"))

    if options.input.endswith(".parquet"):
        received = spark.read.parquet(options.input)
    else:
        received = spark.read.csv(options.input, header=True, quote='"', escape='"', multiLine=False)
    sequence = functions.col(options.sequence).cast("long") if options.sequence else functions.monotonically_increasing_id()
    received.withColumn("${names.sequence}", sequence).createOrReplaceTempView("assay_received")
    spark.sql((FOLDER / "prepare.sql").read_text()).createOrReplaceTempView("${names.table}")
    features = spark.sql((FOLDER / "features.sql").read_text())
    schema = types.StructType(features.schema.fields + [types.StructField(name, kind) for name, kind in SCORES])
    features.mapInPandas(score, schema).write.mode("overwrite").parquet(options.output)


def check_driver():
    """Ends at once, with a sentence, where this Python cannot hand rows to others."""
    missing = [name for name in ("pandas", "pyarrow") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"{sys.executable} lacks {', '.join(missing)}. Install them there: pip install -r {FOLDER / 'requirements.txt'}")


def check_workers(master):
    """The same where the Python of the workers is on this machine; on a cluster its path may exist there alone."""
    workers = os.environ.get("PYSPARK_PYTHON")
    if master.startswith("local") and workers is not None and shutil.which(workers) is None:
        sys.exit(f"PYSPARK_PYTHON names {workers}, which is no program here. Set it to a Python with what requirements.txt lists.")


def score(batches):
    from ${loaderModule} import IsolationForest

    forest = IsolationForest(SparkFiles.get("model.onnx"))
    for batch in batches:
        answer = forest.predict(batch)
        yield batch.assign(**{name: answer[name] for name, _ in SCORES})


if __name__ == "__main__":
    main()
`;
}

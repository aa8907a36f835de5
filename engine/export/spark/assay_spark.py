"""What the jobs of one exported model share: reading, the order of rows, features over time, scores.

Rows are never sorted as a whole. Each kind of entity has its rows brought together once (one shuffle), and numpy computes all its
features there. Running means over the whole stream cost one more shuffle, by the day.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import pathlib
import shutil
import sys
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence

import numpy
import pandas
import pyarrow
from pyspark import SparkContext
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, SparkSession, functions, types

import assay_windows as windows
from assay_pyfunc import IsolationForest

FOLDER = pathlib.Path(__file__).resolve().parent
MODULES = ("assay_exact.py", "assay_windows.py", "assay_forest.py", "assay_pyfunc.py", "assay_spark.py")
WORKERS_NEED = ("numpy", "pandas", "pyarrow", "onnxruntime")
SCORES = (
    ("score", types.FloatType()),
    ("decision", types.FloatType()),
    ("is_anomaly", types.LongType()),
    ("path_length_units", types.FloatType()),
)
SEQUENCE, TIME, DAY, LOG = "assay_sequence", "assay_time_ms", "assay_day", "assay_log_units"
FILE, START, ROW = "assay_file", "assay_start", "assay_row"
# Rows without a time come after all others.
NO_DAY = 2**31 - 1
# A part of this many rows keeps a worker busy for seconds and needs a few hundred megabytes.
ROWS_PER_PART = 250_000

Batches = Iterator[pyarrow.RecordBatch]


def job_notes() -> dict[str, Any]:
    """What was exported beside the model: features, training parameters, threshold."""
    return json.loads((FOLDER / "job.json").read_text())


def features_over_time(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The features of a spec that need earlier rows."""
    return list(spec.get("windows", {}).get("features", []))


def start_session(time_zone: str, jars: str | None = None) -> SparkSession:
    """A session whose workers have these modules; ends with a sentence where a Python lacks what it needs."""
    builder = SparkSession.builder.appName("assay")
    if jars is not None:
        builder = builder.config("spark.jars", jars)
    spark = builder.getOrCreate()
    check_program(os.environ.get("PYSPARK_PYTHON"), spark.sparkContext.master)
    spark.conf.set("spark.sql.session.timeZone", time_zone)
    spark.conf.set("spark.sql.execution.arrow.pyspark.enabled", "true")
    for module in MODULES:
        spark.sparkContext.addPyFile(str(FOLDER / module))
    check_workers(spark.sparkContext)
    return spark


def check_program(workers: str | None, master: str) -> None:
    """Ends where the Python of the workers is no program of this machine; on a cluster it may exist there alone."""
    if master.startswith("local") and workers is not None and shutil.which(workers) is None:
        sys.exit(f"PYSPARK_PYTHON names {workers}, which is no program here. Set it to a Python with what requirements.txt lists.")


def check_workers(context: SparkContext) -> None:
    """Ends where the Python of a worker lacks a package, before anything is read."""

    def missing(_: int) -> list[str]:
        return [sys.executable, *(name for name in WORKERS_NEED if importlib.util.find_spec(name) is None)]

    [[program, *lacking]] = context.parallelize([0], 1).map(missing).collect()
    if lacking:
        sys.exit(f"The workers' Python {program} lacks {', '.join(lacking)}. Install there what requirements.txt lists.")


@dataclass(frozen=True)
class Received:
    """A recording with typed columns, its times in milliseconds, and the order of its rows in `assay_sequence`."""

    rows: DataFrame
    count: int
    least: int
    greatest: int

    @property
    def parts(self) -> int:
        """Into how many parts a shuffle splits it."""
        return max(self.rows.sparkSession.sparkContext.defaultParallelism, -(-self.count // ROWS_PER_PART))


def read_rows(spark: SparkSession, path: str, sequence: str | None) -> Received:
    """Reads CSV or Parquet. The order is that of a column of unique whole numbers, or of files by name and rows as they stand there.

    Ends where there are no rows, or some lack their number.
    """
    is_parquet = path.rstrip("/").endswith(".parquet")
    received = spark.read.parquet(path) if is_parquet else spark.read.csv(path, header=True, quote='"', escape='"')
    if sequence is None:
        ordered, count = in_order_of_files(spark, received)
        ends = (0, count - 1)
    else:
        order = named(sequence).cast("long")
        ordered = received.withColumn(SEQUENCE, order)
        figures = [functions.count("*"), functions.count(order), functions.min(order), functions.max(order)]
        [[count, numbered, *ends]] = received.agg(*figures).collect()
        if numbered < count:
            sys.exit(f"{count - numbered:,} of {count:,} rows have no whole number in '{sequence}'.")
    if count == 0:
        sys.exit(f"There are no rows in {path}.")
    return Received(prepared(spark, ordered), count, *ends)


def prepared(spark: SparkSession, received: DataFrame, kept: Sequence[str] = ()) -> DataFrame:
    """Columns as the features need them, by the query beside this file, and those to be kept as they are."""
    received.createOrReplaceTempView("assay_received")
    query = (FOLDER / "prepare.sql").read_text()
    return spark.sql(query.replace("SELECT", f"SELECT {' '.join(f'{name},' for name in kept)}", 1) if kept else query)


def in_order_of_files(spark: SparkSession, received: DataFrame) -> tuple[DataFrame, int]:
    """Numbers the rows without a shuffle, and counts them: each part of a file is counted once, and numbered from where it begins."""
    parts = received.select(
        "*",
        functions.col("_metadata.file_path").alias(FILE),
        functions.col("_metadata.file_block_start").alias(START),
        functions.monotonically_increasing_id().alias(ROW),
    )
    counted = parts.groupBy(FILE, START).agg(functions.count("*").alias("rows"), functions.min(ROW).alias("first"))
    begins, next_row = [], 0
    for part in sorted(counted.collect(), key=lambda part: (part[FILE], part[START])):
        begins.append((part[FILE], part[START], next_row - part["first"]))
        next_row += part["rows"]
    moved = spark.createDataFrame(begins, f"{FILE} STRING, {START} BIGINT, assay_moved BIGINT")
    joined = parts.join(functions.broadcast(moved), [FILE, START])
    return joined.withColumn(SEQUENCE, functions.col(ROW) + functions.col("assay_moved")), next_row


def shuffles(spec: Mapping[str, Any]) -> list[str]:
    """What moves rows between workers, a sentence each."""
    named = []
    if needs_logarithms(spec):
        named.append("by the day: running means of amounts over the whole stream")
    for entity, features in entity_kinds(spec):
        named.append(f"by {' + '.join(entity)}: {len(features)} features over time")
    return named


def entity_kinds(spec: Mapping[str, Any]) -> list[tuple[list[str], list[dict[str, Any]]]]:
    """The features over time by the columns that make transactions belong together."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for feature in features_over_time(spec):
        kinds.setdefault(json.dumps(feature["entity"]), []).append(feature)
    return [(json.loads(entity), features) for entity, features in kinds.items()]


def needs_logarithms(spec: Mapping[str, Any]) -> bool:
    """True where a feature compares amounts with those of all before it."""
    return any(feature["kind"] == "amount-excess" for feature in features_over_time(spec))


def with_features_over_time(received: Received, spec: Mapping[str, Any]) -> DataFrame:
    """The rows with one FLOAT column a feature over time, in no order."""
    rows = received.rows
    if not features_over_time(spec):
        return rows
    answer = with_logarithms(received, spec) if needs_logarithms(spec) else rows
    decimals = spec["windows"]["amountDecimals"]
    for entity, features in entity_kinds(spec):
        schema = with_floats(answer.schema, [feature["name"] for feature in features])
        # Rows without their entity belong to none: they are spread.
        lacks = functools.reduce(lambda left, right: left | right, (named(name).isNull() for name in entity))
        keys = [*map(named, entity), functions.when(lacks, named(SEQUENCE))]
        compute = functools.partial(entity_batches, features, decimals)
        answer = mapped(answer.repartition(received.parts, *keys), compute, schema)
    order = [*rows.columns, *(feature["name"] for feature in features_over_time(spec))]
    return answer.select(*map(named, order))


def entity_batches(features: Sequence[Mapping[str, Any]], decimals: int, batches: Batches) -> Batches:
    """Adds the features of one kind of entity to all rows of a partition, which has every row of its entities."""
    received = list(batches)
    if not received:
        return
    table = pyarrow.Table.from_batches(received)
    for feature, values in zip(features, entity_features(table, features, decimals)):
        table = table.append_column(feature["name"], pyarrow.array(values))
    yield from table.to_batches()


def entity_features(
    table: pyarrow.Table, features: Sequence[Mapping[str, Any]], decimals: int
) -> list[numpy.ndarray[Any, numpy.dtype[numpy.float32]]]:
    """One array a feature, in the order of the table's rows."""
    texts = {name for feature in features for name in [*feature["entity"], feature.get("of")] if name is not None}
    labels = {feature["label"] for feature in features if "label" in feature}
    amount = next((feature["amount"] for feature in features if "amount" in feature), None)
    columns = {name: codes_of(table[name]) for name in texts} | {name: whole(table[name]) for name in labels}
    return windows.EntityRows(
        features,
        decimals,
        whole(table[TIME]),
        whole(table[SEQUENCE]).values,
        columns,
        None if amount is None else numbers(table[amount]),
        whole(table[LOG]) if LOG in table.column_names else None,
    ).compute()


def with_logarithms(received: Received, spec: Mapping[str, Any]) -> DataFrame:
    """Adds the logarithm of each amount less the mean of its kind so far: days are summed first, then rows within their day."""
    [feature] = [each for each in features_over_time(spec) if each["kind"] == "amount-excess"][:1]
    amount, kind = feature["amount"], feature["category"]
    days = received.rows.withColumn(DAY, day_of(named(TIME)))
    needed = [DAY, amount, *([kind] if kind is not None else [])]
    totals = f"{DAY} LONG, kind STRING, is_all BOOLEAN, number LONG, total LONG"
    summed = mapped(days.select(*map(named, needed)), functools.partial(day_totals, amount, kind), totals)
    sums = [functions.sum(name).alias(name) for name in ("number", "total")]
    before = totals_before(summed.groupBy(DAY, "kind", "is_all").agg(*sums).collect())
    shared = days.sparkSession.sparkContext.broadcast(before)

    def add(batches: Batches) -> Batches:
        return day_batches(amount, kind, shared.value, batches)

    schema = types.StructType([*days.schema.fields, types.StructField(LOG, types.LongType())])
    return mapped(days.repartition(received.parts, named(DAY)), add, schema)


def day_of(time: SparkColumn) -> SparkColumn:
    """The day of a time as a number; that of rows without a time is after all others."""
    return functions.coalesce(functions.floor(time / windows.DAY_MS).cast("long"), functions.lit(NO_DAY).cast("long"))


def day_totals(amount: str, kind: str | None, batches: Batches) -> Batches:
    """How many logarithms each day has and their sum: of all (without a kind) and of each kind."""
    for batch in batches:
        units = windows.log_units_of(numbers(batch[amount]))
        frame = pandas.DataFrame({DAY: batch[DAY].to_numpy(zero_copy_only=False), "number": units.there * 1, "total": units.values})
        parts = [frame.groupby(DAY, as_index=False).sum().assign(kind=None, is_all=True)]
        if kind is not None:
            frame["kind"] = batch[kind].to_pandas()
            parts.append(frame.groupby([DAY, "kind"], as_index=False).sum().assign(is_all=False))
        names = pyarrow.schema(
            [(DAY, pyarrow.int64()), ("kind", pyarrow.string()), ("is_all", pyarrow.bool_())]
            + [(name, pyarrow.int64()) for name in ("number", "total")]
        )
        for part in parts:
            yield pyarrow.RecordBatch.from_pandas(part, schema=names, preserve_index=False)


def totals_before(summed: Iterable[Mapping[str, Any]]) -> dict[int, windows.Totals]:
    """What had come before each day."""
    days: dict[int, list[Mapping[str, Any]]] = {}
    for row in summed:
        days.setdefault(row[DAY], []).append(row)
    before: dict[int, windows.Totals] = {}
    count, total = 0, 0
    kinds: dict[str, tuple[int, int]] = {}
    for day in sorted(days):
        before[day] = windows.Totals(count, total, dict(kinds))
        for row in days[day]:
            if row["is_all"]:
                count, total = count + row["number"], total + row["total"]
            else:
                known = kinds.get(row["kind"], (0, 0))
                kinds[row["kind"]] = (known[0] + row["number"], known[1] + row["total"])
    return before


def day_batches(amount: str, kind: str | None, before: Mapping[int, windows.Totals], batches: Batches) -> Batches:
    """Adds to all rows of some whole days the logarithm of the amount less the mean of its kind so far."""
    received = list(batches)
    if not received:
        return
    table = pyarrow.Table.from_batches(received)
    days, times = whole(table[DAY]).values, whole(table[TIME])
    units = windows.log_units_of(numbers(table[amount]))
    kinds = None if kind is None else table[kind].to_pandas().to_numpy(dtype=object)
    order = numpy.lexsort((whole(table[SEQUENCE]).values, times.values, days))
    answer = numpy.zeros(len(order), dtype=numpy.int64)
    for rows in numpy.split(order, numpy.flatnonzero(numpy.diff(days[order])) + 1):
        chosen = None if kinds is None else kinds[rows]
        answer[rows] = windows.log_amounts(units.take(rows), chosen, before[int(days[rows[0]])])
    yield from table.append_column(LOG, pyarrow.array(answer, mask=~units.there)).to_batches()


def scored(rows: DataFrame, model: bytes) -> DataFrame:
    """The rows with score, decision, is_anomaly and path_length_units, by ONNX Runtime in each partition."""
    shared = rows.sparkSession.sparkContext.broadcast(model)

    def score(batches: Batches) -> Batches:
        forest = IsolationForest(shared.value)
        for batch in batches:
            answer = forest.predict(batch.to_pandas())
            table = pyarrow.Table.from_batches([batch])
            for name, _ in SCORES:
                table = table.append_column(name, pyarrow.array(answer[name].to_numpy()))
            yield from table.to_batches()

    return mapped(rows, score, types.StructType([*rows.schema.fields, *(types.StructField(name, kind) for name, kind in SCORES)]))


def mapped(rows: DataFrame, compute: Callable[[Batches], Batches], schema: types.StructType | str) -> DataFrame:
    """What a function makes of the batches of each partition. Spark finds no columns with dots in their names, so they go by number."""
    names = rows.columns

    def compute_named(batches: Batches) -> Batches:
        yield from compute(pyarrow.RecordBatch.from_arrays(batch.columns, names=names) for batch in batches)

    return rows.toDF(*(f"column_{number}" for number in range(len(names)))).mapInArrow(compute_named, schema)


def codes_of(column: pyarrow.ChunkedArray) -> windows.Column:
    """Values as codes; what is missing has none."""
    encoded = column.combine_chunks().dictionary_encode()
    codes = encoded.indices if isinstance(encoded, pyarrow.DictionaryArray) else encoded.combine_chunks().indices
    return whole(codes)


def whole(column: pyarrow.ChunkedArray | pyarrow.Array) -> windows.Column:
    """Whole numbers, 0 where missing."""
    there = column.is_valid().to_numpy(zero_copy_only=False) if isinstance(column, pyarrow.Array) else column.is_valid().to_numpy()
    values = column.fill_null(0)
    array = values.to_numpy(zero_copy_only=False) if isinstance(values, pyarrow.Array) else values.to_numpy()
    return windows.Column(array.astype(numpy.int64), there.astype(bool))


def numbers(column: pyarrow.ChunkedArray | pyarrow.Array) -> windows.Floats:
    """Numbers, NaN where missing."""
    filled = column.cast(pyarrow.float64()).fill_null(float("nan"))
    return filled.to_numpy(zero_copy_only=False) if isinstance(filled, pyarrow.Array) else filled.to_numpy()


def with_floats(schema: types.StructType, names: Iterable[str]) -> types.StructType:
    """A schema with more FLOAT columns."""
    return types.StructType([*schema.fields, *(types.StructField(name, types.FloatType()) for name in names)])


def named(name: str) -> SparkColumn:
    """The column of exactly this name."""
    return functions.col(quoted(name))


def quoted(name: str) -> str:
    """A name as Spark reads it whatever is in it."""
    return "`" + name.replace("`", "``") + "`"

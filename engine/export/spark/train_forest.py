"""Trains the forest that `assay train` grows on the same rows: its digest is equal.

spark-submit train_forest.py INPUT OUTPUT [--sequence COLUMN] [--trees N] [--seed N] [--contamination X] [--time-zone UTC]

Each tree needs a sub-sample alone, so a table of any size brings trees times sample rows to the driver, which grows the forest. The
rows are numbered from 0 in the order of --sequence, or as they stand in the files, which are taken by their names: as the laptop
numbers what it reads. All rows are then scored once for the threshold, whose place among their sums is exact. OUTPUT becomes a
folder with model.onnx, for `score_transactions.py --model` and `assay score --model`, and report.json, which is printed too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import pathlib
import sys
import time
from typing import TYPE_CHECKING, Any, Mapping, Sequence

if TYPE_CHECKING:
    import pandas
    from assay_spark import Received
    from pyspark.sql import DataFrame

FOLDER = pathlib.Path(__file__).resolve().parent
NEEDED = ("numpy", "pandas", "pyarrow", "onnx", "onnxruntime")
NUMBER = "assay_number"


def main() -> None:
    """Draws, gathers, grows, scores all rows and writes the model."""
    options = parse_options()
    check_driver()
    import assay_forest
    import assay_spark as job
    from pyspark import StorageLevel

    notes = job.job_notes()
    refusal = notes["refusesTraining"]
    if refusal is not None:
        sys.exit(refusal)
    given = {"trees": options.trees, "seed": options.seed}
    parameters = {**notes["parameters"], **{name: value for name, value in given.items() if value is not None}}
    contamination = contamination_of(options.contamination, notes["threshold"])
    started = time.monotonic()
    spark = job.start_session(options.time_zone)
    for shuffle in job.shuffles(notes["spec"]):
        print(f"Shuffles rows {shuffle}.", file=sys.stderr)
    received = job.read_rows(spark, options.input, options.sequence)
    if received.count > assay_forest.MOST_ROWS:
        sys.exit(f"A seeded draw numbers at most {assay_forest.MOST_ROWS:,} rows; there are {received.count:,}.")
    # Read twice: once for the sub-samples, once for the threshold.
    features = job.with_features_over_time(received, notes["spec"]).persist(StorageLevel.DISK_ONLY)
    drawn = assay_forest.draw_sub_samples(received.count, parameters["trees"], parameters["sample"], parameters["seed"])
    samples = sub_samples(features, drawn, notes["spec"], row_numbers(received))
    forest = assay_forest.train(samples, parameters, notes["pathLengths"])
    gathered = time.monotonic()

    model = assay_forest.written_model((FOLDER / "model.onnx").read_bytes(), forest, notes["spec"], parameters)
    path_length = notes["pathLengths"][forest.sample_size]
    unfinished = assay_forest.with_threshold(model, forest, path_length, 0, contamination)
    sums = job.scored(features, unfinished).groupBy("path_length_units").count().collect()
    counts = {int(row["path_length_units"]): row["count"] for row in sums}
    threshold = assay_forest.threshold_for_contamination(counts, contamination)
    output = pathlib.Path(options.output)
    output.mkdir(parents=True, exist_ok=True)
    (output / "model.onnx").write_bytes(assay_forest.with_threshold(model, forest, path_length, threshold, contamination))
    report = {
        "digest": forest.digest,
        "rows": received.count,
        "trees": parameters["trees"],
        "sample": forest.sample_size,
        "seed": parameters["seed"],
        "contamination": contamination,
        "thresholdUnits": threshold,
        "flagged": sum(count for total, count in counts.items() if total <= threshold),
        "shuffles": job.shuffles(notes["spec"]),
        "timings": {"forestMs": round(1000 * (gathered - started)), "totalMs": round(1000 * (time.monotonic() - started))},
    }
    (output / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report))


def parse_options() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--sequence", help="a column of unique whole numbers that says in which order rows were received")
    parser.add_argument("--trees", type=int, help="those of the exported model where left out")
    parser.add_argument("--seed", type=int, help="that of the exported model where left out")
    parser.add_argument("--contamination", type=float, help="the share of rows to flag; that of the exported model where left out")
    parser.add_argument("--time-zone", default="UTC", help="of times without one")
    return parser.parse_args()


def contamination_of(asked: float | None, threshold: Mapping[str, Any]) -> float:
    """The share of rows to flag; ends where the model's own line is drawn by something else and none was said."""
    if asked is None and threshold["rule"] != "contamination":
        sys.exit(f"The model's line is drawn by {threshold['rule']}, not by a share of the rows. Say --contamination, such as 0.01.")
    share = threshold["value"] if asked is None else asked
    if not 0 < share <= 0.5:
        sys.exit(f"Contamination must be above 0 and at most 0.5; it is {share}.")
    return float(share)


def check_driver() -> None:
    """Ends at once, with a sentence, where this Python cannot grow a forest or hand rows to others."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"{sys.executable} lacks {', '.join(missing)}. Install them there: pip install -r {FOLDER / 'requirements.txt'}")


def row_numbers(received: Received) -> DataFrame:
    """The number of each row by its place in the order: its sequence less the least, where none is missing between.

    Elsewhere rows are counted by ranges of their sequence, and then within each range: no sort of all.
    """
    import assay_spark as job
    from pyspark.sql import Window, functions

    order = functions.col(job.SEQUENCE)
    places = received.rows.select(job.SEQUENCE)
    span = received.greatest - received.least + 1
    if span == received.count:
        return places.withColumn(NUMBER, order - received.least)
    ranged = places.withColumn("range", functions.floor((order - received.least) / max(1, span // 65_536)))
    begins, next_row = [], 0
    for row in sorted(ranged.groupBy("range").count().collect(), key=lambda row: row["range"]):
        begins.append((row["range"], next_row))
        next_row += row["count"]
    before = functions.broadcast(places.sparkSession.createDataFrame(begins, "range BIGINT, begins BIGINT"))
    within = functions.row_number().over(Window.partitionBy("range").orderBy(order)) - 1
    number = (functions.col("begins") + functions.col("within")).alias(NUMBER)
    return ranged.withColumn("within", within).join(before, "range").select(job.SEQUENCE, number)


def sub_samples(
    features: DataFrame, drawn: Sequence[Sequence[int]], spec: Mapping[str, Any], numbers: DataFrame
) -> list[Any]:
    """The features of each tree's rows, in the order drawn."""
    import numpy
    import pandas
    from pyspark.sql import functions

    import assay_spark as job

    wanted = numpy.unique(numpy.concatenate([numpy.asarray(rows) for rows in drawn]))
    spark = features.sparkSession
    chosen = spark.createDataFrame(pandas.DataFrame({NUMBER: wanted}))
    sequences = numbers.join(functions.broadcast(chosen), NUMBER)
    needed = {job.SEQUENCE, *(feature["transform"]["column"] for feature in spec["features"])}
    needed |= {name for name in features.columns if name == job.TIME}
    needed |= {feature["name"] for feature in job.features_over_time(spec)}
    cells = features.select(*map(job.named, sorted(needed)))
    gathered = cells.join(functions.broadcast(sequences), job.SEQUENCE).toPandas()
    if len(gathered) != len(wanted) or gathered[NUMBER].nunique() != len(wanted):
        sys.exit("The numbers of --sequence are not unique, so rows have no order that the laptop would give them.")
    gathered = gathered.sort_values(NUMBER, ignore_index=True)
    matrix = feature_matrix(gathered, spec)
    return [matrix[numpy.searchsorted(wanted, rows)] for rows in drawn]


def feature_matrix(table: pandas.DataFrame, spec: Mapping[str, Any]) -> Any:
    """The float32 features of rows as the engine computes them: those of a row alone, then those over time."""
    import numpy

    columns = [feature_of_row(table, feature) for feature in spec["features"]]
    columns += [table[feature["name"]].to_numpy() for feature in spec.get("windows", {}).get("features", [])]
    return numpy.stack([column.astype(numpy.float32) for column in columns], axis=1)


def feature_of_row(table: pandas.DataFrame, feature: Mapping[str, Any]) -> Any:
    """One feature of each row from its own cells; what is missing has the imputed value."""
    import numpy

    import assay_exact
    import assay_pyfunc
    import assay_windows

    transform, imputed = feature["transform"], feature["imputation"]["value"]
    kind, cells = transform["kind"], table[transform["column"]]
    if kind in ("frequency", "one-hot"):
        known = transform["shares"] if kind == "frequency" else {transform["value"]: 1}
        return numpy.array([imputed if text == "" else known.get(text, 0) for text in assay_pyfunc.texts(cells)])
    if kind in ("identity", "log"):
        limit = numpy.finfo(numpy.float32).max
        held = numpy.clip(assay_pyfunc.numbers(cells), -limit, limit)
        missing = numpy.isnan(held)
        held = numpy.where(missing, 0, held).astype(numpy.float64)
        value = assay_exact.signed_log(held) if kind == "log" else held
        return numpy.where(missing, imputed, value)
    times = table["assay_time_ms"]
    missing = times.isna().to_numpy()
    instants = times.fillna(0).to_numpy(dtype=numpy.float64)
    since_midnight = instants - numpy.floor(instants / assay_windows.DAY_MS) * assay_windows.DAY_MS
    # 1970 began on a Thursday, day 3 of a week from Monday.
    weekday = (numpy.floor(instants / assay_windows.DAY_MS) + 3) % 7
    value = {
        "hour": since_midnight / assay_windows.HOUR_MS,
        "night": since_midnight < 7 * assay_windows.HOUR_MS,
        "weekday": weekday,
        "weekend": weekday >= 5,
    }[kind]
    return numpy.where(missing, imputed, value)


if __name__ == "__main__":
    main()

"""Scores the transactions of a Kafka topic as they come, and writes the flagged ones to another topic.

spark-submit --packages org.apache.spark:spark-sql-kafka-0-10_2.13:VERSION_OF_SPARK score_stream.py \\
    --servers HOST:9092 --topic payments --flags-to payments-flags --checkpoint FOLDER [--available-now]

A message is one JSON object with the columns of the recording. A flag has the form that `assay run --follow --flags-to` writes. What
is no such object is written to --dead-letters-to where one is named, else left out. The checkpoint keeps the position: a job that is
started again goes on where it stopped, and writes a flag at least once.

Features over time need all earlier rows of an entity, which a query without state does not have: a model with such features is
refused, by their names. Train one without them (`assay train --no-windows`), or score by `assay run --follow`.
"""

from __future__ import annotations

import argparse
import importlib.util
import pathlib
import sys
from typing import Any, Mapping

FOLDER = pathlib.Path(__file__).resolve().parent
NEEDED = ("numpy", "pandas", "pyarrow", "onnxruntime")
BROKEN = "assay_broken"


def main() -> None:
    """Starts the query and waits for its end."""
    options = parse_options()
    check_driver()
    import assay_spark as job

    notes = job.job_notes()
    refuse_features_over_time(notes["spec"])
    spark = job.start_session(options.time_zone, options.jars)
    messages = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", options.servers)
        .option("subscribe", options.topic)
        .option("startingOffsets", "earliest")
        .load()
    )
    outgoing = flags_of(messages, notes, options.flags_to, options.dead_letters_to)
    writer = (
        outgoing.writeStream.format("kafka")
        .option("kafka.bootstrap.servers", options.servers)
        .option("checkpointLocation", options.checkpoint)
    )
    (writer.trigger(availableNow=True) if options.available_now else writer).start().awaitTermination()


def parse_options() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", required=True, help="host:port of the brokers, comma-separated")
    parser.add_argument("--topic", required=True)
    parser.add_argument("--flags-to", required=True, help="the topic that flags are written to")
    parser.add_argument("--dead-letters-to", help="the topic for messages that are no JSON object")
    parser.add_argument("--checkpoint", required=True, help="a folder that keeps the position between runs")
    parser.add_argument("--available-now", action="store_true", help="score what waits, then end")
    parser.add_argument("--jars", help="the jars of spark-sql-kafka, comma-separated, where --packages cannot fetch them")
    parser.add_argument("--time-zone", default="UTC", help="of times without one")
    return parser.parse_args()


def check_driver() -> None:
    """Ends at once, with a sentence, where this Python cannot hand rows to others."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"{sys.executable} lacks {', '.join(missing)}. Install them there: pip install -r {FOLDER / 'requirements.txt'}")


def refuse_features_over_time(spec: Mapping[str, Any]) -> None:
    """Ends with the names of what a stream without state cannot compute."""
    names = [feature["name"] for feature in spec.get("windows", {}).get("features", [])]
    if names:
        sys.exit(
            f"This model has {len(names)} features over time, which a stream without state cannot have: {', '.join(names)}. "
            "Train one without them (assay train --no-windows), or score the topic by assay run --follow."
        )


def flags_of(messages: Any, notes: Mapping[str, Any], flags_to: str, dead_letters_to: str | None) -> Any:
    """The messages to write, with their topic: flags, and dead letters where they have one.

    Takes any streaming DataFrame with the columns of Spark's Kafka source.
    """
    import assay_spark as job
    from pyspark.sql import functions, types

    # What the engine knows of a message beside its value has names of its own.
    around = {f"kafka.{name}": functions.col(name).cast("string") for name in ("topic", "partition", "offset", "key")}
    around["kafka.timestamp"] = functions.unix_millis("timestamp").cast("string")
    inside = [name for name in notes["received"] if name not in around]
    received = types.StructType([types.StructField(name, types.StringType()) for name in [*inside, BROKEN]])
    text = functions.col("value").cast("string")
    read = functions.from_json(text, received, {"columnNameOfCorruptRecord": BROKEN})
    parsed = messages.withColumn("assay_text", text).withColumn("assay_read", read)
    is_object = functions.coalesce(text.rlike(r"^\s*\{") & functions.col(f"assay_read.{BROKEN}").isNull(), functions.lit(False))
    kept = ["key", "topic", "partition", "offset", "timestamp", "assay_text"]
    cells = [functions.col("assay_read").getField(name).alias(name) for name in inside]
    cells += [cell.alias(name) for name, cell in around.items() if name in notes["received"]]
    message = functions.struct(*kept).alias("assay_message")
    rows = parsed.where(is_object).select(message, functions.col("offset").alias(job.SEQUENCE), *cells)
    typed = job.prepared(rows.sparkSession, rows, ["assay_message"])
    flagged = job.scored(typed, (FOLDER / "model.onnx").read_bytes()).where("is_anomaly = 1")
    place = functions.concat_ws("-", *(functions.col(f"assay_message.{name}") for name in ("topic", "partition", "offset")))
    head = functions.to_json(
        functions.struct(
            *(functions.col(f"assay_message.{name}").alias(name) for name in ("topic", "partition", "offset")),
            functions.unix_millis("assay_message.timestamp").alias("timestamp"),
            functions.col("score"),
            functions.lit(notes["threshold"]["score"]).alias("threshold"),
            functions.lit(notes["digest"]).alias("model"),
        )
    )
    # The transaction stands there as it was received, so that no digit of it changes.
    value = functions.concat(
        functions.expr("substring({0}, 1, length({0}) - 1)".replace("{0}", "head")),
        functions.lit(',"transaction":'),
        functions.col("assay_message.assay_text"),
        functions.lit("}"),
    )
    flags = flagged.withColumn("head", head).select(
        functions.lit(flags_to).alias("topic"),
        functions.coalesce("assay_message.key", place.cast("binary")).alias("key"),
        value.cast("binary").alias("value"),
    )
    if dead_letters_to is None:
        return flags
    dead = parsed.where(~is_object).select(functions.lit(dead_letters_to).alias("topic"), "key", "value")
    return flags.unionByName(dead)


if __name__ == "__main__":
    main()

"""Scores a recording with an exported forest, as `assay score` does.

spark-submit score_transactions.py INPUT OUTPUT [--sequence COLUMN] [--model trained/model.onnx] [--time-zone UTC] [--explain]

INPUT is CSV with a header, or Parquet, one file or a folder of them. OUTPUT becomes Parquet: the recording's columns, the features
over time, and score, decision, is_anomaly, path_length_units. Features over time take rows in the order of their times, equal times
in that of --sequence, or as they stand in the files, which are taken by their names.
"""

from __future__ import annotations

import argparse
import importlib.util
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
NEEDED = ("numpy", "pandas", "pyarrow", "onnxruntime")


def main() -> None:
    """Reads, computes the features over time, scores and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--sequence", help="a column of unique whole numbers that says in which order rows were received")
    parser.add_argument("--model", type=pathlib.Path, default=FOLDER / "model.onnx", help="what train_forest.py wrote instead")
    parser.add_argument("--time-zone", default="UTC", help="of times without one")
    parser.add_argument("--explain", action="store_true", help="print the plan with its shuffles, and score nothing")
    options = parser.parse_args()
    check_driver()
    import assay_spark as job

    spec = job.job_notes()["spec"]
    spark = job.start_session(options.time_zone)
    for shuffle in job.shuffles(spec):
        print(f"Shuffles rows {shuffle}.", file=sys.stderr)
    rows = job.with_features_over_time(job.read_rows(spark, options.input, options.sequence), spec)
    answer = job.scored(rows, options.model.read_bytes())
    if options.explain:
        answer.explain()
    else:
        answer.write.mode("overwrite").parquet(options.output)


def check_driver() -> None:
    """Ends at once, with a sentence, where this Python cannot hand rows to others."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"{sys.executable} lacks {', '.join(missing)}. Install them there: pip install -r {FOLDER / 'requirements.txt'}")


if __name__ == "__main__":
    main()

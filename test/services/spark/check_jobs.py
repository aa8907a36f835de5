"""Runs the exported jobs of a model with features over time in local mode, all in one JVM, and tells what they did.

check_jobs.py JOB RECORDING EXPECTED HOME [TREES SEED]: EXPECTED is a CSV of sum,score,flagged and the features over time, row by
row. With TREES and SEED a second forest is trained with those, from the rows in another order and with gaps in their numbers, and it is
told what the job says of a Python that it cannot use.
"""

import contextlib
import io
import json
import os
import runpy
import sys

import numpy
import pandas

job, recording, expected_path, home = sys.argv[1:5]
second_forest = sys.argv[5:]
sys.path.insert(0, job)
from compare_scored import differences  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402


def run(program: str, *parameters: str) -> str:
    """Runs a program as spark-submit would; gives what it printed, or the sentence that it ended with."""
    printed = io.StringIO()
    sys.argv = [program, *parameters]
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(os.path.join(job, program), run_name="__main__")
    except SystemExit as ended:
        return str(ended.code)
    return printed.getvalue()


def ended_with(python: str) -> str:
    """What the job says where the workers' Python is this one."""
    os.environ["PYSPARK_PYTHON"] = python
    sentence = run("score_transactions.py", recording, os.path.join(home, "never"))
    SparkSession.getActiveSession().stop()
    return sentence


def moved_recording() -> str:
    """The recording as Parquet, its rows in another order, numbered with gaps."""
    rows = pandas.read_csv(recording, dtype=str, keep_default_na=False)
    rows["position"] = numpy.arange(len(rows)) * 3 + numpy.arange(len(rows)) // 100 + 7
    moved = os.path.join(home, "moved.parquet")
    rows.sample(frac=1, random_state=19).to_parquet(moved)
    return moved


report = {}
if second_forest:
    report["withoutProgram"] = ended_with(os.path.join(home, "nowhere"))
    report["withoutPackages"] = ended_with(os.path.realpath(sys.executable))
os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
run("score_transactions.py", recording, os.path.join(home, "scored"))
report["scored"] = differences(os.path.join(home, "scored"), expected_path)
plan = run("score_transactions.py", recording, os.path.join(home, "scored"), "--explain")
import assay_spark  # noqa: E402

report["shuffles"] = {
    "named": len(assay_spark.shuffles(assay_spark.job_notes()["spec"])),
    "planned": plan.count("Exchange hashpartitioning"),
    "others": plan.count("Exchange ") - plan.count("BroadcastExchange ") - plan.count("Exchange hashpartitioning"),
}
printed = run("train_forest.py", recording, os.path.join(home, "trained"))
report["trained"] = json.loads(printed) if printed.startswith("{") else printed
if second_forest:
    trees, seed = second_forest
    parameters = ("--sequence", "position", "--trees", trees, "--seed", seed)
    report["trainedAgain"] = json.loads(run("train_forest.py", moved_recording(), os.path.join(home, "again"), *parameters))
print(json.dumps(report))

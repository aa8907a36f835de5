"""The main job with the fastest tools of today: Polars reads, isotree trains and scores, DuckDB stores."""

import argparse
import os
import tempfile

import duckdb
import numpy
import polars
from isotree import IsolationForest

from peer import Stopwatch, report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("recording")
parser.add_argument("--label", default="Class")
parser.add_argument("--contamination", type=float, default=0.02)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--sample", type=int, default=256)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--only-read", action="store_true", help="typed columns in memory, and nothing else")
options = parser.parse_args()

stopwatch = Stopwatch()
frame = stopwatch.time("read", lambda: polars.read_csv(options.recording))
if options.only_read:
    report("Polars", "polars", stopwatch, rows=len(frame))
    raise SystemExit
features = frame.drop(options.label).select(polars.selectors.numeric()).to_numpy()
forest = IsolationForest(
    ntrees=options.trees,
    sample_size=min(options.sample, len(features)),
    ndim=1,
    missing_action="fail",
    random_seed=options.seed,
    nthreads=options.threads,
)
stopwatch.time("train", lambda: forest.fit(features))
scores = stopwatch.time("score", lambda: forest.predict(features))
flagged = scores > numpy.quantile(scores, 1 - options.contamination)


def store(path):
    judged = frame.with_columns(polars.Series("score", scores), polars.Series("flagged", flagged))
    with duckdb.connect(path, config={"threads": options.threads}) as connection:
        connection.register("judged", judged.to_arrow())
        connection.execute("CREATE TABLE transactions AS SELECT * FROM judged")
        connection.execute("CHECKPOINT")


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "case.duckdb")
    stopwatch.time("store", lambda: store(path))
    stored_bytes = os.path.getsize(path)

report(
    "Polars + isotree + DuckDB",
    "polars",
    stopwatch,
    rows=len(frame),
    features=features.shape[1],
    flagged=int(flagged.sum()),
    storedBytes=stored_bytes,
    totalMs=sum(times[0] for times in stopwatch.times_ms.values()),
)

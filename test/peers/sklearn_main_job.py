"""The main job as a data scientist would write it: pandas reads, scikit-learn trains and scores, SQLite stores."""

import argparse
import os
import sqlite3
import tempfile

import pandas
from sklearn.ensemble import IsolationForest

from peer import Stopwatch, report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("recording")
parser.add_argument("--label", default="Class")
parser.add_argument("--ignore", default="", help="columns kept in the store and not given to the model, by commas")
parser.add_argument("--contamination", type=float, default=0.02)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--sample", type=int, default=256)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--database", help="kept there; without it a temporary file is used")
options = parser.parse_args()

stopwatch = Stopwatch()
frame = stopwatch.time("read", lambda: pandas.read_csv(options.recording))
left_out = [name for name in [options.label, *options.ignore.split(",")] if name in frame.columns]
features = frame.drop(columns=left_out).select_dtypes("number")
forest = IsolationForest(
    n_estimators=options.trees,
    max_samples=min(options.sample, len(features)),
    contamination=options.contamination,
    random_state=options.seed,
    n_jobs=options.threads,
)
stopwatch.time("train", lambda: forest.fit(features))
scores = stopwatch.time("score", lambda: forest.score_samples(features))


def store(path):
    frame["score"] = -scores
    frame["flagged"] = scores < forest.offset_
    connection = sqlite3.connect(path)
    frame.to_sql("transactions", connection, if_exists="replace", index=False, chunksize=50_000)
    connection.commit()
    connection.close()


with tempfile.TemporaryDirectory() as folder:
    path = options.database or os.path.join(folder, "case.sqlite")
    stopwatch.time("store", lambda: store(path))
    stored_bytes = os.path.getsize(path)

report(
    "pandas + scikit-learn + SQLite",
    "scikit-learn",
    stopwatch,
    rows=len(frame),
    features=features.shape[1],
    flagged=int((scores < forest.offset_).sum()),
    storedBytes=stored_bytes,
    totalMs=sum(times[0] for times in stopwatch.times_ms.values()),
)

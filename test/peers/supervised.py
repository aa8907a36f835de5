"""Full supervision: a random forest and gradient boosting of scikit-learn, and LightGBM where it is there, learned from one labelled matrix, scored on another."""

import argparse

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from threadpoolctl import threadpool_limits

from peer import Stopwatch, read_matrix, report

try:
    import lightgbm
except ImportError:
    lightgbm = None

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("learned", help=".f32 matrix, row-major")
parser.add_argument("labels", help="its labels, one byte a row")
parser.add_argument("scored", help=".f32 matrix of the rows to be scored")
parser.add_argument("--columns", type=int, required=True)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

learned, _ = read_matrix(options.learned, options.columns)
scored, _ = read_matrix(options.scored, options.columns)
labels = numpy.fromfile(options.labels, dtype=numpy.uint8)
stopwatch = Stopwatch()
forest = RandomForestClassifier(
    200,
    min_samples_leaf=2,
    class_weight="balanced_subsample",
    random_state=options.seed,
    n_jobs=options.threads,
)
boosting = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=200, max_leaf_nodes=8, random_state=options.seed)
stopwatch.time("fit", lambda: forest.fit(learned, labels))
with threadpool_limits(options.threads):
    stopwatch.time("boost", lambda: boosting.fit(learned, labels))
scores = {
    "randomForest": forest.predict_proba(scored)[:, 1].tolist(),
    "gradientBoosting": boosting.predict_proba(scored)[:, 1].tolist(),
}
if lightgbm is not None:
    booster = lightgbm.LGBMClassifier(
        learning_rate=0.05,
        n_estimators=200,
        num_leaves=8,
        random_state=options.seed,
        n_jobs=options.threads,
        verbose=-1,
    )
    stopwatch.time("lightgbm", lambda: booster.fit(learned, labels))
    scores["lightgbm"] = booster.predict_proba(scored)[:, 1].tolist()
report("scikit-learn", "scikit-learn", stopwatch, scores=scores)

"""The forests of coniferest that learn from feedback: grown on one matrix, told the labels of another, scored on a third."""

import argparse

import numpy
from coniferest.aadforest import AADForest
from coniferest.label import Label
from coniferest.pineforest import PineForest

from peer import Stopwatch, read_matrix, report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("grown", help=".f32 matrix, row-major")
parser.add_argument("judged", help=".f32 matrix of the rows with labels")
parser.add_argument("labels", help="their labels, one byte a row")
parser.add_argument("scored", help=".f32 matrix of the rows to be scored")
parser.add_argument("--columns", type=int, required=True)
parser.add_argument("--trees", type=int, default=300)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

grown, judged, scored = (
    read_matrix(path, options.columns)[0].astype(numpy.float64)
    for path in (options.grown, options.judged, options.scored)
)
labels = numpy.where(numpy.fromfile(options.labels, dtype=numpy.uint8) == 1, Label.ANOMALY, Label.REGULAR)
stopwatch = Stopwatch()
scores = {}
for name, make in {"aadForest": AADForest, "pineForest": PineForest}.items():
    forest = make(n_trees=options.trees, random_seed=options.seed, n_jobs=options.threads)
    stopwatch.time(name, lambda: forest.fit_known(grown, judged, labels))
    # Low is anomalous there, as in scikit-learn.
    scores[name] = (-forest.score_samples(scored)).tolist()
report("coniferest", "coniferest", stopwatch, scores=scores)

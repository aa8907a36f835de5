"""Other ways to grow and score trees, as isotree offers them: AUROC and AUPRC of each on a labelled CSV, by seed.

The columns are standardised first, because some of these ways weigh columns by their range.
"""

import numpy
from isotree import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score

from peer import Stopwatch, matrix_arguments, read_matrix, report

VARIANTS = {
    "as published": {},
    "columns by range": {"prob_pick_col_by_range": 1.0},
    "a quarter by range": {"prob_pick_col_by_range": 0.25},
    "columns by kurtosis": {"prob_pick_col_by_kurt": 1.0},
    "range and kurtosis, a quarter each": {"prob_pick_col_by_range": 0.25, "prob_pick_col_by_kurt": 0.25},
    "pooled gain": {"prob_pick_pooled_gain": 1.0},
    "a quarter pooled gain": {"prob_pick_pooled_gain": 0.25},
    "density of the sides": {"prob_pick_dens": 1.0},
    "oblique, 2 columns": {"ndim": 2, "coefs": "normal"},
    "oblique, 3 columns": {"ndim": 3, "coefs": "normal"},
    "scores by density": {"scoring_metric": "density"},
    "depth by share of rows": {"scoring_metric": "adj_depth"},
    "no depth limit": {"max_depth": None},
    "1,024 rows a tree": {"sample_size": 1024},
    "4,096 rows a tree": {"sample_size": 4096},
}

parser = matrix_arguments(__doc__)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--sample", type=int, default=256)
parser.add_argument("--seeds", type=int, default=10)
options = parser.parse_args()
if not options.label:
    raise SystemExit("The labelled CSV needs --label COLUMN.")

matrix, labels = read_matrix(options.matrix, options.columns, options.label)
spread = matrix.std(axis=0, dtype=numpy.float64)
matrix = (matrix - matrix.mean(axis=0, dtype=numpy.float64)) / numpy.where(spread == 0, 1, spread)
stopwatch = Stopwatch()


def scores(settings, seed):
    settings = {"sample_size": options.sample, "ndim": 1, **settings}
    settings["sample_size"] = min(settings["sample_size"], len(matrix))
    # Tree t is drawn from random_seed + t: neighbouring seeds would share all trees but one.
    forest = IsolationForest(
        ntrees=options.trees,
        missing_action="fail",
        random_seed=1 + seed * 10 * options.trees,
        nthreads=options.threads,
        **settings,
    )
    return forest.fit(matrix).predict(matrix)


quality = {}
for name, settings in VARIANTS.items():
    runs = stopwatch.time(name, lambda: [scores(settings, seed) for seed in range(options.seeds)])
    quality[name] = {
        "auroc": [roc_auc_score(labels, run) for run in runs],
        "auprc": [average_precision_score(labels, run) for run in runs],
    }

report("isotree", "isotree", stopwatch, rows=len(matrix), features=matrix.shape[1], quality=quality)

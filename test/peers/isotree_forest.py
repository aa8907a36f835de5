"""isotree as a plain isolation forest (one feature a split): fit and predict."""

from isotree import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score

from peer import Stopwatch, matrix_arguments, read_matrix, report

parser = matrix_arguments(__doc__)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--sample", type=int, default=256)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--seeds", type=int, default=0, help="with --label: AUROC and AUPRC for seeds 0 to N-1, and no times")
options = parser.parse_args()

matrix, labels = read_matrix(options.matrix, options.columns, options.label)
stopwatch = Stopwatch()
figures = {"rows": len(matrix), "features": matrix.shape[1]}


def forest(seed):
    return IsolationForest(
        ntrees=options.trees,
        sample_size=min(options.sample, len(matrix)),
        ndim=1,
        missing_action="fail",
        random_seed=seed,
        nthreads=options.threads,
    )


if options.seeds:
    # Tree t is drawn from random_seed + t: neighbouring seeds would share all trees but one.
    scores = [forest(1 + seed * 10 * options.trees).fit(matrix).predict(matrix) for seed in range(options.seeds)]
    figures["auroc"] = [roc_auc_score(labels, score) for score in scores]
    figures["auprc"] = [average_precision_score(labels, score) for score in scores]
else:
    for _ in range(options.repeat):
        fitted = stopwatch.time("fit", lambda: forest(options.seed).fit(matrix))
        stopwatch.time("score", lambda: fitted.predict(matrix))

report("isotree", "isotree", stopwatch, **figures)

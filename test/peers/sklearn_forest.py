"""scikit-learn's IsolationForest: fit, fit with contamination (which scores all rows), score_samples."""

from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score

from peer import Stopwatch, matrix_arguments, read_matrix, report

parser = matrix_arguments(__doc__)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--sample", type=int, default=256)
parser.add_argument("--contamination", type=float, default=0.02)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--seeds", type=int, default=0, help="with --label: AUROC and AUPRC for seeds 0 to N-1, and no times")
options = parser.parse_args()

matrix, labels = read_matrix(options.matrix, options.columns, options.label)
stopwatch = Stopwatch()
figures = {"rows": len(matrix), "features": matrix.shape[1]}


def forest(seed, contamination="auto"):
    return IsolationForest(
        n_estimators=options.trees,
        max_samples=min(options.sample, len(matrix)),
        contamination=contamination,
        random_state=seed,
        n_jobs=options.threads,
    )


if options.seeds:
    scores = [-forest(seed).fit(matrix).score_samples(matrix) for seed in range(options.seeds)]
    figures["auroc"] = [roc_auc_score(labels, score) for score in scores]
    figures["auprc"] = [average_precision_score(labels, score) for score in scores]
else:
    for _ in range(options.repeat):
        fitted = stopwatch.time("fit", lambda: forest(options.seed).fit(matrix))
        stopwatch.time("fitWithContamination", lambda: forest(options.seed, options.contamination).fit(matrix))
        stopwatch.time("score", lambda: fitted.score_samples(matrix))

report("scikit-learn", "scikit-learn", stopwatch, **figures)

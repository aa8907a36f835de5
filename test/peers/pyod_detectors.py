"""PyOD's parameter-free detectors on a labelled CSV: AUROC and AUPRC of ECOD, COPOD and HBOS."""

from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from sklearn.metrics import average_precision_score, roc_auc_score

from peer import Stopwatch, matrix_arguments, read_matrix, report

options = matrix_arguments(__doc__).parse_args()
if not options.label:
    raise SystemExit("The labelled CSV needs --label COLUMN.")

matrix, labels = read_matrix(options.matrix, options.columns, options.label)
stopwatch = Stopwatch()
quality = {}
for detector in (ECOD(), COPOD(), HBOS()):
    name = type(detector).__name__
    stopwatch.time(name, lambda: detector.fit(matrix))
    scores = detector.decision_scores_
    quality[name] = {"auroc": roc_auc_score(labels, scores), "auprc": average_precision_score(labels, scores)}

report("PyOD", "pyod", stopwatch, rows=len(matrix), features=matrix.shape[1], quality=quality)

"""YDF (Yggdrasil Decision Forests) as a plain isolation forest: fit and predict."""

import ydf

from peer import Stopwatch, matrix_arguments, read_matrix, report

parser = matrix_arguments(__doc__)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--sample", type=int, default=256)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()

ydf.verbose(0)
matrix, _ = read_matrix(options.matrix, options.columns, options.label)
columns = {f"f{column}": matrix[:, column].copy() for column in range(matrix.shape[1])}
stopwatch = Stopwatch()
learner = ydf.IsolationForestLearner(
    num_trees=options.trees,
    subsample_count=min(options.sample, len(matrix)),
    random_seed=options.seed,
    num_threads=options.threads,
)
for _ in range(options.repeat):
    fitted = stopwatch.time("fit", lambda: learner.train(columns))
    stopwatch.time("score", lambda: fitted.predict(columns, num_threads=options.threads))

report("YDF", "ydf", stopwatch, rows=len(matrix), features=matrix.shape[1])

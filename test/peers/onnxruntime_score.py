"""onnxruntime on one of Assay's exported models: scores of a whole matrix."""

import onnxruntime

from peer import Stopwatch, matrix_arguments, read_matrix, report

parser = matrix_arguments(__doc__)
parser.add_argument("--model", required=True)
parser.add_argument("--batch", type=int, default=0, help="rows a call; 0 means all at once")
options = parser.parse_args()

matrix, _ = read_matrix(options.matrix, options.columns, options.label)
settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = options.threads
session = onnxruntime.InferenceSession(options.model, settings, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
batch = options.batch or len(matrix)


def score():
    for start in range(0, len(matrix), batch):
        session.run(["score"], {name: matrix[start : start + batch]})


stopwatch = Stopwatch()
for _ in range(options.repeat):
    stopwatch.time("score", score)

report("onnxruntime", "onnxruntime", stopwatch, rows=len(matrix), features=matrix.shape[1], batch=batch)

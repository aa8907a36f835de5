"""Checks one of Assay's exported models: onnx.checker in full, and onnxruntime's sums and flags against ours.

EXPECTED is a CSV with the columns sum,flagged, one line for each row of the matrix.
"""

import numpy
import onnx
import onnxruntime
import pandas

from peer import Stopwatch, matrix_arguments, read_matrix, report

parser = matrix_arguments(__doc__)
parser.add_argument("--model", required=True)
parser.add_argument("--expected", required=True)
options = parser.parse_args()

onnx.checker.check_model(onnx.load(options.model), full_check=True)
matrix, _ = read_matrix(options.matrix, options.columns, options.label)
expected = pandas.read_csv(options.expected)
stopwatch = Stopwatch()
differing = []
for threads in (1, 2):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(options.model, settings, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    for batch in (1, 7, 1000, len(matrix)):
        rows = min(len(matrix), 500 * batch)
        outputs = [
            session.run(["path_length_units", "is_anomaly", "decision"], {name: matrix[start : min(start + batch, rows)]})
            for start in range(0, rows, batch)
        ]
        sums, flags, decisions = (numpy.concatenate(parts).ravel() for parts in zip(*outputs))
        differing.append(
            {
                "threads": threads,
                "batch": batch,
                "rows": rows,
                "sums": int((sums != expected["sum"].to_numpy()[:rows]).sum()),
                "flags": int((flags != expected["flagged"].to_numpy()[:rows]).sum()),
                "decisions": int(((decisions > 0) != (expected["flagged"].to_numpy()[:rows] == 1)).sum()),
            }
        )

report("onnxruntime", "onnxruntime", stopwatch, rows=len(matrix), checked=True, differing=differing)

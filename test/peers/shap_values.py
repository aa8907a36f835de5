"""shap.TreeExplainer on one of Assay's own forests, given as the JSON that `forest-json.ts` writes.

Values are path lengths averaged over the trees, in edges. With --values they are printed: one list for each row.
"""

import json

import numpy
import shap

from peer import Stopwatch, matrix_arguments, read_matrix, report

parser = matrix_arguments(__doc__)
parser.add_argument("--forest", required=True)
parser.add_argument("--values", action="store_true")
options = parser.parse_args()

matrix, _ = read_matrix(options.matrix, options.columns, options.label)
with open(options.forest, encoding="utf-8") as file:
    forest = json.load(file)

roots = [*forest["roots"], len(forest["feature"])]
scale = len(forest["roots"]) * 2 ** forest["shift"]


def tree_between(start, end):
    """One tree in the dictionary form that shap takes. Inner values are never used: shap derives them from the leaves."""
    left = numpy.array(forest["left"][start:end])
    right = numpy.array(forest["right"][start:end])
    leaf = left < 0
    left = numpy.where(leaf, -1, left - start).astype(numpy.int32)
    right = numpy.where(leaf, -1, right - start).astype(numpy.int32)
    return {
        "children_left": left,
        "children_right": right,
        "children_default": right,
        "features": numpy.where(leaf, -2, forest["feature"][start:end]).astype(numpy.int32),
        "thresholds": numpy.array(forest["threshold"][start:end], dtype=numpy.float64),
        "values": numpy.array(forest["units"][start:end], dtype=numpy.float64).reshape(-1, 1) / scale,
        "node_sample_weight": numpy.array(forest["sampleCount"][start:end], dtype=numpy.float64),
    }


explainer = shap.TreeExplainer(
    {
        "trees": [tree_between(start, end) for start, end in zip(roots[:-1], roots[1:])],
        "internal_dtype": numpy.float64,
        "input_dtype": numpy.float32,
        "objective": "squared_error",
        "tree_output": "raw_value",
        "base_offset": 0,
    },
    feature_perturbation="tree_path_dependent",
)

stopwatch = Stopwatch()
for _ in range(options.repeat):
    values = stopwatch.time("explainAll", lambda: explainer.shap_values(matrix, check_additivity=False))
    for row in matrix[:20]:
        stopwatch.time("explainOne", lambda: explainer.shap_values(row.reshape(1, -1), check_additivity=False))

figures = {"rows": len(matrix), "baseline": float(numpy.ravel(explainer.expected_value)[0])}
if options.values:
    figures["values"] = values.tolist()
report("shap", "shap", stopwatch, **figures)

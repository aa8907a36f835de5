"""Grows forests and takes logarithms by the exported modules, without Spark.

check_forest.py MODULES CASES: CASES is JSON with `forests`, a list of {values, featureCount, parameters, pathLengths}, `logarithms`, a
list of numbers of at least 0, and `sums` with `contaminations`. Prints digests, units, logarithms and thresholds.
"""

import json
import pathlib
import sys
from collections import Counter

import numpy

modules, cases = sys.argv[1:3]
sys.path.insert(0, modules)
import assay_exact as exact  # noqa: E402
import assay_forest as forest  # noqa: E402


def grown(case: dict) -> dict:
    """The digest of one forest, and where its splits of logarithms come to lie."""
    matrix = numpy.array(case["values"], dtype=numpy.float32).reshape(-1, case["featureCount"])
    parameters = case["parameters"]
    drawn = forest.draw_sub_samples(len(matrix), parameters["trees"], parameters["sample"], parameters["seed"])
    made = forest.train([matrix[rows] for rows in drawn], parameters, case["pathLengths"])
    folded = forest.folded_thresholds(made, [True] * case["featureCount"])
    return {"digest": made.digest, "folded": [float(value) if numpy.isfinite(value) else None for value in folded]}


given = json.loads(pathlib.Path(cases).read_text())
numbers = numpy.array(given["logarithms"], dtype=float)
print(
    json.dumps(
        {
            "forests": [grown(case) for case in given["forests"]],
            "log1p": exact.log1p(numbers).tolist(),
            "log": exact.log(numpy.maximum(numbers, 1e-300)).tolist(),
            "thresholds": [forest.threshold_for_contamination(Counter(given["sums"]), share) for share in given["contaminations"]],
        }
    )
)

"""Writes models that were made elsewhere, with the rows and scores they are held against.

make_models.py FOLDER [SETS]: without SETS one small set; else so many of different width, sample and shape.
"""

import json
import pathlib
import sys

import numpy
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingRegressor, IsolationForest

OPSET = {"": 15, "ai.onnx.ml": 3}
SHAPES = [
    {"rows": 700, "columns": 2, "n_estimators": 10, "max_samples": 64},
    {"rows": 3000, "columns": 8, "n_estimators": 30, "max_samples": 256},
    {"rows": 2000, "columns": 21, "n_estimators": 20, "max_samples": 500, "bootstrap": True, "contamination": 0.05},
    {"rows": 5000, "columns": 3, "n_estimators": 30, "max_samples": 1024},
]


def main():
    folder = pathlib.Path(sys.argv[1])
    shapes = SHAPES[1 : 1 + int(sys.argv[2])] if len(sys.argv) > 2 else SHAPES[:1]
    for number, shape in enumerate(shapes):
        own = folder if len(sys.argv) <= 2 else folder / str(number)
        own.mkdir(parents=True, exist_ok=True)
        write(own, dict(shape), seed=number + 1)
    print(json.dumps({"peer": "skl2onnx", "version": "", "timesMs": {}, "peakMemoryBytes": 0, "sets": len(shapes)}))


def write(folder, shape, seed):
    rows, columns = shape.pop("rows"), shape.pop("columns")
    random = numpy.random.default_rng(seed)
    table = random.lognormal(3, 1, size=(rows, columns)).astype(numpy.float32).round(2)
    table[:: rows // 20] *= 8
    forest = IsolationForest(random_state=seed, **shape).fit(table)
    scores = -forest.score_samples(table)
    boosted = GradientBoostingRegressor(n_estimators=10, max_depth=3, random_state=seed).fit(table, scores)
    for name, model in (("isolation-forest", forest), ("boosted", boosted)):
        (folder / f"{name}.onnx").write_bytes(to_onnx(model, table[:1], target_opset=OPSET).SerializeToString())
    names = [f"f{column + 1}" for column in range(columns)]
    with open(folder / "rows.csv", "w") as file:
        print("id", *names, "isolation_score", "boosted_score", sep=",", file=file)
        for row, (values, score, regressed) in enumerate(zip(table, scores, boosted.predict(table))):
            print(f"r{row}", *(repr(float(value)) for value in values), float(score), float(regressed), sep=",", file=file)


if __name__ == "__main__":
    main()

"""Loads a model as a data scientist would and compares it with Assay's own answers.

check_published.py MODEL RECORDING EXPECTED: MODEL is a models:/ address or a folder, EXPECTED a CSV of sum,score,flagged and the
features over time, row by row. With --serve PORT the rows go through a model server on that port instead.
"""

import argparse
import json
import urllib.request

import mlflow
import numpy
import pandas

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("recording")
parser.add_argument("expected")
parser.add_argument("--serve", type=int)
parser.add_argument("--rows", type=int, help="only the first ones")
options = parser.parse_args()

recording = pandas.read_csv(options.recording, nrows=options.rows)
expected = pandas.read_csv(options.expected, nrows=options.rows)
table = pandas.concat([recording, expected.drop(columns=["sum", "score", "flagged"])], axis=1)

if options.serve:
    parts = []
    for start in range(0, len(table), 10_000):
        part = table.iloc[start : start + 10_000]
        body = f'{{"dataframe_split": {part.to_json(orient="split", index=False, double_precision=15)}}}'.encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{options.serve}/invocations", body, {"Content-Type": "application/json"}
        )
        parts.append(pandas.DataFrame(json.load(urllib.request.urlopen(request))["predictions"]))
    answer = pandas.concat(parts, ignore_index=True)
    checked = False
else:
    answer = mlflow.pyfunc.load_model(options.model).predict(table)
    checked = len(mlflow.onnx.load_model(options.model).graph.node) > 0

print(
    json.dumps(
        {
            "rows": len(answer),
            "columns": list(answer.columns),
            "flags": int((answer["is_anomaly"].to_numpy() != expected["flagged"].to_numpy()).sum()),
            "sums": int((answer["path_length_units"].to_numpy() != expected["sum"].to_numpy()).sum()),
            "decisions": int(((answer["decision"] > 0).to_numpy() != (expected["flagged"] == 1).to_numpy()).sum()),
            "score": float(numpy.abs(answer["score"].to_numpy() - expected["score"].to_numpy()).max()),
            "flagged": int(answer["is_anomaly"].sum()),
            "onnx": checked,
        }
    )
)

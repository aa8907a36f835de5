"""Runs an exported Spark job in local mode and compares its rows with the laptop's.

check_scored.py JOB_FOLDER RECORDING EXPECTED OUTPUT: EXPECTED is a CSV of sum,score,flagged and the features over time, row by row.
"""

import json
import os
import subprocess
import sys

import numpy
import pandas

job, recording, expected_path, output = sys.argv[1:5]
environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
subprocess.run(
    [sys.executable, os.path.join(job, "score_transactions.py"), recording, output],
    env=environment,
    check=True,
    stdout=sys.stderr,
)
scored = pandas.read_parquet(output).sort_values("assay_sequence", ignore_index=True)
expected = pandas.read_csv(expected_path)
windows = [column for column in expected.columns if column not in ("sum", "score", "flagged")]
print(
    json.dumps(
        {
            "rows": len(scored),
            "flags": int((scored["is_anomaly"] != expected["flagged"]).sum()),
            "sums": int((scored["path_length_units"] != expected["sum"]).sum()),
            "features": {
                name: int((scored[name].astype(numpy.float32) != expected[name].astype(numpy.float32)).sum())
                for name in windows
            },
        }
    )
)

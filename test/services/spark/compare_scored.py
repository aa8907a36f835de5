"""Compares what an exported job wrote with the laptop's, row by row.

compare_scored.py SCORED EXPECTED: EXPECTED is a CSV of sum,score,flagged and the features over time, in the order of receipt.
"""

import json
import sys

import numpy
import pandas


def differences(scored_path: str, expected_path: str) -> dict:
    """How many rows there are, and in how many of them flags, sums and each feature over time differ."""
    scored = pandas.read_parquet(scored_path).sort_values("assay_sequence", ignore_index=True)
    expected = pandas.read_csv(expected_path)
    windows = [column for column in expected.columns if column not in ("sum", "score", "flagged")]
    return {
        "rows": len(scored),
        "flags": int((scored["is_anomaly"] != expected["flagged"]).sum()),
        "sums": int((scored["path_length_units"] != expected["sum"]).sum()),
        "features": {
            name: int((scored[name].astype(numpy.float32) != expected[name].astype(numpy.float32)).sum())
            for name in windows
        },
    }


if __name__ == "__main__":
    print(json.dumps(differences(*sys.argv[1:3])))

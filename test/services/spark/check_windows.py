"""Computes features over time of small tables by the exported modules, without Spark.

check_windows.py MODULES CASES: CASES is JSON, a list of {spec, rows}, MODULES the folder of the job's modules. Prints, for each case,
the features row by row. Rows are given in a shuffled order, as a shuffle brings them.
"""

import json
import pathlib
import random
import sys

import numpy
import pyarrow

modules, cases = sys.argv[1:3]
sys.path.insert(0, modules)
import assay_spark as job  # noqa: E402
import assay_windows as windows  # noqa: E402

COLUMNS = pyarrow.schema(
    [
        (job.SEQUENCE, pyarrow.int64()),
        (job.TIME, pyarrow.int64()),
        ("customer", pyarrow.string()),
        ("terminal", pyarrow.string()),
        ("the `amount`", pyarrow.float64()),
        ("label", pyarrow.int64()),
    ]
)


def answers_of(case: dict) -> list[list[float]]:
    """The features of each row in the order of receipt."""
    rows, spec = list(case["rows"]), case["spec"]
    random.Random(len(rows)).shuffle(rows)
    table = pyarrow.Table.from_pylist(rows, schema=COLUMNS)
    order = numpy.argsort(job.whole(table[job.SEQUENCE]).values)
    if job.needs_logarithms({"windows": spec}):
        days = job.whole(table[job.TIME]).values // windows.DAY_MS
        table = table.append_column(job.DAY, pyarrow.array(days))
        [batch] = table.combine_chunks().to_batches()
        excess = next(feature for feature in spec["features"] if feature["kind"] == "amount-excess")
        totals = [row for part in job.day_totals(excess["amount"], excess["category"], iter([batch])) for row in part.to_pylist()]
        before = job.totals_before(totals)
        table = pyarrow.Table.from_batches(job.day_batches(excess["amount"], excess["category"], before, iter([batch])))
    values = {}
    for _, features in job.entity_kinds({"windows": spec}):
        for feature, column in zip(features, job.entity_features(table, features, spec["amountDecimals"])):
            values[feature["name"]] = column[order]
    return numpy.stack([values[feature["name"]] for feature in spec["features"]], axis=1).astype(float).tolist()


print(json.dumps([answers_of(case) for case in json.loads(pathlib.Path(cases).read_text())]))

"""Polars on features over time: fifteen rolling features of card payments, by customer and by terminal.

Customer windows (t - w, t] hold the transaction itself; terminal windows (t - 7 d - w, t - 7 d] are the difference of
two rolling sums, as the Fraud Detection Handbook computes them. An empty window gives 0.
"""

import argparse

import polars
from polars import col

from peer import Stopwatch, report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("recording")
options = parser.parse_args()

delay = 7
frame = polars.read_csv(options.recording, try_parse_dates=True).sort("TX_DATETIME", maintain_order=True)
stopwatch = Stopwatch()


def rolling(kind, column, days, entity):
    return getattr(col(column), f"rolling_{kind}_by")("TX_DATETIME", window_size=f"{days}d", closed="right").over(entity)


def windows():
    columns = {}
    counted = frame.lazy().with_columns(polars.lit(1.0).alias("one"), col("TX_FRAUD").cast(polars.Float64))
    late_count = rolling("sum", "one", delay, "TERMINAL_ID")
    late_fraud = rolling("sum", "TX_FRAUD", delay, "TERMINAL_ID")
    for days in (1, 7, 30):
        columns[f"customer count {days}"] = rolling("sum", "one", days, "CUSTOMER_ID")
        columns[f"customer mean {days}"] = rolling("mean", "TX_AMOUNT", days, "CUSTOMER_ID")
        columns[f"customer max {days}"] = rolling("max", "TX_AMOUNT", days, "CUSTOMER_ID")
        count = rolling("sum", "one", delay + days, "TERMINAL_ID") - late_count
        fraud = rolling("sum", "TX_FRAUD", delay + days, "TERMINAL_ID") - late_fraud
        columns[f"terminal count {days}"] = count
        columns[f"terminal risk {days}"] = polars.when(count > 0).then(fraud / count).otherwise(0.0)
    chosen = [expression.cast(polars.Float32).alias(name) for name, expression in columns.items()]
    return counted.select(chosen).collect().to_numpy(), list(columns)


values, names = stopwatch.time("windows", windows)
report(
    "Polars",
    "polars",
    stopwatch,
    rows=len(frame),
    features=names,
    sums=values.sum(axis=0, dtype="float64").tolist(),
)

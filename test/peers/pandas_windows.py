"""pandas on features over time: fifteen rolling features of card payments, by customer and by terminal.

Customer windows (t - w, t] hold the transaction itself; terminal windows (t - 7 d - w, t - 7 d] are the difference of
two rolling sums, as the Fraud Detection Handbook computes them. An empty window gives 0.
"""

import argparse

import numpy
import pandas

from peer import Stopwatch, report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("recording")
options = parser.parse_args()

delay = 7
frame = pandas.read_csv(options.recording, parse_dates=["TX_DATETIME"])
stopwatch = Stopwatch()


def rolling(group, column, days):
    return group.rolling(f"{days}D", on="TX_DATETIME")[column]


def in_order(values):
    """Undoes the grouping: one value per row of the frame."""
    return values.reset_index(level=0, drop=True).sort_index().to_numpy()


def windows():
    customers = frame.groupby("CUSTOMER_ID")[["TX_DATETIME", "TX_AMOUNT"]]
    terminals = frame.groupby("TERMINAL_ID")[["TX_DATETIME", "TX_AMOUNT", "TX_FRAUD"]]
    columns = {}
    late_count = in_order(rolling(terminals, "TX_FRAUD", delay).count())
    late_fraud = in_order(rolling(terminals, "TX_FRAUD", delay).sum())
    for days in (1, 7, 30):
        columns[f"customer count {days}"] = in_order(rolling(customers, "TX_AMOUNT", days).count())
        columns[f"customer mean {days}"] = in_order(rolling(customers, "TX_AMOUNT", days).mean())
        columns[f"customer max {days}"] = in_order(rolling(customers, "TX_AMOUNT", days).max())
        count = in_order(rolling(terminals, "TX_FRAUD", delay + days).count()) - late_count
        fraud = in_order(rolling(terminals, "TX_FRAUD", delay + days).sum()) - late_fraud
        columns[f"terminal count {days}"] = count
        columns[f"terminal risk {days}"] = numpy.divide(fraud, count, out=numpy.zeros(len(frame)), where=count > 0)
    return numpy.column_stack(list(columns.values())).astype(numpy.float32), list(columns)


values, names = stopwatch.time("windows", windows)
report(
    "pandas",
    "pandas",
    stopwatch,
    rows=len(frame),
    features=names,
    sums=values.sum(axis=0, dtype=numpy.float64).tolist(),
)

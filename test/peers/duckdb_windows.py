"""DuckDB on features over time: fifteen rolling features of card payments, by customer and by terminal.

Customer windows (t - w, t] hold the transaction itself; terminal windows lie at (t - 7 d - w, t - 7 d]. Times are whole
seconds, so an open end is a second less. An empty window gives 0.
"""

import argparse

import duckdb
import numpy

from peer import Stopwatch, report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("recording")
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

day = 86_400
delay = 7 * day
connection = duckdb.connect(config={"threads": options.threads})
connection.execute(
    "CREATE TABLE payment AS SELECT row_number() OVER () AS place, epoch(TX_DATETIME)::BIGINT AS instant, CUSTOMER_ID, TERMINAL_ID,"
    " TX_AMOUNT, TX_FRAUD FROM read_csv(?)",
    [options.recording],
)
stopwatch = Stopwatch()


def windows():
    names, chosen, named = [], [], []
    for days in (1, 7, 30):
        width = days * day - 1
        named.append(f"own{days} AS (PARTITION BY CUSTOMER_ID ORDER BY instant RANGE BETWEEN {width} PRECEDING AND CURRENT ROW)")
        named.append(
            f"late{days} AS (PARTITION BY TERMINAL_ID ORDER BY instant RANGE BETWEEN {delay + width} PRECEDING AND {delay} PRECEDING)"
        )
        names += [f"{what} {days}" for what in ("customer count", "customer mean", "customer max", "terminal count", "terminal risk")]
        chosen += [
            f"count(*) OVER own{days}",
            f"avg(TX_AMOUNT) OVER own{days}",
            f"max(TX_AMOUNT) OVER own{days}",
            f"count(*) OVER late{days}",
            f"coalesce(avg(TX_FRAUD) OVER late{days}, 0)",
        ]
    selected = ", ".join(f'({expression})::FLOAT AS "{name}"' for name, expression in zip(names, chosen))
    query = f"SELECT {selected} FROM payment WINDOW {', '.join(named)} ORDER BY place"
    columns = connection.execute(query).fetchnumpy()
    return numpy.column_stack([columns[name] for name in names]), names


values, names = stopwatch.time("windows", windows)
report(
    "DuckDB",
    "duckdb",
    stopwatch,
    rows=len(values),
    features=names,
    sums=values.sum(axis=0, dtype=numpy.float64).tolist(),
)

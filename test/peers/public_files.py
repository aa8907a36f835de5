"""What pyarrow, json and csv find in public test files: python public_files.py FOLDER

FOLDER holds checkouts of apache/parquet-testing, nst/JSONTestSuite and maxogden/csv-spectrum, whichever there are.
"""

import csv
import json
import pathlib
import sys

from peer import Stopwatch, report

MISSING = {"", "na", "n/a", "#n/a", "nan", "null", "none", "-"}


def parquet_counts(path):
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        table = parquet.ParquetFile(path).read()
    except Exception as error:  # pyarrow raises many kinds
        return {"error": type(error).__name__}
    columns = {}
    for field, column in zip(table.schema, table.columns):
        kind = field.type
        if arrow.types.is_dictionary(kind):
            kind = kind.value_type
        exact = arrow.types.is_integer(kind) or arrow.types.is_decimal(kind)
        if not (exact or arrow.types.is_floating(kind) or arrow.types.is_string(kind) or arrow.types.is_boolean(kind)):
            continue
        values = [value for value in column.to_pylist() if value is not None]
        if arrow.types.is_floating(kind):
            values = [value for value in values if value == value]
        if arrow.types.is_string(kind):
            values = [value for value in values if value.strip().lower() not in MISSING]
        columns[field.name] = {"present": len(values), "sum": str(sum(values)) if exact else None}
    return {"rows": table.num_rows, "columns": columns}


def is_object(path):
    def refuse(word):
        raise ValueError(word)

    try:
        return isinstance(json.loads(path.read_bytes().decode("utf8"), parse_constant=refuse), dict)
    except (ValueError, RecursionError):
        return False


def csv_rows(path):
    with open(path, newline="", encoding="utf8") as file:
        return list(csv.DictReader(file))


def files(folder, pattern):
    return sorted(folder.glob(pattern)) if folder.is_dir() else []


def main():
    root = pathlib.Path(sys.argv[1])
    parquet = files(root / "parquet-testing" / "data", "*.parquet")
    texts = files(root / "JSONTestSuite" / "test_parsing", "*.json")
    tables = files(root / "csv-spectrum" / "csvs", "*.csv")
    report(
        "pyarrow, json, csv",
        "pyarrow",
        Stopwatch(),
        parquet={path.name: parquet_counts(path) for path in parquet},
        json={path.name: is_object(path) for path in texts},
        csv={path.name: csv_rows(path) for path in tables},
    )


main()

/** File name of the loader inside the model directory's `code` folder; MLflow imports it as a module. */
export const loaderModule = 'assay_pyfunc';

/**
 * The Python module that MLflow loads for the `python_function` flavor. It reads the notes inside the ONNX file, turns the
 * recording's own columns into the graph's inputs as the engine does, and returns one row for each row given.
 */
export const loaderSource = `"""Feeds a table with a recording's own columns to a forest exported by Assay.

Columns of the recording are taken as pandas reads them: numbers of any type, times as datetimes, ISO or date texts or
numbers in the recording's unit, categories as text. Features over time are float columns under their own names.
"""

import json

import numpy
import onnxruntime
import pandas

OUTPUTS = ["score", "decision", "is_anomaly", "path_length_units"]
MS_PER_UNIT = {
    "epoch-seconds": 1000.0,
    "epoch-milliseconds": 1.0,
    "epoch-microseconds": 0.001,
    "epoch-nanoseconds": 0.000001,
    "milliseconds-relative": 1.0,
    "seconds-relative": 1000.0,
    "minutes-relative": 60000.0,
    "hours-relative": 3600000.0,
    "days-relative": 86400000.0,
}
USUAL_COUNTS = [(1e9, 1000.0), (1e12, 1.0), (1e15, 0.001)]
LATEST_COUNTED_MS = 1e14
DAY_MS = 86400000.0
MIXED = ["month/day/year", "day/month/year", "year/month/day", "day.month.year"]
SHORTFALL_MS = 0.0005
EPOCH = pandas.Timestamp("1970-01-01", tz="UTC")


class IsolationForest:
    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        notes = self.session.get_modelmeta().custom_metadata_map
        self.inputs = json.loads(notes["assay.inputs"])
        spec = json.loads(notes["assay.feature_spec"])
        self.matrix_columns = [feature["transform"]["column"] for feature in spec["features"]]
        self.window_columns = [feature["name"] for feature in spec.get("windows", {}).get("features", [])]
        profile = json.loads(notes["assay.profile"])
        self.time_formats = {column["name"]: column.get("timeFormat", "iso") for column in profile["columns"]}

    def predict(self, model_input, params=None):
        table = model_input if isinstance(model_input, pandas.DataFrame) else pandas.DataFrame(model_input)
        feeds = {entry["name"]: self.feed(table, entry["name"], entry["holds"]) for entry in self.inputs}
        answers = self.session.run(OUTPUTS, feeds)
        return pandas.DataFrame(
            {name: answer.reshape(-1) for name, answer in zip(OUTPUTS, answers)}, index=table.index
        )

    def feed(self, table, name, holds):
        if holds == "matrix":
            names = self.matrix_columns + self.window_columns
            return numpy.stack([numbers(column_of(table, column)) for column in names], axis=1)
        column = column_of(table, name)
        if holds == "text":
            return texts(column).reshape(-1, 1)
        if holds == "time":
            return milliseconds(column, self.time_formats.get(name, "iso")).reshape(-1, 1)
        return numbers(column).reshape(-1, 1)


def column_of(table, name):
    if name not in table.columns:
        raise ValueError(f"The table has no column '{name}'. It has: {', '.join(map(str, table.columns))}.")
    return table[name]


def numbers(column):
    """float32, NaN where missing."""
    if column.dtype == bool:
        return column.to_numpy(numpy.float32)
    if column.dtype == object or pandas.api.types.is_string_dtype(column.dtype):
        column = column.where(column.astype(str).str.strip() != "")
    values = pandas.to_numeric(column, errors="raise")
    with numpy.errstate(over="ignore"):
        return values.to_numpy(numpy.float64, na_value=numpy.nan).astype(numpy.float32)


def milliseconds(column, time_format):
    """Epoch milliseconds UTC as float64, cut to whole milliseconds, NaN where missing. Times without a zone are UTC."""
    if pandas.api.types.is_numeric_dtype(column.dtype) and time_format in MS_PER_UNIT:
        values = column.to_numpy(numpy.float64, na_value=numpy.nan)
        return numpy.floor(counted(values, time_format) + SHORTFALL_MS)
    if pandas.api.types.is_datetime64_any_dtype(column.dtype):
        stamps = pandas.to_datetime(column, utc=True)
    elif time_format == "iso":
        stamps = pandas.to_datetime(column, utc=True, format="ISO8601")
    elif time_format not in MIXED:
        raise ValueError(f"Give the column '{column.name}' as datetimes: its times are written {time_format}.")
    else:
        stamps = pandas.to_datetime(column, utc=True, format="mixed", dayfirst=time_format.startswith("day"))
    return numpy.floor(((stamps - EPOCH) / pandas.Timedelta(milliseconds=1)).to_numpy(numpy.float64) + SHORTFALL_MS)


def counted(values, time_format):
    """Milliseconds of numbers in the column's unit; a count since 1970 that is too great or too small for it is in another one."""
    unit = MS_PER_UNIT[time_format]
    instants = values * unit
    if time_format.startswith("epoch-"):
        for least, usual in USUAL_COUNTS:
            moved = (usual > unit) & (values >= least) & (values < 10 * least) & (values * unit % DAY_MS != 0)
            instants = numpy.where(moved, values * usual, instants)
        while numpy.any(too_great := (instants >= LATEST_COUNTED_MS) & (instants < LATEST_COUNTED_MS * 1e9)):
            instants = numpy.where(too_great, instants / 1000, instants)
    return instants


def texts(column):
    """Texts as an array of str, empty where missing; whole numbers without a decimal point."""
    return numpy.array([text_of(value) for value in column.to_list()], dtype=object)


def text_of(value):
    if value is None or value is pandas.NA or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _load_pyfunc(path, model_config=None):
    return IsolationForest(path)
`;

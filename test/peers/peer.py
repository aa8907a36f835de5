"""What every peer script shares: reading matrices, timing steps, peak memory, and the one line of JSON it prints."""

import argparse
import json
import resource
import sys
import time
from importlib.metadata import version


class Stopwatch:
    """Milliseconds of each named step, one entry for each repetition."""

    def __init__(self):
        self.times_ms = {}

    def time(self, step, work):
        """Runs `work` and returns what it returns."""
        started = time.perf_counter()
        result = work()
        self.times_ms.setdefault(step, []).append((time.perf_counter() - started) * 1000)
        return result


def peak_memory_bytes():
    """Largest resident set of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def matrix_arguments(description):
    """A parser for scripts that read one matrix: PATH is .npy, .csv (with a header) or .f32 (row-major, needs --columns)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("matrix")
    parser.add_argument("--columns", type=int, help="columns of a .f32 matrix")
    parser.add_argument("--label", help="column of a .csv that is left out of the matrix")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser


def read_matrix(path, columns=None, label=None):
    """The matrix as float32, rows by features, and the label column (or None)."""
    import numpy

    if path.endswith(".npy"):
        return numpy.load(path).astype(numpy.float32, copy=False), None
    if path.endswith(".f32"):
        if columns is None:
            raise SystemExit("A .f32 matrix needs --columns.")
        return numpy.fromfile(path, dtype=numpy.float32).reshape(-1, columns), None
    import pandas

    frame = pandas.read_csv(path)
    labels = frame.pop(label).to_numpy() if label else None
    return frame.select_dtypes("number").to_numpy(dtype=numpy.float32), labels


def report(peer, package, stopwatch, **figures):
    """Prints the one line of JSON: who was measured, every time of every step, peak memory and the given figures."""
    print(
        json.dumps(
            {
                "peer": peer,
                "version": version(package),
                "timesMs": stopwatch.times_ms,
                "peakMemoryBytes": peak_memory_bytes(),
                **figures,
            }
        )
    )

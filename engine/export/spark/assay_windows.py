"""Features over time of many entities at once, by numpy: what the engine of Assay computes, bit by bit.

All rows of an entity are given together. Rows are put in the order of entity, time and receipt; a window of a row is then a run
[low, high) of places, and both ends only rise from row to row. So a sum is a difference of running sums, and the rows that see
one value are a run of rows. Nothing here knows Spark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Mapping, Sequence

import numpy
import pandas
from numpy.typing import NDArray

import assay_exact as exact
from assay_exact import Floats, Integers

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
HOURS = 24
HOUR_WEIGHTS = (1, 2, 3, 2, 1)
LARGEST_UNITS = 2**52 - 1
LOG_UNITS = 65_536
KIND_ROWS = 10
SPREAD_ROWS = 3
SMALL_SHARE = 5

Feature = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of whole numbers: texts as codes, labels, amounts in units, hours. What is missing is not `there`."""

    values: Integers
    there: NDArray[numpy.bool_]

    def take(self, order: Integers) -> Column:
        """The same in another order."""
        return Column(self.values[order], self.there[order])


@dataclass(frozen=True)
class Window:
    """For each row the places [low, high) that it looks back on; neither falls from row to row."""

    low: Integers
    high: Integers

    @property
    def count(self) -> Integers:
        """Rows in the window."""
        return self.high - self.low

    def among(self, chosen: NDArray[numpy.bool_]) -> Window:
        """The window in places of the chosen rows alone."""
        before = numpy.concatenate([[0], numpy.cumsum(chosen)])
        return Window(before[self.low], before[self.high])


@dataclass
class Values:
    """Where each value of a column occurs within each entity."""

    column: Column
    entities: Integers
    windows: dict[int, tuple[Integers, Integers]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = len(self.entities)
        places = numpy.flatnonzero(self.column.there)
        codes, self.code_count = ranks_of(self.column.values[places])
        keys, _ = ranks_of(self.entities[places] * max(self.code_count, 1) + codes)
        order = numpy.argsort(keys, kind="stable")
        self.places, self.keys, self.codes = places[order], keys[order], codes
        self.key_of_row = numpy.full(self.rows, -1)
        self.key_of_row[places] = keys
        self.code_of_row = numpy.full(self.rows, -1)
        self.code_of_row[places] = codes

    def seen_from(self, window: Window) -> tuple[Integers, Integers]:
        """For each occurrence: the first row that has it behind it, and the first that has left it."""
        known = self.windows.get(id(window))
        if known is None:
            entered = numpy.searchsorted(window.high, self.places, side="right")
            known = (entered, numpy.searchsorted(window.low, self.places, side="right"))
            self.windows[id(window)] = known
        return known

    def runs(self, window: Window, level: int) -> tuple[Integers, Integers, Integers]:
        """The runs of rows in whose window an occurrence is the `level`-th last of its value: keys, starts, ends."""
        entered, left = self.seen_from(window)
        start = self.later(entered, level - 1)
        end = numpy.minimum(left, self.later(entered, level))
        kept = start < end
        return self.keys[kept], start[kept], end[kept]

    def later(self, entered: Integers, steps: int) -> Integers:
        """When the occurrence so many steps later is entered; never where there is none of the same value."""
        if steps == 0:
            return entered
        moved = numpy.full(len(entered), self.rows)
        same = self.keys[steps:] == self.keys[:-steps]
        moved[: len(same)][same] = entered[steps:][same]
        return moved

    def with_at_least(self, window: Window, level: int) -> Integers:
        """For each row, how many values occur at least `level` times in its window."""
        _, start, end = self.runs(window, level)
        return covered(start, end, self.rows)

    def own(self, window: Window) -> Integers:
        """For each row, how often its own value occurs in its window."""
        spread = self.rows + 1
        sorted_places = self.keys * spread + self.places
        base = numpy.maximum(self.key_of_row, 0) * spread
        count = numpy.searchsorted(sorted_places, base + window.high) - numpy.searchsorted(
            sorted_places, base + window.low
        )
        return numpy.where(self.key_of_row >= 0, count, 0)

    def valued(self, window: Window) -> Integers:
        """For each row, how many rows of its window have a value."""
        return window.among(self.column.there).count

    def not_above(self, window: Window, own: Integers) -> Integers:
        """For each row, the occurrences of all values that occur no more often in its window than its own."""
        total = numpy.zeros(self.rows, dtype=numpy.int64)
        most = int(own.max(initial=0))
        if self.code_count <= most:
            for code in range(self.code_count):
                count = window.among(self.code_of_row == code).count
                total += numpy.where(count <= own, count, 0)
            return total
        so_far = numpy.zeros(self.rows, dtype=numpy.int64)
        for level in range(1, most + 2):
            at_least = self.with_at_least(window, level)
            # A value that occurs c times is counted once on each of the levels 1 to c.
            ends_here = own == level - 1
            total[ends_here] = (so_far - (level - 1) * at_least)[ends_here]
            so_far += at_least
        return numpy.where(own > 0, total, 0)

    def new_in(self, recent: Window, habit: Window) -> Integers:
        """For each row, the values in its recent window that its habit does not have."""
        spread = self.rows + 1
        keys, start, end = self.runs(recent, 1)
        habit_keys, habit_start, habit_end = self.runs(habit, 1)
        first = numpy.searchsorted(habit_keys * spread + habit_end, keys * spread + start, side="right")
        last = numpy.searchsorted(habit_keys * spread + habit_start, keys * spread + end, side="left")
        pairs = numpy.maximum(last - first, 0)
        of_recent = numpy.repeat(numpy.arange(len(keys)), pairs)
        of_habit = numpy.arange(len(of_recent)) - numpy.repeat(numpy.cumsum(pairs) - pairs, pairs) + first[of_recent]
        both_start = numpy.maximum(start[of_recent], habit_start[of_habit])
        both_end = numpy.minimum(end[of_recent], habit_end[of_habit])
        return covered(start, end, self.rows) - covered(both_start, both_end, self.rows)


class EntityRows:
    """The rows of some entities of one kind, with everything that their features ask for.

    `columns` has texts, labels and amounts by name; `log_units` are those of `log_amounts`. A row without time or without its
    entity sees only itself.
    """

    def __init__(
        self,
        features: Sequence[Feature],
        amount_decimals: int,
        times: Column,
        sequence: Integers,
        columns: Mapping[str, Column],
        amounts: Floats | None,
        log_units: Column | None,
    ) -> None:
        self.features, self.units_per_one = features, 10.0**amount_decimals
        entities, placed = joined_codes([columns[name] for name in features[0]["entity"]], times.there)
        now = numpy.where(placed, times.values, 0)
        self.order = numpy.lexsort((sequence, now, entities))
        self.rows = len(self.order)
        self.times = now[self.order]
        self.is_timed = times.there[self.order]
        self.entities, self.entity_count = ranks_of(entities[self.order])
        self.columns = {name: column.take(self.order) for name, column in columns.items()}
        self.logs = None if log_units is None else log_units.take(self.order)
        self.amounts = None if amounts is None else units_of(amounts[self.order], self.units_per_one)
        reach = max((span_of(feature) for feature in features), default=0)
        self.earliest = int(self.times.min(initial=0))
        self.spread = int(self.times.max(initial=0)) - self.earliest + reach + 2
        if self.entity_count * self.spread >= exact.INT64_SAFE:
            raise ValueError("One partition has too many entities: raise spark.sql.shuffle.partitions.")
        self.keys = self.entities * self.spread + (self.times - self.earliest)
        self.known_windows: dict[tuple[int, int, int, bool], Window] = {}
        self.known_values: dict[tuple[str, str], Values] = {}

    def compute(self) -> list[NDArray[numpy.float32]]:
        """One array a feature, in the order in which the rows were given."""
        answers = []
        for feature in self.features:
            value = self.value(feature)
            if feature["scale"] == "log":
                value = exact.signed_log(value)
            placed = numpy.empty(self.rows, dtype=numpy.float32)
            placed[self.order] = value.astype(numpy.float32)
            answers.append(placed)
        return answers

    def value(self, feature: Feature) -> Floats:
        """One feature of every row, in the order of entities."""
        kind = feature["kind"]
        if "habit" in feature or "most" in feature:
            return self.against_habit(feature).astype(numpy.float64)
        if kind == "since-last":
            since = numpy.diff(self.times, prepend=0).astype(numpy.float64)
            since[numpy.diff(self.entities, prepend=-1) != 0] = numpy.inf
            return numpy.minimum(since, feature["windowMs"]) / HOUR_MS
        window = self.window(feature["windowMs"], feature.get("delayMs", 0), feature.get("includeCurrent", False))
        if kind == "count":
            return window.count.astype(numpy.float64)
        if kind == "first-seen":
            return (window.count == 0).astype(numpy.float64)
        if kind == "distinct":
            return self.values(feature["of"]).with_at_least(window, 1).astype(numpy.float64)
        if feature["usesLabels"]:
            return self.of_labels(feature, window)
        return self.of_amounts(kind, window)

    def of_labels(self, feature: Feature, window: Window) -> Floats:
        """Features of labels that are known by then."""
        label = self.columns[feature["label"]]
        is_fraud = label.there & (label.values == 1)
        fraud, labelled = window.among(is_fraud).count, window.among(label.there).count
        if feature["kind"] == "fraud-count":
            return fraud.astype(numpy.float64)
        if feature["kind"] == "risk":
            return fraud / numpy.maximum(labelled, 1)
        # 'confirmed-fraud': different values with known fraud, of which one proves nothing.
        defrauded = self.values(feature["of"], only_fraud_of=feature["label"]).with_at_least(window, 1)
        return numpy.maximum(defrauded - 1, 0) / (labelled + 2)

    def of_amounts(self, kind: str, window: Window) -> Floats:
        """Features of amounts alone."""
        amounts = self.needed(self.amounts)
        count = window.among(amounts.there).count
        if kind in ("min", "max"):
            return extremes(amounts, window, kind) / self.units_per_one
        total = self.sums(window)
        number, spent = count.astype(numpy.float64), total.astype(numpy.float64)
        one = numpy.maximum(number, 1)
        if kind == "sum":
            return spent / self.units_per_one
        if kind == "mean":
            return numpy.where(count > 0, spent / (one * self.units_per_one), 0.0)
        own = amounts.values.astype(numpy.float64)
        if kind == "ratio-to-mean":
            known = (spent > 0) & amounts.there
            return numpy.where(known, own * number / numpy.where(known, spent, 1.0), 1.0)
        squares = exact.window_sums(exact.squares_of(amounts.values), window.low, window.high)
        scaled = exact.scaled_variance(count, total, squares)
        deviation = numpy.sqrt(scaled / numpy.maximum(number * (number - 1), 1))
        if kind == "std":
            return numpy.where(count > 1, deviation, 0.0) / self.units_per_one
        if kind != "deviations-from-mean":
            raise ValueError(f"Features of kind '{kind}' are not known to this job.")
        known = amounts.there & (count > 1) & (scaled > 0)
        return numpy.where(known, (own - spent / one) / numpy.where(known, deviation, 1.0), 0.0)

    def against_habit(self, feature: Feature) -> NDArray:
        """Features that are measured against what is usual for the entity."""
        kind = feature["kind"]
        shape = feature.get("habit", feature)
        habit = self.window(shape["windowMs"], shape["delayMs"], False, shape["most"])
        known = habit.count
        if kind == "amount-excess":
            return self.amount_excess(habit)
        if kind in ("novelty", "rarity"):
            return self.surprise_at_value(kind, self.values(feature["of"]), habit)
        if kind == "hour-rarity":
            return self.hour_rarity(feature["timeZone"], habit)
        recent = self.window(feature["windowMs"], 0, True)
        days = self.days_known(habit, shape["delayMs"])
        if kind == "burst":
            return burst_over(recent.count, known, days, feature["windowMs"])
        if kind == "new-visitors":
            values = self.values(feature["of"])
            new, usual = values.new_in(recent, habit), values.with_at_least(habit, 1)
            return numpy.where(known == 0, 0.0, burst_over(new, usual, days, feature["windowMs"]))
        amounts = self.needed(self.amounts)
        usual_count, usual_sum = habit.among(amounts.there).count, self.sums(habit)
        if kind == "small-payments":
            counted = Window(numpy.maximum(recent.low, recent.high - 1 - shape["most"]), recent.high)
            has_habit = usual_sum > 0
            bound = numpy.where(has_habit, -(-usual_sum // numpy.maximum(SMALL_SHARE * usual_count, 1)), 0)
            small = count_below(amounts.values[amounts.there], counted.among(amounts.there), bound)
            return numpy.where(has_habit, small, 0)
        if kind != "sum-to-habit":
            raise ValueError(f"Features of kind '{kind}' are not known to this job.")
        usual = usual_sum.astype(numpy.float64)
        has_habit = (usual_count > 0) & (usual > 0)
        rate = usual / (days + 1) + usual / numpy.maximum(usual_count, 1)
        return numpy.where(has_habit, self.sums(recent).astype(numpy.float64) / numpy.where(has_habit, rate, 1.0), 1.0)

    def amount_excess(self, habit: Window) -> Floats:
        """How far the logarithm of an amount lies above the entity's usual, in spreads."""
        logs = self.needed(self.logs)
        count = habit.among(logs.there).count
        total = exact.window_sums(logs.values, habit.low, habit.high)
        squares = exact.window_sums(exact.squares_of(logs.values), habit.low, habit.high)
        number, summed = count.astype(numpy.float64), total.astype(numpy.float64)
        deviation = (logs.values - summed / (number + 1)) / LOG_UNITS
        spread_of = exact.scaled_variance(count, total, squares) / numpy.maximum(number, 1) / LOG_UNITS**2
        spread = numpy.sqrt((numpy.where(count > 0, spread_of, 0.0) + SPREAD_ROWS) / (number + SPREAD_ROWS))
        return numpy.where(logs.there, numpy.maximum(deviation / spread, 0.0), 0.0)

    def surprise_at_value(self, kind: str, values: Values, habit: Window) -> Floats:
        """Bits of surprise at a value that is new, or as rare as this one."""
        valued, distinct, own = values.valued(habit), values.with_at_least(habit, 1), values.own(habit)
        asked = (valued > 0) & values.column.there
        if kind == "novelty":
            asked, part = asked & (own == 0), distinct
        else:
            part = values.not_above(habit, own) + distinct
        return surprise(asked, part, valued + distinct)

    def hour_rarity(self, zone: str, habit: Window) -> Floats:
        """Bits of surprise at the hour of a payment."""
        hours = hours_of(self.times, self.is_timed, zone)
        counts = [habit.among(hours == hour).count for hour in range(HOURS)]
        weights = [
            sum(weight * counts[(hour + 2 - step) % HOURS] for step, weight in enumerate(HOUR_WEIGHTS))
            for hour in range(HOURS)
        ]
        own = numpy.choose(numpy.maximum(hours, 0), weights)
        rarer = sum(numpy.where(weight <= own, weight, 0) for weight in weights)
        nine = sum(HOUR_WEIGHTS)
        return surprise((habit.count > 0) & (hours >= 0), rarer + nine, nine * (habit.count + 1))

    def days_known(self, habit: Window, delay_ms: int) -> Floats:
        """Days from the oldest row of a habit to the end of it; 0 where there is none."""
        oldest = self.times[numpy.minimum(habit.low, self.rows - 1)]
        return numpy.where(habit.count > 0, (self.times - delay_ms - oldest) / DAY_MS, 0.0)

    def sums(self, window: Window) -> NDArray:
        """The exact sum of the amounts in each row's window, in units."""
        return exact.window_sums(self.needed(self.amounts).values, window.low, window.high)

    def window(self, length_ms: int, delay_ms: int, with_current: bool, most: int = 0) -> Window:
        """Rows received before with a time in (t - delay - length, t - delay]; with `most`, the newest of them."""
        key = (length_ms, delay_ms, most, with_current)
        if key not in self.known_windows:
            low = numpy.searchsorted(self.keys, self.keys - (delay_ms + length_ms), side="right")
            if delay_ms > 0:
                high = numpy.searchsorted(self.keys, self.keys - delay_ms, side="right")
            else:
                high = numpy.arange(self.rows) + int(with_current)
            self.known_windows[key] = Window(numpy.maximum(low, high - most) if most > 0 else low, high)
        return self.known_windows[key]

    def values(self, of: str, only_fraud_of: str = "") -> Values:
        """The values of a column; of the rows alone that a label calls fraud, where one is named."""
        if (of, only_fraud_of) not in self.known_values:
            column = self.columns[of]
            if only_fraud_of:
                label = self.columns[only_fraud_of]
                column = Column(column.values, column.there & label.there & (label.values == 1))
            self.known_values[(of, only_fraud_of)] = Values(column, self.entities)
        return self.known_values[(of, only_fraud_of)]

    @staticmethod
    def needed(column: Column | None) -> Column:
        """A column that the features of this kind cannot do without."""
        if column is None:
            raise ValueError("The features over time need a column of amounts, which the job was not given.")
        return column


@dataclass(frozen=True)
class Totals:
    """Logarithms of amounts so far: how many and their sum, of all and of each kind of payment."""

    count: int = 0
    total: int = 0
    by_kind: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def log_units_of(amounts: Floats) -> Column:
    """Logarithms of amounts as whole multiples of 2^-16; amounts below 0.01 count as 0.01."""
    there = ~numpy.isnan(amounts)
    held = numpy.minimum(numpy.maximum(numpy.where(there, amounts, 1.0), 0.01), 1e15)
    return Column(exact.half_up(exact.log(held) * LOG_UNITS).astype(numpy.int64) * there, there)


def log_amounts(units: Column, kinds: Sequence[str | None] | None, before: Totals) -> Integers:
    """Each logarithm less the mean of the payments of its kind received before; rows in the order of receipt.

    The mean of a kind is drawn towards that of all by ten payments.
    """
    count = before.count + exclusive(units.there.astype(numpy.int64))
    total = before.total + exclusive(units.values)
    overall = numpy.where(count > 0, total / numpy.maximum(count, 1), units.values)
    kind_count = numpy.zeros(len(overall), dtype=numpy.int64)
    kind_total = numpy.zeros(len(overall), dtype=numpy.int64)
    if kinds is not None:
        codes, names = pandas.factorize(numpy.asarray(kinds, dtype=object))
        order = numpy.argsort(codes, kind="stable")
        kept = order[codes[order] >= 0]
        starts = numpy.flatnonzero(numpy.diff(codes[kept], prepend=-1))
        first = numpy.repeat(starts, numpy.diff(numpy.append(starts, len(kept))))
        earlier = [before.by_kind.get(name, (0, 0)) for name in names]
        for into, values, index in ((kind_count, units.there.astype(numpy.int64), 0), (kind_total, units.values, 1)):
            running = exclusive(values[kept])
            base = numpy.array([pair[index] for pair in earlier], dtype=numpy.int64)
            into[kept] = running - running[first] + base[codes[kept]]
    usual = (kind_total + KIND_ROWS * overall) / (kind_count + KIND_ROWS)
    return (units.values - exact.half_up(usual).astype(numpy.int64)) * units.there


def exclusive(values: Integers) -> Integers:
    """Running sums of what comes before each place."""
    return numpy.cumsum(values) - values


def units_of(amounts: Floats, units_per_one: float) -> Column:
    """Amounts as whole units, clipped where they are too large to be summed exactly; 0 where missing."""
    there = ~numpy.isnan(amounts)
    scaled = exact.half_up(numpy.where(there, amounts, 0.0) * units_per_one)
    return Column(numpy.clip(scaled, -LARGEST_UNITS, LARGEST_UNITS).astype(numpy.int64), there)


def joined_codes(columns: Sequence[Column], has_time: NDArray[numpy.bool_]) -> tuple[Integers, NDArray[numpy.bool_]]:
    """One code for each entity, a pair of columns included; a row without entity or time has one of its own."""
    placed = has_time.copy()
    codes = numpy.zeros(len(placed), dtype=numpy.int64)
    for column in columns:
        placed &= column.there
        codes = codes * (int(column.values.max(initial=0)) + 1) + column.values
    alone = int(codes.max(initial=0)) + 1 + numpy.arange(len(codes))
    return numpy.where(placed, codes, alone), placed


def ranks_of(codes: Integers) -> tuple[Integers, int]:
    """Codes as 0, 1, 2 ... in their own order, and how many there are."""
    distinct, ranks = numpy.unique(codes, return_inverse=True)
    return ranks.astype(numpy.int64), len(distinct)


def covered(start: Integers, end: Integers, rows: int) -> Integers:
    """How many of the runs [start, end) each row lies in."""
    steps = numpy.bincount(start, minlength=rows + 1) - numpy.bincount(end, minlength=rows + 1)
    return numpy.cumsum(steps)[:rows]


def extremes(amounts: Column, window: Window, kind: str) -> Floats:
    """The least or greatest amount in each window, in units; 0 where there is none."""
    sign = 1 if kind == "max" else -1
    chosen = window.among(amounts.there)
    table = sign * amounts.values[amounts.there]
    answer = numpy.zeros(len(chosen.low))
    level = numpy.frexp(numpy.maximum(chosen.count, 1).astype(numpy.float64))[1] - 1
    for power in range(int(level.max(initial=0)) + 1):
        asked = (level == power) & (chosen.count > 0)
        ends = numpy.maximum(table[chosen.low[asked]], table[chosen.high[asked] - 2**power])
        answer[asked] = (sign * ends).astype(numpy.float64)
        # The greatest of twice as many places, while so many are left.
        table = numpy.maximum(table[: -(2**power)], table[2**power :])
    return answer


def count_below(values: Integers, window: Window, bound: NDArray) -> Integers:
    """How many values of each window lie below its bound: a wavelet matrix, one turn a bit."""
    distinct, ranks = numpy.unique(values, return_inverse=True)
    limit = numpy.searchsorted(distinct, bound.astype(numpy.int64))
    low, high = window.low, window.high
    found = numpy.zeros(len(low), dtype=numpy.int64)
    for bit in reversed(range(len(distinct).bit_length())):
        is_one = (ranks >> bit) & 1
        zeros = numpy.concatenate([[0], numpy.cumsum(1 - is_one)])
        takes_zeros = (limit >> bit) & 1 == 1
        found += numpy.where(takes_zeros, zeros[high] - zeros[low], 0)
        low = numpy.where(takes_zeros, zeros[-1] + low - zeros[low], zeros[low])
        high = numpy.where(takes_zeros, zeros[-1] + high - zeros[high], zeros[high])
        ranks = numpy.concatenate([ranks[is_one == 0], ranks[is_one == 1]])
    return found


def surprise(asked: NDArray[numpy.bool_], part: NDArray, whole: NDArray) -> Floats:
    """Bits of surprise at what happens `part` times of `whole`; 0 where it is not asked."""
    ratio = numpy.where(asked, whole, 1) / numpy.where(asked, part, 1)
    return numpy.where(asked, numpy.maximum(exact.log2(ratio), 0.0), 0.0)


def burst_over(count: Integers, usual: Integers, days: Floats, length_ms: int) -> Floats:
    """How far a count lies above the own rate, in spreads; a new entity has a rate of one a day."""
    expected = (usual + 1) / (days + 1) * length_ms / DAY_MS
    return numpy.maximum(2 * numpy.sqrt(count + 0.375) - 2 * numpy.sqrt(expected + 0.375), 0.0)


def hours_of(times: Integers, there: NDArray[numpy.bool_], zone: str) -> Integers:
    """Hours of the day in a zone, -1 where there is no time."""
    hours = times // HOUR_MS % HOURS
    if zone != "UTC":
        hours = pandas.to_datetime(times, unit="ms", utc=True).tz_convert(zone).hour.to_numpy().astype(numpy.int64)
    return numpy.where(there, hours, -1)


def span_of(feature: Feature) -> int:
    """How far back a feature looks, in milliseconds."""
    shapes = [feature, *([feature["habit"]] if "habit" in feature else [])]
    return max(shape["windowMs"] + shape.get("delayMs", 0) for shape in shapes)

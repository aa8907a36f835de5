"""Grows the isolation forest that Assay's own grower gives for the same rows: the same draws, splits, integer leaves and digest.

A tree depends on the values of its sub-sample, on the seed and on its number alone, so a forest of 300 trees of 256 rows needs
76,800 rows of a table of any size. Nothing here knows Spark.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

import numpy
from numpy.typing import NDArray

import assay_exact as exact

WORD = 0xFFFFFFFF
GOLDEN_RATIO = 0x9E3779B9
SUB_SAMPLE, GROWER = 0, 1
LARGEST_FLOAT32 = float(numpy.finfo(numpy.float32).max)
MOST_ROWS = 2**32
SUM_LIMIT = 2**24
GREATEST_SHIFT = 23
CONVEX_EDGES = 4
CONVEX_FORM = 1
MAGIC = 0x54534641
PATH_LENGTH_VERSION, LEAF_FORM_VERSION = 1, 2

Matrix = NDArray[numpy.float32]
Rows = NDArray[numpy.int64]


def mix(value: int) -> int:
    """The 32-bit finaliser of MurmurHash3 (Appleby)."""
    mixed = ((value ^ (value >> 16)) * 0x85EBCA6B) & WORD
    mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35) & WORD
    return mixed ^ (mixed >> 16)


class RandomStream:
    """xoshiro128** (Blackman and Vigna, 2021), its state spread from seed, index and purpose."""

    def __init__(self, seed: int, index: int, purpose: int) -> None:
        state = [seed & WORD, index & WORD, purpose, GOLDEN_RATIO]
        for step in range(16):
            state[step & 3] ^= mix((state[(step + 3) & 3] + (step + 1) * GOLDEN_RATIO) & WORD)
        if not any(state):
            state[3] = 1
        self.state = state

    def next_word(self) -> int:
        """Uniform in 0 .. 2^32 - 1."""
        s0, s1, s2, s3 = self.state
        scaled = s1 * 5 & WORD
        result = ((scaled << 7 | scaled >> 25) & WORD) * 9 & WORD
        s2 ^= s0
        s3 ^= s1
        self.state = [s0 ^ s3, s1 ^ s2, s2 ^ (s1 << 9 & WORD), (s3 << 11 | s3 >> 21) & WORD]
        return result

    def next_unit(self) -> float:
        """Uniform in [0, 1) with 53 random bits."""
        high = self.next_word() >> 5
        return (high * 0x4000000 + (self.next_word() >> 6)) / 0x20000000000000

    def next_integer(self, bound: int) -> int:
        """Uniform in 0 .. bound - 1 without bias."""
        limit = 0x100000000 - 0x100000000 % bound
        drawn = self.next_word()
        while drawn >= limit:
            drawn = self.next_word()
        return drawn % bound


def draw_without_replacement(bound: int, count: int, stream: RandomStream) -> list[int]:
    """The first entries of a Fisher-Yates shuffle of 0 .. bound - 1, remembering only those that moved."""
    moved: dict[int, int] = {}
    drawn = []
    for place in range(count):
        chosen = place + stream.next_integer(bound - place)
        drawn.append(moved.get(chosen, chosen))
        moved[chosen] = moved.get(place, place)
    return drawn


def draw_sub_samples(row_count: int, trees: int, sample: int, seed: int) -> list[list[int]]:
    """The row numbers of each tree's sub-sample, in the order drawn."""
    size = min(sample, row_count)
    return [draw_without_replacement(row_count, size, RandomStream(seed, tree, SUB_SAMPLE)) for tree in range(trees)]


@dataclass(frozen=True)
class Forest:
    """The exact forest in one pool of nodes: float32 thresholds, integer leaves. A leaf has the feature -1."""

    feature_count: int
    sample_size: int
    leaf: str
    shift: int
    roots: Rows
    feature: Rows
    threshold: Matrix
    left: Rows
    right: Rows
    units: Rows
    sample_count: Rows

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical encoding: two forests with one digest give the same sums."""
        is_plain = self.leaf == "path-length"
        version = PATH_LENGTH_VERSION if is_plain else LEAF_FORM_VERSION
        header = [MAGIC, version, self.feature_count, len(self.roots), self.sample_size, self.shift, len(self.feature)]
        header += [] if is_plain else [CONVEX_FORM]
        words = (self.left, self.right, self.units, self.sample_count)
        body = struct.pack(f"<{len(header)}i", *header)
        body += self.roots.astype("<i4").tobytes() + self.feature.astype("<i4").tobytes()
        body += self.threshold.astype("<f4").tobytes()
        return hashlib.sha256(body + b"".join(word.astype("<i4").tobytes() for word in words)).hexdigest()


class Tree:
    """One tree while it grows, its nodes in pre-order."""

    def __init__(self, values: Matrix, seed: int, number: int, parameters: Mapping[str, Any]) -> None:
        self.values = values
        self.stream = RandomStream(seed, number, GROWER)
        self.candidates = self.draw_features(values.shape[1], number, parameters)
        self.most_depth = max(len(values) - 1, 1).bit_length()
        self.feature: list[int] = []
        self.threshold: list[float] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.depth: list[int] = []
        self.sample_count: list[int] = []
        self.grow(numpy.arange(len(values)), 0, 0)

    def draw_features(self, feature_count: int, number: int, parameters: Mapping[str, Any]) -> list[int]:
        """All features that are not withheld, some of them, or those of one theme in every second tree."""
        themes = parameters.get("themes") or []
        if themes and number % 2 == 1:
            return list(themes[(number - 1) // 2 % len(themes)]["features"])
        withheld = parameters.get("withheld") or []
        columns = [column for column in range(feature_count) if column not in withheld]
        some = parameters["featuresPerTree"]
        if some is None or some >= len(columns):
            return columns
        return [columns[place] for place in draw_without_replacement(len(columns), some, self.stream)]

    def grow(self, rows: Rows, depth: int, known: int) -> int:
        """Grows a node from its rows; the first `known` candidates are constant in them."""
        node = len(self.feature)
        for nodes, value in ((self.feature, -1), (self.left, -1), (self.right, -1)):
            nodes.append(value)
        self.threshold.append(0.0)
        self.depth.append(depth)
        self.sample_count.append(len(rows))
        if depth >= self.most_depth or len(rows) <= 1:
            return node
        constants, candidates = known, self.candidates
        while constants < len(candidates):
            drawn = constants + self.stream.next_integer(len(candidates) - constants)
            column = candidates[drawn]
            cells = self.values[rows, column]
            least, greatest = cells.min(), cells.max()
            if greatest > least:
                cut = draw_threshold(least, greatest, self.stream)
                goes_left = cells <= cut
                self.feature[node], self.threshold[node] = column, float(cut)
                self.left[node] = self.grow(rows[goes_left], depth + 1, constants)
                self.right[node] = self.grow(rows[~goes_left], depth + 1, constants)
                return node
            candidates[drawn], candidates[constants] = candidates[constants], column
            constants += 1
        return node


def draw_threshold(least: numpy.float32, greatest: numpy.float32, stream: RandomStream) -> numpy.float32:
    """A float32 t with least <= t < greatest, uniform but for rounding."""
    low, high = float(least), float(greatest)
    drawn = largest_float32_not_above(low + stream.next_unit() * (high - low))
    return drawn if drawn < greatest else numpy.nextafter(greatest, numpy.float32(-numpy.inf))


def largest_float32_not_above(value: float) -> numpy.float32:
    """The largest float32 not above a number; zero has no sign."""
    rounded = numpy.float32(value)
    if float(rounded) > value:
        rounded = numpy.nextafter(rounded, numpy.float32(-numpy.inf))
    return rounded + numpy.float32(0)


def leaf_value(leaf: str, path_length: float) -> float:
    """What a leaf at a path length counts for: lower is more anomalous."""
    if leaf == "path-length":
        return path_length
    power = -path_length / CONVEX_EDGES
    whole = math.floor(power + 0.5)
    rest = (power - whole) * math.log(2)
    total = 1.0
    for term in range(18, 0, -1):
        total = 1 + total * rest / term
    return 1 - total * 2.0**whole


def train(
    sub_samples: Sequence[Matrix],
    parameters: Mapping[str, Any],
    path_lengths: Sequence[float],
    on_tree: Callable[[int], None] = lambda grown: None,
) -> Forest:
    """The forest of these sub-samples; values are finite.

    `path_lengths` has the average path length of so many rows, as the engine computes it.
    """
    trees = []
    for number, values in enumerate(sub_samples):
        trees.append(Tree(values, parameters["seed"], number, parameters))
        on_tree(number + 1)
    leaf = parameters.get("leaf") or "path-length"
    values_of = [
        [
            leaf_value(leaf, depth + path_lengths[count]) if feature < 0 else 0.0
            for feature, depth, count in zip(tree.feature, tree.depth, tree.sample_count)
        ]
        for tree in trees
    ]
    shift = finest_shift([max(values) for values in values_of])
    starts = numpy.cumsum([0] + [len(tree.feature) for tree in trees])
    pooled = {
        name: numpy.concatenate([numpy.asarray(getattr(tree, name), dtype=numpy.int64) for tree in trees])
        for name in ("feature", "left", "right", "sample_count")
    }
    base = numpy.repeat(starts[:-1], numpy.diff(starts))
    inner = pooled["feature"] >= 0
    return Forest(
        feature_count=sub_samples[0].shape[1],
        sample_size=len(sub_samples[0]),
        leaf=leaf,
        shift=shift,
        roots=starts[:-1],
        feature=pooled["feature"],
        threshold=numpy.concatenate([numpy.asarray(tree.threshold, dtype=numpy.float32) for tree in trees]),
        left=numpy.where(inner, pooled["left"] + base, -1),
        right=numpy.where(inner, pooled["right"] + base, -1),
        units=exact.half_up(numpy.concatenate(values_of) * 2.0**shift).astype(numpy.int64),
        sample_count=pooled["sample_count"],
    )


def finest_shift(greatest: Sequence[float]) -> int:
    """The greatest shift at which one greatest leaf of each tree sums to less than 2^24."""
    shift = GREATEST_SHIFT
    while sum(math.floor(value * 2.0**shift + 0.5) for value in greatest) >= SUM_LIMIT:
        shift -= 1
    return shift


def threshold_for_contamination(counts: Mapping[int, int], contamination: float) -> int:
    """The threshold that flags what is strictly below the share `contamination` of the sums, given how often each sum occurs."""
    rows = sum(counts.values())
    position = 100 * contamination / 100 * (rows - 1)
    rank = math.ceil(position * (1 - 4 * 2.0**-52))
    so_far = 0
    for total in sorted(counts):
        so_far += counts[total]
        if so_far > rank:
            return total - 1
    return max(counts)


def units_of_one(forest: Forest) -> float:
    """Units of leaves of value 1 in all trees."""
    return 2.0**forest.shift * len(forest.roots)


def folded_thresholds(forest: Forest, is_logarithm: Sequence[bool]) -> Matrix:
    """Thresholds on the columns themselves where a feature is a logarithm: the largest float32 that still goes left."""
    chosen = numpy.flatnonzero((forest.feature >= 0) & numpy.asarray(is_logarithm)[numpy.maximum(forest.feature, 0)])
    bounds = forest.threshold[chosen]
    least = order_of(numpy.float32(-LARGEST_FLOAT32))
    low = numpy.full(len(chosen), least - 1)
    high = numpy.full(len(chosen), order_of(numpy.float32(LARGEST_FLOAT32)))
    while numpy.any(low < high):
        middle = numpy.maximum(-(-(low + high) // 2), least)
        logs = exact.signed_log(float32_at(middle).astype(numpy.float64)).astype(numpy.float32)
        goes_left = logs <= bounds
        low, high = numpy.where(goes_left, middle, low), numpy.where(goes_left, high, middle - 1)
    folded = forest.threshold.copy()
    folded[chosen] = numpy.where(low < least, numpy.float32(-numpy.inf), float32_at(numpy.maximum(low, least)))
    return folded


def order_of(value: numpy.float32) -> int:
    """A float32 as a whole number in the same order."""
    bits = int(numpy.float32(value).view(numpy.int32))
    return bits if bits >= 0 else -(bits & 0x7FFFFFFF)


def float32_at(order: Rows) -> Matrix:
    """The float32 at a place in that order."""
    bits = numpy.where(order < 0, -order | 0x80000000, order)
    return bits.astype(numpy.uint32).view(numpy.float32)


def written_model(template: bytes, forest: Forest, spec: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    """The exported model with another forest in the place of its own, as an `onnx.ModelProto`. `with_threshold` completes it."""
    import onnx

    model = onnx.load_model_from_string(template)
    is_logarithm = [feature["transform"]["kind"] == "log" for feature in spec["features"]]
    is_logarithm += [False] * len(spec.get("windows", {}).get("features", []))
    base = numpy.repeat(forest.roots, numpy.diff(numpy.append(forest.roots, len(forest.feature))))
    inner = forest.feature >= 0
    leaves = numpy.flatnonzero(~inner)
    tree_ids = numpy.repeat(numpy.arange(len(forest.roots)), numpy.diff(numpy.append(forest.roots, len(forest.feature))))
    node_ids = numpy.arange(len(forest.feature)) - base
    attributes = {
        "nodes_treeids": tree_ids,
        "nodes_nodeids": node_ids,
        "nodes_featureids": numpy.maximum(forest.feature, 0),
        "nodes_modes": numpy.where(inner, "BRANCH_LEQ", "LEAF"),
        "nodes_values": folded_thresholds(forest, is_logarithm),
        "nodes_truenodeids": numpy.where(inner, forest.left - base, 0),
        "nodes_falsenodeids": numpy.where(inner, forest.right - base, 0),
        "target_treeids": tree_ids[leaves],
        "target_nodeids": node_ids[leaves],
        "target_ids": numpy.zeros(len(leaves), dtype=numpy.int64),
        "target_weights": forest.units[leaves].astype(numpy.float64),
    }
    [node] = [node for node in model.graph.node if node.op_type == "TreeEnsembleRegressor"]
    kept = [attribute for attribute in node.attribute if attribute.name not in attributes]
    del node.attribute[:]
    node.attribute.extend(kept)
    node.attribute.extend(onnx.helper.make_attribute(name, values.tolist()) for name, values in attributes.items())
    set_notes(
        model,
        {
            "assay.model_digest": forest.digest,
            "assay.trees": str(len(forest.roots)),
            "assay.sample_size": str(forest.sample_size),
            "assay.shift": str(forest.shift),
            "assay.parameters": json.dumps(parameters),
        },
    )
    return model


def with_threshold(model: Any, forest: Forest, path_length: float, threshold_units: int, contamination: float) -> bytes:
    """The model's bytes with its threshold and the constants of its score; `path_length` is that of a whole sub-sample."""
    half = units_of_one(forest) * leaf_value(forest.leaf, path_length)
    constants = {
        "threshold_units": threshold_units,
        "exponent_per_unit": 1 / half,
        "log_score_per_unit": -math.log(2) / half,
        "units_of_one": units_of_one(forest),
        "edges_per_length": CONVEX_EDGES / path_length,
    }
    for initializer in model.graph.initializer:
        if initializer.name in constants:
            del initializer.float_data[:]
            initializer.float_data.append(constants[initializer.name])
    share = threshold_units / units_of_one(forest)
    length = share if forest.leaf == "path-length" else -CONVEX_EDGES * math.log2(max(1 - share, 2.0**-1074))
    set_notes(
        model,
        {
            "assay.threshold": repr(2 ** (-length / path_length)),
            "assay.threshold_units": str(threshold_units),
            "assay.threshold_rule": json.dumps({"rule": "contamination", "value": contamination}),
        },
    )
    return model.SerializeToString()


def set_notes(model: Any, notes: Mapping[str, str]) -> None:
    """Writes entries of the model's metadata in the place of those of the same name."""
    for entry in model.metadata_props:
        if entry.key in notes:
            entry.value = notes[entry.key]

"""Arithmetic whose last bits are those of Assay's engine, from operations that IEEE 754 fixes.

Logarithms are the polynomials of fdlibm (Sun Microsystems, e_log.c and s_log1p.c). Whole numbers are summed exactly: in 64 bits
where that is enough, else as numbers of Python.
"""

from __future__ import annotations

import numpy
from numpy.typing import NDArray

Floats = NDArray[numpy.float64]
Integers = NDArray[numpy.int64]

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
LOG_TERMS = (
    6.66666666666673513e-1,
    3.999999999940941908e-1,
    2.857142874366239149e-1,
    2.222219843214978396e-1,
    1.818357216161805012e-1,
    1.531383769920937332e-1,
    1.479819860511658591e-1,
)
WHOLE_BITS = 52
INT64_SAFE = 2.0**62


def tail_of(z: Floats) -> Floats:
    """The polynomial that both logarithms end with."""
    total = numpy.zeros_like(z)
    for term in reversed(LOG_TERMS):
        total = (total + term) * z
    return total


def log(x: Floats) -> Floats:
    """The natural logarithm of normal numbers above 0."""
    mantissa, exponent = numpy.frexp(x)
    # To [sqrt(1/2), sqrt(2)) as the words of the number say it, not as the number itself compares.
    high = (mantissa * 2).view(numpy.int64) >> 32
    carry = ((high & 0xFFFFF) + 0x95F64) & 0x100000
    f = numpy.where(carry > 0, mantissa, mantissa * 2) - 1
    k = exponent - 1 + (carry >> 20)
    s = f / (2 + f)
    half = 0.5 * f * f
    return k * LN2_HIGH - (half - (s * (half + tail_of(s * s)) + k * LN2_LOW) - f)


def log2(x: Floats) -> Floats:
    """The logarithm to base 2 of normal numbers above 0."""
    return log(x) * LOG2_E


def log1p(x: Floats) -> Floats:
    """ln(1 + x) of finite numbers of at least 0."""
    tiny = x < 2.0**-29
    small = (x < 2.0**54) & ((numpy.maximum(x, 0.0).view(numpy.int64) >> 32) < 0x3FDA827A)
    u = numpy.where(x < 2.0**53, 1.0 + x, x)
    mantissa, exponent = numpy.frexp(u)
    k = exponent - 1
    rest = numpy.where(k > 0, 1.0 - (u - x), x - (u - 1.0))
    c = numpy.where(x < 2.0**53, rest, 0.0) / u
    top = ((mantissa * 2).view(numpy.int64) >> 32) & 0xFFFFF
    is_low = top < 0x6A09E
    f = numpy.where(small, x, numpy.where(is_low, mantissa * 2, mantissa) - 1.0)
    k = numpy.where(small, 0, numpy.where(is_low, k, k + 1)).astype(numpy.float64)
    c = numpy.where(small, 0.0, c)
    near = numpy.where(small, 1, numpy.where(is_low, top, (0x100000 - top) >> 2)) == 0
    half = 0.5 * f * f
    s = f / (2.0 + f)
    with_tail = s * (half + tail_of(s * s))
    value = numpy.where(small, f - (half - with_tail), k * LN2_HIGH - ((half - (with_tail + (k * LN2_LOW + c))) - f))
    flat = half * (1.0 - 0.66666666666666666 * f)
    c = c + k * LN2_LOW
    value = numpy.where(near, numpy.where(f == 0, k * LN2_HIGH + c, k * LN2_HIGH - ((flat - c) - f)), value)
    return numpy.where(tiny, numpy.where(x < 2.0**-54, x, x - x * x * 0.5), value)


def signed_log(x: Floats) -> Floats:
    """sign(x) * ln(1 + |x|)."""
    return numpy.where(x < 0, -log1p(numpy.abs(x)), log1p(numpy.abs(x)))


def half_up(x: Floats) -> Floats:
    """The nearest whole number; halves go up."""
    whole = numpy.floor(x)
    return whole + (x - whole >= 0.5)


def product_error(left: Floats, right: Floats, product: Floats) -> Floats:
    """What a product lost by rounding (Dekker, Numerische Mathematik 18, 1971)."""
    left_high, right_high = split(left), split(right)
    left_low, right_low = left - left_high, right - right_high
    return left_low * right_low - (product - left_high * right_high - left_low * right_high - left_high * right_low)


def split(x: Floats) -> Floats:
    """The upper half of a number's bits."""
    scaled = 134217729.0 * x
    return scaled - (scaled - x)


def window_sums(values: NDArray, low: Integers, high: Integers) -> NDArray:
    """The exact sum of values[low:high] for every pair: int64 where none can be too large, else numbers of Python."""
    longest = int((high - low).max(initial=0))
    greatest = float(numpy.abs(values).max(initial=0))
    wide = values.dtype == object or greatest * max(longest, 1) >= INT64_SAFE
    values = values.astype(object) if wide else values
    before = numpy.concatenate([numpy.zeros(1, dtype=values.dtype), numpy.cumsum(values, dtype=values.dtype)])
    return before[high] - before[low]


def squares_of(values: Integers) -> NDArray:
    """Squares of whole numbers, exact."""
    wide = float(numpy.abs(values).max(initial=0)) >= 2.0**31
    return values.astype(object) ** 2 if wide else values * values


def scaled_variance(count: Integers, total: NDArray, squares: NDArray) -> Floats:
    """count * squares - total^2, at least 0, in the two doubles that the engine takes."""
    number = count.astype(numpy.float64)
    low_bits = squares & (2**WHOLE_BITS - 1)
    low, rest = low_bits.astype(numpy.float64), (squares - low_bits).astype(numpy.float64)
    upper = rest + low
    lower = low - (upper - rest)
    left = upper * number
    left_error = product_error(upper, number, left) + lower * number
    total = total.astype(numpy.float64)
    right = total * total
    right_error = product_error(total, total, right)
    return numpy.maximum(left - right + (left_error - right_error), 0.0)

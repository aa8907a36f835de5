/**
 * The reading kernel, in AssemblyScript: where the cells of plain delimited text lie, and the numbers they write.
 *
 * It has no memory of its own: every address is given by the caller (`../reading-kernel.ts`), who lays the text out with 24
 * readable bytes before it and 64 behind it. Places are counted from the first byte of the text.
 */

const LINE_FEED: u32 = 0x0a;
const CARRIAGE_RETURN: u8 = 0x0d;
const PLUS: u8 = 0x2b;
const MINUS: u8 = 0x2d;
const ZERO: u32 = 0x30;
const LOWER_E: u32 = 0x65;

/** A missing number, as JavaScript writes it. */
const MISSING: u64 = 0x7ff8000000000000;
/** A NaN that no number has: the cell needs another look. */
const UNSURE: u64 = 0xfff8000000000001;

/** Powers of ten below and above which a number is left to the caller. */
const MOST_POWER: i32 = 40;
/** What the sums of one column take: two words for each power. */
const SUM_BYTES: usize = 16 * (2 * MOST_POWER + 1);
/** Digits that a mantissa of 64 bits holds whatever they are. */
const MOST_DIGITS: i32 = 19;
const TWO_TO_53: u64 = 0x20000000000000;
const LARGEST_EXACT_POWER: i32 = 22;

/** Powers of five from 5^-40 on, in 128 bits, the high word first. */
let fives: usize = 0;
/** 10^0 to 10^22 as doubles. */
let exactPowers: usize = 0;
/** 10^0 to 10^19 as integers. */
let wholePowers: usize = 0;
/** Nine words: of the k-th the k last bytes are set. */
let lastBytes: usize = 0;

/** What the last number came to before it was a double: mantissa * 10^power. */
let mantissaRead: u64 = 0;
let powerRead: i32 = 0;

export function useTables(fivesAt: usize, exactPowersAt: usize, wholePowersAt: usize, lastBytesAt: usize): void {
  fives = fivesAt;
  exactPowers = exactPowersAt;
  wholePowers = wholePowersAt;
  lastBytes = lastBytesAt;
}

/** A bit for each of the 64 bytes at `at` that equals the one in every lane of `wanted`. */
@inline
function bitsOf(at: usize, wanted: v128): u64 {
  const first = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
  const second = <u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), wanted));
  const third = <u32>i8x16.bitmask(i8x16.eq(v128.load(at, 32), wanted));
  const fourth = <u32>i8x16.bitmask(i8x16.eq(v128.load(at, 48), wanted));
  return <u64>(first | (second << 16)) | (<u64>(third | (fourth << 16)) << 32);
}

@inline
function isSame(one: usize, other: usize, length: u32): bool {
  for (let at: u32 = 0; at < length; at++) if (load<u8>(one + at) != load<u8>(other + at)) return false;
  return true;
}

/**
 * Takes rows from `text[from..end)` as long as they are plain: no byte that quotes or escapes, `columns` fields (two or more), a value
 * in one of them, the line feed there, not the header again and not longer than `longest`. Writes the places of cells and
 * rows behind the `rows` there are, up to `mostRows` and to rows that begin at `limit`. Gives the number of rows now; where the first
 * row that was not taken begins is stored at `reached`.
 */
export function takePlainRows(
  text: usize,
  from: u32,
  end: u32,
  limit: u32,
  delimiter: u32,
  quote: u32,
  escape: u32,
  columns: u32,
  rows: u32,
  mostRows: u32,
  header: usize,
  headerLength: u32,
  longest: u32,
  starts: usize,
  ends: usize,
  rowStarts: usize,
  rowEnds: usize,
  reached: usize,
): u32 {
  const delimiters = i8x16.splat(<i8>delimiter);
  const lineFeeds = i8x16.splat(<i8>LINE_FEED);
  const quotes = i8x16.splat(<i8>quote);
  const escapes = i8x16.splat(<i8>escape);
  const last = columns - 1;
  let cell: usize = (<usize>rows * columns) << 2;
  let rowStart = from;
  let cellStart = from;
  let field: u32 = 0;
  for (let block = from; block < end; block += 64) {
    let lines = bitsOf(text + block, lineFeeds);
    let separators = lines | bitsOf(text + block, delimiters);
    const stops = bitsOf(text + block, quotes) | bitsOf(text + block, escapes);
    if (end - block < 64) separators &= (<u64>1 << (end - block)) - 1;
    if (stops != 0) separators &= (stops & (0 - stops)) - 1;
    while (separators != 0) {
      const bit = ctz(separators);
      separators &= separators - 1;
      const at = block + <u32>bit;
      const isLine = ((lines >> bit) & 1) != 0;
      if (isLine != (field == last)) {
        store<u32>(reached, rowStart);
        return rows;
      }
      store<u32>(starts + cell, cellStart);
      store<u32>(ends + cell, at);
      cellStart = at + 1;
      if (isLine) {
        let rowEnd = at;
        if (at > rowStart && load<u8>(text + at - 1) == CARRIAGE_RETURN) {
          rowEnd = at - 1;
          store<u32>(ends + cell, rowEnd);
        }
        const length = rowEnd - rowStart;
        const isOdd =
          length > longest || length == last || (length == headerLength && isSame(text + rowStart, header, length));
        if (isOdd) {
          store<u32>(reached, rowStart);
          return rows;
        }
        store<u32>(rowStarts + (<usize>rows << 2), rowStart);
        store<u32>(rowEnds + (<usize>rows << 2), rowEnd);
        rows++;
        rowStart = cellStart;
        field = 0;
        if (rows == mostRows || rowStart >= limit) {
          store<u32>(reached, rowStart);
          return rows;
        }
      } else {
        field++;
      }
      cell += 4;
    }
    if (stops != 0) break;
  }
  store<u32>(reached, rowStart);
  return rows;
}

/** Eight characters of digits as a number (Langdale and Lemire). */
@inline
function eightDigits(characters: u64): u64 {
  let pairs = characters - 0x3030303030303030;
  pairs = pairs * 10 + (pairs >> 8);
  const even = (pairs & 0x000000ff000000ff) * 0x000f424000000064;
  const odd = ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return (even + odd) >> 32;
}

/** Not 0 where one of eight characters is no digit. */
@inline
function noDigits(characters: u64): u64 {
  const high = (characters & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030;
  const beyondNine = ((characters + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030;
  return high | beyondNine;
}

/** The `count` last characters of eight, behind zeros. */
@inline
function lastCharacters(characters: u64, count: i32): u64 {
  const kept = load<u64>(lastBytes + (<usize>count << 3));
  return (characters & kept) | (0x3030303030303030 & ~kept);
}

/** The double nearest to mantissa * 10^power, or `UNSURE`; both are remembered. */
@inline
function toDouble(mantissa: u64, power: i32): u64 {
  if (power < -MOST_POWER || power > MOST_POWER) return UNSURE;
  mantissaRead = mantissa;
  powerRead = power;
  if (mantissa == 0) return 0;
  if (mantissa <= TWO_TO_53 && power >= -LARGEST_EXACT_POWER && power <= LARGEST_EXACT_POWER) {
    // Both are exact doubles, so that one operation rounds once (Clinger 1990).
    const whole = <f64>mantissa;
    const value =
      power < 0
        ? whole / load<f64>(exactPowers + (<usize>-power << 3))
        : whole * load<f64>(exactPowers + (<usize>power << 3));
    return reinterpret<u64>(value);
  }
  return byPowersOfFive(mantissa, power);
}

/**
 * Eisel and Lemire's way ("Number Parsing at a Gigabyte per Second", 2021): 64 bits of the mantissa times 128 bits of the power
 * of five. `UNSURE` where these are too few. Powers of this range give no subnormal and no infinite number.
 */
function byPowersOfFive(mantissa: u64, power: i32): u64 {
  const zeros = <i32>clz(mantissa);
  const shifted = mantissa << zeros;
  const table = fives + (<usize>(power + MOST_POWER) << 4);
  let five = load<u64>(table);
  const low = shifted & 0xffffffff;
  const high = shifted >> 32;
  let fiveLow = five & 0xffffffff;
  let fiveHigh = five >> 32;
  let lowLow = low * fiveLow;
  let lowHigh = low * fiveHigh;
  let highLow = high * fiveLow;
  let middle = (lowLow >> 32) + (lowHigh & 0xffffffff) + (highLow & 0xffffffff);
  let upper = high * fiveHigh + (lowHigh >> 32) + (highLow >> 32) + (middle >> 32);
  let lower = (middle << 32) | (lowLow & 0xffffffff);
  if ((upper & 0x1ff) == 0x1ff) {
    five = load<u64>(table, 8);
    fiveLow = five & 0xffffffff;
    fiveHigh = five >> 32;
    lowLow = low * fiveLow;
    lowHigh = low * fiveHigh;
    highLow = high * fiveLow;
    middle = (lowLow >> 32) + (lowHigh & 0xffffffff) + (highLow & 0xffffffff);
    const more = high * fiveHigh + (lowHigh >> 32) + (highLow >> 32) + (middle >> 32);
    lower += more;
    if (more > lower) upper++;
    if (lower == 0xffffffffffffffff && (power < -27 || power > 55)) return UNSURE;
  }
  const leading = <i32>(upper >> 63);
  let significand = upper >> (leading + 9);
  let exponent = (((152170 + 65536) * power) >> 16) + 63 + leading - zeros + 1023;
  const isHalfway = lower <= 1 && power >= -4 && power <= 23 && (significand & 3) == 1;
  if (isHalfway && significand << (leading + 9) == upper) significand &= ~(<u64>1);
  significand += significand & 1;
  significand >>= 1;
  if (significand >= TWO_TO_53) {
    significand = 0x10000000000000;
    exponent++;
  }
  return (significand & 0xfffffffffffff) | (<u64>exponent << 52);
}

/** Digit by digit: exponents, many digits, leading zeros. Without a sign. */
function readSlowly(from: usize, end: usize, decimal: u32): u64 {
  let at = from;
  let mantissa: u64 = 0;
  let digits = 0;
  let written = 0;
  let power = 0;
  for (; at < end; at++) {
    const digit = <u32>load<u8>(at) - ZERO;
    if (digit > 9) break;
    mantissa = mantissa * 10 + digit;
    written++;
    if (mantissa != 0) digits++;
    if (digits > MOST_DIGITS) return UNSURE;
  }
  if (at < end && <u32>load<u8>(at) == decimal) {
    for (at++; at < end; at++) {
      const digit = <u32>load<u8>(at) - ZERO;
      if (digit > 9) break;
      mantissa = mantissa * 10 + digit;
      written++;
      power--;
      if (mantissa != 0) digits++;
      if (digits > MOST_DIGITS) return UNSURE;
    }
  }
  if (written == 0) return UNSURE;
  if (at < end) {
    if ((<u32>load<u8>(at) | 0x20) != LOWER_E) return UNSURE;
    at++;
    const sign: u8 = at < end ? load<u8>(at) : 0;
    if (sign == MINUS || sign == PLUS) at++;
    if (at == end || end - at > 4) return UNSURE;
    let exponent = 0;
    for (; at < end; at++) {
      const digit = <u32>load<u8>(at) - ZERO;
      if (digit > 9) return UNSURE;
      exponent = exponent * 10 + <i32>digit;
    }
    power += sign == MINUS ? -exponent : exponent;
  }
  return toDouble(mantissa, power);
}

/** The double that the cell writes, with its sign, or `UNSURE`. */
@inline
function readNumber(from: usize, end: usize, decimal: u32): u64 {
  const first = load<u8>(from);
  const begin = from + (first == MINUS || first == PLUS ? 1 : 0);
  let at = begin;
  let mantissa: u64 = 0;
  let digit = <u32>load<u8>(at) - ZERO;
  while (digit <= 9 && at < end) {
    mantissa = mantissa * 10 + digit;
    digit = <u32>load<u8>(++at) - ZERO;
  }
  const whole = <i32>(at - begin);
  const decimals = <i32>(end - at) - 1;
  let bits: u64;
  if (decimals > 0 && digit + ZERO == decimal && whole + decimals <= MOST_DIGITS) {
    let characters = lastCharacters(load<u64>(end - 8), decimals < 8 ? decimals : 8);
    let wrong = noDigits(characters);
    let fraction = eightDigits(characters);
    if (decimals > 8) {
      characters = lastCharacters(load<u64>(end - 16), decimals < 16 ? decimals - 8 : 8);
      wrong |= noDigits(characters);
      fraction += eightDigits(characters) * 100000000;
      if (decimals > 16) {
        characters = lastCharacters(load<u64>(end - 24), decimals - 16);
        wrong |= noDigits(characters);
        fraction += eightDigits(characters) * 10000000000000000;
      }
    }
    mantissa = mantissa * load<u64>(wholePowers + (<usize>decimals << 3)) + fraction;
    bits = wrong != 0 ? readSlowly(begin, end, decimal) : toDouble(mantissa, -decimals);
  } else if (decimals == -1 && whole > 0 && whole <= MOST_DIGITS) {
    bits = toDouble(mantissa, 0);
  } else {
    bits = readSlowly(begin, end, decimal);
  }
  return bits == UNSURE || first != MINUS ? bits : bits | 0x8000000000000000;
}

/** Rows whose text stays in the cache while one column after the other is read. */
const ROWS_AT_ONCE: u32 = 512;

/**
 * Reads columns of `rows` rows into doubles, `rows` of them for each column from `out` on; empty cells are NaN. The columns, each with
 * the byte before its decimals, are listed at `wanted`. Rows whose cell needs another look are listed from `unsure` on, again `rows` for each column,
 * and their number is at `counts`. The mantissas of the others are added, by power of ten from 10^-40 on, to pairs of 64-bit
 * sums at `sums`: of their low and of their high 32 bits.
 */
export function readColumns(
  text: usize,
  starts: usize,
  ends: usize,
  rows: u32,
  columns: u32,
  wanted: usize,
  wantedCount: u32,
  out: usize,
  unsure: usize,
  sums: usize,
  counts: usize,
): void {
  memory.fill(sums, 0, <usize>wantedCount * SUM_BYTES);
  memory.fill(counts, 0, <usize>wantedCount << 2);
  const step: usize = <usize>columns << 2;
  for (let first: u32 = 0; first < rows; first += ROWS_AT_ONCE) {
    const last = min(rows, first + ROWS_AT_ONCE);
    for (let place: u32 = 0; place < wantedCount; place++) {
      const column = load<u32>(wanted + (<usize>place << 3));
      const decimal = load<u32>(wanted + (<usize>place << 3), 4);
      const values = out + ((<usize>place * rows) << 3);
      const unsureRows = unsure + ((<usize>place * rows) << 2);
      const sumsOfColumn = sums + <usize>place * SUM_BYTES;
      let unsureCount = load<u32>(counts + (<usize>place << 2));
      let cell: usize = (<usize>column << 2) + <usize>first * step;
      for (let row = first; row < last; row++, cell += step) {
        const from = load<u32>(starts + cell);
        const end = load<u32>(ends + cell);
        const value = values + (<usize>row << 3);
        if (from == end) {
          store<u64>(value, MISSING);
          continue;
        }
        const bits = readNumber(text + from, text + end, decimal);
        store<u64>(value, bits);
        if (bits == UNSURE) {
          store<u32>(unsureRows + (<usize>unsureCount << 2), row);
          unsureCount++;
          continue;
        }
        const sum = sumsOfColumn + (<usize>(powerRead + MOST_POWER) << 4);
        const sign: i64 = <i64>bits < 0 ? -1 : 1;
        store<i64>(sum, load<i64>(sum) + sign * <i64>(mantissaRead & 0xffffffff));
        store<i64>(sum, load<i64>(sum, 8) + sign * <i64>(mantissaRead >> 32), 8);
      }
      store<u32>(counts + (<usize>place << 2), unsureCount);
    }
  }
}

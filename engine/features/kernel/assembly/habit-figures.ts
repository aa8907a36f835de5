export const DAY_MS: f64 = 86_400_000;
export const HOURS: i32 = 24;

// What is unusual for an entity, in figures that mean the same for every entity. All are 0 where nothing is unusual.

const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
const LOG2_E: f64 = 1.4426950408889634;
const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const TWO_TO_54: f64 = 18014398509481984;

/** The natural logarithm, bit for bit that of `domain/exact-math.ts` (the polynomial of fdlibm's `e_log.c`). */
function exactLog(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  const lifted = x < SMALLEST_NORMAL ? x * TWO_TO_54 : x;
  const raw = reinterpret<u64>(lifted);
  const high = <u32>(raw >> 32);
  // The mantissa is brought to [sqrt(1/2), sqrt(2)), where its logarithm is small.
  const carry = ((high & 0xfffff) + 0x95f64) & 0x100000;
  const exponent = <f64>(<i32>(high >> 20) - 1023 + <i32>(carry >> 20) - (lifted == x ? 0 : 54));
  const f = reinterpret<f64>((<u64>((high & 0xfffff) | (carry ^ 0x3ff00000)) << 32) | (raw & 0xffffffff)) - 1;
  const s = f / (2 + f);
  const z = s * s;
  let tail: f64 = 1.479819860511658591e-1 * z;
  tail = (tail + 1.531383769920937332e-1) * z;
  tail = (tail + 1.818357216161805012e-1) * z;
  tail = (tail + 2.222219843214978396e-1) * z;
  tail = (tail + 2.857142874366239149e-1) * z;
  tail = (tail + 3.999999999940941908e-1) * z;
  tail = (tail + 6.66666666666673513e-1) * z;
  const half = 0.5 * f * f;
  return exponent * LN2_HIGH - (half - (s * (half + tail) + exponent * LN2_LOW) - f);
}

/** Surprise at something that happens `part` times of `whole`, in bits. */
export function surpriseBits(part: f64, whole: f64): f64 {
  return Math.max(0, exactLog(whole / part) * LOG2_E);
}

/** Anscombe's root: the counts of a Poisson law get a spread of about 1. */
@inline
function stabilised(count: f64): f64 {
  return 2 * Math.sqrt(count + 0.375);
}

/**
 * How far a count in a window of `lengthMs` lies above the own rate: `usual` counts over `days` known, with one more of each so that
 * a new entity has a rate of one a day. In spreads, at least 0.
 */
export function burstOver(count: f64, usual: f64, days: f64, lengthMs: f64): f64 {
  const expected = (((usual + 1) / (days + 1)) * lengthMs) / DAY_MS;
  return Math.max(0, stabilised(count) - stabilised(expected));
}

/** Logarithms of amounts are whole multiples of one part in so many. */
const LOG_UNITS_PER_ONE: f64 = 65536;
const LOG_UNITS_SQUARED: f64 = 4294967296;
/** A habit of fewer rows is taken to be as wide as three payments one e-fold from their mean. */
const SPREAD_ROWS: f64 = 3;

/**
 * How far the logarithm of an amount lies above the entity's usual, in spreads, at least 0. The mean is drawn towards that of all
 * (0) by one payment, the spread towards 1 by three.
 */
export function excessOf(units: f64, count: f64, sum: f64, scaledSquares: f64): f64 {
  if (units != units) return 0;
  const deviation = (units - sum / (count + 1)) / LOG_UNITS_PER_ONE;
  const squares = count > 0 ? scaledSquares / count / LOG_UNITS_SQUARED : 0;
  return Math.max(0, deviation / Math.sqrt((squares + SPREAD_ROWS) / (count + SPREAD_ROWS)));
}

/** The sum of a window as a multiple of what the entity usually spends in a day and one usual payment; 1 without a habit. */
export function spentAgainstHabit(sum: f64, usualSum: f64, usualCount: f64, days: f64): f64 {
  return usualCount > 0 && usualSum > 0 ? sum / (usualSum / (days + 1) + usualSum / usualCount) : 1;
}

// How an hour of payment counts for itself and its neighbours (1, 2, 3, 2, 1), so that ten past is no other habit than ten to.

export const WEIGHT_OF_HOUR: f64 = 9;
const HOUR_REACH: i32 = 2;

/** Adds a payment at an hour to the weights of a day, or takes one away; a missing hour (-1) is none. */
export function addHour(weights: usize, hour: i32, sign: i32): void {
  if (hour < 0) return;
  for (let step = -HOUR_REACH; step <= HOUR_REACH; step++) {
    const at = weights + (<usize>((hour + step + HOURS) % HOURS) << 2);
    store<i32>(at, load<i32>(at) + sign * (HOUR_REACH + 1 - (step < 0 ? -step : step)));
  }
}

/** The weight of all hours that have no more than this one. */
export function hourWeightNotAbove(weights: usize, hour: i32): f64 {
  const own = load<i32>(weights + (<usize>hour << 2));
  let sum = 0;
  for (let other = 0; other < HOURS; other++) {
    const weight = load<i32>(weights + (<usize>other << 2));
    if (weight <= own) sum += weight;
  }
  return <f64>sum;
}

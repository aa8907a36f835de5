/** The largest finite float32. */
const largestFloat32 = 3.4028234663852886e38;

/** A number within the finite float32 range: larger ones, and infinities, become its ends. NaN stays NaN. */
export function toFeatureRange(value: number): number {
  if (value > largestFloat32) return largestFloat32;
  return value < -largestFloat32 ? -largestFloat32 : value;
}

/** sign(x) * ln(1 + |x|). */
export function signedLog(value: number): number {
  return value < 0 ? -Math.log1p(-value) : Math.log1p(value);
}

/** 1 from 00:00 to 06:59, else 0. */
export function nightOf(hour: number): number {
  return hour < 7 ? 1 : 0;
}

/** 1 on Saturday and Sunday, else 0; Monday is 0. */
export function weekendOf(weekday: number): number {
  return weekday >= 5 ? 1 : 0;
}

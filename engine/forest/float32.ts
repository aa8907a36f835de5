const word = new DataView(new ArrayBuffer(4));

export const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** The next float32 below `value`, which is a float32 other than NaN; -Infinity stays. Either zero gives the denormal below. */
export function previousFloat32(value: number): number {
  if (value === -Infinity) return value;
  if (value === 0) return -1.401298464324817e-45;
  word.setFloat32(0, value);
  word.setInt32(0, word.getInt32(0) + (value > 0 ? -1 : 1));
  return word.getFloat32(0);
}

/** The largest float32 not above a double: `x <= value` is then the same as `x <= result` for every float32 x. */
export function largestFloat32NotAbove(value: number): number {
  const rounded = Math.fround(value);
  // Adding 0 turns -0 into +0: both compare alike, but a digest would tell them apart.
  return (rounded > value ? previousFloat32(rounded) : rounded) + 0;
}

/** The largest float32 strictly below a double: `x < value` is then the same as `x <= result` for every float32 x. */
export function largestFloat32Below(value: number): number {
  const rounded = Math.fround(value);
  return (rounded >= value ? previousFloat32(rounded) : rounded) + 0;
}

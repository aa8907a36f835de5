/** Sums of leaf units stay below this, where every integer is exact in float32. */
export const SUM_LIMIT = 2 ** 24;

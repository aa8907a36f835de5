/** Floats are compared as integers of the same order; what is greater than infinity is no number. */
export const LARGEST_KEY: i32 = 0x7fffffff;
export const INFINITY_BITS: i32 = 0x7f800000;

/** What at least one of some plainly written numbers has: bits of `PlainNumbers.marks`. */
export const plainMark = {
  minus: 1,
  point: 2,
  exponent: 4,
  /** A zero before other characters. */
  leadingZero: 8,
  /** A point that cannot stand between groups of three digits. */
  decimalPoint: 16,
  /** More digits than every double holds. */
  manyDigits: 32,
  /** As many characters as a card number has digits, and no point. */
  cardLength: 64,
} as const;

/** A column all of whose cells, those without a value left out, are plain: minus, digits, a decimal point, an exponent. */
export interface PlainNumbers {
  /** In order. */
  readonly values: Float64Array;
  readonly marks: number;
}

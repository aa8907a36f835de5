const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** 1458200 as "1,458,200". */
export function wholeNumber(value: number): string {
  return whole.format(value);
}

/** 1458200 as "1.5M", for axes. */
export function compactNumber(value: number): string {
  return compact.format(value);
}

/** A value of unknown size to three digits, for axes of features and amounts. */
export function axisNumber(value: number): string {
  return Math.abs(value) >= 10_000 ? compact.format(value) : threeDigits.format(value);
}

/** A share of 1 as a percentage with three digits at most: 0.0124 as "1.24 %". */
export function percentage(share: number): string {
  return `${threeDigits.format(share * 100)} %`;
}

const splitter = 2 ** 27 + 1;

/** What rounding left out of `product` = a * b, exactly while the product is below 2^996 (Dekker 1971; Veltkamp's splitting). */
export function productError(a: number, b: number, product: number): number {
  const aScaled = a * splitter;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = b * splitter;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

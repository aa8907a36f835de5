export const FEATURE_BINS = 24;

/** The edges of a feature's bins between what is usual of it. */
export function edgesBetween(least: number, greatest: number): Float64Array {
  const low = Number.isFinite(least) ? least : 0;
  const high = Number.isFinite(greatest) && greatest > low ? greatest : low + 1;
  return Float64Array.from({ length: FEATURE_BINS + 1 }, (_, edge) => low + ((high - low) * edge) / FEATURE_BINS);
}

/** The bin of one value, or one past the last where it is missing. */
export function featureBin(value: number, edges: Float64Array): number {
  if (Number.isNaN(value)) return FEATURE_BINS;
  const place = ((value - edges[0]) * FEATURE_BINS) / (edges[FEATURE_BINS] - edges[0]);
  return place >= 0 ? Math.min(Math.trunc(place), FEATURE_BINS - 1) : 0;
}

const bins = 10;
/** Stands for an empty bin, so that its logarithm exists. */
const leastShare = 1e-4;

/**
 * Population stability index of a sample against a reference, over ten bins of equal count in the reference: the sum
 * of (p - q) ln(p / q). Below 0.1 nothing moved, above 0.2 the distribution is another one (the usual reading in
 * credit scoring; Siddiqi, Credit Risk Scorecards, 2006). 0 where either is empty.
 */
export function populationStabilityIndex(reference: Float64Array, sample: Float64Array): number {
  if (reference.length === 0 || sample.length === 0) return 0;
  const sorted = reference.toSorted();
  const edges = Array.from({ length: bins - 1 }, (_, edge) => sorted[Math.floor(((edge + 1) * sorted.length) / bins)]);
  const expected = sharesOf(reference, edges);
  const found = sharesOf(sample, edges);
  return expected.reduce((sum, share, bin) => sum + (found[bin] - share) * Math.log(found[bin] / share), 0);
}

function sharesOf(values: Float64Array, edges: readonly number[]): readonly number[] {
  const counts = new Float64Array(edges.length + 1);
  for (const value of values) {
    const bin = edges.findIndex((edge) => value < edge);
    counts[bin < 0 ? edges.length : bin]++;
  }
  return Array.from(counts, (count) => Math.max(leastShare, count / values.length));
}

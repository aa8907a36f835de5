const bins = 10;
/** Stands for an empty bin, so that its logarithm exists. */
const leastShare = 1e-4;

/**
 * Population stability index of a sample against a reference: the sum of (p - q) ln(p / q) over bins. Below 0.1 nothing
 * moved, above 0.2 the distribution is another one (the usual reading in credit scoring; Siddiqi, Credit Risk Scorecards,
 * 2006). As there, a value is never split, and a discrete column has its values as bins: what alone makes up a tenth of the
 * reference or more is a bin of its own, and what lies between is cut into bins of about a tenth, at least one. So
 * values that the reference lacks have a bin too. 0 where either is empty.
 */
export function populationStabilityIndex(reference: Float64Array, sample: Float64Array): number {
  if (reference.length === 0 || sample.length === 0) return 0;
  const edges = edgesOf(reference.toSorted());
  const expected = sharesOf(reference, edges);
  const found = sharesOf(sample, edges);
  return expected.reduce((sum, share, bin) => sum + (found[bin] - share) * Math.log(found[bin] / share), 0);
}

/** Where a bin begins: at a value, or right after it. */
interface Edge {
  readonly value: number;
  readonly isAfter: boolean;
}

/** The bins of a reference in ascending order; the first one begins below all edges. */
function edgesOf(sorted: Float64Array): readonly Edge[] {
  const share = sorted.length / bins;
  const edges: Edge[] = [];
  let filled = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    const value = sorted[start];
    while (end < sorted.length && sorted[end] === value) end++;
    if (end - start >= share) {
      edges.push({ value, isAfter: false }, { value, isAfter: true });
      filled = 0;
    } else {
      if (filled >= share) {
        edges.push({ value, isAfter: false });
        filled = 0;
      }
      filled += end - start;
    }
  }
  return edges;
}

function sharesOf(values: Float64Array, edges: readonly Edge[]): readonly number[] {
  const counts = new Float64Array(edges.length + 1);
  for (const value of values) {
    const bin = edges.findIndex((edge) => value < edge.value || (edge.isAfter && value === edge.value));
    counts[bin < 0 ? edges.length : bin]++;
  }
  return Array.from(counts, (count) => Math.max(leastShare, count / values.length));
}

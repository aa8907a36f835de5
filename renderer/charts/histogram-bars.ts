import { logHeight } from './scale.ts';

export type BarScale = 'linear' | 'logarithmic';

/** One rectangle of the histogram: from score to score, from height to height. */
export type Bar = readonly [fromScore: number, toScore: number, fromHeight: number, toHeight: number];

/** The layers of the histogram. Fraud lies at the bottom, then what a verdict says is legitimate, then the rest. */
export interface HistogramBars {
  readonly fraud: readonly Bar[];
  readonly legitimate: readonly Bar[];
  readonly flagged: readonly Bar[];
  readonly unflagged: readonly Bar[];
  readonly tallest: number;
}

export interface HistogramCounts {
  readonly edges: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
  readonly fraud: ArrayLike<number> | null;
  readonly legitimate: ArrayLike<number> | null;
}

/**
 * Stacks each bin, and cuts the rest at the threshold, so that the colour changes exactly at the line. On a logarithmic
 * scale the borders between layers, not the layers themselves, are on the scale.
 */
export function histogramBars(histogram: HistogramCounts, threshold: number, scale: BarScale): HistogramBars {
  const height = scale === 'logarithmic' ? logHeight : (count: number) => count;
  const bars = { fraud: [] as Bar[], legitimate: [] as Bar[], flagged: [] as Bar[], unflagged: [] as Bar[] };
  let tallest = 0;
  for (let bin = 0; bin < histogram.counts.length; bin++) {
    const total = histogram.counts[bin];
    if (total === 0) continue;
    const from = histogram.edges[bin];
    const to = histogram.edges[bin + 1];
    const fraud = histogram.fraud?.[bin] ?? 0;
    const known = fraud + (histogram.legitimate?.[bin] ?? 0);
    const [fraudTop, knownTop, top] = [height(fraud), height(known), height(total)];
    tallest = Math.max(tallest, top);
    if (fraudTop > 0) bars.fraud.push([from, to, 0, fraudTop]);
    if (knownTop > fraudTop) bars.legitimate.push([from, to, fraudTop, knownTop]);
    if (top === knownTop) continue;
    const cut = Math.min(to, Math.max(from, threshold));
    if (cut > from) bars.unflagged.push([from, cut, knownTop, top]);
    if (to > cut) bars.flagged.push([cut, to, knownTop, top]);
  }
  return { ...bars, tallest };
}

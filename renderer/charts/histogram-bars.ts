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
  /** On a logarithmic scale, where layers would lie: counts of what is known, as a line of their own; null breaks it. */
  readonly fraudLine: readonly LinePoint[];
  readonly legitimateLine: readonly LinePoint[];
  readonly tallest: number;
}

export type LinePoint = readonly [score: number, height: number | null];

export interface HistogramCounts {
  readonly edges: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
  readonly fraud: ArrayLike<number> | null;
  readonly legitimate: ArrayLike<number> | null;
}

/**
 * Each bin, cut at the threshold, so that the colour changes exactly at the line. On a linear scale what is known is
 * stacked at the bottom; on a logarithmic one, where a stacked layer has no height that can be read, it is a line.
 */
export function histogramBars(histogram: HistogramCounts, threshold: number, scale: BarScale): HistogramBars {
  const isStacked = scale === 'linear';
  const height = isStacked ? (count: number) => count : logHeight;
  const bars = { fraud: [] as Bar[], legitimate: [] as Bar[], flagged: [] as Bar[], unflagged: [] as Bar[] };
  let tallest = 0;
  for (let bin = 0; bin < histogram.counts.length; bin++) {
    const total = histogram.counts[bin];
    if (total === 0) continue;
    const from = histogram.edges[bin];
    const to = histogram.edges[bin + 1];
    const fraud = isStacked ? (histogram.fraud?.[bin] ?? 0) : 0;
    const known = isStacked ? fraud + (histogram.legitimate?.[bin] ?? 0) : 0;
    const top = height(total);
    tallest = Math.max(tallest, top);
    if (fraud > 0) bars.fraud.push([from, to, 0, fraud]);
    if (known > fraud) bars.legitimate.push([from, to, fraud, known]);
    if (total === known) continue;
    const cut = Math.min(to, Math.max(from, threshold));
    if (cut > from) bars.unflagged.push([from, cut, known, top]);
    if (to > cut) bars.flagged.push([cut, to, known, top]);
  }
  const lineOf = (counts: ArrayLike<number> | null): readonly LinePoint[] =>
    isStacked || counts === null ? [] : stepsOf(histogram.edges, counts);
  return { ...bars, fraudLine: lineOf(histogram.fraud), legitimateLine: lineOf(histogram.legitimate), tallest };
}

/** A level over each bin that has any, on the logarithmic scale. */
function stepsOf(edges: ArrayLike<number>, counts: ArrayLike<number>): readonly LinePoint[] {
  return Array.from(counts).flatMap((count, bin): LinePoint[] => {
    const level = count === 0 ? null : logHeight(count);
    return [
      [edges[bin], level],
      [edges[bin + 1], level],
    ];
  });
}

/** Where the plot lies inside a chart: the room left at each side, in pixels. */
export interface PlotMargins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Maps a value of [from, to] to a pixel across a chart of this width, clipped to the plot. */
export function pixelOf(value: number, from: number, to: number, width: number, margins: PlotMargins): number {
  const plot = Math.max(0, width - margins.left - margins.right);
  const share = to > from ? (value - from) / (to - from) : 0;
  return margins.left + Math.min(1, Math.max(0, share)) * plot;
}

/** The inverse of `pixelOf`, clipped to [from, to]. */
export function valueAt(pixel: number, from: number, to: number, width: number, margins: PlotMargins): number {
  const plot = width - margins.left - margins.right;
  if (plot <= 0) return from;
  const share = Math.min(1, Math.max(0, (pixel - margins.left) / plot));
  return from + share * (to - from);
}

/**
 * Height of a count on a logarithmic axis that starts at none: 0 is 0, 1 is 1, 10 is 2, 100 is 3. Unlike a bare
 * logarithm it shows a bar with a single row, and tells it from an empty one.
 */
export function logHeight(count: number): number {
  return count < 1 ? 0 : Math.log10(count) + 1;
}

/** The count whose `logHeight` is this whole height. */
export function countAtLogHeight(height: number): number {
  return height < 1 ? 0 : 10 ** (height - 1);
}

/**
 * Height of an amount on a logarithmic axis through zero: 0 is 0, 1 is 1, 10 is 2, 100 is 3, and a refund of 10 is -2;
 * below 1 it is linear.
 */
export function amountHeight(amount: number): number {
  const size = Math.abs(amount);
  return Math.sign(amount) * (size < 1 ? size : Math.log10(size) + 1);
}

/** The amount whose `amountHeight` is this height. */
export function amountAtHeight(height: number): number {
  const size = Math.abs(height);
  return Math.sign(height) * (size < 1 ? size : 10 ** (size - 1));
}

/** Fractional position of a value among ascending bin edges: 2.5 lies in the middle of the third bin. */
export function binPosition(value: number, edges: ArrayLike<number>): number {
  const last = edges.length - 1;
  if (last < 1 || !(value > edges[0])) return 0;
  if (value >= edges[last]) return last;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle;
  }
  return low + (value - edges[low]) / (edges[low + 1] - edges[low]);
}

/**
 * Values worth a label between two ends: powers of ten where the ends are far apart and the bins grow, else round
 * steps (1, 2 or 5 times a power of ten), about `wanted` of them.
 */
export function labelValues(edges: ArrayLike<number>, wanted: number): readonly number[] {
  const from = edges[0];
  const to = edges[edges.length - 1];
  if (!(to > from)) return [from];
  const isGrowing = edges.length > 3 && edges[edges.length - 1] - edges[edges.length - 2] > 3 * (edges[2] - edges[1]);
  if (isGrowing && from >= 0) {
    const lowest = Math.ceil(Math.log10(Math.max(edges[1], 1)));
    const highest = Math.floor(Math.log10(to));
    const powers = Array.from({ length: Math.max(0, highest - lowest + 1) }, (_, step) => 10 ** (lowest + step));
    return from === 0 ? [0, ...powers] : powers;
  }
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.75) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

/** The value at a fractional position among bin edges; the inverse of `binPosition`. */
export function valueAtBinPosition(position: number, edges: ArrayLike<number>): number {
  const last = edges.length - 1;
  const clipped = Math.min(last, Math.max(0, position));
  const bin = Math.min(last - 1, Math.floor(clipped));
  return edges[bin] + (clipped - bin) * (edges[bin + 1] - edges[bin]);
}

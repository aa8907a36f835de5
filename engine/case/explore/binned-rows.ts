import type { CaseArrays } from '../case-arrays.ts';
import { keepNewest, type ModelView } from '../model/model-view.ts';

/** The bin of a row that has none. */
export const NO_BIN = 255;
/** Values that span more than this factor are binned by their logarithm. */
const logarithmicSpan = 100;
const scoreBinCount = 64;
const amountBinCount = 64;
const columnBinCount = 24;
/** Texts of a column that have a bin of their own. */
const mostTexts = 7;
/** Columns whose bins are kept: as many as are looked at together. */
const keptColumns = 32;

/** One byte per row: its place among the edges, or NO_BIN. A value lies in bin i where edges[i] <= value < edges[i + 1]. */
export interface BinnedRows {
  readonly edges: Float64Array;
  readonly bins: Uint8Array;
}

/** One byte per row: which of a column's texts it has. After the texts come a bin for all others and one for missing. */
export interface RowsByText {
  readonly texts: readonly string[];
  readonly bins: Uint8Array;
}

const scoreBinsOf = new WeakMap<ModelView, BinnedRows>();
const amountBinsOf = new WeakMap<CaseArrays, BinnedRows>();
const columnBinsOf = new WeakMap<CaseArrays, Map<string, BinnedRows>>();
const textBinsOf = new WeakMap<CaseArrays, Map<string, RowsByText>>();

/** The scores of a model in bins. */
export function scoreBins(view: ModelView): BinnedRows {
  const known = scoreBinsOf.get(view);
  if (known !== undefined) return known;
  const { sums } = view;
  let least = Infinity;
  let greatest = -Infinity;
  for (let row = 0; row < sums.length; row++) {
    if (sums[row] < least) least = sums[row];
    if (sums[row] > greatest) greatest = sums[row];
  }
  const edges =
    sums.length === 0
      ? evenEdges(0, 1, scoreBinCount)
      : evenEdges(view.scoreOf(greatest), view.scoreOf(least), scoreBinCount);
  const scale = scoreBinCount / (edges[scoreBinCount] - edges[0]);
  const bins = new Uint8Array(sums.length);
  for (let row = 0; row < sums.length; row++) {
    const score = view.scoreOf(sums[row]);
    bins[row] = exactBin(score, edges, (score - edges[0]) * scale);
  }
  const made = { edges, bins };
  scoreBinsOf.set(view, made);
  return made;
}

/** Amounts in bins, by their logarithm where they span much; null without an amount column. */
export function amountBins(arrays: CaseArrays): BinnedRows | null {
  const known = amountBinsOf.get(arrays);
  if (known !== undefined) return known;
  if (arrays.amounts === null) return null;
  const made = binValues(arrays.amounts, amountBinCount);
  amountBinsOf.set(arrays, made);
  return made;
}

/** A column of numbers or times in bins. @throws AssayError UNKNOWN_COLUMN where it is neither. */
export function numberBins(arrays: CaseArrays, column: string): BinnedRows {
  return kept(columnBinsOf, arrays, column, () => binValues(arrays.valuesOf(column), columnBinCount));
}

/**
 * A column of categories by the texts that most of its transactions have.
 * @throws AssayError UNKNOWN_COLUMN where it has no categories.
 */
export function textBins(arrays: CaseArrays, column: string): RowsByText {
  return kept(textBinsOf, arrays, column, () => {
    const { codes, dictionary } = arrays.coded(column);
    const counts = new Uint32Array(dictionary.size);
    for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) counts[codes[row]]++;
    const shown = Array.from(counts.keys())
      .filter((code) => counts[code] > 0)
      .sort((left, right) => counts[right] - counts[left] || left - right)
      .slice(0, mostTexts);
    const [others, missing] = [shown.length, shown.length + 1];
    const binOfCode = new Uint8Array(dictionary.size).fill(others);
    shown.forEach((code, bin) => (binOfCode[code] = bin));
    return {
      texts: shown.map((code) => dictionary.textOf(code)),
      bins: Uint8Array.from(codes, (code) => (code < 0 ? missing : binOfCode[code])),
    };
  });
}

function kept<Made>(
  known: WeakMap<CaseArrays, Map<string, Made>>,
  arrays: CaseArrays,
  column: string,
  make: () => Made,
): Made {
  const ofCase = known.get(arrays) ?? new Map<string, Made>();
  known.set(arrays, ofCase);
  const made = ofCase.get(column) ?? make();
  keepNewest(ofCase, keptColumns - 1);
  ofCase.set(column, made);
  return made;
}

function binValues(values: Float64Array, count: number): BinnedRows {
  let least = Infinity;
  let greatest = -Infinity;
  let leastPositive = Infinity;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    if (value > 0 && value < leastPositive) leastPositive = value;
  }
  const isLogarithmic = least >= 0 && greatest / leastPositive > logarithmicSpan;
  const placeOf = isLogarithmic ? Math.log : (value: number): number => value;
  const places = evenEdges(isLogarithmic ? Math.log(leastPositive) : least, placeOf(greatest), count);
  const edges = isLogarithmic ? places.map(Math.exp) : places;
  if (isLogarithmic) edges[0] = least;
  const scale = count / (places[count] - places[0]);
  const bins = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    bins[row] = Number.isNaN(value) ? NO_BIN : exactBin(value, edges, (placeOf(value) - places[0]) * scale);
  }
  return { edges, bins };
}

/** The bin whose edges hold a value, from a guess that rounding may have put beside it; the last one holds its upper edge. */
export function exactBin(value: number, edges: Float64Array, guess: number): number {
  const last = edges.length - 2;
  let bin = guess > 0 ? Math.min(Math.trunc(guess), last) : 0;
  while (bin > 0 && value < edges[bin]) bin--;
  while (bin < last && value >= edges[bin + 1]) bin++;
  return bin;
}

/** `bins + 1` edges; a range without width gets one. */
export function evenEdges(low: number, high: number, bins: number): Float64Array {
  const from = Number.isFinite(low) ? low : 0;
  const to = Number.isFinite(high) && high > from ? high : from + 1;
  return Float64Array.from({ length: bins + 1 }, (_, edge) =>
    edge === bins ? to : from + ((to - from) * edge) / bins,
  );
}

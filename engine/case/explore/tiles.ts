import type { ParsedRequestInput } from '../../../preload/contract/requests.ts';
import type { Tile, TileView } from '../../../preload/contract/transactions.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { CaseArrays } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import { amountBins, evenEdges, exactBin, NO_BIN, numberBins, scoreBins, textBins } from './binned-rows.ts';
import { filteredRows } from './filtered-rows.ts';

export const TIME_BINS = 160;
const hoursOfWeek = 168;

/**
 * The map that is brushed, as a grid: each transaction's place in it. Beyond its last column and row lie the transactions
 * without a time or an amount, which pass where nothing is asked of that.
 */
export interface BrushGrid {
  readonly columns: number;
  readonly rows: number;
  /** Per transaction the index of the cell after its own in both directions, where its count begins to hold. */
  readonly cells: Uint16Array;
}

const gridOf = new WeakMap<CaseArrays, BrushGrid>();

/**
 * What a brush over time and amount leaves of one other picture, for every brush there can be: the picture's bins, counted from the
 * corner of the map to each of its cells, so that a brush is a subtraction of four of these rows. After the index of Falcon (Moritz,
 * Howe and Heer 2019), for a brush in two directions.
 */
export function tile(session: CaseSession, input: ParsedRequestInput<'explore.tile'>): Tile {
  const { arrays } = session;
  const { view: picture, modelId } = input;
  const view = session.view(modelId);
  const { units } = session.model(modelId).threshold;
  const rows = filteredRows(arrays, input.filter);
  const grid = brushGrid(arrays);
  const { bins, count, edges, texts } = pictureBins(session, modelId, picture);
  const flagged = rows.filter((row) => isFlagged(view.sums[row], units));
  return {
    columns: grid.columns,
    rows: grid.rows,
    bins: count,
    edges,
    texts,
    counts: cumulativeCounts(grid, bins, count, rows),
    flaggedCounts: cumulativeCounts(grid, bins, count, flagged),
  };
}

interface PictureBins {
  readonly bins: Uint8Array;
  readonly count: number;
  readonly edges: Float64Array | null;
  readonly texts: readonly string[] | null;
}

function pictureBins(session: CaseSession, modelId: number, picture: TileView): PictureBins {
  const { arrays } = session;
  switch (picture.kind) {
    case 'score':
      return ofEdges(scoreBins(session.view(modelId)));
    case 'hourOfWeek':
      return { bins: arrays.hoursOfWeek, count: hoursOfWeek, edges: null, texts: null };
    case 'number':
      return ofEdges(numberBins(arrays, picture.column));
    case 'category': {
      const { bins, texts } = textBins(arrays, picture.column);
      return { bins, count: texts.length + 2, edges: null, texts };
    }
  }
}

function ofEdges({ edges, bins }: { readonly edges: Float64Array; readonly bins: Uint8Array }): PictureBins {
  return { bins, count: edges.length - 1, edges: edges.slice(), texts: null };
}

/** Where each transaction lies in the map of amount over time; made once. */
export function brushGrid(arrays: CaseArrays): BrushGrid {
  const known = gridOf.get(arrays);
  if (known !== undefined) return known;
  const { times } = arrays;
  const amounts = amountBins(arrays);
  const columns = TIME_BINS + 1;
  const rows = (amounts === null ? 0 : amounts.edges.length - 1) + 1;
  const xEdges = timeEdges(arrays);
  const scale = TIME_BINS / (xEdges[TIME_BINS] - xEdges[0]);
  const cells = new Uint16Array(arrays.rowCount);
  for (let row = 0; row < cells.length; row++) {
    const time = times === null ? NaN : times[row];
    const x = Number.isNaN(time) ? TIME_BINS : exactBin(time, xEdges, (time - xEdges[0]) * scale);
    const amount = amounts === null ? NO_BIN : amounts.bins[row];
    const y = amount === NO_BIN ? rows - 1 : amount;
    cells[row] = (y + 1) * (columns + 1) + x + 1;
  }
  const made = { columns, rows, cells };
  gridOf.set(arrays, made);
  return made;
}

/** The edges of the map's time axis: all of the stream. */
export function timeEdges({ timeSpan }: CaseArrays): Float64Array {
  return evenEdges(timeSpan?.first ?? 0, timeSpan?.last ?? 1, TIME_BINS);
}

/**
 * Counts of each bin over all transactions below and left of each corner of the grid: `(rows + 1) * (columns + 1)` corners, row by
 * row, `binCount` counts each. Transactions in no bin are left out.
 */
export function cumulativeCounts(
  { columns, rows, cells }: BrushGrid,
  bins: Uint8Array,
  binCount: number,
  counted: Uint32Array,
): Uint32Array {
  const corner = columns + 1;
  const counts = new Uint32Array((rows + 1) * corner * binCount);
  for (let index = 0; index < counted.length; index++) {
    const row = counted[index];
    const bin = bins[row];
    if (bin < binCount) counts[cells[row] * binCount + bin]++;
  }
  for (let y = 1; y <= rows; y++) {
    const start = y * corner * binCount;
    const end = start + corner * binCount;
    for (let at = start + binCount; at < end; at++) counts[at] += counts[at - binCount];
    const below = corner * binCount;
    for (let at = start; at < end; at++) counts[at] += counts[at - below];
  }
  return counts;
}

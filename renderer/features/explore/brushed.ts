import type { Tile, TransactionFilter } from '../../../preload/contract/transactions.ts';

/** A brush over the cells of a map: columns `x[0]` to before `x[1]`, rows `y[0]` to before `y[1]`. */
export interface CellRange {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** What a tile counts under one brush. */
export interface BrushedCounts {
  readonly counts: Uint32Array;
  readonly flagged: Uint32Array;
}

/** The corners of a tile that a brush spans; all of it without a brush. */
export function cornersOf(tile: Pick<Tile, 'columns' | 'rows'>, range: CellRange | null): CellRange {
  return {
    x: cornersAlong(range?.x ?? null, tile.columns),
    y: cornersAlong(range?.y ?? null, tile.rows),
  };
}

/** A brush over a whole axis asks nothing of it, so that what lies beyond its last cell, without a value, is in. */
function cornersAlong(cells: readonly [number, number] | null, corners: number): readonly [number, number] {
  return cells === null || (cells[0] === 0 && cells[1] === corners - 1) ? [0, corners] : cells;
}

/** The counts of a tile within a brush: four of its rows, of which two are taken away and one is added back. */
export function countsWithin(tile: Tile, range: CellRange | null): BrushedCounts {
  const { x, y } = cornersOf(tile, range);
  const at = (column: number, row: number): number => (row * (tile.columns + 1) + column) * tile.bins;
  const corners = [at(x[1], y[1]), at(x[0], y[1]), at(x[1], y[0]), at(x[0], y[0])] as const;
  return {
    counts: differences(tile.counts, tile.bins, corners),
    flagged: differences(tile.flaggedCounts, tile.bins, corners),
  };
}

function differences(
  cumulative: Uint32Array,
  bins: number,
  [all, left, below, both]: readonly [number, number, number, number],
): Uint32Array {
  const counts = new Uint32Array(bins);
  for (let bin = 0; bin < bins; bin++)
    counts[bin] = cumulative[all + bin] - cumulative[left + bin] - cumulative[below + bin] + cumulative[both + bin];
  return counts;
}

/**
 * The filter that lets exactly the transactions of a brush pass; an axis that is brushed from end to end is no condition. Both
 * ends of a filter are within it, so that the upper one is the last number before the edge.
 */
export function filterOfCells(
  range: CellRange | null,
  xEdges: ArrayLike<number>,
  yEdges: ArrayLike<number>,
): Pick<TransactionFilter, 'fromMs' | 'toMs' | 'minimumAmount' | 'maximumAmount'> {
  if (range === null) return {};
  const { x, y } = range;
  return {
    ...(x[0] > 0 ? { fromMs: xEdges[x[0]] } : {}),
    ...(x[1] < xEdges.length - 1 ? { toMs: numberBefore(xEdges[x[1]]) } : {}),
    ...(y[0] > 0 ? { minimumAmount: yEdges[y[0]] } : {}),
    ...(y[1] < yEdges.length - 1 ? { maximumAmount: numberBefore(yEdges[y[1]]) } : {}),
  };
}

/** The brush that a filter is; null where it has none, undefined where its ends are no edges of cells, as after typing. */
export function cellsOfFilter(
  filter: TransactionFilter,
  xEdges: ArrayLike<number>,
  yEdges: ArrayLike<number>,
): CellRange | null | undefined {
  const { fromMs, toMs, minimumAmount, maximumAmount } = filter;
  if ([fromMs, toMs, minimumAmount, maximumAmount].every((end) => end === undefined)) return null;
  const x = cellsBetween(fromMs, toMs, xEdges);
  const y = cellsBetween(minimumAmount, maximumAmount, yEdges);
  return x === undefined || y === undefined ? undefined : { x, y };
}

function cellsBetween(
  from: number | undefined,
  to: number | undefined,
  edges: ArrayLike<number>,
): readonly [number, number] | undefined {
  const all = Array.from(edges);
  const first = from === undefined ? 0 : all.indexOf(from);
  const end = to === undefined ? all.length - 1 : all.findIndex((edge) => numberBefore(edge) === to);
  return first < 0 || end <= first ? undefined : [first, end];
}

/** The greatest double below a number. */
export function numberBefore(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] += value > 0 ? -1n : 1n;
  return new Float64Array(bits.buffer)[0];
}

/** A filter without what a brush over the map asks: what holds beside it. */
export function besideBrush({ columns, ranges }: TransactionFilter): TransactionFilter {
  return { ...(columns === undefined ? {} : { columns }), ...(ranges === undefined ? {} : { ranges }) };
}

import type { TransactionFilter } from '../../../preload/contract/transactions.ts';

/** The selection of a brush over time and amount as a filter; edges that touch the end of an axis are no condition. */
export function filterOfRange(
  range: { readonly x: readonly [number, number]; readonly y: readonly [number, number] } | null,
  xEdges: ArrayLike<number>,
  yEdges: ArrayLike<number>,
): TransactionFilter {
  if (range === null) return {};
  const isInside = (value: number, edges: ArrayLike<number>): boolean =>
    value > edges[0] && value < edges[edges.length - 1];
  return {
    ...(isInside(range.x[0], xEdges) ? { fromMs: Math.round(range.x[0]) } : {}),
    ...(isInside(range.x[1], xEdges) ? { toMs: Math.round(range.x[1]) } : {}),
    ...(isInside(range.y[0], yEdges) ? { minimumAmount: range.y[0] } : {}),
    ...(isInside(range.y[1], yEdges) ? { maximumAmount: range.y[1] } : {}),
  };
}

import { useMemo } from 'react';
import type { Tile, TileView, TransactionFilter } from '../../../preload/contract/transactions.ts';
import { useRequest } from '../../data/requests.ts';
import { besideBrush, countsWithin, type BrushedCounts, type CellRange } from './brushed.ts';

/** What is selected, as it is kept and as a hand is just moving it. */
export interface Selection {
  readonly modelId: number;
  /** As it is kept. */
  readonly filter: TransactionFilter;
  /** As it is shown: while a brush is dragged, that of the brush. */
  readonly shown: TransactionFilter;
  /** What is shown as cells of the map, null where nothing is brushed; undefined where it is no brush over whole cells. */
  readonly cells: CellRange | null | undefined;
}

const NOTHING = new Uint32Array();

/**
 * One picture of a selection. While a brush moves only its tile is subtracted, and nothing is asked. Where the selection is no brush
 * over whole cells, as after an amount was typed, it is counted by the engine.
 * @param ownColumn whose condition is left out, so that the other texts of the column can be seen and chosen, too
 */
export function useTile(
  { modelId, shown, cells }: Selection,
  view: TileView,
  ownColumn?: string,
): BrushedCounts & { readonly tile: Tile | undefined } {
  const beside = cells === undefined ? shown : besideBrush(shown);
  const filter = ownColumn === undefined ? beside : withoutColumn(beside, ownColumn);
  const tile = useRequest(
    'explore.tile',
    { modelId, filter, view },
    { keepsPrevious: true, isOnlyWhileShown: true },
  ).data;
  return useMemo(
    () =>
      tile === undefined ? { tile, counts: NOTHING, flagged: NOTHING } : { tile, ...countsWithin(tile, cells ?? null) },
    [tile, cells],
  );
}

function withoutColumn(filter: TransactionFilter, column: string): TransactionFilter {
  const { columns, ...others } = filter;
  if (columns === undefined) return filter;
  const { [column]: _own, ...kept } = columns;
  return Object.keys(kept).length === 0 ? others : { ...others, columns: kept };
}

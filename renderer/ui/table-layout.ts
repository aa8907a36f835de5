/** What a person changed about the columns of a table; kept by the caller so that it survives a restart. */
export interface TableLayout {
  /** Column ids in their order; new columns come last. */
  readonly order: readonly string[];
  readonly widthsPx: Readonly<Record<string, number>>;
  readonly hidden: readonly string[];
  /** The first so many shown columns stay while the rest scrolls. */
  readonly frozen: number;
}

export const untouchedLayout: TableLayout = { order: [], widthsPx: {}, hidden: [], frozen: 1 };

export const minimumColumnPx = 44;
export const maximumColumnPx = 1200;

/** Whether stored state is a layout; an older window may have written something else. */
export function isTableLayout(value: unknown): value is TableLayout {
  if (typeof value !== 'object' || value === null) return false;
  const { order, widthsPx, hidden, frozen } = value as Record<keyof TableLayout, unknown>;
  return (
    Array.isArray(order) &&
    Array.isArray(hidden) &&
    typeof widthsPx === 'object' &&
    widthsPx !== null &&
    typeof frozen === 'number'
  );
}

interface SizedColumn {
  readonly id: string;
  readonly widthPx: number;
}

/** The columns as shown: ordered, without the hidden ones, with their widths; never none at all. */
export function shownColumns<Column extends SizedColumn>(
  columns: readonly Column[],
  layout: TableLayout,
): readonly Column[] {
  const place = new Map(layout.order.map((id, index) => [id, index]));
  const ordered = columns
    .map((column, index) => ({ column, rank: place.get(column.id) ?? layout.order.length + index }))
    .toSorted((first, second) => first.rank - second.rank)
    .map(({ column }) => column);
  const shown = ordered.filter((column) => !layout.hidden.includes(column.id));
  return (shown.length === 0 ? ordered.slice(0, 1) : shown).map((column) => {
    const chosen = layout.widthsPx[column.id];
    return chosen === undefined ? column : { ...column, widthPx: clampWidth(chosen) };
  });
}

function clampWidth(widthPx: number): number {
  return Math.round(Math.min(maximumColumnPx, Math.max(minimumColumnPx, widthPx)));
}

export function withWidth(layout: TableLayout, id: string, widthPx: number): TableLayout {
  return { ...layout, widthsPx: { ...layout.widthsPx, [id]: clampWidth(widthPx) } };
}

/** Moves a column to stand before or after another. Hidden columns keep their neighbours. */
export function withColumnMoved(
  layout: TableLayout,
  allIds: readonly string[],
  id: string,
  targetId: string,
  side: 'before' | 'after',
): TableLayout {
  if (id === targetId) return layout;
  const known = layout.order.filter((known) => allIds.includes(known));
  const full = [...known, ...allIds.filter((other) => !known.includes(other))].filter((other) => other !== id);
  const target = full.indexOf(targetId);
  if (target < 0) return layout;
  return { ...layout, order: full.toSpliced(side === 'before' ? target : target + 1, 0, id) };
}

export function withHidden(layout: TableLayout, id: string, isHidden: boolean): TableLayout {
  const others = layout.hidden.filter((hidden) => hidden !== id);
  return { ...layout, hidden: isHidden ? [...others, id] : others };
}

export interface SortEntry {
  readonly id: string;
  readonly descending: boolean;
}

/**
 * The sort after a click on a header: the column alone, and once more the other way round; with `isAdded` (Shift)
 * it joins or turns within the present order, and a third click takes it out again.
 */
export function nextSort(
  sort: readonly SortEntry[],
  id: string,
  isAdded: boolean,
  descendingFirst: boolean,
): readonly SortEntry[] {
  const present = sort.find((entry) => entry.id === id);
  if (!isAdded) {
    const descending = present !== undefined && sort.length === 1 ? !present.descending : descendingFirst;
    return [{ id, descending }];
  }
  if (present === undefined) return [...sort, { id, descending: descendingFirst }];
  if (present.descending === descendingFirst) {
    return sort.map((entry) => (entry.id === id ? { id, descending: !descendingFirst } : entry));
  }
  const rest = sort.filter((entry) => entry.id !== id);
  return rest.length === 0 ? [{ id, descending: descendingFirst }] : rest;
}

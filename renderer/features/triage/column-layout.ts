/** How an analyst arranged the columns. Ids that are not known are passed over; new columns come last. */
export interface ColumnLayout {
  readonly order: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
  readonly hidden: readonly string[];
  /** Of the columns that stand in the list only where they are chosen, those that are; none in what older windows wrote. */
  readonly shown?: readonly string[];
  /** Columns that stay when the rest scrolls sideways, counted from the left. */
  readonly frozen: number;
}

interface Column {
  readonly id: string;
  readonly isOptional?: boolean;
}

/** Whether a column stands in the list. */
export function isShown({ id, isOptional }: Column, { hidden, shown }: ColumnLayout): boolean {
  return isOptional === true ? (shown ?? []).includes(id) : !hidden.includes(id);
}

const NARROWEST = 48;
const WIDEST = 800;

export interface SizedColumn<Each> {
  readonly column: Each;
  readonly width: number;
  /** Stays where it is when the rest scrolls sideways. */
  readonly isFrozen: boolean;
}

/** The columns to show, in order, with their widths. */
export function arrangedColumns<Each extends Column & { readonly width: number }>(
  columns: readonly Each[],
  layout: ColumnLayout,
): readonly SizedColumn<Each>[] {
  return orderedIds(columns, layout)
    .flatMap((id) => columns.filter((column) => column.id === id))
    .filter((column) => isShown(column, layout))
    .map((column, index) => ({
      column,
      width: layout.widths[column.id] ?? column.width,
      isFrozen: index < layout.frozen,
    }));
}

function orderedIds(columns: readonly { readonly id: string }[], { order }: ColumnLayout): readonly string[] {
  const known = columns.map(({ id }) => id);
  return [...order.filter((id) => known.includes(id)), ...known.filter((id) => !order.includes(id))];
}

/** The layout with one column wider or narrower. */
export function resized(layout: ColumnLayout, id: string, width: number): ColumnLayout {
  const kept = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
  return { ...layout, widths: { ...layout.widths, [id]: kept } };
}

const CHARACTER_PIXELS = 8.4;
const CELL_PADDING = 20;
const NARROWEST_FIT = 64;
const WIDEST_FIT = 190;

/** The layout in which columns of ids are as wide as their texts, unless a person gave them a width. */
export function fitted(layout: ColumnLayout, texts: Readonly<Record<string, readonly string[]>>): ColumnLayout {
  const widths = Object.entries(texts).map(([id, column]) => {
    const longest = column.reduce((most, text) => Math.max(most, text.length), 0);
    const width = Math.round(longest * CHARACTER_PIXELS + CELL_PADDING);
    return [id, Math.min(WIDEST_FIT, Math.max(NARROWEST_FIT, width))] as const;
  });
  return { ...layout, widths: { ...Object.fromEntries(widths), ...layout.widths } };
}

/** The layout with one column put before another, or last where that is null. */
export function movedBefore(
  columns: readonly { readonly id: string }[],
  layout: ColumnLayout,
  id: string,
  before: string | null,
): ColumnLayout {
  if (id === before) return layout;
  const others = orderedIds(columns, layout).filter((other) => other !== id);
  const at = before === null ? others.length : others.indexOf(before);
  return { ...layout, order: [...others.slice(0, at), id, ...others.slice(at)] };
}

/** The layout with one column shown or hidden; the last one shown stays. */
export function toggledColumn(columns: readonly Column[], layout: ColumnLayout, id: string): ColumnLayout {
  if (columns.some((column) => column.id === id && column.isOptional === true)) {
    const shown = layout.shown ?? [];
    return { ...layout, shown: shown.includes(id) ? shown.filter((other) => other !== id) : [...shown, id] };
  }
  if (layout.hidden.includes(id)) return { ...layout, hidden: layout.hidden.filter((other) => other !== id) };
  return columns.filter((column) => isShown(column, layout)).length <= 1
    ? layout
    : { ...layout, hidden: [...layout.hidden, id] };
}

/** Guards a layout that an older window may have written. */
export function isColumnLayout(value: unknown): value is ColumnLayout {
  if (typeof value !== 'object' || value === null) return false;
  const { order, widths, hidden, shown, frozen } = value as Partial<Record<keyof ColumnLayout, unknown>>;
  return (
    Array.isArray(order) &&
    Array.isArray(hidden) &&
    (shown === undefined || Array.isArray(shown)) &&
    typeof widths === 'object' &&
    widths !== null &&
    typeof frozen === 'number'
  );
}

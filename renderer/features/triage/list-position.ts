/** Where a list was scrolled to, and with what selected: found again on coming back. */
export interface ListPosition {
  /** The first row in view, and how far it is scrolled out of it. */
  readonly key: string;
  readonly offsetPx: number;
  readonly selected: string | null;
  /** Rows that had been read. */
  readonly rows: number;
}

/** Guards a position that an older window may have written. */
export function isListPosition(value: unknown): value is ListPosition {
  if (typeof value !== 'object' || value === null) return false;
  const { key, offsetPx, selected, rows } = value as Partial<Record<keyof ListPosition, unknown>>;
  return (
    typeof key === 'string' &&
    typeof offsetPx === 'number' &&
    (selected === null || typeof selected === 'string') &&
    typeof rows === 'number'
  );
}

/** Number of the row that is first in view again; -1 where it is gone, or another row is selected and is to be shown. */
export function rowOfPosition(
  position: ListPosition | null,
  rows: readonly { readonly key: string }[],
  selected: string | null,
): number {
  return position?.selected === selected ? rows.findIndex(({ key }) => key === position?.key) : -1;
}

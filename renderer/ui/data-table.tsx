import { useVirtualizer } from '@tanstack/react-virtual';
import { createContext, memo, useContext, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { ClipboardEvent, CSSProperties, KeyboardEvent, MouseEvent, PointerEvent, ReactNode } from 'react';
import { asHtmlTable, asTabbedText } from './copy-table.ts';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';
import type { MenuEntry } from './menu.tsx';
import { nextSort, shownColumns, untouchedLayout, withColumnMoved, withHidden, withWidth } from './table-layout.ts';
import type { SortEntry, TableLayout } from './table-layout.ts';
import './table.css';

/** Height of a row under the chosen density, in CSS pixels. */
export const RowHeightContext = createContext(28);

const headHeightPx = 31;
const rowsAhead = 40;
const keyResizePx = 16;

export interface DataColumn<Row> {
  readonly id: string;
  /** The header, and the header when copied. */
  readonly title: string;
  readonly widthPx: number;
  /** The cell as text: shown unless `render` is given, and always what is copied. */
  readonly text: (row: Row) => string;
  readonly render?: (row: Row) => ReactNode;
  /** Numbers stand right, in tabular figures. */
  readonly align?: 'left' | 'right';
  /** True where the engine can sort by it; `descendingFirst` for scores and amounts. */
  readonly isSortable?: boolean;
  readonly descendingFirst?: boolean;
}

export interface DataTableProps<Row> {
  /** Name for screen readers. */
  readonly label: string;
  readonly columns: readonly DataColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly selectedKey?: string | null;
  readonly onSelect?: (key: string, row: Row) => void;
  /** Enter or double click on the selected row. */
  readonly onActivate?: (row: Row) => void;
  /** Rows picked with Ctrl or Shift, for bulk work; without it only one row can be selected. */
  readonly markedKeys?: ReadonlySet<string>;
  readonly onMark?: (keys: ReadonlySet<string>) => void;
  readonly sort?: readonly SortEntry[];
  readonly onSort?: (sort: readonly SortEntry[]) => void;
  readonly layout?: TableLayout;
  readonly onLayout?: (layout: TableLayout) => void;
  /** Rows in all, where more are to come. */
  readonly total?: number | undefined;
  readonly hasMore?: boolean;
  readonly onNeedMore?: () => void;
  /** Shown in place of rows when there are none. */
  readonly empty?: ReactNode;
  /** Draw as tall as the rows, for short lists inside a page. */
  readonly fitsRows?: boolean;
}

interface RowViewProps<Row> {
  readonly row: Row;
  readonly index: number;
  readonly id: string;
  readonly columns: readonly DataColumn<Row>[];
  readonly template: string;
  readonly stickyLeft: readonly (number | undefined)[];
  readonly offsetPx: number;
  readonly isSelected: boolean;
  readonly isMarked: boolean;
}

function RowView<Row>(props: RowViewProps<Row>) {
  const { row, columns, stickyLeft, isSelected, isMarked } = props;
  return (
    <div
      role="row"
      id={props.id}
      className="table-row"
      data-index={props.index}
      data-marked={isMarked}
      aria-rowindex={props.index + 2}
      aria-selected={isSelected || isMarked}
      style={{ transform: `translateY(${props.offsetPx}px)`, gridTemplateColumns: props.template }}
    >
      {columns.map((column, position) => {
        const left = stickyLeft[position];
        return (
          <div
            key={column.id}
            role="gridcell"
            className="table-cell"
            aria-colindex={position + 1}
            data-align={column.align}
            data-frozen={left !== undefined}
            data-edge={left !== undefined && stickyLeft[position + 1] === undefined && position > 0}
            style={left === undefined ? undefined : { left }}
            title={column.render === undefined ? column.text(row) : undefined}
          >
            {column.render === undefined ? column.text(row) : column.render(row)}
          </div>
        );
      })}
    </div>
  );
}

const MemoRow = memo(RowView) as typeof RowView;

/**
 * A grid for any number of rows: only the visible ones are drawn. Click a header to sort, Shift adds a column; drag
 * its border to resize and the header to move it; its menu (or Alt+arrows, Alt+Shift+arrows on it) does the same by
 * key. In the rows: arrows, Page Up/Down, Home, End, Enter, Ctrl+C copies with headers, Ctrl+A marks all.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, selectedKey = null, onSelect, onActivate, markedKeys, onMark } = props;
  const { sort = [], onSort, onLayout, hasMore = false, onNeedMore, empty, fitsRows = false } = props;
  const tableId = useId();
  const rowHeightPx = useContext(RowHeightContext);
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef<number | null>(null);
  const [ownLayout, setOwnLayout] = useState(untouchedLayout);
  const layout = props.layout ?? ownLayout;
  const changeLayout = onLayout ?? setOwnLayout;
  const [drop, setDrop] = useState<{
    readonly id: string;
    readonly target: string;
    readonly side: 'before' | 'after';
  } | null>(null);

  const shown = useMemo(() => shownColumns(columns, layout), [columns, layout]);
  const template = useMemo(() => {
    const widths = shown.map(({ widthPx }) => `${widthPx}px`);
    const last = shown.at(-1);
    // Words may use the rest of the line; numbers stay in their column, and an empty track fills it.
    if (last === undefined || last.align === 'right') return [...widths, '1fr'].join(' ');
    return [...widths.slice(0, -1), `minmax(${last.widthPx}px, 1fr)`].join(' ');
  }, [shown]);
  const stickyLeft = useMemo(() => {
    let left = 0;
    return shown.map((column, index) => {
      const at = left;
      left += column.widthPx;
      return index < layout.frozen ? at : undefined;
    });
  }, [shown, layout.frozen]);
  const indexOfKey = useMemo(() => new Map(rows.map((row, index) => [rowKey(row), index])), [rows, rowKey]);
  const selectedIndex = selectedKey === null ? -1 : (indexOfKey.get(selectedKey) ?? -1);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 8,
    paddingStart: headHeightPx,
    scrollPaddingStart: headHeightPx,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeightPx]);
  useEffect(() => {
    if (selectedIndex >= 0) virtualizer.scrollToIndex(selectedIndex, { align: 'auto' });
  }, [virtualizer, selectedIndex]);

  const items = virtualizer.getVirtualItems();
  const lastDrawn = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastDrawn >= rows.length - rowsAhead) onNeedMore?.();
  }, [hasMore, lastDrawn, rows.length, onNeedMore]);

  const select = (index: number): void => {
    const row = rows[index];
    if (row !== undefined) onSelect?.(rowKey(row), row);
  };
  const markRange = (from: number, to: number): void => {
    const [low, high] = from < to ? [from, to] : [to, from];
    onMark?.(new Set(rows.slice(low, high + 1).map(rowKey)));
  };
  const moveTo = (index: number, extends_: boolean): void => {
    const held = Math.max(0, Math.min(rows.length - 1, index));
    if (extends_ && onMark !== undefined) {
      anchor.current ??= Math.max(0, selectedIndex);
      markRange(anchor.current, held);
    } else {
      anchor.current = null;
      if (markedKeys !== undefined && markedKeys.size > 0) onMark?.(new Set());
    }
    select(held);
  };
  const onRowsKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headHeightPx) / rowHeightPx) - 1);
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.altKey) return;
    if (event.key === 'ArrowDown') moveTo(selectedIndex + 1, event.shiftKey);
    else if (event.key === 'ArrowUp') moveTo(selectedIndex - 1, event.shiftKey);
    else if (event.key === 'PageDown') moveTo(selectedIndex + page, event.shiftKey);
    else if (event.key === 'PageUp') moveTo(selectedIndex - page, event.shiftKey);
    else if (event.key === 'Home') moveTo(0, event.shiftKey);
    else if (event.key === 'End') moveTo(rows.length - 1, event.shiftKey);
    else if (event.key === 'Enter' && selectedIndex >= 0 && onActivate !== undefined) onActivate(rows[selectedIndex]);
    else if (event.key === 'a' && isCommand && onMark !== undefined) onMark(new Set(rows.map(rowKey)));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onRowsClick = (event: MouseEvent<HTMLDivElement>): void => {
    const element = event.target instanceof Element ? event.target.closest('[data-index]') : null;
    if (element === null) return;
    const index = Number(element.getAttribute('data-index'));
    const row = rows[index];
    if (row === undefined) return;
    if (onMark !== undefined && (event.ctrlKey || event.metaKey)) {
      const key = rowKey(row);
      const next = new Set(markedKeys);
      if (!next.delete(key)) next.add(key);
      onMark(next);
      return;
    }
    moveTo(index, event.shiftKey);
    if (event.detail === 2) onActivate?.(row);
  };
  const onCopy = (event: ClipboardEvent<HTMLDivElement>): void => {
    if (String(window.getSelection() ?? '') !== '') return;
    const marked = markedKeys === undefined ? [] : rows.filter((row) => markedKeys.has(rowKey(row)));
    const picked = marked.length > 0 ? marked : rows.slice(selectedIndex, selectedIndex + 1);
    if (picked.length === 0 || selectedIndex + marked.length < 0) return;
    const table = {
      headers: shown.map((column) => column.title),
      rows: picked.map((row) => shown.map((column) => column.text(row))),
    };
    event.clipboardData.setData('text/plain', asTabbedText(table));
    event.clipboardData.setData(
      'text/html',
      asHtmlTable(
        table,
        shown.map((column) => column.align !== 'right'),
      ),
    );
    event.preventDefault();
  };

  const allIds = columns.map((column) => column.id);
  const sortTo = (column: DataColumn<Row>, isAdded: boolean): void =>
    onSort?.(nextSort(sort, column.id, isAdded, column.descendingFirst ?? false));
  const moveColumn = (position: number, steps: number): void => {
    const target = shown[position + steps];
    if (target === undefined) return;
    changeLayout(withColumnMoved(layout, allIds, shown[position].id, target.id, steps < 0 ? 'before' : 'after'));
  };
  const onHeaderKey = (event: KeyboardEvent, position: number): void => {
    const isArrow = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
    if (!event.altKey || !isArrow) return;
    event.preventDefault();
    event.stopPropagation();
    const direction = event.key === 'ArrowLeft' ? -1 : 1;
    const column = shown[position];
    if (event.shiftKey) changeLayout(withWidth(layout, column.id, column.widthPx + direction * keyResizePx));
    else moveColumn(position, direction);
  };
  const startResize = (event: PointerEvent<HTMLSpanElement>, column: DataColumn<Row>): void => {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const startX = event.clientX;
    const onMove = (move: globalThis.PointerEvent): void =>
      changeLayout(withWidth(layout, column.id, column.widthPx + move.clientX - startX));
    handle.addEventListener('pointermove', onMove);
    handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', onMove), { once: true });
    handle.addEventListener('pointercancel', () => handle.removeEventListener('pointermove', onMove), { once: true });
  };
  const menuEntries = (column: DataColumn<Row>, position: number): readonly MenuEntry[] => [
    ...(column.isSortable === true && onSort !== undefined
      ? [
          { text: 'Sort ascending', onSelect: () => onSort([{ id: column.id, descending: false }]) },
          { text: 'Sort descending', onSelect: () => onSort([{ id: column.id, descending: true }]) },
          { text: 'Add to the sort', onSelect: () => sortTo(column, true) },
          { kind: 'line' as const },
        ]
      : []),
    {
      text: 'Freeze up to here',
      isChecked: layout.frozen === position + 1,
      onSelect: () => changeLayout({ ...layout, frozen: layout.frozen === position + 1 ? 0 : position + 1 }),
    },
    { text: 'Move left', isDisabled: position === 0, onSelect: () => moveColumn(position, -1) },
    { text: 'Move right', isDisabled: position === shown.length - 1, onSelect: () => moveColumn(position, 1) },
    { text: 'Reset columns', onSelect: () => changeLayout(untouchedLayout) },
    { kind: 'line' as const },
    { kind: 'heading' as const, text: 'Shown columns' },
    ...columns.map((other) => ({
      text: other.title,
      isChecked: shown.some((candidate) => candidate.id === other.id),
      keepsOpen: true,
      onSelect: () => changeLayout(withHidden(layout, other.id, !layout.hidden.includes(other.id))),
    })),
  ];

  const style: CSSProperties =
    fitsRows || rows.length === 0 ? { height: headHeightPx + rows.length * rowHeightPx + 1 } : {};
  return (
    <>
      <div
        ref={scroller}
        className="table"
        role="grid"
        tabIndex={0}
        data-fits={fitsRows || rows.length === 0}
        style={style}
        aria-label={label}
        aria-rowcount={(props.total ?? rows.length) + 1}
        aria-colcount={shown.length}
        aria-multiselectable={onMark !== undefined}
        aria-activedescendant={
          items.some((item) => item.index === selectedIndex) ? `${tableId}-${selectedIndex}` : undefined
        }
        onKeyDown={onRowsKey}
        onClick={onRowsClick}
        onCopy={onCopy}
      >
        <div role="rowgroup" className="table-head">
          <div role="row" aria-rowindex={1} style={{ display: 'grid', gridTemplateColumns: template }}>
            {shown.map((column, position) => {
              const entry = sort.find((candidate) => candidate.id === column.id);
              const rank = sort.findIndex((candidate) => candidate.id === column.id);
              const left = stickyLeft[position];
              return (
                <div
                  key={column.id}
                  role="columnheader"
                  className="table-header"
                  data-align={column.align}
                  data-frozen={left !== undefined}
                  data-edge={left !== undefined && stickyLeft[position + 1] === undefined && position > 0}
                  data-dragged={drop?.id === column.id}
                  data-drop={drop?.target === column.id ? drop.side : undefined}
                  style={left === undefined ? undefined : { left }}
                  aria-colindex={position + 1}
                  aria-sort={entry === undefined ? undefined : entry.descending ? 'descending' : 'ascending'}
                  draggable
                  onDragStart={(event) => {
                    event.dataTransfer.setData('text/x-assay-column', column.id);
                    event.dataTransfer.effectAllowed = 'move';
                    setDrop({ id: column.id, target: column.id, side: 'before' });
                  }}
                  onDragOver={(event) => {
                    if (drop === null) return;
                    event.preventDefault();
                    const box = event.currentTarget.getBoundingClientRect();
                    const side = event.clientX < box.left + box.width / 2 ? 'before' : 'after';
                    if (drop.target !== column.id || drop.side !== side) setDrop({ ...drop, target: column.id, side });
                  }}
                  onDrop={(event) => {
                    event.preventDefault();
                    if (drop !== null) changeLayout(withColumnMoved(layout, allIds, drop.id, drop.target, drop.side));
                  }}
                  onDragEnd={() => setDrop(null)}
                  onKeyDown={(event) => onHeaderKey(event, position)}
                >
                  {column.isSortable === true && onSort !== undefined ? (
                    <button
                      type="button"
                      className="table-sort"
                      title={`${column.title}. Click sorts, Shift+click adds to the sort, Alt+arrows move the column.`}
                      onClick={(event) => sortTo(column, event.shiftKey)}
                    >
                      {column.title}
                      {entry !== undefined && (
                        <span className="table-sort-mark" aria-hidden="true">
                          {entry.descending ? '▼' : '▲'}
                          {sort.length > 1 ? rank + 1 : ''}
                        </span>
                      )}
                    </button>
                  ) : (
                    <span className="table-sort" title={column.title}>
                      {column.title}
                    </span>
                  )}
                  <Menu
                    button={<Icon name="down" />}
                    label={`Column ${column.title}`}
                    className="table-menu"
                    align="end"
                    entries={menuEntries(column, position)}
                  />
                  <span
                    className="table-resize"
                    aria-hidden="true"
                    draggable
                    onDragStart={(event) => {
                      event.preventDefault();
                      event.stopPropagation();
                    }}
                    onPointerDown={(event) => startResize(event, column)}
                  />
                </div>
              );
            })}
          </div>
        </div>
        {rows.length > 0 && (
          <div role="rowgroup" className="table-rows" style={{ height: virtualizer.getTotalSize() - headHeightPx }}>
            {items.map((item) => {
              const row = rows[item.index];
              const key = rowKey(row);
              return (
                <MemoRow
                  key={key}
                  id={`${tableId}-${item.index}`}
                  row={row}
                  index={item.index}
                  columns={shown}
                  template={template}
                  stickyLeft={stickyLeft}
                  offsetPx={item.start - headHeightPx}
                  isSelected={item.index === selectedIndex}
                  isMarked={markedKeys?.has(key) ?? false}
                />
              );
            })}
          </div>
        )}
      </div>
      {rows.length === 0 && empty}
    </>
  );
}

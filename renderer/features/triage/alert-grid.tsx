import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import {
  memo,
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import { Menu } from '../../ui/menu.tsx';
import type { AlertSort } from '../../../preload/contract/alert-choice.ts';
import { columnsOf, type AlertColumn, type ColumnContext } from './alert-columns.tsx';
import {
  arrangedColumns,
  movedBefore,
  resized,
  toggledColumn,
  type ColumnLayout,
  type SizedColumn,
} from './column-layout.ts';
import { ExpandedAlert, expandedHeight, type PointedTransactions } from './expanded-alert.tsx';
import { rowOfPosition, type ListPosition } from './list-position.ts';
import { sortedBy } from './sort-alerts.ts';

export interface AlertGridProps {
  readonly modelId: number;
  readonly rows: readonly AlertRow[];
  readonly total: number;
  readonly context: ColumnContext;
  readonly layout: ColumnLayout;
  readonly onLayout: (layout: ColumnLayout) => void;
  readonly sort: readonly AlertSort[];
  readonly onSort: (sort: readonly AlertSort[]) => void;
  readonly selected: string | null;
  readonly onSelect: (key: string) => void;
  readonly checked: ReadonlySet<string>;
  readonly onCheck: (key: string) => void;
  /** All of the filter, or none where some are. */
  readonly onCheckAll: () => void;
  readonly expanded: ReadonlySet<string>;
  readonly onExpand: (key: string) => void;
  /** Transactions that a sentence stands on. */
  readonly pointed: PointedTransactions | null;
  /** The column of the selected row that keys of cells speak of. */
  readonly activeColumn: string | null;
  readonly onActiveColumn: (id: string) => void;
  /** Filters by a cell. */
  readonly onCell: (columnId: string, row: AlertRow) => void;
  /** What stands above a row: the day that begins with it; null above most. */
  readonly headingOf: (index: number) => string | null;
  readonly rowHeight: number;
  /** Where the list was scrolled to when it was left; is taken once. */
  readonly position: ListPosition | null;
  readonly onPosition: (position: ListPosition) => void;
  readonly onNearEnd: () => void;
}

const HANDLE_WIDTH = 50;
const HEADING_HEIGHT = 30;
/** The line of a column that stands under the others. */
const BELOW_HEIGHT = 20;
const BELOW_HEADING_HEIGHT = 24;
/** Less than this, and most reasons would be cut. */
const LEAST_ELASTIC_PX = 380;
const NEAR_END_ROWS = 60;

type Arranged = readonly SizedColumn<AlertColumn>[];

/** The list of alerts: only what is in view is drawn, whatever its length. */
export function AlertGrid(props: AlertGridProps): ReactNode {
  const { modelId, rows, total, context, layout, sort, selected, checked, expanded, pointed, onNearEnd } = props;
  const { onPosition, headingOf, rowHeight: lineHeight } = props;
  const alertColumns = columnsOf(context);
  const left = useRef(props.position);
  // Where the list was sent, until it is there: what it says before is where it stood.
  const sentToPx = useRef<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  // The same object while the columns stand as they are: a new one draws every row again.
  const shown = useMemo(() => arrangedColumns(alertColumns, layout), [alertColumns, layout]);
  const roomPx = useWidth(scroller);
  const below = belowOthers(shown, roomPx);
  const arranged = useMemo(() => shown.filter((sized) => sized !== below), [shown, below]);
  const rowHeight = lineHeight + (below === null ? 0 : BELOW_HEIGHT);
  const headerHeight = lineHeight + (below === null ? 0 : BELOW_HEADING_HEIGHT);
  const width = HANDLE_WIDTH + arranged.reduce((sum, column) => sum + column.width, 0);

  // A new function measures every row again.
  const getItemKey = useCallback((index: number) => rows[index].key, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey,
    estimateSize: (index) =>
      rowHeight +
      (headingOf(index) === null ? 0 : HEADING_HEIGHT) +
      (expanded.has(rows[index].key) ? expandedHeight(rows[index]) : 0),
    overscan: 8,
    scrollPaddingStart: headerHeight,
  });
  useEffect(() => virtual.measure(), [virtual, expanded, rowHeight, headingOf]);

  const [isSideways, setIsSideways] = useState(false);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length < total && last > rows.length - NEAR_END_ROWS) onNearEnd();
  }, [last, rows.length, total, onNearEnd]);

  const selectedIndex = selected === null ? -1 : rows.findIndex(({ key }) => key === selected);
  useEffect(() => {
    if (selectedIndex < 0) return;
    const index = rowOfPosition(left.current, rows, selected);
    const offsetPx = left.current?.offsetPx ?? 0;
    left.current = null;
    if (index < 0) {
      if (!isInView(virtual, selectedIndex, rowHeight)) virtual.scrollToIndex(selectedIndex, { align: 'auto' });
    } else {
      sentToPx.current = virtual.measurementsCache[index].start + offsetPx;
      virtual.scrollToOffset(sentToPx.current);
    }
    // Not on `rows`: those that come later must not scroll back to the selected one.
  }, [virtual, selectedIndex, pointed, rowHeight]);
  const tellPosition = useEffectEvent(() => {
    if (left.current !== null) return;
    const offsetPx = sentToPx.current ?? virtual.scrollOffset ?? 0;
    const item = virtual.getVirtualItemForOffset(offsetPx);
    const key = item === undefined ? undefined : rows[item.index]?.key;
    if (item !== undefined && key !== undefined)
      onPosition({ key, offsetPx: offsetPx - item.start, selected, rows: rows.length });
  });
  useEffect(() => tellPosition(), [selected, rows.length]);
  useEffect(() => {
    const element = scroller.current;
    const onScrollEnd = (): void => {
      sentToPx.current = null;
      tellPosition();
    };
    element?.addEventListener('scrollend', onScrollEnd);
    return () => element?.removeEventListener('scrollend', onScrollEnd);
  }, []);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const move = (index: number): void => {
      const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
      if (row !== undefined) props.onSelect(row.key);
    };
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    if (event.key === 'ArrowDown') move(selectedIndex + 1);
    else if (event.key === 'ArrowUp') move(selectedIndex - 1);
    else if (event.key === 'PageDown') move(selectedIndex + pageRows);
    else if (event.key === 'PageUp') move(selectedIndex - pageRows);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(rows.length - 1);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      const at = shown.findIndex(({ column }) => column.id === props.activeColumn);
      const next = shown[Math.min(shown.length - 1, Math.max(0, at + (event.key === 'ArrowRight' ? 1 : -1)))];
      if (next !== undefined) props.onActiveColumn(next.column.id);
    } else if (event.key === ' ' && selected !== null) props.onCheck(selected);
    else if (event.key === 'Enter' && selected !== null) props.onExpand(selected);
    else return;
    event.preventDefault();
  };

  const heading = (sized: SizedColumn<AlertColumn>): ReactNode => (
    <HeaderCell
      key={sized.column.id}
      sized={sized}
      heightPx={sized === below ? null : lineHeight}
      context={context}
      layout={layout}
      onLayout={props.onLayout}
      sort={sort}
      onSort={props.onSort}
    />
  );

  return (
    <div
      ref={scroller}
      className="triage-grid"
      role="grid"
      aria-label="Alerts"
      aria-rowcount={total + 1}
      aria-multiselectable="true"
      aria-activedescendant={selectedIndex < 0 ? undefined : rowId(rows[selectedIndex].key)}
      tabIndex={0}
      data-sideways={isSideways}
      onScroll={({ currentTarget }) => setIsSideways(currentTarget.scrollLeft > 0)}
      onKeyDown={onKeyDown}
    >
      <div className="triage-header" role="row" aria-rowindex={1} style={{ width, height: headerHeight }}>
        <div className="triage-frozen" role="presentation">
          <span className="triage-handle" role="columnheader">
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label="Select all alerts of the filter"
              title="All in the filter, or none"
              checked={checked.size > 0 && checked.size >= total}
              ref={(box) => {
                if (box !== null) box.indeterminate = checked.size > 0 && checked.size < total;
              }}
              onChange={props.onCheckAll}
            />
          </span>
          {arranged.filter(({ isFrozen }) => isFrozen).map(heading)}
        </div>
        {arranged.filter(({ isFrozen }) => !isFrozen).map(heading)}
        {below !== null && heading(below)}
      </div>
      <div
        role="presentation"
        style={{ height: virtual.getTotalSize(), width, minWidth: '100%', position: 'relative' }}
      >
        {items.map((item) => {
          const row = rows[item.index];
          return (
            <div
              key={row.key}
              role="presentation"
              className="triage-slot"
              style={{ transform: `translateY(${item.start}px)`, width }}
            >
              {headingOf(item.index) !== null && (
                <div className="triage-day" role="row" style={{ height: HEADING_HEIGHT }}>
                  <span role="gridcell" className="tabular">
                    {headingOf(item.index)}
                  </span>
                </div>
              )}
              <GridRow
                row={row}
                index={item.index}
                arranged={arranged}
                below={below}
                context={context}
                lineHeight={lineHeight}
                isSelected={row.key === selected}
                isChecked={checked.has(row.key)}
                isExpanded={expanded.has(row.key)}
                activeColumn={row.key === selected ? props.activeColumn : null}
                onCell={props.onCell}
                onActiveColumn={props.onActiveColumn}
                onSelect={props.onSelect}
                onCheck={props.onCheck}
                onExpand={props.onExpand}
              />
              {expanded.has(row.key) && (
                <ExpandedAlert modelId={modelId} row={row} pointed={pointed?.key === row.key ? pointed : null} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Whether a row is wholly in view, by what is known without asking for a layout; the head of the list covers a row. */
function isInView(
  { measurementsCache, scrollOffset, scrollRect }: Virtualizer<HTMLDivElement, Element>,
  index: number,
  rowHeight: number,
): boolean {
  const { start, end } = measurementsCache[index];
  const top = scrollOffset ?? 0;
  return start >= top && end <= top + (scrollRect?.height ?? 0) - rowHeight;
}

/**
 * The column that is given a line of its own, since what room is left beside the others would cut most of its texts; null where
 * there is enough, or where a person gave it a width.
 */
function belowOthers(shown: Arranged, roomPx: number): SizedColumn<AlertColumn> | null {
  const elastic = shown.find(({ column, width }) => column.isElastic === true && width === column.width);
  if (elastic === undefined || roomPx === 0) return null;
  const others = shown.reduce((sum, sized) => sum + (sized === elastic ? 0 : sized.width), HANDLE_WIDTH);
  return roomPx - others < LEAST_ELASTIC_PX ? elastic : null;
}

/** The width of an element, followed as it changes; 0 until it is there. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null) return undefined;
    setWidthPx(watched.clientWidth);
    const observer = new ResizeObserver(() => setWidthPx(watched.clientWidth));
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return widthPx;
}

function rowId(key: string): string {
  return `alert-${encodeURIComponent(key)}`;
}

function cellStyle({ column, width }: SizedColumn<AlertColumn>): CSSProperties {
  const isElastic = column.isElastic === true && width === column.width;
  return { width, ...(isElastic ? { flexGrow: 1 } : {}) };
}

interface GridRowProps {
  readonly row: AlertRow;
  readonly index: number;
  readonly arranged: Arranged;
  /** The column that has a line of its own under the others. */
  readonly below: SizedColumn<AlertColumn> | null;
  readonly context: ColumnContext;
  readonly lineHeight: number;
  readonly isSelected: boolean;
  readonly isChecked: boolean;
  readonly isExpanded: boolean;
  readonly activeColumn: string | null;
  readonly onCell: (columnId: string, row: AlertRow) => void;
  readonly onActiveColumn: (id: string) => void;
  readonly onSelect: (key: string) => void;
  readonly onCheck: (key: string) => void;
  readonly onExpand: (key: string) => void;
}

const GridRow = memo(function GridRow(props: GridRowProps): ReactNode {
  const { row, index, arranged, below, context, lineHeight, isSelected, isChecked, isExpanded, activeColumn } = props;
  const [hovered, setHovered] = useState<string | null>(null);
  const name = row.entity === '' ? row.topId : row.entity;
  const cell = (sized: SizedColumn<AlertColumn>): ReactNode => {
    const { id, isNumber, isQuiet = false, text, draw } = sized.column;
    const words = text(row, context);
    return (
      <span
        key={id}
        role="gridcell"
        className={isNumber ? 'triage-cell number' : 'triage-cell'}
        data-quiet={isQuiet}
        data-column={id}
        data-hovered={hovered === id}
        title={words}
        data-active={activeColumn === id}
        data-below={sized === below}
        style={sized === below ? { height: BELOW_HEIGHT } : { ...cellStyle(sized), height: lineHeight }}
        onClick={() => props.onActiveColumn(id)}
      >
        {draw === undefined ? words : draw(row, context)}
        {hovered === id && (
          <button
            type="button"
            tabIndex={-1}
            className="triage-cell-filter"
            aria-label={`Filter by ${sized.column.title(context)} ${words}`}
            title="Only alerts with this value, or all again"
            onClick={(event) => {
              event.stopPropagation();
              props.onCell(id, row);
            }}
          >
            =
          </button>
        )}
      </span>
    );
  };
  return (
    <div
      id={rowId(row.key)}
      className="triage-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected || isChecked}
      data-selected={isSelected}
      data-checked={isChecked}
      data-decided={row.verdict !== null || row.snoozedUntilMs !== null}
      style={{ height: lineHeight + (below === null ? 0 : BELOW_HEIGHT) }}
      onClick={() => props.onSelect(row.key)}
      onDoubleClick={() => props.onExpand(row.key)}
      // Not on entering a cell: a list that scrolls under a resting pointer enters one in every frame.
      onMouseMove={({ target }) => setHovered(columnAt(target))}
      onMouseLeave={() => setHovered(null)}
    >
      <div className="triage-frozen" role="presentation">
        <span className="triage-handle" role="gridcell">
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Select ${name}`}
            checked={isChecked}
            onClick={(event) => event.stopPropagation()}
            onChange={() => props.onCheck(row.key)}
          />
          <button
            type="button"
            tabIndex={-1}
            className="triage-expander"
            aria-expanded={isExpanded}
            aria-label={`Transactions of ${name}`}
            onClick={(event) => {
              event.stopPropagation();
              props.onExpand(row.key);
            }}
          >
            {isExpanded ? '▾' : '▸'}
          </button>
        </span>
        {arranged.filter(({ isFrozen }) => isFrozen).map(cell)}
      </div>
      {arranged.filter(({ isFrozen }) => !isFrozen).map(cell)}
      {below !== null && cell(below)}
    </div>
  );
});

/** The column of the cell that an element lies in. */
function columnAt(target: EventTarget): string | null {
  const cell = target instanceof Element ? target.closest('[data-column]') : null;
  return cell?.getAttribute('data-column') ?? null;
}

interface HeaderCellProps extends Pick<AlertGridProps, 'context' | 'layout' | 'onLayout' | 'sort' | 'onSort'> {
  readonly sized: SizedColumn<AlertColumn>;
  /** Null where it stands under the others. */
  readonly heightPx: number | null;
}

const KEY_RESIZE = 12;

const HeaderCell = memo(function HeaderCell(props: HeaderCellProps): ReactNode {
  const { sized, heightPx, context, layout, onLayout, sort, onSort } = props;
  const { column, width } = sized;
  const { id, isNumber } = column;
  const title = column.title(context);
  const alertColumns = columnsOf(context);
  const place = sort.findIndex(({ by }) => by === column.sort);
  const arranged = arrangedColumns(alertColumns, layout);
  const at = arranged.findIndex((other) => other.column.id === id);
  const grip = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const onGripMove = (event: PointerEvent): void => {
    if (grip.current !== null) onLayout(resized(layout, id, grip.current.width + event.clientX - grip.current.x));
  };
  const moveTo = (index: number): void => {
    const others = arranged.filter((other) => other.column.id !== id);
    onLayout(movedBefore(alertColumns, layout, id, others[index]?.column.id ?? null));
  };

  return (
    <span
      role="columnheader"
      aria-sort={place < 0 ? undefined : sort[place].descending ? 'descending' : 'ascending'}
      className={isNumber ? 'triage-heading number' : 'triage-heading'}
      data-below={heightPx === null}
      style={heightPx === null ? { height: BELOW_HEADING_HEIGHT } : { ...cellStyle(sized), height: heightPx }}
      draggable
      onDragStart={(event) => event.dataTransfer.setData('text/assay-column', id)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        const dragged = event.dataTransfer.getData('text/assay-column');
        if (dragged !== '') onLayout(movedBefore(alertColumns, layout, dragged, id));
      }}
    >
      <button
        type="button"
        className="triage-sort"
        title={`Sort by ${title}. With Shift: after the present sort`}
        onClick={(event) => onSort(sortedBy(sort, column.sort, event.shiftKey))}
      >
        {title}
        {place >= 0 && (
          <span aria-hidden="true">
            {' '}
            {sort[place].descending ? '▾' : '▴'}
            {sort.length > 1 && <sub>{place + 1}</sub>}
          </span>
        )}
      </button>
      <Menu
        button="⋮"
        label={`Column ${title}`}
        className="triage-column-menu"
        entries={[
          { text: 'Move left', isDisabled: at <= 0, onSelect: () => moveTo(at - 1) },
          { text: 'Move right', isDisabled: at === arranged.length - 1, onSelect: () => moveTo(at + 1) },
          { text: 'Wider', onSelect: () => onLayout(resized(layout, id, width + 4 * KEY_RESIZE)), keepsOpen: true },
          { text: 'Narrower', onSelect: () => onLayout(resized(layout, id, width - 4 * KEY_RESIZE)), keepsOpen: true },
          {
            text: 'Freeze up to here',
            isChecked: layout.frozen === at + 1,
            onSelect: () => onLayout({ ...layout, frozen: layout.frozen === at + 1 ? 0 : at + 1 }),
          },
          { text: 'Hide', onSelect: () => onLayout(toggledColumn(alertColumns, layout, id)) },
        ]}
      />
      <span
        className="triage-resize"
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          grip.current = { x: event.clientX, width };
        }}
        onPointerMove={onGripMove}
        onPointerUp={() => (grip.current = null)}
        onPointerCancel={() => (grip.current = null)}
        onDoubleClick={() => onLayout(resized(layout, id, column.width))}
      />
    </span>
  );
});

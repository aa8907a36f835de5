import { useMemo, type ReactNode } from 'react';
import { DataTable } from '../../ui/data-table.tsx';
import type { DataColumn } from '../../ui/data-table.tsx';
import type { SortEntry } from '../../ui/table-layout.ts';

export interface CellsRow {
  readonly key: string;
  readonly cells: readonly string[];
}

export interface CellsTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  /** Columns of numbers, which stand right; ids stay left though they look like numbers. */
  readonly numeric: ReadonlySet<string>;
  readonly rows: readonly CellsRow[];
  readonly total?: number;
  readonly hasMore?: boolean;
  readonly onNeedMore?: () => void;
  /** Columns that the rows can be sorted by. */
  readonly sortable?: ReadonlySet<string>;
  readonly sort?: readonly SortEntry[];
  readonly onSort?: (sort: readonly SortEntry[]) => void;
  readonly selectedKey?: string | null;
  readonly onSelect?: (key: string) => void;
  readonly empty?: ReactNode;
}

const nothing: ReadonlySet<string> = new Set();

const widestPx = 260;

/** Rows as received: the text of every cell, nothing interpreted. */
export function CellsTable({
  label,
  columns,
  numeric,
  rows,
  total,
  hasMore = false,
  sortable = nothing,
  ...rest
}: CellsTableProps) {
  const firstRow = rows.at(0);
  const tableColumns = useMemo<readonly DataColumn<CellsRow>[]>(
    () =>
      columns.map((title, index) => {
        const sample = firstRow?.cells[index] ?? '';
        const letters = Math.max(title.length + (sortable.has(title) ? 6 : 3), sample.length + 2);
        return {
          id: title,
          isSortable: sortable.has(title),
          title,
          widthPx: Math.min(widestPx, 24 + letters * 7),
          align: numeric.has(title) ? 'right' : 'left',
          text: (row) => row.cells[index] ?? '',
        };
      }),
    [columns, numeric, firstRow, sortable],
  );
  return (
    <DataTable
      label={label}
      columns={tableColumns}
      rows={rows}
      rowKey={keyOfRow}
      total={total}
      hasMore={hasMore}
      {...rest}
    />
  );
}

function keyOfRow(row: CellsRow): string {
  return row.key;
}

import { useMemo } from 'react';
import { DataTable } from '../../ui/data-table.tsx';
import type { DataColumn } from '../../ui/data-table.tsx';

interface CellsRow {
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
}

const widestPx = 260;

/** Rows as received: the text of every cell, nothing interpreted. */
export function CellsTable({ label, columns, numeric, rows, total, hasMore = false, onNeedMore }: CellsTableProps) {
  const firstRow = rows.at(0);
  const tableColumns = useMemo<readonly DataColumn<CellsRow>[]>(
    () =>
      columns.map((title, index) => {
        const sample = firstRow?.cells[index] ?? '';
        const letters = Math.max(title.length + 3, sample.length);
        return {
          id: `${index}`,
          title,
          widthPx: Math.min(widestPx, 24 + letters * 7),
          align: numeric.has(title) ? 'right' : 'left',
          text: (row) => row.cells[index] ?? '',
        };
      }),
    [columns, numeric, firstRow],
  );
  return (
    <DataTable
      label={label}
      columns={tableColumns}
      rows={rows}
      rowKey={keyOfRow}
      total={total}
      hasMore={hasMore}
      {...(onNeedMore === undefined ? {} : { onNeedMore })}
    />
  );
}

function keyOfRow(row: CellsRow): string {
  return row.key;
}

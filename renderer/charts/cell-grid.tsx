import { memo, useCallback, useMemo, type ReactNode } from 'react';
import { CanvasChart, quietAxis, textTooltip, type ChartPick } from './canvas-chart.tsx';
import { rectangles } from './rectangles.ts';
import { withOpacity } from './shades.ts';
import type { ChartTheme } from './theme.ts';

export interface CellGridProps {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Shade from 0 to 1 of each cell, row by row; NaN leaves it empty. */
  readonly shades: ArrayLike<number>;
  /** Cells drawn in the colour of flags; the others are in the colour of mass. */
  readonly isFlagged: (cell: number) => boolean;
  readonly words: (cell: number) => string;
  readonly rowHeight: number;
  readonly leftPixels: number;
  readonly onPick?: (cell: number) => void;
}

const TOP = 4;
const BOTTOM = 22;

/** Shaded cells in rows and columns: hours by weekday, or entities by day. The first row is on top. */
export const CellGrid = memo(function CellGrid(props: CellGridProps): ReactNode {
  const { columns, rows, shades, isFlagged, words, rowHeight, leftPixels, onPick } = props;
  const shown = useMemo(() => shownCells(shades), [shades]);

  const option = useCallback(
    (theme: ChartTheme, width: number) => ({
      grid: { left: leftPixels, right: 14, top: TOP, bottom: BOTTOM, containLabel: false },
      tooltip: {
        ...textTooltip(theme),
        trigger: 'item',
        formatter: (point: { dataIndex: number }) => words(shown[point.dataIndex]),
      },
      xAxis: {
        ...quietAxis(theme),
        type: 'value',
        min: 0,
        max: columns.length,
        interval: tickInterval(columns.length, width),
        axisLabel: {
          color: theme.soft,
          align: 'left',
          showMaxLabel: false,
          formatter: (column: number) => columns[Math.round(column)] ?? '',
        },
      },
      yAxis: {
        ...quietAxis(theme),
        type: 'category',
        inverse: true,
        data: rows,
        axisLabel: { color: theme.ink, interval: 0, width: leftPixels - 14, overflow: 'truncate' },
      },
      series: [
        {
          ...rectangles('cells', [], ''),
          encode: { x: [0, 1], y: 2 },
          data: shown.map((cell) => {
            const column = cell % columns.length;
            return [column, column + 1, Math.floor(cell / columns.length)];
          }),
          renderItem: (
            params: { dataIndex: number },
            api: { value: (dimension: number) => number; coord: (at: number[]) => number[] },
          ) => {
            const cell = shown[params.dataIndex];
            const [left, centre] = api.coord([api.value(0), api.value(2)]);
            const [right] = api.coord([api.value(1), api.value(2)]);
            return {
              type: 'rect',
              transition: [],
              shape: {
                x: left + 0.5,
                y: centre - rowHeight / 2 + 0.5,
                width: Math.max(1, right - left - 1),
                height: rowHeight - 1,
                r: 1,
              },
              style: { fill: withOpacity(isFlagged(cell) ? theme.flag : theme.mass, shades[cell]) },
            };
          },
        },
      ],
    }),
    [columns, rows, shades, isFlagged, words, rowHeight, leftPixels, shown],
  );
  const pick = useCallback(({ dataIndex }: ChartPick) => onPick?.(shown[dataIndex]), [onPick, shown]);

  return <CanvasChart option={option} height={rows.length * rowHeight + TOP + BOTTOM} onPick={pick} />;
});

/** A whole number of columns between labels, so that each label stands under the start of its column. */
function tickInterval(columns: number, width: number): number {
  return Math.max(1, Math.ceil(columns / Math.max(2, Math.floor(width / 90))));
}

/** The cells that have a shade. */
function shownCells(shades: ArrayLike<number>): readonly number[] {
  return Array.from(shades, (_, cell) => cell).filter((cell) => shades[cell] > 0);
}

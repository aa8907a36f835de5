import { memo, useCallback, type ReactNode } from 'react';
import { Brush, type BrushRange } from './brush.tsx';
import { CanvasChart, quietAxis } from './canvas-chart.tsx';
import { rectangles } from './rectangles.ts';
import { binPosition, labelValues, valueAtBinPosition, type PlotMargins } from './scale.ts';
import { shadeOf, withOpacity } from './shades.ts';
import type { ChartTheme } from './theme.ts';

/** A selected rectangle in the units of the axes. */
export interface DensityRange {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface DensityMapProps {
  readonly xEdges: ArrayLike<number>;
  readonly yEdges: ArrayLike<number>;
  /** Row-major: y of the rows, x of the columns. */
  readonly counts: ArrayLike<number>;
  readonly flaggedCounts: ArrayLike<number>;
  readonly xWords: (value: number) => string;
  readonly yWords: (value: number) => string;
  /** A horizontal line, for example the threshold. */
  readonly line?: number | null;
  readonly height: number;
  readonly range?: DensityRange | null;
  readonly onBrush?: (range: DensityRange | null) => void;
}

const MARGINS: PlotMargins = { left: 50, right: 14, top: 8, bottom: 22 };

/**
 * Where the transactions lie: shades for all of them, and in front, as squares that shrink within their cell, the
 * flagged ones. Bins are drawn equally wide, whatever their edges.
 */
export const DensityMap = memo(function DensityMap(props: DensityMapProps): ReactNode {
  const { xEdges, yEdges, counts, flaggedCounts, xWords, yWords, line = null, height, range = null, onBrush } = props;
  const columns = Math.max(1, xEdges.length - 1);
  const rows = Math.max(1, yEdges.length - 1);

  const option = useCallback(
    (theme: ChartTheme, width: number) => {
      const { cells, shades, flags } = densityCells(counts, flaggedCounts, columns);
      const ticks = Math.max(2, Math.min(6, Math.floor(width / 130)));
      return {
        grid: { ...MARGINS, containLabel: false },
        xAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          max: columns,
          interval: columns / ticks,
          axisLine: { show: true, lineStyle: { color: theme.line } },
          axisLabel: {
            color: theme.soft,
            alignMinLabel: 'left',
            alignMaxLabel: 'right',
            formatter: (position: number) => xWords(valueAtBinPosition(position, xEdges)),
          },
        },
        yAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          max: rows,
          interval: rows,
          axisLabel: {
            color: theme.soft,
            customValues: labelValues(yEdges, 4).map((value) => binPosition(value, yEdges)),
            formatter: (position: number) => yWords(valueAtBinPosition(position, yEdges)),
          },
        },
        series: [
          rectangles('all', cells, (index) => withOpacity(theme.accent, shades[index] * 0.75), 0),
          rectangles('flagged', flags, theme.flag, 0),
          {
            id: 'line',
            type: 'line',
            symbol: 'none',
            silent: true,
            lineStyle: { color: theme.accent, width: 1, type: [4, 3] },
            data:
              line === null
                ? []
                : [
                    [0, binPosition(line, yEdges)],
                    [columns, binPosition(line, yEdges)],
                  ],
          },
        ],
      };
    },
    [xEdges, yEdges, counts, flaggedCounts, xWords, yWords, line, columns, rows],
  );

  const brushed =
    range === null
      ? null
      : {
          x: [binPosition(range.x[0], xEdges) / columns, binPosition(range.x[1], xEdges) / columns] as const,
          y: [binPosition(range.y[0], yEdges) / rows, binPosition(range.y[1], yEdges) / rows] as const,
        };
  const onBrushed = (shares: BrushRange | null): void =>
    onBrush?.(
      shares === null
        ? null
        : {
            x: [valueAtBinPosition(shares.x[0] * columns, xEdges), valueAtBinPosition(shares.x[1] * columns, xEdges)],
            y: [valueAtBinPosition(shares.y[0] * rows, yEdges), valueAtBinPosition(shares.y[1] * rows, yEdges)],
          },
    );

  return (
    <CanvasChart option={option} height={height}>
      {onBrush === undefined
        ? undefined
        : (width) => <Brush width={width} height={height} margins={MARGINS} range={brushed} onBrush={onBrushed} />}
    </CanvasChart>
  );
});

/** Rectangles in bin positions of every cell with rows, its shade, and a smaller one where some are flagged. */
export function densityCells(
  counts: ArrayLike<number>,
  flaggedCounts: ArrayLike<number>,
  columns: number,
): { readonly cells: number[][]; readonly shades: number[]; readonly flags: number[][] } {
  let most = 0;
  let mostFlagged = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    most = Math.max(most, counts[cell]);
    mostFlagged = Math.max(mostFlagged, flaggedCounts[cell]);
  }
  const cells: number[][] = [];
  const shades: number[] = [];
  const flags: number[][] = [];
  for (let cell = 0; cell < counts.length; cell++) {
    if (counts[cell] === 0) continue;
    const x = cell % columns;
    const y = Math.floor(cell / columns);
    cells.push([x, x + 1, y, y + 1]);
    shades.push(shadeOf(counts[cell], most));
    if (flaggedCounts[cell] === 0) continue;
    const inset = (1 - Math.sqrt(shadeOf(flaggedCounts[cell], mostFlagged))) / 2;
    flags.push([x + inset, x + 1 - inset, y + inset, y + 1 - inset]);
  }
  return { cells, shades, flags };
}

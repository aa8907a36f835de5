import { memo, useCallback, type ReactNode } from 'react';
import { Brush, type BrushRange } from './brush.tsx';
import { CanvasChart, quietAxis } from './canvas-chart.tsx';
import { rectangles } from './rectangles.ts';
import { binPosition, labelValues, valueAtBinPosition, type PlotMargins } from './scale.ts';
import { mixedColour, shadeOf, withOpacity } from './shades.ts';
import type { ChartTheme } from './theme.ts';

/** A selected rectangle in positions among the edges: whole numbers where it holds whole cells. */
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
  /** Called with whole cells while they are brushed, and `isDone` once the brush is let go. */
  readonly onBrush?: (range: DensityRange | null, isDone: boolean) => void;
}

const MARGINS: PlotMargins = { left: 50, right: 14, top: 8, bottom: 22 };

/** Fewer transactions than this give no share: one flagged among them is a dot. */
export const LEAST_COUNT_FOR_SHARE = 5;
const ROUNDING = 1e-6;
const DOT_INSET = 0.25;
const DEPTH_OF_FEW = 0.12;
/** A cell of few transactions that are all flagged must not be paler than one of many that are not. */
const DEPTH_OF_FLAGGED = 0.8;

/**
 * Where the transactions lie: how many as the depth of the shade, what share of them is flagged as its colour. Bins are
 * drawn equally wide, whatever their edges.
 */
export const DensityMap = memo(function DensityMap(props: DensityMapProps): ReactNode {
  const { xEdges, yEdges, counts, flaggedCounts, xWords, yWords, line = null, height, range = null, onBrush } = props;
  const columns = Math.max(1, xEdges.length - 1);
  const rows = Math.max(1, yEdges.length - 1);

  const option = useCallback(
    (theme: ChartTheme, width: number) => {
      const { cells, depths, parts, dots } = densityCells(counts, flaggedCounts, columns);
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
          rectangles(
            'all',
            cells,
            (index) => withOpacity(mixedColour(theme.accent, theme.flag, parts[index]), depths[index]),
            0,
          ),
          rectangles('flagged among few', dots, theme.flag, 0),
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
          x: [range.x[0] / columns, range.x[1] / columns] as const,
          y: [range.y[0] / rows, range.y[1] / rows] as const,
        };
  const onBrushed = (shares: BrushRange | null, isDone: boolean): void =>
    onBrush?.(shares === null ? null : { x: wholeCells(shares.x, columns), y: wholeCells(shares.y, rows) }, isDone);

  return (
    <CanvasChart option={option} height={height}>
      {onBrush === undefined
        ? undefined
        : (width) => <Brush width={width} height={height} margins={MARGINS} range={brushed} onBrush={onBrushed} />}
    </CanvasChart>
  );
});

/**
 * Rectangles in bin positions of every cell with rows, how deep its shade is, and how far its colour goes to that of flags: the root
 * of the share, so that 1 % is seen beside 100 %. Where too few rows give a share, a flagged one is a dot instead.
 */
export function densityCells(
  counts: ArrayLike<number>,
  flaggedCounts: ArrayLike<number>,
  columns: number,
): { readonly cells: number[][]; readonly depths: number[]; readonly parts: number[]; readonly dots: number[][] } {
  let most = 0;
  for (let cell = 0; cell < counts.length; cell++) most = Math.max(most, counts[cell]);
  const cells: number[][] = [];
  const depths: number[] = [];
  const parts: number[] = [];
  const dots: number[][] = [];
  for (let cell = 0; cell < counts.length; cell++) {
    if (counts[cell] === 0) continue;
    const x = cell % columns;
    const y = Math.floor(cell / columns);
    const givesShare = counts[cell] >= LEAST_COUNT_FOR_SHARE;
    cells.push([x, x + 1, y, y + 1]);
    const part = givesShare ? Math.sqrt(flaggedCounts[cell] / counts[cell]) : 0;
    parts.push(part);
    depths.push(givesShare ? Math.max(0.85 * shadeOf(counts[cell], most), DEPTH_OF_FLAGGED * part) : DEPTH_OF_FEW);
    if (givesShare || flaggedCounts[cell] === 0) continue;
    dots.push([x + DOT_INSET, x + 1 - DOT_INSET, y + DOT_INSET, y + 1 - DOT_INSET]);
  }
  return { cells, depths, parts, dots };
}

/** The cells that a span of the plot touches; one that begins and ends at edges, within rounding, touches no others. */
export function wholeCells([from, to]: readonly [number, number], cells: number): readonly [number, number] {
  const first = Math.min(Math.floor(from * cells + ROUNDING), cells - 1);
  return [first, Math.max(first + 1, Math.ceil(to * cells - ROUNDING))];
}

import { memo, useCallback, type ReactNode } from 'react';
import { CanvasChart, quietAxis } from './canvas-chart.tsx';
import { axisNumber } from './numbers.ts';
import { pixelOf, type PlotMargins } from './scale.ts';
import type { ChartTheme } from './theme.ts';

/** A line by the transactions it flags, and what is lost and spent there. */
export interface CostPoint {
  readonly flagged: number;
  readonly missedLoss: number;
  readonly reviewCost: number;
}

export interface CostCurveProps {
  /** By rising flags; alerts may fall again where nearly all is flagged. */
  readonly points: readonly CostPoint[];
  readonly cheapest: CostPoint;
  readonly height: number;
}

const MARGINS: PlotMargins = { left: 52, right: 14, top: 12, bottom: 22 };

/** Few flags and many lie far apart: one step of the axis is ten times as many. */
const placeOf = (flagged: number): number => Math.log10(Math.max(1, flagged));

const total = ({ missedLoss, reviewCost }: CostPoint): number => missedLoss + reviewCost;

/** What missed frauds and reviews cost, each and together, over the transactions that a line flags. */
export const CostCurve = memo(function CostCurve({ points, cheapest, height }: CostCurveProps): ReactNode {
  const first = Math.floor(placeOf(points[0]?.flagged ?? 1));
  const last = Math.max(first + 1, Math.ceil(placeOf(points.at(-1)?.flagged ?? 1)));
  const top = Math.max(1, ...points.map(total)) * 1.08;
  const option = useCallback(
    (theme: ChartTheme) => {
      const line = (id: string, of: (point: CostPoint) => number, lineStyle: object): object => ({
        ...{ id, type: 'line', symbol: 'none', silent: true, lineStyle },
        data: points.map((point) => [placeOf(point.flagged), of(point)]),
      });
      return {
        grid: { ...MARGINS, containLabel: false },
        xAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: first,
          max: last,
          interval: 1,
          axisLine: { show: true, lineStyle: { color: theme.line } },
          axisLabel: {
            color: theme.soft,
            hideOverlap: true,
            formatter: (place: number) => axisNumber(Math.round(10 ** place)),
          },
        },
        yAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          max: top,
          splitNumber: 2,
          splitLine: { show: true, lineStyle: { color: theme.line, opacity: 0.6 } },
          axisLabel: { color: theme.soft, showMaxLabel: false, formatter: axisNumber },
        },
        series: [
          line('missed', ({ missedLoss }) => missedLoss, { width: 1.2, color: theme.flag, type: [5, 3] }),
          line('reviews', ({ reviewCost }) => reviewCost, { width: 1.2, color: theme.soft }),
          line('together', total, { width: 2, color: theme.accent }),
        ],
      };
    },
    [points, first, last, top],
  );
  return (
    <CanvasChart option={option} height={height}>
      {(width) => (
        <div
          className="chart-here"
          style={{
            transform: `translate(${pixelOf(placeOf(cheapest.flagged), first, last, width, MARGINS)}px, ${
              MARGINS.top + (1 - total(cheapest) / top) * (height - MARGINS.top - MARGINS.bottom)
            }px)`,
          }}
        >
          <span>least</span>
        </div>
      )}
    </CanvasChart>
  );
});

import { memo, useCallback, type ReactNode } from 'react';
import { CanvasChart, quietAxis } from './canvas-chart.tsx';
import { percentage } from './numbers.ts';
import { pixelOf, type PlotMargins } from './scale.ts';
import type { ChartTheme } from './theme.ts';

export interface PrecisionRecallProps {
  readonly curves: readonly {
    readonly name: string;
    readonly isModel: boolean;
    /** Another model beside the first, which is no plain rule and has a colour of its own. */
    readonly isOtherModel?: boolean;
    readonly points: readonly { readonly precision: number; readonly recall: number }[];
  }[];
  /** Share of fraud: the precision that chance reaches. */
  readonly prevalence: number | null;
  readonly here: { readonly precision: number; readonly recall: number } | null;
  readonly height: number;
}

const MARGINS: PlotMargins = { left: 44, right: 14, top: 10, bottom: 22 };

function heightOf(precision: number, height: number): number {
  return MARGINS.top + (1 - precision) * (height - MARGINS.top - MARGINS.bottom);
}

/** How curves other than the model's are told apart without colour. */
const BASELINE_DASHES: readonly (readonly number[] | 'solid')[] = [
  [8, 3],
  [5, 3],
  [2, 3],
];

/** The dash of the n-th baseline, for the chart and its key. */
export function baselineDash(index: number): readonly number[] | 'solid' {
  return BASELINE_DASHES[index % BASELINE_DASHES.length];
}

/** Precision over recall: the model, the baselines or another model, chance, and here. */
export const PrecisionRecall = memo(function PrecisionRecall(props: PrecisionRecallProps): ReactNode {
  const { curves, prevalence, here, height } = props;

  const option = useCallback(
    (theme: ChartTheme) => {
      const baselines = curves.filter(({ isModel }) => !isModel);
      return {
        grid: { ...MARGINS, containLabel: false },
        xAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          max: 1,
          splitNumber: 4,
          axisLine: { show: true, lineStyle: { color: theme.line } },
          axisLabel: { color: theme.soft, formatter: (recall: number) => percentage(recall), alignMaxLabel: 'right' },
        },
        yAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          max: 1,
          interval: 0.5,
          splitLine: { show: true, lineStyle: { color: theme.line, opacity: 0.6 } },
          axisLabel: { color: theme.soft, formatter: (precision: number) => percentage(precision) },
        },
        series: [
          ...curves.map(({ name, isModel, isOtherModel = false, points }) => ({
            id: `curve-${name}`,
            type: 'line',
            symbol: 'none',
            silent: true,
            z: isModel ? 4 : 3,
            lineStyle: {
              width: isModel || isOtherModel ? 2 : 1.2,
              color: isModel ? theme.accent : isOtherModel ? theme.flag : theme.soft,
              type: isModel ? 'solid' : baselineDash(baselines.findIndex((baseline) => baseline.name === name)),
            },
            data: points.map(({ recall, precision }) => [recall, precision]),
          })),
          {
            id: 'chance',
            type: 'line',
            symbol: 'none',
            silent: true,
            lineStyle: { color: theme.soft, type: [3, 3], width: 1 },
            data:
              prevalence === null
                ? []
                : [
                    [0, prevalence],
                    [1, prevalence],
                  ],
          },
        ],
      };
    },
    [curves, prevalence],
  );
  return (
    <CanvasChart option={option} height={height}>
      {(width) =>
        here !== null && (
          <div
            className="chart-here"
            style={{
              transform: `translate(${pixelOf(here.recall, 0, 1, width, MARGINS)}px, ${heightOf(here.precision, height)}px)`,
            }}
          >
            <span>here</span>
          </div>
        )
      }
    </CanvasChart>
  );
});

import { memo, useCallback, type ReactNode } from 'react';
import { CanvasChart, quietAxis } from './canvas-chart.tsx';
import { percentage } from './numbers.ts';
import type { ChartTheme } from './theme.ts';

export interface PrecisionRecallProps {
  readonly curves: readonly {
    readonly name: string;
    readonly isModel: boolean;
    readonly points: readonly { readonly precision: number; readonly recall: number }[];
  }[];
  /** Share of fraud: the precision that chance reaches. */
  readonly prevalence: number | null;
  readonly here: { readonly precision: number; readonly recall: number } | null;
  readonly height: number;
}

/** How curves other than the model's are told apart without colour. */
const BASELINE_DASHES: readonly (readonly number[] | 'solid')[] = ['solid', [6, 3], [2, 3]];

/** The dash of the n-th baseline, for the chart and its key. */
export function baselineDash(index: number): readonly number[] | 'solid' {
  return BASELINE_DASHES[index % BASELINE_DASHES.length];
}

/** What share of the frauds is caught, at what share of true alerts: the model, the baselines, chance, and here. */
export const PrecisionRecall = memo(function PrecisionRecall(props: PrecisionRecallProps): ReactNode {
  const { curves, prevalence, here, height } = props;

  const option = useCallback(
    (theme: ChartTheme) => {
      const baselines = curves.filter(({ isModel }) => !isModel);
      return {
        grid: { left: 44, right: 14, top: 10, bottom: 22, containLabel: false },
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
          ...curves.map(({ name, isModel, points }) => ({
            id: `curve-${name}`,
            type: 'line',
            symbol: 'none',
            silent: true,
            z: isModel ? 4 : 3,
            lineStyle: {
              width: isModel ? 2 : 1.2,
              color: isModel ? theme.accent : theme.soft,
              type: isModel ? 'solid' : baselineDash(baselines.findIndex((baseline) => baseline.name === name)),
            },
            data: points.map(({ recall, precision }) => [recall, precision]),
          })),
          {
            id: 'here',
            type: 'scatter',
            symbol: 'circle',
            symbolSize: 9,
            silent: true,
            z: 6,
            itemStyle: { color: theme.flag, borderColor: theme.pane, borderWidth: 1.5 },
            label: {
              show: true,
              position: 'right',
              formatter: 'here',
              color: theme.ink,
              textBorderColor: theme.pane,
              textBorderWidth: 3,
            },
            data: here === null ? [] : [[here.recall, here.precision]],
            ...(prevalence === null
              ? {}
              : {
                  markLine: {
                    silent: true,
                    symbol: 'none',
                    data: [{ yAxis: prevalence }],
                    label: { show: false },
                    lineStyle: { color: theme.soft, type: [3, 3], width: 1 },
                  },
                }),
          },
        ],
      };
    },
    [curves, prevalence, here],
  );
  return <CanvasChart option={option} height={height} />;
});

import { memo, useCallback, type ReactNode } from 'react';
import { CanvasChart, quietAxis, textTooltip, type ChartPick } from './canvas-chart.tsx';
import { compactNumber, wholeNumber } from './numbers.ts';
import type { ChartTheme } from './theme.ts';

export interface AlertsPerDayProps {
  /** Start of each day, written for people. */
  readonly days: readonly string[];
  readonly alertsByDay: ArrayLike<number>;
  readonly budget: number;
  /** Alerts left over at the end of each day. */
  readonly left: ArrayLike<number>;
  readonly height: number;
  readonly onPickDay?: (day: number) => void;
}

/** Alerts of each day against what the team can close. Days over budget are darker and carry a mark above. */
export const AlertsPerDay = memo(function AlertsPerDay(props: AlertsPerDayProps): ReactNode {
  const { days, alertsByDay, budget, left, height, onPickDay } = props;

  const option = useCallback(
    (theme: ChartTheme) => {
      const counts = Array.from(alertsByDay);
      const top = Math.max(1, budget * 1.25, ...counts.map((count) => count * 1.12));
      return {
        grid: { left: 44, right: 14, top: 14, bottom: 22, containLabel: false },
        tooltip: {
          ...textTooltip(theme),
          trigger: 'axis',
          axisPointer: { type: 'shadow', shadowStyle: { color: theme.line, opacity: 0.5 } },
          formatter: (points: readonly { dataIndex: number }[]) => {
            const day = points[0]?.dataIndex ?? 0;
            return `${days[day]}\n${wholeNumber(counts[day])} alerts, ${wholeNumber(left[day])} left over`;
          },
        },
        xAxis: {
          ...quietAxis(theme),
          type: 'category',
          data: days,
          axisLine: { show: true, lineStyle: { color: theme.line } },
        },
        yAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          max: top,
          splitNumber: 3,
          axisLabel: { color: theme.soft, showMaxLabel: false, formatter: compactNumber },
        },
        series: [
          {
            id: 'alerts',
            type: 'bar',
            barCategoryGap: '18%',
            data: counts.map((count) => ({
              value: count,
              itemStyle: { color: count > budget ? theme.flag : theme.flagSoft },
            })),
            markLine: {
              silent: true,
              symbol: 'none',
              data: [{ yAxis: budget }],
              lineStyle: { color: theme.accent, type: [4, 3], width: 1 },
              label: {
                position: 'insideStartTop',
                formatter: `${compactNumber(budget)} a day`,
                color: theme.accent,
                fontSize: 11,
                textBorderColor: theme.pane,
                textBorderWidth: 3,
              },
            },
          },
          {
            id: 'over',
            type: 'scatter',
            symbol: 'triangle',
            symbolSize: 5,
            symbolOffset: [0, -5],
            silent: true,
            itemStyle: { color: theme.flag },
            data: counts.flatMap((count, day) => (count > budget ? [[day, count]] : [])),
          },
          {
            id: 'left',
            type: 'line',
            step: 'end',
            symbol: 'none',
            silent: true,
            clip: true,
            lineStyle: { color: theme.soft, width: 1, type: 'dotted' },
            data: Array.from(left),
          },
        ],
      };
    },
    [days, alertsByDay, budget, left],
  );
  const onPick = useCallback((pick: ChartPick) => onPickDay?.(pick.dataIndex), [onPickDay]);

  return <CanvasChart option={option} height={height} {...(onPickDay === undefined ? {} : { onPick })} />;
});

import { memo, useCallback, type ReactNode } from 'react';
import { CanvasChart, quietAxis, textTooltip } from './canvas-chart.tsx';
import { axisNumber } from './numbers.ts';
import type { ChartTheme } from './theme.ts';

export interface StreamLineProps {
  /** Moments, ascending. */
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
  /** A value as the tooltip says it. */
  readonly words: (value: number) => string;
  readonly timeWords: (instantMs: number) => string;
  readonly colour: 'accent' | 'flag';
  /** The axis goes up so far at least, so that next to nothing looks like it. */
  readonly leastTop: number;
  readonly height: number;
}

/** How one figure of a running stream went over the last minutes. */
export const StreamLine = memo(function StreamLine(props: StreamLineProps): ReactNode {
  const { timesMs, values, words, timeWords, colour, leastTop, height } = props;
  const option = useCallback(
    (theme: ChartTheme) => ({
      grid: { left: 48, right: 14, top: 10, bottom: 22, containLabel: false },
      tooltip: {
        ...textTooltip(theme),
        trigger: 'axis',
        formatter: (points: readonly { dataIndex: number }[]) => {
          const at = points[0]?.dataIndex ?? 0;
          return `${timeWords(timesMs[at])}\n${words(values[at])}`;
        },
      },
      xAxis: {
        ...quietAxis(theme),
        type: 'time',
        min: Math.min(timesMs.at(0) ?? 0, (timesMs.at(-1) ?? 0) - leastSpanMs),
        max: timesMs.at(-1) ?? 0,
        splitNumber: 4,
        axisLine: { show: true, lineStyle: { color: theme.line } },
        axisLabel: { color: theme.soft, fontSize: 11, hideOverlap: true, showMaxLabel: false, formatter: timeWords },
      },
      yAxis: {
        ...quietAxis(theme),
        type: 'value',
        min: 0,
        max: Math.max(leastTop, ...values) * 1.15,
        splitNumber: 2,
        axisLabel: { color: theme.soft, showMaxLabel: false, formatter: axisNumber },
      },
      series: [
        {
          id: 'values',
          type: 'line',
          symbol: 'none',
          silent: true,
          lineStyle: { color: theme[colour], width: 1.5 },
          areaStyle: { color: theme[colour], opacity: 0.12 },
          data: values.map((value, index) => [timesMs[index], value]),
        },
      ],
    }),
    [timesMs, values, words, timeWords, colour, leastTop],
  );
  return <CanvasChart option={option} height={height} />;
});

/** A stream that has just begun is not drawn across the whole width. */
const leastSpanMs = 60_000;

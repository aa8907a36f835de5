import { memo, useCallback, type ReactNode } from 'react';
import { CanvasChart, quietAxis, textTooltip, type ChartPick } from './canvas-chart.tsx';
import { axisNumber } from './numbers.ts';
import type { ChartTheme } from './theme.ts';

/** Something a person did, on the time axis below the transactions. */
export interface StripMark {
  readonly timeMs: number;
  readonly words: string;
}

export interface EntityStripProps {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timesMs: ArrayLike<number>;
  readonly amounts: ArrayLike<number>;
  readonly flagged: ArrayLike<number>;
  /** The alert itself: index among the transactions, or -1. */
  readonly alertIndex: number;
  readonly normalLow: number | null;
  readonly normalHigh: number | null;
  readonly marks: readonly StripMark[];
  readonly day: (timeMs: number) => string;
  readonly words: (index: number) => string;
  readonly height: number;
  readonly onPick?: (index: number) => void;
}

/** One entity's amounts around an alert: circles, flagged ones as triangles, on the band of its own normal. */
export const EntityStrip = memo(function EntityStrip(props: EntityStripProps): ReactNode {
  const { fromMs, toMs, timesMs, amounts, flagged, alertIndex, normalLow, normalHigh, marks, day, words, height } =
    props;
  const { onPick } = props;

  const option = useCallback(
    (theme: ChartTheme) => {
      const at = (isFlagged: boolean) =>
        Array.from(timesMs, (time, index) => ({ value: [time, amounts[index]], index })).filter(
          ({ index }) => (flagged[index] !== 0) === isFlagged,
        );
      const alertTime = alertIndex < 0 ? null : timesMs[alertIndex];
      return {
        grid: { left: 44, right: 10, top: 8, bottom: 20, containLabel: false },
        tooltip: {
          ...textTooltip(theme),
          trigger: 'item',
          formatter: (point: { seriesId?: string; data: { index: number } }) =>
            point.seriesId === 'marks' ? marks[point.data.index].words : words(point.data.index),
        },
        xAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: fromMs,
          max: toMs,
          interval: (toMs - fromMs) / 2,
          axisLine: { show: true, lineStyle: { color: theme.line } },
          axisLabel: {
            color: theme.soft,
            formatter: (time: number) => day(time),
            alignMinLabel: 'left',
            alignMaxLabel: 'right',
          },
        },
        yAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          splitNumber: 2,
          axisLabel: { color: theme.soft, formatter: axisNumber },
        },
        series: [
          {
            id: 'rest',
            type: 'scatter',
            symbolSize: 5,
            itemStyle: { color: theme.soft, opacity: 0.85 },
            data: at(false),
            ...(normalLow === null || normalHigh === null
              ? {}
              : {
                  markArea: {
                    silent: true,
                    itemStyle: { color: theme.band },
                    data: [[{ yAxis: normalLow }, { yAxis: normalHigh }]],
                  },
                }),
            ...(alertTime === null
              ? {}
              : {
                  markLine: {
                    silent: true,
                    symbol: 'none',
                    label: { show: false },
                    lineStyle: { color: theme.flag, type: [2, 3], width: 1, opacity: 0.7 },
                    data: [{ xAxis: alertTime }],
                  },
                }),
          },
          {
            id: 'flagged',
            type: 'scatter',
            symbol: 'triangle',
            symbolSize: 9,
            z: 4,
            itemStyle: { color: theme.flag, borderColor: theme.pane, borderWidth: 1 },
            data: at(true),
          },
          {
            id: 'marks',
            type: 'scatter',
            symbol: 'rect',
            symbolSize: [3, 9],
            symbolOffset: [0, 4],
            z: 5,
            itemStyle: { color: theme.accent },
            data: marks.map(({ timeMs }, index) => ({ value: [timeMs, 0], index })),
          },
        ],
      };
    },
    [fromMs, toMs, timesMs, amounts, flagged, alertIndex, normalLow, normalHigh, marks, day, words],
  );
  const pick = useCallback(
    ({ seriesId, dataIndex }: ChartPick) => {
      if (seriesId !== 'rest' && seriesId !== 'flagged') return;
      const wanted = seriesId === 'flagged';
      const indices = Array.from(timesMs, (_, index) => index).filter((index) => (flagged[index] !== 0) === wanted);
      const index = indices[dataIndex];
      if (index !== undefined) onPick?.(index);
    },
    [timesMs, flagged, onPick],
  );
  return <CanvasChart option={option} height={height} onPick={pick} />;
});

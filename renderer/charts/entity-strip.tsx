import { memo, useCallback, useMemo, type ReactNode } from 'react';
import { CanvasChart, quietAxis, textTooltip, type ChartPick } from './canvas-chart.tsx';
import { axisNumber } from './numbers.ts';
import { amountAtHeight, amountHeight } from './scale.ts';
import type { ChartTheme } from './theme.ts';

/** A verdict or a note that stands on a transaction. */
export interface StripMark {
  /** Of the transaction among all. */
  readonly index: number;
  readonly symbol: 'triangle' | 'circle' | 'diamond' | 'emptyCircle' | 'rect';
  readonly tone: 'flag' | 'legitimate' | 'accent' | 'soft';
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
  /** Above and below the transactions, at their times. */
  readonly verdicts: readonly StripMark[];
  readonly notes: readonly StripMark[];
  readonly day: (timeMs: number) => string;
  readonly words: (index: number) => string;
  readonly height: number;
  /** A span of time that is looked at; null where none is. */
  readonly marked?: { readonly fromMs: number; readonly toMs: number } | null;
  readonly onPick?: (index: number) => void;
}

/** Heights of the lanes of verdicts and notes beyond the amounts. */
const LANE = 0.9;

/**
 * One entity's amounts over time on a logarithmic axis: circles, flagged ones as triangles, on the band of its own normal;
 * verdicts above them, notes below.
 */
export const EntityStrip = memo(function EntityStrip(props: EntityStripProps): ReactNode {
  const { fromMs, toMs, timesMs, amounts, flagged, alertIndex, normalLow, normalHigh, day, words, height } = props;
  const { verdicts, notes, marked = null, onPick } = props;
  const [markFromMs, markToMs] = marked === null ? [null, null] : [marked.fromMs, marked.toMs];
  const drawn = useMemo(() => {
    const indices = Array.from(timesMs, (_, index) => index).filter((index) => !Number.isNaN(amounts[index]));
    return {
      rest: indices.filter((index) => flagged[index] === 0),
      flagged: indices.filter((index) => flagged[index] !== 0),
    };
  }, [timesMs, amounts, flagged]);
  const [lowest, highest] = useMemo(() => {
    const heights = Array.from(amounts, amountHeight).filter((each) => !Number.isNaN(each));
    const least = heights.reduce((low, each) => Math.min(low, each), normalLow === null ? 1 : amountHeight(normalLow));
    const most = heights.reduce((high, each) => Math.max(high, each), 1);
    return [Math.min(Math.floor(least), 1), Math.ceil(most)];
  }, [amounts, normalLow]);

  const option = useCallback(
    (theme: ChartTheme) => {
      const points = (indices: readonly number[]) =>
        indices.map((index) => ({ value: [timesMs[index], amountHeight(amounts[index])], index }));
      const lane = (id: string, marks: readonly StripMark[], at: number) => ({
        id,
        type: 'scatter',
        z: 6,
        data: marks.map(({ index, symbol, tone }) => ({
          value: [timesMs[index], at],
          index,
          symbol,
          symbolSize: symbol === 'rect' ? [3, 9] : 8,
          itemStyle: { color: theme[tone], borderColor: theme[tone] },
        })),
      });
      const alertTime = alertIndex < 0 ? null : timesMs[alertIndex];
      return {
        grid: { left: 44, right: 14, top: 10, bottom: 20, containLabel: false },
        tooltip: {
          ...textTooltip(theme),
          trigger: 'item',
          formatter: (point: { data: { index: number } }) => words(point.data.index),
        },
        xAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: fromMs,
          max: Math.max(toMs, fromMs + 1),
          interval: Math.max(1, (toMs - fromMs) / 2),
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
          min: lowest - (notes.length > 0 ? LANE : 0),
          max: highest + (verdicts.length > 0 ? LANE : 0),
          interval: 1,
          axisLabel: {
            ...{ color: theme.soft, fontSize: 11, hideOverlap: true },
            customValues: [
              ...(notes.length > 0 ? [lowest - LANE / 2] : []),
              ...Array.from({ length: highest - lowest + 1 }, (_, step) => lowest + step),
              ...(verdicts.length > 0 ? [highest + LANE / 2] : []),
            ],
            formatter: (at: number) =>
              at < lowest ? 'note' : at > highest ? 'verdict' : axisNumber(amountAtHeight(at)),
          },
        },
        series: [
          {
            id: 'rest',
            type: 'scatter',
            symbolSize: drawn.rest.length > 1000 ? 3 : 5,
            itemStyle: { color: theme.soft, opacity: 0.85 },
            data: points(drawn.rest),
            ...(normalLow === null || normalHigh === null
              ? {}
              : {
                  markArea: {
                    silent: true,
                    itemStyle: { color: theme.band },
                    data: [[{ yAxis: amountHeight(normalLow) }, { yAxis: amountHeight(normalHigh) }]],
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
            data: points(drawn.flagged),
            ...(markFromMs === null
              ? {}
              : {
                  markArea: {
                    silent: true,
                    itemStyle: { color: theme.flagSoft, opacity: 0.22 },
                    data: [[{ xAxis: markFromMs }, { xAxis: markToMs }]],
                  },
                }),
          },
          lane('verdicts', verdicts, highest + LANE / 2),
          lane('notes', notes, lowest - LANE / 2),
        ],
      };
    },
    [
      fromMs,
      toMs,
      timesMs,
      amounts,
      drawn,
      lowest,
      highest,
      alertIndex,
      normalLow,
      normalHigh,
      verdicts,
      notes,
      markFromMs,
      markToMs,
      day,
      words,
    ],
  );
  const pick = useCallback(
    ({ seriesId, dataIndex }: ChartPick) => {
      const indices: Readonly<Record<string, readonly number[]>> = {
        ...drawn,
        verdicts: verdicts.map(({ index }) => index),
        notes: notes.map(({ index }) => index),
      };
      const index = indices[seriesId]?.[dataIndex];
      if (index !== undefined) onPick?.(index);
    },
    [drawn, verdicts, notes, onPick],
  );
  return <CanvasChart option={option} height={height} onPick={pick} />;
});

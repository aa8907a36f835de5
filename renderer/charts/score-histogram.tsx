import type { LineSeriesOption } from 'echarts/charts';
import { memo, useCallback, type ReactNode } from 'react';
import { CanvasChart, quietAxis } from './canvas-chart.tsx';
import { histogramBars, type BarScale, type HistogramCounts, type LinePoint } from './histogram-bars.ts';
import { compactNumber } from './numbers.ts';
import { rectangles } from './rectangles.ts';
import { countAtLogHeight, pixelOf, type PlotMargins } from './scale.ts';
import type { ChartTheme } from './theme.ts';
import { ThresholdHandle } from './threshold-handle.tsx';

export interface ScoreHistogramProps {
  readonly histogram: HistogramCounts;
  readonly threshold: number;
  readonly scale: BarScale;
  readonly height: number;
  /** What the line means now, such as "0.618, 120 alerts a day". */
  readonly words: string;
  readonly onMove: (score: number) => void;
  readonly onRelease: () => void;
}

const MARGINS: PlotMargins = { left: 44, right: 14, top: 16, bottom: 22 };

/** How the scores are spread, what is known about them, and where the line falls: the line is the handle. */
export const ScoreHistogram = memo(function ScoreHistogram(props: ScoreHistogramProps): ReactNode {
  const { histogram, threshold, scale, height, words, onMove, onRelease } = props;
  const from = histogram.edges[0] ?? 0;
  const to = histogram.edges[histogram.edges.length - 1] ?? 1;

  const flaggedOption = useHistogramOption(histogram, scale, from);
  const unflaggedOption = useHistogramOption(histogram, scale, to);

  return (
    <CanvasChart option={flaggedOption} height={height}>
      {(width) => (
        <>
          <div
            className="chart-unflagged"
            style={{ clipPath: `inset(0 ${width - pixelOf(threshold, from, to, width, MARGINS)}px 0 0)` }}
          >
            <CanvasChart option={unflaggedOption} height={height} />
          </div>
          <ThresholdHandle
            value={threshold}
            from={from}
            to={to}
            width={width}
            height={height}
            margins={MARGINS}
            label="Threshold score"
            words={words}
            shortWords={threshold.toFixed(3)}
            onMove={onMove}
            onRelease={onRelease}
          />
        </>
      )}
    </CanvasChart>
  );
});

/**
 * The whole histogram as it looks with the line at `threshold`. Only the two ends are ever drawn: one picture lies over
 * the other and is cut at the line, so that dragging draws nothing anew.
 */
function useHistogramOption(histogram: HistogramCounts, scale: BarScale, threshold: number) {
  const from = histogram.edges[0] ?? 0;
  const to = histogram.edges[histogram.edges.length - 1] ?? 1;
  return useCallback(
    (theme: ChartTheme) => {
      const bars = histogramBars(histogram, threshold, scale);
      const isLogarithmic = scale === 'logarithmic';
      return {
        grid: { ...MARGINS, containLabel: false },
        xAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: from,
          max: to,
          axisLine: { show: true, lineStyle: { color: theme.line } },
          axisLabel: {
            color: theme.soft,
            showMinLabel: false,
            showMaxLabel: false,
            formatter: (score: number) => score.toFixed(2),
          },
        },
        yAxis: {
          ...quietAxis(theme),
          type: 'value',
          min: 0,
          max: isLogarithmic ? Math.ceil(bars.tallest * 10) / 10 : bars.tallest,
          splitNumber: 3,
          ...(isLogarithmic ? { interval: 1 } : {}),
          splitLine: { show: true, lineStyle: { color: theme.line, opacity: 0.6 } },
          axisLabel: {
            color: theme.soft,
            showMaxLabel: !isLogarithmic,
            formatter: (height: number) => {
              if (!isLogarithmic) return compactNumber(height);
              return Number.isInteger(height) ? compactNumber(countAtLogHeight(height)) : '';
            },
          },
        },
        series: [
          rectangles('unflagged', bars.unflagged, theme.mass),
          rectangles('flagged', bars.flagged, theme.flagSoft),
          rectangles('legitimate', bars.legitimate, theme.legitimate),
          rectangles('fraud', bars.fraud, theme.flag),
          knownLine('legitimate line', bars.legitimateLine, theme.legitimate),
          knownLine('fraud line', bars.fraudLine, theme.ink),
        ],
      };
    },
    [histogram, threshold, scale, from, to],
  );
}

function knownLine(id: string, points: readonly LinePoint[], color: string): LineSeriesOption {
  return {
    id,
    type: 'line',
    symbol: 'none',
    silent: true,
    animation: false,
    lineStyle: { color, width: 2 },
    data: points.map(([score, height]) => [score, height]),
  };
}

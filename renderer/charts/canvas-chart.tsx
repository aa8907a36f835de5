import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { EChartsCoreOption } from 'echarts/core';
import { echarts } from './echarts.ts';
import { useChartTheme, type ChartTheme } from './theme.ts';

type Chart = ReturnType<typeof echarts.init>;

/** What was clicked: the series by its id, and the index of the datum in it. */
export interface ChartPick {
  readonly seriesId: string;
  readonly dataIndex: number;
  /** Of a graph: whether the datum is a link rather than a node. */
  readonly isLink: boolean;
}

export interface CanvasChartProps {
  /** Gives the whole option; series carry ids, so that moving one handle redraws only what it moves. */
  readonly option: (theme: ChartTheme, width: number) => EChartsCoreOption;
  readonly height: number;
  readonly onPick?: (pick: ChartPick) => void;
  /** Laid over the plot: handles and selections, which are elements that the keyboard reaches. */
  readonly children?: ((width: number) => ReactNode) | undefined;
}

/**
 * One chart of the library on a canvas that follows its box and the theme. Nothing in it moves by itself, and tooltips
 * are drawn as text, never as markup. The picture is hidden from screen readers: `ChartFrame` gives the same as a table.
 */
export function CanvasChart({ option, height, onPick, children }: CanvasChartProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<Chart | null>(null);
  const [width, setWidth] = useState(0);
  const theme = useChartTheme();

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = echarts.init(element, null, { renderer: 'canvas', width: element.clientWidth || 1, height });
    setChart(made);
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === 0) return;
      made.resize({ width: element.clientWidth, height });
      setWidth(element.clientWidth);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, [height]);

  useEffect(() => {
    if (chart === null || chart.isDisposed() || width === 0) return;
    chart.setOption(
      {
        animation: false,
        textStyle: { fontFamily: theme.font, fontSize: 11, color: theme.soft },
        ...option(theme, width),
      },
      { replaceMerge: ['series'], lazyUpdate: false, silent: true },
    );
  }, [chart, option, theme, width]);

  useEffect(() => {
    if (chart === null || onPick === undefined) return undefined;
    const pick = (event: { seriesId?: string; dataIndex?: number; dataType?: string }) =>
      onPick({
        ...{ seriesId: event.seriesId ?? '', dataIndex: event.dataIndex ?? -1 },
        isLink: event.dataType === 'edge',
      });
    chart.on('click', pick as (event: unknown) => void);
    return () => {
      if (!chart.isDisposed()) chart.off('click', pick as (event: unknown) => void);
    };
  }, [chart, onPick]);

  return (
    <div className="chart-box" style={{ height }}>
      <div className="chart-canvas" ref={box} style={{ height }} aria-hidden="true" />
      {width > 0 && children?.(width)}
    </div>
  );
}

/** A tooltip drawn on the canvas: its text is never read as markup. */
export function textTooltip(theme: ChartTheme): Record<string, unknown> {
  return {
    renderMode: 'richText',
    confine: true,
    transitionDuration: 0,
    backgroundColor: theme.pane,
    borderColor: theme.line,
    padding: [5, 8],
    textStyle: { color: theme.ink, fontSize: 12, fontFamily: theme.font },
  };
}

/** An axis as all charts draw it: quiet, with few labels. */
export function quietAxis(theme: ChartTheme): Record<string, unknown> {
  return {
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: { color: theme.soft, fontSize: 11, hideOverlap: true },
  };
}

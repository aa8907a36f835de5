import { useRef, useState, type PointerEvent, type ReactNode } from 'react';
import type { PlotMargins } from './scale.ts';

/** A selection as shares of the plot, from its left and its bottom edge. */
export interface BrushRange {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface BrushProps {
  readonly width: number;
  readonly height: number;
  readonly margins: PlotMargins;
  readonly range: BrushRange | null;
  readonly onBrush: (range: BrushRange | null) => void;
}

/** A drag shorter than this is a click, which takes the selection away. */
const CLICK_PIXELS = 4;

/**
 * Selects a rectangle of a plot. Only its edges leave here: which rows lie inside is found in the data, so that the
 * number of points does not matter. Fields beside the chart do the same for the keyboard.
 */
export function Brush({ width, height, margins, range, onBrush }: BrushProps): ReactNode {
  const start = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const [dragged, setDragged] = useState<BrushRange | null>(null);
  const plotWidth = Math.max(1, width - margins.left - margins.right);
  const plotHeight = Math.max(1, height - margins.top - margins.bottom);
  const shown = dragged ?? range;

  const rangeTo = (event: PointerEvent<HTMLDivElement>): BrushRange | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const from = start.current;
    if (from === null) return null;
    const to = { x: event.clientX - box.left, y: event.clientY - box.top };
    if (Math.hypot(to.x - from.x, to.y - from.y) < CLICK_PIXELS) return null;
    const share = (pixel: number, size: number) => Math.min(1, Math.max(0, pixel / size));
    return {
      x: ordered(share(from.x, plotWidth), share(to.x, plotWidth)),
      y: ordered(1 - share(from.y, plotHeight), 1 - share(to.y, plotHeight)),
    };
  };

  return (
    <div
      className="chart-brush"
      style={{ left: margins.left, top: margins.top, width: plotWidth, height: plotHeight }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        const box = event.currentTarget.getBoundingClientRect();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX - box.left, y: event.clientY - box.top };
      }}
      onPointerMove={(event) => {
        if (start.current !== null) setDragged(rangeTo(event));
      }}
      onPointerUp={(event) => {
        if (start.current === null) return;
        onBrush(rangeTo(event));
        start.current = null;
        setDragged(null);
      }}
      onPointerCancel={() => {
        start.current = null;
        setDragged(null);
      }}
    >
      {shown !== null && (
        <div
          className="chart-brush-range"
          style={{
            left: shown.x[0] * plotWidth,
            width: (shown.x[1] - shown.x[0]) * plotWidth,
            top: (1 - shown.y[1]) * plotHeight,
            height: (shown.y[1] - shown.y[0]) * plotHeight,
          }}
        />
      )}
    </div>
  );
}

function ordered(first: number, second: number): readonly [number, number] {
  return first <= second ? [first, second] : [second, first];
}

import { useRef, type PointerEvent, type ReactNode } from 'react';
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
  /** The selection as it is dragged; `isDone` once it is let go, and null while nothing is to be selected. */
  readonly onBrush: (range: BrushRange | null, isDone: boolean) => void;
}

/** What is dragged: a new selection from a corner of it, or the one there is from where it was taken. */
interface Drag {
  readonly x: number;
  readonly y: number;
  readonly moved: BrushRange | null;
}

/** A drag shorter than this is a click, which takes the selection away. */
const CLICK_PIXELS = 4;

/**
 * Selects a rectangle of a plot, and moves the one there is. Only its edges leave here: which rows lie inside is found in the data,
 * so that the number of points does not matter. Fields beside the chart do the same for the keyboard.
 */
export function Brush({ width, height, margins, range, onBrush }: BrushProps): ReactNode {
  const start = useRef<Drag | null>(null);
  const plotWidth = Math.max(1, width - margins.left - margins.right);
  const plotHeight = Math.max(1, height - margins.top - margins.bottom);

  const placeOf = (event: PointerEvent<HTMLDivElement>): { readonly x: number; readonly y: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const rangeTo = (event: PointerEvent<HTMLDivElement>, from: Drag): BrushRange | null => {
    const to = placeOf(event);
    if (Math.hypot(to.x - from.x, to.y - from.y) < CLICK_PIXELS) return null;
    if (from.moved !== null)
      return {
        x: shifted(from.moved.x, (to.x - from.x) / plotWidth),
        y: shifted(from.moved.y, (from.y - to.y) / plotHeight),
      };
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
        event.currentTarget.setPointerCapture(event.pointerId);
        const place = placeOf(event);
        const isWithin =
          range !== null && isIn(range.x, place.x / plotWidth) && isIn(range.y, 1 - place.y / plotHeight);
        start.current = { ...place, moved: isWithin ? range : null };
      }}
      onPointerMove={(event) => {
        if (start.current !== null) onBrush(rangeTo(event, start.current), false);
      }}
      onPointerUp={(event) => {
        if (start.current === null) return;
        onBrush(rangeTo(event, start.current), true);
        start.current = null;
      }}
      onPointerCancel={() => {
        if (start.current === null) return;
        onBrush(start.current.moved, true);
        start.current = null;
      }}
    >
      {range !== null && (
        <div
          className="chart-brush-range"
          style={{
            left: range.x[0] * plotWidth,
            width: (range.x[1] - range.x[0]) * plotWidth,
            top: (1 - range.y[1]) * plotHeight,
            height: (range.y[1] - range.y[0]) * plotHeight,
          }}
        />
      )}
    </div>
  );
}

function ordered(first: number, second: number): readonly [number, number] {
  return first <= second ? [first, second] : [second, first];
}

/** The same span elsewhere, as far as the plot goes. */
function shifted([from, to]: readonly [number, number], by: number): readonly [number, number] {
  const kept = Math.min(1 - to, Math.max(-from, by));
  return [from + kept, to + kept];
}

function isIn([from, to]: readonly [number, number], share: number): boolean {
  return share >= from && share <= to;
}

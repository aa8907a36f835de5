import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { pixelOf, valueAt, type PlotMargins } from './scale.ts';

export interface ThresholdHandleProps {
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly height: number;
  readonly margins: PlotMargins;
  readonly label: string;
  /** The value in words, for screen readers and beside the handle. */
  readonly words: string;
  readonly shortWords: string;
  readonly onMove: (value: number) => void;
  readonly onRelease: () => void;
}

/** Steps of the keyboard as shares of the axis: arrows, with shift, and the page keys. */
const STEP = 0.001;
const LONG_STEP = 0.01;

/** A line across a plot that is dragged, or moved with the arrow keys as a slider. */
export function ThresholdHandle(props: ThresholdHandleProps): ReactNode {
  const { value, from, to, width, height, margins, label, words, shortWords, onMove, onRelease } = props;
  const grip = useRef<{ readonly pointerId: number; readonly originPixel: number } | null>(null);
  const x = pixelOf(value, from, to, width, margins);

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { pointerId: event.pointerId, originPixel: event.clientX - x };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (grip.current?.pointerId !== event.pointerId) return;
    onMove(valueAt(event.clientX - grip.current.originPixel, from, to, width, margins));
  };
  const onPointerEnd = (event: PointerEvent<HTMLDivElement>): void => {
    if (grip.current?.pointerId !== event.pointerId) return;
    grip.current = null;
    onRelease();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const moved = keyboardValue(event, value, from, to);
    if (moved === null) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(moved);
  };

  return (
    <div
      className="chart-threshold"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={from}
      aria-valuemax={to}
      aria-valuenow={value}
      aria-valuetext={words}
      style={{ transform: `translateX(${x}px)`, height: height - margins.bottom }}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => {
        if (keyboardValue(event, value, from, to) !== null) onRelease();
      }}
    >
      <span className="chart-threshold-line" />
      <span className="chart-threshold-grip" />
      <span className={x > width - 150 ? 'chart-threshold-words is-left' : 'chart-threshold-words'}>{shortWords}</span>
    </div>
  );
}

function keyboardValue(event: KeyboardEvent, value: number, from: number, to: number): number | null {
  const step = (to - from) * (event.shiftKey ? LONG_STEP : STEP);
  const target: Readonly<Record<string, number>> = {
    ArrowLeft: value - step,
    ArrowDown: value - step,
    ArrowRight: value + step,
    ArrowUp: value + step,
    PageDown: value - (to - from) * LONG_STEP,
    PageUp: value + (to - from) * LONG_STEP,
    Home: from,
    End: to,
  };
  const moved = target[event.key];
  return moved === undefined ? null : Math.min(to, Math.max(from, moved));
}

import { useRef } from 'react';
import type { CSSProperties, ReactNode } from 'react';
import './layout.css';

const keyStepPx = 24;

export interface SplitPaneProps {
  readonly mainLabel: string;
  readonly detailLabel: string;
  readonly main: ReactNode;
  readonly detail: ReactNode;
  /** Width of the detail; kept by the caller so that it survives a restart. */
  readonly detailPx: number;
  readonly onResize: (detailPx: number) => void;
  readonly minimumPx?: number;
  readonly maximumPx?: number;
  readonly defaultPx?: number;
}

/**
 * Master and detail side by side; the border moves by hand and with the arrow keys, double click resets it. In a narrow
 * window the detail is below.
 */
export function SplitPane(props: SplitPaneProps) {
  const { main, detail, detailPx, onResize, minimumPx = 280, maximumPx = 900, defaultPx = 440 } = props;
  const frame = useRef<HTMLDivElement>(null);
  const held = Math.min(maximumPx, Math.max(minimumPx, detailPx));
  const resize = (widthPx: number): void => onResize(Math.round(Math.min(maximumPx, Math.max(minimumPx, widthPx))));
  return (
    <div ref={frame} className="split" style={{ '--detail-width': `${held}px` } as CSSProperties}>
      <section className="split-main" aria-label={props.mainLabel}>
        {main}
      </section>
      <div
        className="split-handle"
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={`Width of ${props.detailLabel}`}
        aria-valuenow={held}
        aria-valuemin={minimumPx}
        aria-valuemax={maximumPx}
        onDoubleClick={() => onResize(defaultPx)}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId) || frame.current === null) return;
          resize(frame.current.getBoundingClientRect().right - event.clientX);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') resize(held + keyStepPx);
          else if (event.key === 'ArrowRight') resize(held - keyStepPx);
          else if (event.key === 'Home') resize(maximumPx);
          else if (event.key === 'End') resize(minimumPx);
          else return;
          event.preventDefault();
        }}
      />
      <section className="split-detail" aria-label={props.detailLabel} tabIndex={0}>
        {detail}
      </section>
    </div>
  );
}

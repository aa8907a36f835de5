import { cloneElement, useEffect, useId, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { showFloating } from './place-floating.ts';
import './feedback.css';

const delayMs = 350;

export interface TooltipProps {
  readonly text: string;
  /** One focusable element; the words are tied to it for screen readers. */
  readonly children: ReactElement<{ 'aria-describedby'?: string }>;
}

/** Words on hover and on focus; Escape hides them. */
export function Tooltip({ text, children }: TooltipProps) {
  const tipId = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const tip = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (isOpen && tip.current !== null && anchor.current !== null) showFloating(tip.current, anchor.current);
  }, [isOpen]);
  const open = (afterMs: number): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(true), afterMs);
  };
  const close = (): void => {
    clearTimeout(timer.current);
    setOpen(false);
  };
  return (
    <span
      ref={anchor}
      onPointerEnter={() => open(delayMs)}
      onPointerLeave={close}
      onFocus={() => open(0)}
      onBlur={close}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      {cloneElement(children, { 'aria-describedby': tipId })}
      <span id={tipId} className="visually-hidden">
        {text}
      </span>
      {isOpen && (
        <span ref={tip} className="tooltip" popover="manual" aria-hidden="true">
          {text}
        </span>
      )}
    </span>
  );
}

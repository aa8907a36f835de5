import type { ReactNode } from 'react';
import './controls.css';

export interface ChipProps {
  readonly children: ReactNode;
  /** With it the chip is a button; `isActive` is then its pressed state. */
  readonly onClick?: () => void;
  readonly isActive?: boolean;
  /** With it the chip can be taken away; `removeLabel` names that for screen readers. */
  readonly onRemove?: () => void;
  readonly removeLabel?: string;
}

/** A filter or a small fact. */
export function Chip({ children, onClick, isActive, onRemove, removeLabel = 'Remove' }: ChipProps) {
  if (onClick !== undefined) {
    return (
      <button type="button" className="chip" aria-pressed={isActive} onClick={onClick}>
        {children}
      </button>
    );
  }
  return (
    <span className="chip" data-active={isActive}>
      <span>{children}</span>
      {onRemove !== undefined && (
        <button type="button" className="chip-remove" aria-label={removeLabel} onClick={onRemove}>
          ×
        </button>
      )}
    </span>
  );
}

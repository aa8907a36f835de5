import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import './layout.css';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
  readonly size?: 'plain' | 'wide';
  /** The title is only read aloud. */
  readonly hasHiddenTitle?: boolean;
}

const focusable = 'input, select, textarea, button, [tabindex="0"]';

/**
 * Where a person begins: what a dialog marks with `data-begin`, else its first field, the list in it, its first button,
 * and at last its own text, which can be scrolled. Never the button that closes it.
 */
function firstUseful(dialog: HTMLDialogElement): HTMLElement | null {
  const within = (selector: string): HTMLElement | null => dialog.querySelector(selector);
  return (
    within(':is([data-begin]:not(:disabled), [data-begin] button)') ??
    within('.dialog-body :is(input, select, textarea):not(:disabled)') ??
    within('.dialog-body [role="grid"][tabindex="0"]') ??
    within(`.dialog-body :is(${focusable}):not(:disabled)`) ??
    within('.dialog-body')
  );
}

/** A modal dialog on the native element: focus stays inside, Escape closes, the focus returns to where it was. */
export function Dialog({ title, onClose, children, footer, size = 'plain', hasHiddenTitle = false }: DialogProps) {
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    if (element !== null) firstUseful(element)?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-size={size}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {hasHiddenTitle ? (
        <h2 id={titleId} className="visually-hidden">
          {title}
        </h2>
      ) : (
        <div className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton label="Close" onClick={onClose}>
            <Icon name="close" />
          </IconButton>
        </div>
      )}
      <div className="dialog-body" tabIndex={0}>
        {children}
      </div>
      {footer !== undefined && <div className="dialog-foot">{footer}</div>}
    </dialog>
  );
}

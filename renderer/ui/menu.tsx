import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { KeyHint } from './key-hint.tsx';
import { showFloating } from './place-floating.ts';
import './controls.css';

export type MenuEntry =
  | { readonly kind: 'line' }
  | { readonly kind: 'heading'; readonly text: string }
  | {
      readonly kind?: 'item';
      readonly text: ReactNode;
      readonly onSelect: () => void;
      /** For choices: marked when true. */
      readonly isChecked?: boolean;
      readonly isDisabled?: boolean;
      readonly keyHint?: string | null;
      /** Stay open, for lists of choices. */
      readonly keepsOpen?: boolean;
    };

export interface MenuProps {
  /** Content of the button that opens it. */
  readonly button: ReactNode;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly className?: string;
  readonly align?: 'start' | 'end';
  readonly tabIndex?: number;
  readonly onOpen?: () => void;
}

/** A menu button after the ARIA pattern: arrows, Home, End, first letters, Escape gives the focus back. */
export function Menu({ button, label, entries, className = 'button', align = 'start', tabIndex, onOpen }: MenuProps) {
  const menuId = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);

  useEffect(() => {
    if (!isOpen || menu.current === null || trigger.current === null) return;
    showFloating(menu.current, trigger.current, align);
    menu.current.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
  }, [isOpen, align]);

  const close = (): void => {
    menu.current?.hidePopover();
    trigger.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    event.stopPropagation();
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)')];
    const index = items.findIndex((item) => item === document.activeElement);
    const focus = (position: number): void => items[(position + items.length) % items.length]?.focus();
    if (event.key === 'ArrowDown') focus(index + 1);
    else if (event.key === 'ArrowUp') focus(index - 1);
    else if (event.key === 'Home') focus(0);
    else if (event.key === 'End') focus(items.length - 1);
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (event.key.length === 1 && !event.ctrlKey) {
      const letter = event.key.toLowerCase();
      const after = [...items.slice(index + 1), ...items.slice(0, index + 1)];
      after.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter))?.focus();
      return;
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={className}
        tabIndex={tabIndex}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? menuId : undefined}
        aria-label={label}
        onClick={(event) => {
          event.stopPropagation();
          if (!isOpen) onOpen?.();
          setOpen(!isOpen);
        }}
      >
        {button}
      </button>
      {isOpen && (
        <div
          ref={menu}
          id={menuId}
          className="menu"
          role="menu"
          aria-label={label}
          popover="auto"
          onKeyDown={onKeyDown}
          onToggle={(event) => {
            if (event.newState === 'closed') setOpen(false);
          }}
        >
          {entries.map((entry, index) => {
            if (entry.kind === 'line') return <div key={index} className="menu-line" role="separator" />;
            if (entry.kind === 'heading') {
              return (
                <div key={index} className="menu-heading" role="presentation">
                  {entry.text}
                </div>
              );
            }
            const isChoice = entry.isChecked !== undefined;
            return (
              <button
                key={index}
                type="button"
                className="menu-item"
                role={isChoice ? 'menuitemcheckbox' : 'menuitem'}
                aria-checked={entry.isChecked}
                disabled={entry.isDisabled}
                tabIndex={-1}
                onClick={(event) => {
                  event.stopPropagation();
                  if (entry.keepsOpen !== true) close();
                  entry.onSelect();
                }}
              >
                {isChoice && (
                  <span className="menu-item-mark" aria-hidden="true">
                    {entry.isChecked === true ? '✓' : ''}
                  </span>
                )}
                <span className="menu-item-text">{entry.text}</span>
                {entry.keyHint !== null && entry.keyHint !== undefined && <KeyHint keys={entry.keyHint} />}
              </button>
            );
          })}
        </div>
      )}
    </>
  );
}

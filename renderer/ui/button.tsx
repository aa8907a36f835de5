import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { KeyHint } from './key-hint.tsx';
import './controls.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: 'plain' | 'primary' | 'flag' | 'quiet';
  /** Key that does the same, as stored in the command catalogue ("f", "Ctrl+K"). */
  readonly keyHint?: string | null;
  /** Why it cannot be pressed now, shown on hover; null or absent where it can be. */
  readonly offBecause?: string | null;
  readonly children?: ReactNode;
}

/** A button that shows the key doing the same. */
export function Button(props: ButtonProps) {
  const { tone = 'plain', keyHint, offBecause = null, children, className, type = 'button', ...rest } = props;
  return (
    <button
      {...rest}
      disabled={rest.disabled === true || offBecause !== null}
      title={offBecause ?? rest.title}
      type={type}
      className={className === undefined ? 'button' : `button ${className}`}
      data-tone={tone}
      aria-keyshortcuts={keyHint === null || keyHint === undefined ? undefined : keyHint.replace('Ctrl', 'Control')}
    >
      {keyHint !== null && keyHint !== undefined && <KeyHint keys={keyHint} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'keyHint' | 'children'> {
  /** The name that is read aloud and shown on hover. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A square button with a picture; its name is spoken and shown on hover. */
export function IconButton({ label, tone = 'quiet', children, ...rest }: IconButtonProps) {
  return (
    <Button {...rest} tone={tone} aria-label={label} title={label} data-shape="icon">
      {children}
    </Button>
  );
}

import { useEffect, useId, useRef, useState } from 'react';
import type { InputHTMLAttributes, ReactNode } from 'react';
import './controls.css';

interface FieldFrameProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | null | undefined;
  /** `row`: the label before the control. `hidden`: the label is only read aloud. */
  readonly layout?: 'stack' | 'row' | 'hidden' | undefined;
}

interface FrameIds {
  readonly controlId: string;
  readonly describedBy: string | undefined;
}

function FieldFrame({
  label,
  hint,
  error,
  layout = 'stack',
  children,
}: FieldFrameProps & { readonly children: (ids: FrameIds) => ReactNode }) {
  const controlId = useId();
  const noteId = `${controlId}-note`;
  const note = error ?? hint;
  return (
    <div className="field" data-layout={layout}>
      <label htmlFor={controlId} className={layout === 'hidden' ? 'visually-hidden' : undefined}>
        {label}
      </label>
      {children({ controlId, describedBy: note === undefined ? undefined : noteId })}
      {note !== undefined && (
        <span id={noteId} className={error === undefined || error === null ? 'field-hint' : 'field-error'}>
          {note}
        </span>
      )}
    </div>
  );
}

type NativeInputProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'id' | 'type'>;

export interface FieldProps extends FieldFrameProps, NativeInputProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'search' | 'password';
}

/** One line of text with its label, hint and error. */
export function Field({ label, hint, error, layout, value, onChange, type = 'text', ...rest }: FieldProps) {
  return (
    <FieldFrame label={label} hint={hint} error={error} layout={layout}>
      {({ controlId, describedBy }) => (
        <input
          spellCheck={false}
          autoComplete="off"
          {...rest}
          id={controlId}
          type={type}
          className="input"
          value={value}
          aria-describedby={describedBy}
          aria-invalid={error !== undefined && error !== null}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </FieldFrame>
  );
}

/** The number a person typed ("1,5" and "1.5" alike), or null where it is none or out of bounds. */
export function parseTypedNumber(
  text: string,
  bounds: {
    readonly minimum?: number | undefined;
    readonly maximum?: number | undefined;
    readonly isInteger?: boolean;
  },
): number | null {
  const plain = text.trim().replaceAll(/[\s\u00a0\u202f]/g, '');
  const normal = plain.replace(/^(-?\d+),(\d{1,2})$/, '$1.$2').replaceAll(/,(?=\d{3}\b)/g, '');
  if (!/^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(normal)) return null;
  const value = Number(normal);
  if (!Number.isFinite(value)) return null;
  if (bounds.isInteger === true && !Number.isInteger(value)) return null;
  if (bounds.minimum !== undefined && value < bounds.minimum) return null;
  if (bounds.maximum !== undefined && value > bounds.maximum) return null;
  return value;
}

export interface NumberFieldProps extends FieldFrameProps {
  readonly value: number | null;
  /** Called with each valid value: while typing when `isLive`, else on Enter or leaving the field. */
  readonly onChange: (value: number) => void;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly step?: number;
  readonly isInteger?: boolean;
  readonly isLive?: boolean;
  readonly unit?: string;
  /** How the value is written while nobody types. */
  readonly format?: (value: number) => string;
  readonly widthPx?: number;
  readonly disabled?: boolean;
}

/** A number that can be typed or moved with the arrow keys (Shift: ten steps). Wrong text is kept and named. */
export function NumberField(props: NumberFieldProps) {
  const { label, hint, layout, value, onChange, minimum, maximum, step = 1, isInteger = false, isLive = false } = props;
  const { unit, format = String, widthPx = 84, disabled = false } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const bounds = { minimum, maximum, isInteger };
  const draftIsWrong = draft !== null && parseTypedNumber(draft, bounds) === null;
  const range = [
    minimum === undefined ? '' : `from ${format(minimum)}`,
    maximum === undefined ? '' : `to ${format(maximum)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
  const error = draftIsWrong
    ? `${isInteger ? 'A whole number' : 'A number'}${range === '' ? '' : ` ${range}`}.`
    : props.error;

  const commit = (text: string): void => {
    const parsed = parseTypedNumber(text, bounds);
    if (parsed === null) return;
    setDraft(null);
    if (parsed !== value) onChange(parsed);
  };
  const stepBy = (steps: number): void => {
    const current = (draft === null ? null : parseTypedNumber(draft, bounds)) ?? value ?? minimum ?? 0;
    const moved = Number((current + steps * step).toPrecision(12));
    const held = Math.min(maximum ?? Infinity, Math.max(minimum ?? -Infinity, moved));
    setDraft(null);
    if (held !== value) onChange(held);
  };
  useEffect(() => {
    const element = input.current;
    const keepPage = (event: WheelEvent): void => {
      if (document.activeElement === element) event.preventDefault();
    };
    element?.addEventListener('wheel', keepPage, { passive: false });
    return () => element?.removeEventListener('wheel', keepPage);
  }, []);

  return (
    <FieldFrame label={label} hint={hint} error={error} layout={layout}>
      {({ controlId, describedBy }) => (
        <span className="number-unit">
          <input
            ref={input}
            id={controlId}
            className="input"
            data-kind="number"
            style={{ width: widthPx }}
            inputMode="decimal"
            autoComplete="off"
            disabled={disabled}
            value={draft ?? (value === null ? '' : format(value))}
            aria-describedby={describedBy}
            aria-invalid={error !== undefined && error !== null}
            onFocus={(event) => event.target.select()}
            onChange={(event) => {
              setDraft(event.target.value);
              const parsed = parseTypedNumber(event.target.value, bounds);
              if (isLive && parsed !== null) onChange(parsed);
            }}
            onBlur={() => (draftIsWrong ? setDraft(null) : draft !== null && commit(draft))}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && draft !== null) commit(draft);
              if (event.key === 'Escape' && draft !== null) {
                event.stopPropagation();
                setDraft(null);
              }
              if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
                event.preventDefault();
                stepBy((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1));
              }
            }}
          />
          {unit !== undefined && <span className="soft">{unit}</span>}
        </span>
      )}
    </FieldFrame>
  );
}

export interface SelectProps<Value extends string> extends FieldFrameProps {
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}

/** A native choice list: it works with every key, screen reader and touch as people expect. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, hint, error, layout, value, options, onChange, disabled = false } = props;
  return (
    <FieldFrame label={label} hint={hint} error={error} layout={layout}>
      {({ controlId, describedBy }) => (
        <select
          id={controlId}
          className="select"
          value={value}
          disabled={disabled}
          aria-describedby={describedBy}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen !== undefined) onChange(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  );
}

export interface CheckboxProps {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

/** A box with its words. */
export function Checkbox({ label, checked, onChange, disabled = false }: CheckboxProps) {
  return (
    <label className="checkbox">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

export interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}

/** Two to four choices side by side; arrow keys move between them. */
export function Segmented<Value extends string>({ label, value, options, onChange }: SegmentedProps<Value>) {
  const move = (steps: number, group: HTMLElement): void => {
    const index = options.findIndex((option) => option.value === value);
    const next = (index + steps + options.length) % options.length;
    onChange(options[next].value);
    group.querySelectorAll('button')[next].focus();
  };
  return (
    <div
      className="segmented"
      role="radiogroup"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight' || event.key === 'ArrowDown') move(1, event.currentTarget);
        else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') move(-1, event.currentTarget);
        else return;
        event.preventDefault();
      }}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onChange(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}

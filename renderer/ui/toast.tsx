import { createContext, useCallback, useContext, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import './feedback.css';

export interface Toast {
  readonly text: string;
  /** A problem stays until it is closed and is read out at once. */
  readonly tone?: 'plain' | 'problem';
  readonly action?: { readonly text: string; readonly keyHint?: string | null; readonly run: () => void };
}

const shownMs = 6000;
const mostToasts = 4;

type ShowToast = (toast: Toast) => void;

const ToastContext = createContext<ShowToast>(() => undefined);

/** Shows a message at the lower right; plain ones leave by themselves unless hovered or focused. */
export function useToast(): ShowToast {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly (Toast & { readonly id: number })[]>([]);
  const nextId = useRef(1);
  const show = useCallback((toast: Toast) => {
    setToasts((current) => [...current.slice(1 - mostToasts), { ...toast, id: nextId.current++ }]);
  }, []);
  const remove = useCallback((id: number) => setToasts((current) => current.filter((toast) => toast.id !== id)), []);
  return (
    <ToastContext value={show}>
      {children}
      <section className="toasts" aria-label="Messages">
        {toasts.map((toast) => (
          <ToastItem key={toast.id} toast={toast} onClose={() => remove(toast.id)} />
        ))}
      </section>
    </ToastContext>
  );
}

function ToastItem({ toast, onClose }: { readonly toast: Toast; readonly onClose: () => void }) {
  const [isHeld, setHeld] = useState(false);
  const isProblem = toast.tone === 'problem';
  const leave = useEffectEvent(onClose);
  useEffect(() => {
    if (isProblem || isHeld) return;
    const timer = setTimeout(() => leave(), shownMs);
    return () => clearTimeout(timer);
  }, [isProblem, isHeld]);
  const { action } = toast;
  return (
    <div
      className="toast"
      data-tone={toast.tone ?? 'plain'}
      role={isProblem ? 'alert' : 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="toast-text">{toast.text}</span>
      {action !== undefined && (
        <Button
          tone="quiet"
          keyHint={action.keyHint ?? null}
          onClick={() => {
            action.run();
            onClose();
          }}
        >
          {action.text}
        </Button>
      )}
      <IconButton label="Close message" onClick={onClose}>
        <Icon name="close" />
      </IconButton>
    </div>
  );
}

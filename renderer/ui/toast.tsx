import { createContext, useCallback, useContext, useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import { lineOf, withClosed, withMessage, withSettled, type Message, type ToldMessage } from './messages.ts';
import './feedback.css';

const shownMs = 6000;

interface Telling {
  readonly tell: (message: Message) => void;
  readonly settle: (about: string) => void;
  readonly close: (id: number) => void;
}

const nothing = (): void => undefined;
const TellingContext = createContext<Telling>({ tell: nothing, settle: nothing, close: nothing });
const ToldContext = createContext<readonly ToldMessage[]>([]);

/** Tells something in the line of the status bar; a plain message leaves by itself unless hovered or focused. */
export function useToast(): Telling['tell'] {
  return useContext(TellingContext).tell;
}

/** Takes messages about something out of the line: it is done, or no longer matters. */
export function useSettle(): Telling['settle'] {
  return useContext(TellingContext).settle;
}

/** Every message of this session, the newest last. */
export function useToldMessages(): readonly ToldMessage[] {
  return useContext(ToldContext);
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [told, setTold] = useState<readonly ToldMessage[]>([]);
  const tell = useCallback((message: Message) => setTold((all) => withMessage(all, message, Date.now())), []);
  const settle = useCallback((about: string) => setTold((all) => withSettled(all, about)), []);
  const close = useCallback((id: number) => setTold((all) => withClosed(all, id)), []);
  const telling = useMemo(() => ({ tell, settle, close }), [tell, settle, close]);
  return (
    <TellingContext value={telling}>
      <ToldContext value={told}>{children}</ToldContext>
    </TellingContext>
  );
}

/** The newest open message in one line, with what can be done about it; and the way to those before. */
export function MessageLine({ onShowAll }: { readonly onShowAll: () => void }) {
  const told = useToldMessages();
  const line = lineOf(told);
  return (
    <section className="message-line" aria-label="Messages">
      {line !== null && <Line key={line.id} message={line} />}
      {told.length > 0 && (
        <button type="button" className="status-button" onClick={onShowAll}>
          {told.length === 1 ? '1 message' : `${told.length} messages`}
        </button>
      )}
    </section>
  );
}

function Line({ message }: { readonly message: ToldMessage }) {
  const { close } = useContext(TellingContext);
  const [isHeld, setHeld] = useState(false);
  const isProblem = message.tone === 'problem';
  const leave = useEffectEvent(() => close(message.id));
  useEffect(() => {
    if (isProblem || isHeld) return;
    const timer = setTimeout(() => leave(), shownMs);
    return () => clearTimeout(timer);
  }, [isProblem, isHeld]);
  const { action } = message;
  return (
    <div
      className="message"
      data-tone={message.tone ?? 'plain'}
      role={isProblem ? 'alert' : 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {isProblem && (
        <span className="state-mark" aria-hidden="true">
          ▲
        </span>
      )}
      <span className="message-text" title={message.text}>
        {message.text}
      </span>
      {action !== undefined && (
        <Button
          tone="quiet"
          keyHint={action.keyHint ?? null}
          onClick={() => {
            action.run();
            close(message.id);
          }}
        >
          {action.text}
        </Button>
      )}
      <IconButton label="Close message" onClick={() => close(message.id)}>
        <Icon name="close" sizePx={12} />
      </IconButton>
    </div>
  );
}

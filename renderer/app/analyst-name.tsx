import { createContext, useCallback, useContext, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useSettings } from '../data/app-state.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';

type WhenNamed = (work: () => void) => void;

const WhenNamedContext = createContext<WhenNamed>((work) => work());

/** Does work that is written down with a name: at once, or after the person was asked for theirs, once. */
export function useWhenNamed(): WhenNamed {
  return useContext(WhenNamedContext);
}

/** Asks who acts before the first verdict, note or promotion; the answer is kept in the settings. */
export function AnalystNameProvider({ children }: { readonly children: ReactNode }) {
  const [{ analyst }, change] = useSettings();
  const [pending, setPending] = useState<(() => void) | null>(null);
  const isDeclined = useRef(false);
  const isNamed = analyst.trim() !== '';
  // At once where the name is known: the next key must find the next alert.
  const whenNamed = useCallback<WhenNamed>(
    (work) => {
      if (isNamed || isDeclined.current) work();
      else setPending(() => work);
    },
    [isNamed],
  );
  const goOn = (name: string | null): void => {
    if (name === null) isDeclined.current = true;
    else change({ analyst: name });
    setPending(null);
    pending?.();
  };
  return (
    <WhenNamedContext value={whenNamed}>
      {children}
      {pending !== null && <NameDialog onName={goOn} onCancel={() => setPending(null)} />}
    </WhenNamedContext>
  );
}

function NameDialog({
  onName,
  onCancel,
}: {
  readonly onName: (name: string | null) => void;
  readonly onCancel: () => void;
}) {
  const [name, setName] = useState('');
  return (
    <Dialog title="Who decides?" onClose={onCancel}>
      <form
        className="name-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') onName(name.trim());
        }}
      >
        <Field autoFocus label="Your name" maxLength={200} value={name} onChange={setName} />
        <p className="soft">
          It stands beside verdicts, notes and promotions in the case, whoever opens it. Settings change it later.
        </p>
        <div className="state-actions">
          <Button type="submit" tone="primary" keyHint="Enter" disabled={name.trim() === ''}>
            Go on
          </Button>
          <Button onClick={() => onName(null)}>Use the name of this account</Button>
        </div>
      </form>
    </Dialog>
  );
}

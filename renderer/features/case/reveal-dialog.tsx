import { useState } from 'react';
import type { ErrorReport } from '../../../preload/contract/envelope.ts';
import { useAction } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import './case.css';

const SHORTEST_REASON = 3;

/** The text behind a token of a person's data; who saw it and why is in the history before it is shown, and it goes with the dialog. */
export function RevealDialog({ onClose }: { readonly onClose: () => void }) {
  const [token, setToken] = useState('');
  const [reason, setReason] = useState('');
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const reveal = useAction('personal.reveal', {
    onDone: (shown) => {
      setText(shown.text);
      setError(null);
    },
    onError: (refused) => {
      setText(null);
      setError(refused);
    },
  });
  const canAsk = token.trim() !== '' && reason.trim().length >= SHORTEST_REASON;
  return (
    <Dialog title="See the text behind a token" onClose={onClose}>
      <form
        className="case-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (canAsk) reveal.run({ token: token.trim(), reason: reason.trim() });
        }}
      >
        <p className="soft">That you saw it, and why, stands in the history of the case before it is shown here.</p>
        <Field label="Token, as a row shows it" placeholder="name-4t0m9z2k7q1b" value={token} onChange={setToken} />
        <Field label="Reason" value={reason} onChange={setReason} />
        {text !== null && (
          <p role="status">
            <strong>{text}</strong>
          </p>
        )}
        {error !== null && <ErrorState title="It is not shown" error={error} />}
        <Button type="submit" tone="primary" disabled={!canAsk}>
          Show it
        </Button>
      </form>
    </Dialog>
  );
}

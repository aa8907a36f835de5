import { useState } from 'react';
import type { ErrorReport } from '../../../preload/contract/envelope.ts';
import { fileName } from '../../data/paths.ts';
import { useAction, useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import './case.css';

/** Asks for the passphrase of a locked case, which is then opened. The passphrase is held here alone until it is given. */
export function PassphraseDialog({
  path,
  onOpen,
  onClose,
}: {
  readonly path: string;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}) {
  const [passphrase, setPassphrase] = useState('');
  const [keep, setKeep] = useState(false);
  const keychain = useRequest('case.keptPassphrase', { path });
  const unlock = useAction('case.unlock', { onDone: onOpen });
  const give = (): void => {
    if (passphrase !== '' && !unlock.isRunning) unlock.run({ path, passphrase, keep });
  };
  return (
    <Dialog title={`${fileName(path)} is locked`} onClose={onClose}>
      <form
        className="case-form"
        onSubmit={(event) => {
          event.preventDefault();
          give();
        }}
      >
        <p className="break-anywhere soft">{path}</p>
        <Field label="Passphrase" type="password" value={passphrase} onChange={setPassphrase} />
        <KeepOnThisComputer isPossible={keychain.data?.isPossible === true} keep={keep} onChange={setKeep} />
        <Refusal error={unlock.error} title="It stays closed" />
        <div className="state-actions">
          <Button tone="primary" disabled={passphrase === '' || unlock.isRunning} onClick={give}>
            Open the case
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Whether the system's keychain keeps a passphrase; says so where there is none that would. */
export function KeepOnThisComputer({
  isPossible,
  keep,
  onChange,
}: {
  readonly isPossible: boolean;
  readonly keep: boolean;
  readonly onChange: (keep: boolean) => void;
}) {
  if (isPossible)
    return <Checkbox label="Remember it on this computer, in its keychain" checked={keep} onChange={onChange} />;
  return <p className="soft">No keychain of the system can be used here: the passphrase is asked for at each start.</p>;
}

export function Refusal({ error, title }: { readonly error: ErrorReport | null; readonly title: string }) {
  return error === null ? null : <ErrorState title={title} error={error} />;
}

import { useState } from 'react';
import { useCase } from '../../data/app-state.tsx';
import { formatCounted } from '../../data/format.ts';
import { useJob } from '../../data/jobs.tsx';
import { fileName } from '../../data/paths.ts';
import { useAction, useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field } from '../../ui/field.tsx';
import { KeepOnThisComputer, Refusal } from './passphrase-dialog.tsx';
import './case.css';

const SHORTEST = 12;

/** Locks the open case, gives it another passphrase, or writes it in the clear again. */
export function LockDialog({ casePath, onClose }: { readonly casePath: string; readonly onClose: () => void }) {
  const openCase = useCase();
  /** The case is closed while it is written anew; what it was when the dialog was opened is what is offered. */
  const [wasLocked, setWasLocked] = useState(openCase?.locked === true);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [isUnderstood, setUnderstood] = useState(false);
  const [keep, setKeep] = useState(false);
  const [isAway, setAway] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  const keychain = useRequest('case.keptPassphrase', { path: casePath });
  const lock = useJob('lock');
  const unlock = useJob('unlock');
  const close = useAction('case.close', {});
  const open = useAction('case.open', {});
  const remember = useAction('case.unlock', {});
  const forget = useAction('case.forgetPassphrase', { onDone: () => keychain.refetch() });

  /** Nobody may have the case open meanwhile. */
  const whileClosed = async (work: () => Promise<string | null>): Promise<void> => {
    setAway(true);
    setTold(null);
    if (await succeeds(close.runAsync({}))) {
      const sentence = await work();
      await succeeds(open.runAsync({ path: casePath }));
      setTold(sentence);
    }
    keychain.refetch();
    setAway(false);
  };
  const lockIt = (): Promise<void> =>
    whileClosed(async () => {
      const ended = await lock.start({ casePath, passphrase, change: wasLocked });
      if (!ended.ok) return null;
      if (wasLocked) await succeeds(forget.runAsync({ path: casePath }));
      // The engine has a key of its own; the keychain is given the passphrase, and the job's thread is gone.
      await succeeds(remember.runAsync({ path: casePath, passphrase, keep }));
      setPassphrase('');
      setAgain('');
      setUnderstood(false);
      setWasLocked(true);
      return wasLocked
        ? doneWords('It has another passphrase', ended.result)
        : doneWords('The case is locked', ended.result);
    });
  const unlockIt = (): Promise<void> =>
    whileClosed(async () => {
      const ended = await unlock.start({ casePath });
      if (!ended.ok) return null;
      await succeeds(forget.runAsync({ path: casePath }));
      setWasLocked(false);
      return doneWords('The case stands in the clear', ended.result);
    });
  const fault = faultOf(passphrase, again);
  const failures = [
    lock.outcome?.ok === false ? lock.outcome.error : null,
    unlock.outcome?.ok === false ? unlock.outcome.error : null,
    close.error,
    open.error,
    forget.error,
  ];
  return (
    <Dialog title={wasLocked ? 'Locked with a passphrase' : 'Lock with a passphrase'} onClose={onClose}>
      <div className="case-form">
        <p>
          {wasLocked
            ? 'The file, its backups and its journal of decisions are encrypted.'
            : 'The file, its backups and its journal of decisions are encrypted, and opened with the passphrase alone.'}{' '}
          What you export is not: it is for others to read.
        </p>
        <Field
          label={wasLocked ? 'Another passphrase' : 'Passphrase'}
          type="password"
          value={passphrase}
          hint={`at least ${SHORTEST} characters: four or five words`}
          onChange={setPassphrase}
        />
        <Field label="The same once more" type="password" value={again} error={fault} onChange={setAgain} />
        <KeepOnThisComputer isPossible={keychain.data?.isPossible === true} keep={keep} onChange={setKeep} />
        <Checkbox
          label="I know that nobody can bring back a forgotten passphrase, or the case with it"
          checked={isUnderstood}
          onChange={setUnderstood}
        />
        <div className="state-actions">
          <Button
            tone="primary"
            disabled={isAway || !isUnderstood || fault !== null || passphrase === ''}
            onClick={() => void lockIt()}
          >
            {wasLocked ? 'Change the passphrase' : `Lock ${fileName(casePath)}`}
          </Button>
          {wasLocked && (
            <Button
              disabled={isAway}
              title="Writes the case and its backups in the clear"
              onClick={() => void unlockIt()}
            >
              Unlock for good
            </Button>
          )}
          {keychain.data?.kept === true && (
            <Button disabled={isAway} onClick={() => forget.run({ path: casePath })}>
              Forget it on this computer
            </Button>
          )}
        </div>
        {isAway && <p role="status">The case is written anew…</p>}
        {!isAway && told !== null && <p role="status">{told}</p>}
        {failures.map((error) => (
          <Refusal key={error?.message ?? 'none'} error={error} title="That was not done" />
        ))}
      </div>
    </Dialog>
  );
}

function faultOf(passphrase: string, again: string): string | null {
  if (passphrase === '') return null;
  if ([...passphrase].length < SHORTEST) return `The passphrase is shorter than ${SHORTEST} characters.`;
  return passphrase === again ? null : 'The two are not the same yet.';
}

function doneWords(
  what: string,
  { backups, left }: { readonly backups: number; readonly left: readonly string[] },
): string {
  const withIt = backups === 0 ? '' : `, and ${formatCounted(backups, 'backup')} with it`;
  return [`${what}${withIt}.`, ...left].join(' ');
}

/** Whether it went well; what failed is kept by the action, and shown. */
function succeeds(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  );
}

import { useState } from 'react';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useJob } from '../../data/jobs.tsx';
import { fileStem } from '../../data/paths.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import './case.css';

/** A copy of the case for others: whose texts go, and what became of it. */
export function ShareDialog({ casePath, onClose }: { readonly casePath: string; readonly onClose: () => void }) {
  const [mask, setMask] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const files = useFileChoice();
  const sharing = useJob('share');
  const share = async (): Promise<void> => {
    const output = await files.newFile(`${fileStem(casePath)}-shared.assay`);
    if (output !== null) void sharing.start({ casePath, output, mask, ...(passphrase === '' ? {} : { passphrase }) });
  };
  const { outcome } = sharing;
  return (
    <Dialog title="A copy to share" onClose={onClose}>
      <div className="case-form">
        <p>
          Customers, cards and accounts are tokens in the copy, and free texts are left out. It opens as a whole case
          with the same alerts and decisions. Amounts, times, ids, notes and who decided stay: look through the notes
          first.
        </p>
        <Checkbox label="Merchants, terminals and the digits of card numbers too" checked={mask} onChange={setMask} />
        <Field
          label="Passphrase of the copy"
          type="password"
          value={passphrase}
          hint="at least 12 characters; without one the copy is in the clear"
          onChange={setPassphrase}
        />
        {outcome?.ok === true && (
          <p role="status">
            {outcome.result.output}: tokens in {outcome.result.columns.join(', ') || 'no column'}
            {outcome.result.emptied.length > 0 && `; left out: ${outcome.result.emptied.join(', ')}`}
          </p>
        )}
        {outcome?.ok === false && <ErrorState title="The copy was not written" error={outcome.error} />}
        <Button tone="primary" disabled={sharing.running !== null} onClick={() => void share()}>
          Write the copy…
        </Button>
      </div>
    </Dialog>
  );
}

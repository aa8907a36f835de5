import { useState } from 'react';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useAction, useRequest } from '../../data/requests.ts';
import { useJob } from '../../data/jobs.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { useFormats, useSettings } from '../../data/app-state.tsx';
import { fileStem } from '../../data/paths.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { VerdictMark } from '../../ui/verdict-mark.tsx';
import type { VerdictKind } from '../../../engine/domain/verdict.ts';
import './case.css';

const outcomes: readonly { readonly kind: VerdictKind; readonly words: string }[] = [
  { kind: 'fraud', words: 'Fraud' },
  { kind: 'legitimate', words: 'Legitimate' },
  { kind: 'valuable', words: 'Legitimate, and right to flag' },
  { kind: 'unsure', words: 'Unsure' },
];

/** Which outcomes need a second person, what waits for one, and hand-overs between laptops. */
export function FourEyesDialog({ casePath, onClose }: { readonly casePath: string; readonly onClose: () => void }) {
  const read = useRequest('fourEyes.read', {});
  const set = useAction('fourEyes.set', { onDone: read.refetch });
  const withdraw = useAction('fourEyes.withdraw', { onDone: read.refetch });
  const formats = useFormats();
  const [{ analyst }] = useSettings();
  const goTo = useGoTo();
  const files = useFileChoice();
  const writing = useJob('handOver');
  const taking = useJob('takeHandOver');
  const [refused, setRefused] = useState<string | null>(null);
  const rule = read.data?.rule ?? { outcomes: [], signed: false };
  const waiting = read.data?.waiting ?? [];
  const failure = read.error ?? set.error ?? withdraw.error;
  const show = (key: string): void => {
    onClose();
    goTo('triage', { 'triage.filter': { anyOf: [key] } });
  };
  const write = async (): Promise<void> => {
    const output = await files.newFile(`${fileStem(casePath)}.hand-over.json`);
    if (output !== null) void writing.start({ casePath, output, makeKey: true });
  };
  const take = async (): Promise<void> => {
    const [file, key, ...others] = await files.recordings();
    if (file === undefined) return;
    if (key === undefined || others.length > 0) {
      setRefused('Choose two files together: the hand-over, and the public key (.pub) of whoever wrote it.');
      return;
    }
    setRefused(null);
    const isKeyFirst = file.endsWith('.pub');
    const ended = await taking.start({ casePath, file: isKeyFirst ? key : file, key: isKeyFirst ? file : key });
    if (ended?.ok === true) read.refetch();
  };
  return (
    <Dialog title="Second person" onClose={onClose}>
      <div className="case-form">
        <p className="soft">
          The first verdict of such an outcome recommends; it stands once somebody else gives the same. People on one
          laptop are known by the names they give.
        </p>
        <fieldset className="case-choices">
          <legend>Needs two people</legend>
          {outcomes.map(({ kind, words }) => (
            <Checkbox
              key={kind}
              label={words}
              checked={rule.outcomes.includes(kind)}
              onChange={(isOn) =>
                set.run({
                  outcomes: isOn ? [...rule.outcomes, kind] : rule.outcomes.filter((other) => other !== kind),
                  signed: rule.signed,
                })
              }
            />
          ))}
        </fieldset>
        <Checkbox
          label="One of the two in a signed hand-over"
          checked={rule.signed}
          onChange={(signed) => set.run({ outcomes: [...rule.outcomes], signed })}
        />
        <h3>Waiting for a second person</h3>
        {waiting.length === 0 && <p className="soft">Nothing waits.</p>}
        <ul className="four-eyes-waiting">
          {waiting.map((word) => (
            <li key={`${word.key} ${word.by}`}>
              <Button title="Shows the alert in Triage" onClick={() => show(word.key)}>
                {word.name}
              </Button>{' '}
              <VerdictMark verdict={word.kind} /> {word.by}, {formats.columnTime(word.atMs)}
              {word.signedBy !== null && `, key ${word.signedBy.slice(0, 12)}`}{' '}
              {word.signedBy === null && (analyst === '' || word.by === analyst) && (
                <Button onClick={() => withdraw.run({ key: word.key })}>Withdraw mine</Button>
              )}
            </li>
          ))}
        </ul>
        {failure !== null && <ErrorState title="That was not done" error={failure} />}
        {writing.outcome?.ok === true && (
          <p role="status">
            {writing.outcome.result.output}: what {writing.outcome.result.by} said of {writing.outcome.result.words}
          </p>
        )}
        {writing.outcome?.ok === false && (
          <ErrorState
            title="The hand-over was not written"
            error={writing.outcome.error}
            actions={writing.replace === null ? undefined : <Button onClick={writing.replace}>Replace it</Button>}
          />
        )}
        {taking.outcome?.ok === true && (
          <p role="status">
            Of {taking.outcome.result.by}: {taking.outcome.result.decided} decided, {taking.outcome.result.recommended}{' '}
            wait, {taking.outcome.result.known} were known
          </p>
        )}
        {taking.outcome?.ok === false && (
          <ErrorState title="The hand-over was not taken" error={taking.outcome.error} />
        )}
        {refused !== null && <p role="alert">{refused}</p>}
        <div className="state-actions">
          <Button onClick={() => void write()} disabled={writing.running !== null}>
            Hand over what I said…
          </Button>
          <Button onClick={() => void take()} disabled={taking.running !== null}>
            Take a hand-over…
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

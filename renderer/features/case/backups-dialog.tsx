import { useEffect, useEffectEvent, useState } from 'react';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import { useCase, useFormats } from '../../data/app-state.tsx';
import { formatBytes, formatCounted } from '../../data/format.ts';
import { useJob } from '../../data/jobs.tsx';
import { fileName } from '../../data/paths.ts';
import { useAction } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/states.tsx';
import './case.css';

type Backup = JobResult<'backup'>['backups'][number];

const whyWords: Readonly<Record<string, string>> = {
  scheduled: 'by the schedule',
  hand: 'by hand',
  'put-aside': 'put aside by a restore or a mending',
  compact: 'before a merge',
};

/** The backups beside a case, put back at a click that can be undone; and the mending of a damaged one. */
export function BackupsDialog({ casePath, onClose }: { readonly casePath: string; readonly onClose: () => void }) {
  const formats = useFormats();
  const openCase = useCase();
  const [backups, setBackups] = useState<readonly Backup[] | null>(null);
  const backup = useJob('backup');
  const restore = useJob('restore');
  const mend = useJob('mend');
  /** What was done last; null for a backup. */
  const [last, setLast] = useState<'restore' | 'mend' | null>(null);
  const [isAway, setAway] = useState(false);
  const close = useAction('case.close', {});
  const open = useAction('case.open', {});
  const list = async (input: { readonly list: boolean }): Promise<void> => {
    const ended = await backup.start({ casePath, ...input });
    if (ended.ok) setBackups(ended.result.backups);
  };
  const listFirst = useEffectEvent(() => void list({ list: true }));
  useEffect(() => listFirst(), [casePath]);
  /** Nobody may have the case open meanwhile, and nothing else begins before it is open again. */
  const whileClosed = async (
    what: 'restore' | 'mend',
    work: () => Promise<{ readonly ok: boolean }>,
  ): Promise<void> => {
    setLast(what);
    setAway(true);
    const isClosed = openCase?.path !== casePath || (await succeeds(close.runAsync({})));
    if (isClosed) {
      const { ok } = await work();
      if (ok || openCase !== null) await succeeds(open.runAsync({ path: casePath }));
      await list({ list: true });
    }
    setAway(false);
  };
  const isBusy = isAway || backup.running !== null || restore.running !== null || mend.running !== null;
  const failures = [
    backup.outcome?.ok === false ? backup.outcome.error : null,
    last === 'restore' && restore.outcome?.ok === false ? restore.outcome.error : null,
    last === 'mend' && mend.outcome?.ok === false ? mend.outcome.error : null,
    close.error,
    open.error,
  ].filter((error) => error !== null);
  const backUp = (): void => {
    setLast(null);
    void list({ list: false });
  };
  return (
    <Dialog title="Backups and mending" onClose={onClose}>
      <div className="case-form">
        <p className="soft">
          A backup is read to its end before it counts. While a case is worked on, one is made every two hours: three of
          today stay, one of each day before, ten in all. What a restore replaces is put aside, and can be restored
          again.
        </p>
        <div className="state-actions">
          <Button tone="primary" disabled={isBusy} onClick={backUp}>
            Back up now
          </Button>
          <Button
            disabled={isBusy}
            title="Puts damaged blocks back from the backups, or makes them anew from what was received"
            onClick={() => void whileClosed('mend', () => mend.start({ casePath }))}
          >
            Check and mend
          </Button>
        </div>
        {backups?.length === 0 && <p>No backup lies beside {fileName(casePath)}.</p>}
        <ul className="backup-list">
          {(backups ?? []).map((each) => (
            <li key={each.path}>
              <span title={each.path}>
                {formats.time(each.atMs)}{' '}
                <span className="soft">
                  {whyWords[each.why] ?? `before layout ${each.why}`}, {formatBytes(each.bytes)}
                </span>
              </span>
              <Button
                disabled={isBusy}
                title={`Puts ${fileName(each.path)} in the place of the case`}
                onClick={() => void whileClosed('restore', () => restore.start({ casePath, backup: each.path }))}
              >
                Restore
              </Button>
            </li>
          ))}
        </ul>
        {!isAway && last === 'restore' && restore.outcome?.ok === true && (
          <p role="status">
            Restored.{' '}
            {restore.outcome.result.putAside !== null && `Before it: ${fileName(restore.outcome.result.putAside)}.`}
          </p>
        )}
        {!isAway && last === 'mend' && mend.outcome?.ok === true && (
          <p role="status">{mendedWords(mend.outcome.result)}</p>
        )}
        {failures.map((error) => (
          <ErrorState key={error.message} title="That was not done" error={error} />
        ))}
      </div>
    </Dialog>
  );
}

/** Whether it went well; what failed is kept by the action, and shown. */
function succeeds(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  );
}

function mendedWords({ wasWhole, mended, taken, left, restored }: JobResult<'mend'>): string {
  if (wasWhole) return '✓ The case is whole: nothing was to be mended.';
  if (restored !== null) return `The structure of the file was broken: ${fileName(restored)} stands in its place.`;
  const sentences = [
    `${formatCounted(mended.length, 'block was', 'blocks were')} put back as written.`,
    ...(taken.length === 0 ? [] : [`Taken as it is: ${taken.join(', ')}.`]),
    ...(left.length === 0 ? [] : [`▲ Damaged still: ${left.slice(0, 3).join(' ')}`]),
  ];
  return sentences.join(' ');
}

import { useCallback, useEffect, useState } from 'react';
import type { ErrorReport } from '../../../preload/contract/envelope.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useGoTo, usePlace } from '../../app/go-to.tsx';
import { useApp, useCase } from '../../data/app-state.tsx';
import { folderOf } from '../../data/paths.ts';
import { useAction, useEvent, useRequest } from '../../data/requests.ts';
import { Menu } from '../../ui/menu.tsx';
import { useSettle, useToast } from '../../ui/toast.tsx';
import { errorWords } from '../../ui/error-words.ts';
import { BackupsDialog } from './backups-dialog.tsx';
import { EraseDialog } from './erase-dialog.tsx';
import { LockDialog } from './lock-dialog.tsx';
import { MissingCase } from './missing-case.tsx';
import { PassphraseDialog } from './passphrase-dialog.tsx';
import { FourEyesDialog } from './four-eyes-dialog.tsx';
import { ReportDialog } from './report-dialog.tsx';
import { RevealDialog } from './reveal-dialog.tsx';
import { ShareDialog } from './share-dialog.tsx';

/** The open case, the recent ones, and the way to any other. */
export function CaseSwitcher() {
  const openCase = useCase();
  const { firstCasePath } = useApp();
  const recent = useRequest('recent.list', {});
  const choose = useFileChoice();
  const goTo = useGoTo();
  const place = usePlace();
  const toast = useToast();
  const settle = useSettle();
  const key = useCommandKey('app.openCase');
  const open = useAction('case.open', {
    onDone: ({ models }) => {
      recent.refetch();
      // From the first screen a case that has alerts begins with the most suspicious of them.
      if (openCase === null && place === 'sources' && models > 0) goTo('triage');
    },
    onError: (error, { path }) => {
      const mend = { action: { text: 'Backups and mending', run: () => setBackedUp(path) } };
      if (error.code === 'CASE_LOCKED') setAskedOf(path);
      else if (error.code === 'CASE_NOT_FOUND' && error.missing !== undefined) setMissing(error.missing);
      else
        toast({
          text: errorWords(error),
          tone: 'problem',
          about: 'case.open',
          ...(error.code === 'CASE_CORRUPT' ? mend : {}),
        });
    },
  });
  const [askedOf, setAskedOf] = useState<string | null>(null);
  const [lockedPath, setLockedPath] = useState<string | null>(null);
  const [backedUp, setBackedUp] = useState<string | null>(null);
  const [isReporting, setReporting] = useState(false);
  const [isSeconding, setSeconding] = useState(false);
  const [isRevealing, setRevealing] = useState(false);
  const [isSharing, setSharing] = useState(false);
  const [erasing, setErasing] = useState<string | null>(null);
  const [missing, setMissing] = useState<ErrorReport['missing'] | null>(null);
  const close = useAction('case.close', {
    onError: (error) => toast({ text: errorWords(error), tone: 'problem' }),
  });
  const openPath = openCase?.path;
  useEffect(() => {
    if (openPath !== undefined) settle('case.open');
  }, [openPath, settle]);
  const openChosen = useCallback(() => {
    void choose.caseFile().then((path) => {
      if (path !== null) open.run({ path });
    });
  }, [choose, open]);
  useCommand('app.openCase', openChosen);
  useEvent('case.asked', open.run);
  useCommand('app.report', openCase === null ? null : () => setReporting(true));
  useCommand('app.share', openCase === null ? null : () => setSharing(true));
  useCommand('app.closeCase', openCase === null ? null : () => close.run({}));

  const others = (recent.data ?? []).filter(({ path }) => path !== openCase?.path);
  const hasFirst =
    firstCasePath !== null && firstCasePath !== openCase?.path && !others.some(({ path }) => path === firstCasePath);
  return (
    <>
      <Menu
        label={`${openCase?.name ?? 'No case open'}: choose a case`}
        button={
          <>
            <span className="case-name">{openCase?.name ?? 'No case open'}</span>
            {openCase?.locked === true && <span className="soft">locked</span>}
            <span aria-hidden="true">▾</span>
          </>
        }
        onOpen={recent.refetch}
        entries={[
          ...(others.length > 0 ? [{ kind: 'heading' as const, text: 'Recent cases' }] : []),
          ...others.slice(0, 12).map(({ path, name, exists }) => ({
            text: (
              <>
                {exists ? name : `${name} (not there any more)`}{' '}
                <span className="soft case-folder">{folderOf(path)}</span>
              </>
            ),
            isDisabled: !exists,
            onSelect: () => open.run({ path }),
          })),
          ...(hasFirst ? [{ text: 'The bundled recording', onSelect: () => open.run({ path: firstCasePath }) }] : []),
          ...(others.length > 0 || hasFirst ? [{ kind: 'line' as const }] : []),
          { text: 'Open a case…', keyHint: key, onSelect: openChosen },
          ...(openCase === null
            ? []
            : [
                { text: 'Report…', onSelect: () => setReporting(true) },
                { text: 'A copy to share…', onSelect: () => setSharing(true) },
                { text: 'Backups and mending…', onSelect: () => setBackedUp(openCase.path) },
                ...(openCase.readOnly
                  ? []
                  : [
                      {
                        text: openCase.locked ? 'Passphrase…' : 'Lock with a passphrase…',
                        onSelect: () => setLockedPath(openCase.path),
                      },
                      { text: 'Second person…', onSelect: () => setSeconding(true) },
                      { text: 'See the text behind a token…', onSelect: () => setRevealing(true) },
                      { text: 'Erase by age…', onSelect: () => setErasing(openCase.path) },
                    ]),
                { text: 'Close this case', onSelect: () => close.run({}) },
              ]),
        ]}
      />
      {askedOf !== null && (
        <PassphraseDialog
          path={askedOf}
          onOpen={() => {
            setAskedOf(null);
            open.run({ path: askedOf });
          }}
          onClose={() => setAskedOf(null)}
        />
      )}
      {lockedPath !== null && <LockDialog casePath={lockedPath} onClose={() => setLockedPath(null)} />}
      {backedUp !== null && <BackupsDialog casePath={backedUp} onClose={() => setBackedUp(null)} />}
      {erasing !== null && <EraseDialog casePath={erasing} onClose={() => setErasing(null)} />}
      {isSharing && openCase !== null && <ShareDialog casePath={openCase.path} onClose={() => setSharing(false)} />}
      {isRevealing && openCase !== null && <RevealDialog onClose={() => setRevealing(false)} />}
      {isSeconding && openCase !== null && (
        <FourEyesDialog casePath={openCase.path} onClose={() => setSeconding(false)} />
      )}
      {isReporting && openCase !== null && (
        <ReportDialog casePath={openCase.path} onClose={() => setReporting(false)} />
      )}
      {missing != null && (
        <MissingCase
          path={missing.path}
          near={missing.near}
          onOpen={(path) => {
            setMissing(null);
            open.run({ path });
          }}
          onClose={() => setMissing(null)}
        />
      )}
    </>
  );
}

import { useCallback } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useApp, useCase } from '../../data/app-state.tsx';
import { useAction, useEvent, useRequest } from '../../data/requests.ts';
import { Menu } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import { errorWords } from '../../ui/error-words.ts';

/** The open case, the recent ones, and the way to any other. */
export function CaseSwitcher() {
  const openCase = useCase();
  const { firstCasePath } = useApp();
  const recent = useRequest('recent.list', {});
  const choose = useFileChoice();
  const toast = useToast();
  const key = useCommandKey('app.openCase');
  const open = useAction('case.open', {
    onDone: () => recent.refetch(),
    onError: (error) => toast({ text: errorWords(error), tone: 'problem' }),
  });
  const close = useAction('case.close', {
    onError: (error) => toast({ text: errorWords(error), tone: 'problem' }),
  });
  const openChosen = useCallback(() => {
    void choose.caseFile().then((path) => {
      if (path !== null) open.run({ path });
    });
  }, [choose, open]);
  useCommand('app.openCase', openChosen);
  useEvent('case.asked', open.run);
  useCommand('app.closeCase', openCase === null ? null : () => close.run({}));

  const others = (recent.data ?? []).filter(({ path }) => path !== openCase?.path);
  const hasFirst =
    firstCasePath !== null && firstCasePath !== openCase?.path && !others.some(({ path }) => path === firstCasePath);
  return (
    <Menu
      label={`${openCase?.name ?? 'No case open'}: choose a case`}
      button={
        <>
          <span className="case-name">{openCase?.name ?? 'No case open'}</span>
          <span aria-hidden="true">▾</span>
        </>
      }
      onOpen={recent.refetch}
      entries={[
        ...(others.length > 0 ? [{ kind: 'heading' as const, text: 'Recent cases' }] : []),
        ...others.slice(0, 12).map(({ path, name, exists }) => ({
          text: exists ? name : `${name} (not there any more)`,
          isDisabled: !exists,
          onSelect: () => open.run({ path }),
        })),
        ...(hasFirst ? [{ text: 'The bundled recording', onSelect: () => open.run({ path: firstCasePath }) }] : []),
        ...(others.length > 0 || hasFirst ? [{ kind: 'line' as const }] : []),
        { text: 'Open a case…', keyHint: key, onSelect: openChosen },
        ...(openCase === null ? [] : [{ text: 'Close this case', onSelect: () => close.run({}) }]),
      ]}
    />
  );
}

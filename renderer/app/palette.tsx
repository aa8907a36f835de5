import { useId, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { KeyHint } from '../ui/key-hint.tsx';
import { useAction, useRequest } from '../data/requests.ts';
import { useToast } from '../ui/toast.tsx';
import { matchingCommands } from './command.ts';
import { useCommands } from './commands.tsx';
import { placeTitles } from './place.ts';
import { errorWords } from '../ui/error-words.ts';

interface PaletteEntry {
  readonly id: string;
  readonly title: string;
  readonly where: string;
  readonly key: string | null;
  readonly run: () => void;
}

/** Every command that can be done now, and the recent cases, found by typing. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { definitions, keys, available, run } = useCommands();
  const recent = useRequest('recent.list', {}).data ?? [];
  const toast = useToast();
  const openCase = useAction('case.open', {
    onError: (error) => toast({ text: errorWords(error), tone: 'problem', about: 'case.open' }),
  });
  const [typed, setTyped] = useState('');
  const [position, setPosition] = useState(0);
  const listId = useId();
  const entries: readonly PaletteEntry[] = [
    ...definitions
      .filter((command) => available.has(command.id) && command.id !== 'app.palette')
      .map((command) => ({
        id: command.id,
        title: command.title,
        where: command.place === null ? '' : placeTitles[command.place],
        key: keys.get(command.id) ?? null,
        run: () => run(command.id),
      })),
    ...recent
      .filter((entry) => entry.exists)
      .map((entry) => ({
        id: `recent.${entry.path}`,
        title: `Open case ${entry.name}`,
        where: 'recent',
        key: null,
        run: () => openCase.run({ path: entry.path }),
      })),
  ];
  const found = matchingCommands(typed, entries);
  const current = Math.min(position, found.length - 1);
  const choose = (entry: PaletteEntry | undefined): void => {
    if (entry === undefined) return;
    onClose();
    // After the dialog has gone, so that the command finds the focus where it was.
    setTimeout(entry.run, 0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter') choose(found[current]);
    if (step === 0) return;
    event.preventDefault();
    const next = (current + step + found.length) % Math.max(1, found.length);
    setPosition(next);
    document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Dialog title="Commands" hasHiddenTitle onClose={onClose}>
      <input
        autoFocus
        className="palette-input"
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={found.length === 0 ? undefined : `${listId}-${current}`}
        placeholder="Type a command or a case"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setPosition(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} className="palette-list" role="listbox" aria-label="Commands">
        {found.map((entry, index) => (
          <div
            key={entry.id}
            id={`${listId}-${index}`}
            className="palette-item"
            role="option"
            aria-selected={index === current}
            onPointerMove={() => setPosition(index)}
            onClick={() => choose(entry)}
          >
            <span>{entry.title}</span>
            <span className="soft">{entry.where}</span>
            {entry.key !== null && <KeyHint keys={entry.key} />}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="soft">No command by that name can be done here.</p>}
    </Dialog>
  );
}

import { useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useWindowState } from '../data/app-state.tsx';
import { formatBytes } from '../data/format.ts';
import { joinPath } from '../data/paths.ts';
import { useRequest } from '../data/requests.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Checkbox, Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import './file-dialog.css';
import { errorWords } from '../ui/error-words.ts';

export type FileDialogRequest =
  | { readonly kind: 'recording' | 'case' | 'model' | 'certificate' | 'folder' }
  | { readonly kind: 'new-file'; readonly suggestedName: string };

const titles: Readonly<Record<FileDialogRequest['kind'], string>> = {
  recording: 'Open a recording',
  case: 'Open a case',
  model: 'Choose a model',
  certificate: 'Choose certificates',
  folder: 'Choose a folder',
  'new-file': 'Save as',
};

const wantedNames: Readonly<Partial<Record<FileDialogRequest['kind'], RegExp>>> = {
  recording: /\.(csv|tsv|txt|ndjson|jsonl|json|parquet)(\.(gz|zst))?$/i,
  case: /\.assay$/i,
  model: /\.onnx$/i,
  certificate: /\.(pem|crt|cer)$/i,
};

/** Folders of this machine, listed by the engine, for hosts without a native dialog. */
export function FileDialog({
  request,
  onDone,
}: {
  readonly request: FileDialogRequest;
  readonly onDone: (paths: readonly string[]) => void;
}) {
  const [folder, setFolder] = useWindowState('files.folder', '');
  const [showsAll, setShowsAll] = useState(false);
  const [newName, setNewName] = useState(request.kind === 'new-file' ? request.suggestedName : '');
  const [filter, setFilter] = useState('');
  /** What is in the field while it has the focus: a listing that arrives may not change it under a hand. */
  const [typedFolder, setTypedFolder] = useState<string | null>(null);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLUListElement>(null);
  const [isRemembered, setRemembered] = useState(true);
  const listing = useRequest('folder.list', folder === '' ? {} : { folder, isRemembered }, {
    keepsPrevious: true,
    isAlwaysAsked: true,
  });

  const wanted = wantedNames[request.kind];
  const entries = (listing.data?.entries ?? []).filter(
    (entry) =>
      (entry.isFolder ||
        (request.kind !== 'folder' && (showsAll || wanted === undefined || wanted.test(entry.name)))) &&
      (showsAll || !entry.name.startsWith('.')) &&
      entry.name.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  const here = listing.data?.folder ?? '';
  const parent = listing.data?.parent ?? null;
  const go = (path: string): void => {
    setFolder(path);
    setRemembered(false);
    setTypedFolder(null);
    setFilter('');
    setPicked(new Set());
  };
  const isMultiple = request.kind === 'recording';
  const togglePick = (path: string): void => {
    const next = new Set(isMultiple ? picked : []);
    if (!picked.has(path)) next.add(path);
    else next.delete(path);
    setPicked(next);
  };
  // While another folder is being read, the one still shown is not the one that was asked for.
  const isThere = here !== '' && !listing.isFetching;
  const chosen =
    request.kind === 'folder'
      ? [here].filter(() => isThere)
      : request.kind === 'new-file'
        ? [joinPath(here, newName.trim())].filter(() => newName.trim() !== '' && isThere)
        : [...picked];
  const move = (event: KeyboardEvent<HTMLUListElement>): void => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
    const index = buttons.findIndex((button) => button === document.activeElement);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Backspace' && parent !== null) go(parent);
    if (step === 0) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, index + step))]?.focus();
  };

  return (
    <Dialog
      title={titles[request.kind]}
      onClose={() => onDone([])}
      footer={
        <>
          <span className="file-count soft">
            {isMultiple && picked.size > 0 ? `${picked.size} chosen; read in this order` : ''}
          </span>
          <Button onClick={() => onDone([])}>Cancel</Button>
          <Button tone="primary" disabled={chosen.length === 0} onClick={() => onDone(chosen)}>
            {request.kind === 'new-file' ? 'Save here' : request.kind === 'folder' ? 'Choose this folder' : 'Open'}
          </Button>
        </>
      }
    >
      <div className="file-bar">
        <IconButton label="Parent folder" disabled={parent === null} onClick={() => parent !== null && go(parent)}>
          <Icon name="up" />
        </IconButton>
        <div className="file-here">
          <Field
            label="Folder"
            layout="hidden"
            title={here}
            value={typedFolder ?? here}
            onChange={setTypedFolder}
            onFocus={() => setTypedFolder(typedFolder ?? here)}
            onBlur={() => {
              if (typedFolder === here || typedFolder === '') setTypedFolder(null);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || typedFolder === null) return;
              // A whole path can be typed too: what is not there is asked about where it would be opened.
              if (wanted?.test(typedFolder.trim()) === true) return onDone([typedFolder.trim()]);
              go(typedFolder.trim());
              setTypedFolder(typedFolder.trim());
            }}
          />
        </div>
        <Field
          label="Find in this folder"
          {...(request.kind === 'new-file' ? {} : { 'data-begin': true })}
          layout="hidden"
          placeholder="Find"
          value={filter}
          onChange={setFilter}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') list.current?.querySelector('button')?.focus();
          }}
        />
      </div>
      {listing.error !== null && (
        <div className="file-problem" role="alert">
          <p>{errorWords(listing.error)}</p>
          <div className="state-actions">
            {(listing.error.missing?.near ?? []).map((near) => (
              <Button key={near} onClick={() => go(near)}>
                Go to {near}
              </Button>
            ))}
          </div>
        </div>
      )}
      <ul ref={list} className="file-list" aria-label="Files and folders" onKeyDown={move}>
        {entries.map((entry) => (
          <li key={entry.path}>
            <button
              type="button"
              className="file-entry"
              aria-pressed={entry.isFolder ? undefined : picked.has(entry.path)}
              onClick={() => {
                if (entry.isFolder) go(entry.path);
                else if (request.kind === 'new-file') setNewName(entry.name);
                else togglePick(entry.path);
              }}
              onDoubleClick={() => !entry.isFolder && request.kind !== 'new-file' && onDone([entry.path])}
            >
              <Icon name={entry.isFolder ? 'folder' : 'file'} />
              <span className="ellipsis">{entry.name}</span>
              <span className="soft number">{entry.isFolder ? '' : formatBytes(entry.sizeBytes)}</span>
            </button>
          </li>
        ))}
        {entries.length === 0 && listing.data !== undefined && (
          <li className="soft file-none">Nothing to open here.</li>
        )}
      </ul>
      {request.kind === 'new-file' ? (
        <Field data-begin label="File name" value={newName} onChange={setNewName} />
      ) : (
        request.kind !== 'folder' && <Checkbox label="All files" checked={showsAll} onChange={setShowsAll} />
      )}
    </Dialog>
  );
}

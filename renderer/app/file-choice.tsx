import { createContext, useCallback, useContext, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useClient } from '../data/client.tsx';
import { FileDialog } from './file-dialog.tsx';
import type { FileDialogRequest } from './file-dialog.tsx';

export interface FileChoice {
  /** Paths of recordings; none where the person changed their mind. */
  readonly recordings: () => Promise<readonly string[]>;
  readonly caseFile: () => Promise<string | null>;
  /** A model that was made elsewhere. */
  readonly modelFile: () => Promise<string | null>;
  /** Certificates in PEM. */
  readonly certificateFile: () => Promise<string | null>;
  readonly folder: () => Promise<string | null>;
  readonly newFile: (suggestedName: string) => Promise<string | null>;
}

const FileChoiceContext = createContext<FileChoice | null>(null);

interface Pending {
  readonly request: FileDialogRequest;
  readonly resolve: (paths: readonly string[]) => void;
}

/** Asks for files with the host's own dialog, or with a browser of folders where the host has none. */
export function FileChoiceProvider({ children }: { readonly children: ReactNode }) {
  const { dialogs } = useClient();
  const [pending, setPending] = useState<Pending | null>(null);
  const ask = useCallback(
    (request: FileDialogRequest) =>
      new Promise<readonly string[]>((resolve) => {
        setPending({ request, resolve });
      }),
    [],
  );
  const choice = useMemo<FileChoice>(
    () =>
      dialogs === null
        ? {
            recordings: () => ask({ kind: 'recording' }),
            caseFile: async () => (await ask({ kind: 'case' })).at(0) ?? null,
            modelFile: async () => (await ask({ kind: 'model' })).at(0) ?? null,
            certificateFile: async () => (await ask({ kind: 'certificate' })).at(0) ?? null,
            folder: async () => (await ask({ kind: 'folder' })).at(0) ?? null,
            newFile: async (suggestedName) => (await ask({ kind: 'new-file', suggestedName })).at(0) ?? null,
          }
        : {
            recordings: () => dialogs.chooseRecordings(),
            caseFile: () => dialogs.chooseCase(),
            modelFile: () => dialogs.chooseModel(),
            certificateFile: () => dialogs.chooseCertificate(),
            folder: () => dialogs.chooseFolder(),
            newFile: (suggestedName) => dialogs.chooseNewFile(suggestedName),
          },
    [dialogs, ask],
  );
  const finish = (paths: readonly string[]): void => {
    pending?.resolve(paths);
    setPending(null);
  };
  return (
    <FileChoiceContext value={choice}>
      {children}
      {pending !== null && <FileDialog request={pending.request} onDone={finish} />}
    </FileChoiceContext>
  );
}

export function useFileChoice(): FileChoice {
  const choice = useContext(FileChoiceContext);
  if (choice === null) throw new Error('Files are chosen only inside FileChoiceProvider.');
  return choice;
}

import { createContext, useCallback, useContext, useState } from 'react';
import type { ReactNode } from 'react';
import { useCase } from '../data/app-state.tsx';
import { HistoryDialog, type HistorySubject } from '../features/history/history-dialog.tsx';
import { useCommand } from './commands.tsx';

type ShowHistory = (subject: HistorySubject | null) => void;

const HistoryContext = createContext<ShowHistory>(() => undefined);

/** Opens the history of the case, or of one alert or model of it. */
export function useHistory(): ShowHistory {
  return useContext(HistoryContext);
}

export function HistoryProvider({ children }: { readonly children: ReactNode }) {
  const openCase = useCase();
  const [shown, setShown] = useState<{ readonly subject: HistorySubject | null } | null>(null);
  const show = useCallback<ShowHistory>((subject) => setShown({ subject }), []);
  useCommand('app.history', openCase === null ? null : () => show(null));
  return (
    <HistoryContext value={show}>
      {children}
      {shown !== null && openCase !== null && (
        <HistoryDialog openCase={openCase} subject={shown.subject} onClose={() => setShown(null)} />
      )}
    </HistoryContext>
  );
}

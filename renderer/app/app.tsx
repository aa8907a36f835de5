import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import type { AssayClient } from '../../preload/contract/client.ts';
import type { RequestOutput } from '../../preload/contract/requests.ts';
import { AppStateProvider, useSettings } from '../data/app-state.tsx';
import { ClientProvider } from '../data/client.tsx';
import { JobsProvider } from '../data/jobs.tsx';
import { createQueryClient } from '../data/requests.ts';
import { StreamHistoryProvider } from '../data/stream.tsx';
import { RowHeightContext } from '../ui/data-table.tsx';
import { ToastProvider } from '../ui/toast.tsx';
import { AnalystNameProvider } from './analyst-name.tsx';
import { CommandsProvider } from './commands.tsx';
import { FileChoiceProvider } from './file-choice.tsx';
import { HistoryProvider } from './history.tsx';
import { LearningProvider } from './learning.tsx';
import { allCommands } from './places.tsx';
import { Shell } from './shell.tsx';
import { useTheme } from './theme.ts';

const rowHeightsPx = { dense: 28, comfortable: 36 } as const;

/** The whole window over one connection. */
export function App({ client, app }: { readonly client: AssayClient; readonly app: RequestOutput<'app.read'> }) {
  const [queries] = useState(createQueryClient);
  return (
    <ClientProvider value={client}>
      <QueryClientProvider client={queries}>
        <AppStateProvider app={app}>
          <JobsProvider>
            <StreamHistoryProvider>
              <ToastProvider>
                <CommandsProvider definitions={allCommands}>
                  <FileChoiceProvider>
                    <AnalystNameProvider>
                      <HistoryProvider>
                        <LearningProvider>
                          <Themed />
                        </LearningProvider>
                      </HistoryProvider>
                    </AnalystNameProvider>
                  </FileChoiceProvider>
                </CommandsProvider>
              </ToastProvider>
            </StreamHistoryProvider>
          </JobsProvider>
        </AppStateProvider>
      </QueryClientProvider>
    </ClientProvider>
  );
}

function Themed() {
  const [settings] = useSettings();
  useTheme(settings);
  return (
    <RowHeightContext value={rowHeightsPx[settings.density]}>
      <Shell />
    </RowHeightContext>
  );
}

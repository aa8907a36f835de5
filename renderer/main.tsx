import '@fontsource-variable/inter/wght.css';
import './ui/tokens.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { rootElement } from './app/root.ts';
import { connect } from './data/connect.ts';
import { dataOf, reportOf } from './data/client.tsx';
import { watchRefusals } from './data/network.ts';
import { ErrorState } from './ui/states.tsx';

const root = createRoot(rootElement());

async function start(): Promise<void> {
  try {
    const client = await connect();
    const app = dataOf(await client.request('app.read', {}));
    root.render(
      <StrictMode>
        <App client={client} app={app} />
      </StrictMode>,
    );
  } catch (error) {
    root.render(
      <main>
        <ErrorState
          title="The window is not connected"
          error={reportOf(error)}
          whatIsSafe="All cases: nothing was opened."
          onRetry={() => window.location.reload()}
        />
      </main>,
    );
  }
}

watchRefusals();
void start();

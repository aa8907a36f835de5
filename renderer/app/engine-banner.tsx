import { useState } from 'react';
import type { Events } from '../../preload/contract/events.ts';
import { useEvent } from '../data/requests.ts';
import { useQueryClient } from '@tanstack/react-query';
import { Button } from '../ui/button.tsx';

/** What happened to the engine, what is safe, and what happens next; gone when it runs again and was read. It lies over the top bar: the place below stays where it is. */
export function EngineBanner() {
  const [state, setState] = useState<Events['engine.state'] | null>(null);
  const queries = useQueryClient();
  useEvent('engine.state', (next) => {
    const isQuietStart = next.state === 'running' && next.cause === null;
    setState((current) =>
      isQuietStart
        ? current === null
          ? null
          : { ...next, cause: current.cause, whatIsSafe: current.whatIsSafe }
        : next,
    );
    if (next.state === 'running') void queries.invalidateQueries();
  });
  if (state === null) return null;
  const what = {
    running: 'The engine is running again.',
    restarting: 'The engine stopped and is being restarted.',
    stopped: 'The engine stopped.',
  }[state.state];
  return (
    <div className="notice engine-banner" role="alert">
      <strong>{what}</strong>
      <span>
        {state.cause !== null && `Cause: ${state.cause} `}
        {state.whatIsSafe !== null && `Safe: ${state.whatIsSafe} `}
        {state.state === 'stopped' && 'Next: close the window and start Assay again.'}
      </span>
      <span className="grow" />
      {state.state === 'running' && <Button onClick={() => setState(null)}>Close</Button>}
    </div>
  );
}

import { describe, expect, it } from 'vitest';
import type { Answer } from '../preload/contract/envelope.ts';
import type { Call, EventFrame } from '../preload/contract/wire/frames.ts';
import type { EngineSupervisor } from './engine-supervisor.ts';
import { openCaseAtStart } from './open-case-at-start.ts';

/** An engine at its first start: it makes the first case as `job-1`, while `meanwhile` happens in the window. */
function firstStart(meanwhile: { readonly openCase: object | null; readonly events: readonly EventFrame[] }) {
  const opened: unknown[] = [];
  let tell: (event: EventFrame) => void = () => undefined;
  let isMade = false;
  const answers: Readonly<Record<string, () => unknown>> = {
    'recent.list': () => [],
    'app.read': () => ({
      firstCasePath: null,
      bundledRecording: 'payments.csv.gz',
      openCase: isMade ? meanwhile.openCase : null,
    }),
    'case.open': () => null,
  };
  const engine: EngineSupervisor = {
    async call(call: Call): Promise<Answer<unknown>> {
      if (call.door === 'startJob') {
        setImmediate(() => {
          for (const event of meanwhile.events) tell(event);
          isMade = true;
          tell(ended('job-1'));
        });
        return { ok: true, data: { jobId: 'job-1' } };
      }
      if (call.door === 'request' && call.name === 'case.open') opened.push(call.input);
      return { ok: true, data: call.door === 'request' ? answers[call.name]?.() : null };
    },
    onEvent(listener) {
      tell = listener;
      return () => undefined;
    },
    state: () => ({ state: 'running', cause: null, whatIsSafe: null }),
    restart: () => undefined,
    stop: () => Promise.resolve(),
    pid: () => 1,
  };
  return { engine, opened };
}

const ended = (jobId: string): EventFrame => ({
  kind: 'event',
  name: 'job.ended',
  payload: { jobId, name: 'run', outcome: { ok: false, error: { code: 'CANCELLED', kind: 'failure', message: '' } } },
});
const made = (event: EventFrame): EventFrame =>
  event.name === 'job.ended' && event.payload.jobId === 'job-1'
    ? { ...event, payload: { ...event.payload, outcome: { ok: true, result: {} as never } } }
    : event;

describe('opening a case at the first start', () => {
  const start = (meanwhile: Parameters<typeof firstStart>[0]) => {
    const { engine, opened } = firstStart(meanwhile);
    const onEvent: EngineSupervisor['onEvent'] = (listener) => engine.onEvent((event) => listener(made(event)));
    return openCaseAtStart({ ...engine, onEvent }, null).then(() => opened.length);
  };

  it('opens the first case once it was made', async () => {
    expect(await start({ openCase: null, events: [] })).toBe(1);
  });

  it('does not take away a case that was opened while the first one was made', async () => {
    expect(await start({ openCase: { path: 'own.assay' }, events: [] })).toBe(0);
  });

  it('does not come between a recording that is being read and its case', async () => {
    const progress: EventFrame = {
      kind: 'event',
      name: 'job.progress',
      payload: { jobId: 'job-2', name: 'ingest', progress: { stage: 'reading', done: 1, total: 2 } as never },
    };
    expect(await start({ openCase: null, events: [progress] })).toBe(0);
  });
});

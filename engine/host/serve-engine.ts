import { errorReportOf, type Answer } from '../../preload/contract/envelope.ts';
import { eventNames, type EventName, type Events } from '../../preload/contract/events.ts';
import { isCall, type Call, type EventFrame } from '../../preload/contract/wire/frames.ts';
import { AssayError, impossible } from '../domain/error.ts';
import type { EnginePort, FromEngine, ToEngine } from './engine-frames.ts';

/**
 * What serving needs of an engine. Names and inputs come from outside untyped, and the engine parses them; `never`
 * lets an engine be typed by its contract all the same.
 */
export interface EngineLike {
  request(name: never, input: never): Promise<Answer<unknown>>;
  startJob(name: never, input: never): Promise<Answer<unknown>> | Answer<unknown>;
  cancelJob(jobId: string): Promise<Answer<unknown>> | Answer<unknown>;
  on<E extends EventName>(name: E, listener: (payload: Events[E]) => void): () => void;
  /** Ends jobs, commits and closes the case. */
  close(): Promise<void>;
}

/**
 * Answers the calls that come through a port and posts every event of the engine into it, until it is told to stop.
 * Frames of another generation than `generation` are ignored. Resolves when the engine is closed.
 */
export function serveEngine(engine: EngineLike, port: EnginePort, generation: number): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = eventNames.map((name) =>
      engine.on(name, (payload) => {
        // The pair is one of the union's members by construction; the loop over names hides that.
        port.post({ kind: 'event', generation, event: { kind: 'event', name, payload } as EventFrame });
      }),
    );
    const stop = async (): Promise<void> => {
      // A case that cannot be closed in order is recovered from its journal when it is opened again.
      await engine.close().catch((error: unknown) => process.stderr.write(`assay engine: ${String(error)}\n`));
      for (const end of unsubscribe) end();
      port.post({ kind: 'stopped', generation });
      resolve();
    };
    port.listen((frame: ToEngine) => {
      if (frame.generation !== generation) return;
      if (frame.kind === 'ping') port.post({ kind: 'pong', generation });
      else if (frame.kind === 'stop') void stop();
      else
        void answerTo(engine, frame.call).then((answer) => post({ kind: 'answer', generation, id: frame.id, answer }));
    });
    const post = (frame: FromEngine): void => {
      try {
        port.post(frame);
      } catch (error) {
        if (frame.kind !== 'answer') throw error;
        port.post({ ...frame, answer: fault(error) });
      }
    };
    port.post({ kind: 'ready', generation });
  });
}

async function answerTo(engine: EngineLike, call: Call): Promise<Answer<unknown>> {
  if (!isCall(call)) return fault(new Error('a call of an unknown shape reached the engine'));
  try {
    switch (call.door) {
      case 'request':
        return await engine.request(call.name as never, call.input as never);
      case 'startJob':
        return await engine.startJob(call.name as never, call.input as never);
      case 'cancelJob':
        return await engine.cancelJob(call.jobId);
      default:
        return impossible('isCall accepted a door that has no handler');
    }
  } catch (error) {
    return fault(error);
  }
}

/** An engine answers with values; what is thrown all the same still becomes an answer, so that no call hangs. */
function fault(error: unknown): Answer<never> {
  if (error instanceof AssayError) return { ok: false, error: errorReportOf(error) };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    ok: false,
    error: {
      code: 'INTERNAL',
      kind: 'failure',
      message: `An unexpected fault in Assay itself: ${text}`,
      nextStep: 'What was stored before stays valid. Please report this with the text above.',
    },
  };
}

import type { AssayClient } from '../../preload/contract/client.ts';
import type { Answer } from '../../preload/contract/envelope.ts';
import type { EventName, Events } from '../../preload/contract/events.ts';
import { decodeMessage, encodeMessage } from '../../preload/contract/wire/codec.ts';
import { socketCloseCodes, type Call, type ClientFrame, type HostFrame } from '../../preload/contract/wire/frames.ts';

const RECONNECT_DELAY_MS = 1000;

/**
 * The client over one WebSocket. When the socket is lost every pending call is answered `ENGINE_STOPPED`, the window
 * hears `engine.state`, and the same address is tried again until the host is back.
 * @throws Error where the first connection is refused
 */
export async function connectSocket(url: string, token: string): Promise<AssayClient> {
  const pending = new Map<number, (answer: Answer<unknown>) => void>();
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  let socket = await openSocket(url, token);
  let lastId = 0;

  const tell = <E extends EventName>(name: E, payload: Events[E]): void => {
    for (const listener of listeners.get(name) ?? []) (listener as (payload: Events[E]) => void)(payload);
  };
  const send = (frame: ClientFrame): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(encodeMessage(frame));
  };
  const attend = (): void => {
    socket.addEventListener('message', (message: MessageEvent<ArrayBuffer>) => {
      // The host is this program's own other half; the contract's types hold what it sends.
      const frame = decodeMessage(new Uint8Array(message.data)) as HostFrame;
      if (frame.kind === 'event') {
        tell(frame.name, frame.payload);
        return;
      }
      pending.get(frame.id)?.(frame.answer);
      pending.delete(frame.id);
    });
    socket.addEventListener('close', (event) => {
      for (const answer of pending.values()) answer(hostGone);
      pending.clear();
      tell('engine.state', { state: 'stopped', cause: sentenceOfClose(event.code), whatIsSafe });
      if (event.code !== socketCloseCodes.refused) void reconnect();
    });
  };
  const reconnect = async (): Promise<void> => {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_DELAY_MS));
      try {
        socket = await openSocket(url, token);
        break;
      } catch (error) {
        if (!(error instanceof SocketClosed) || error.code !== socketCloseCodes.refused) continue;
        // Assay was started anew: it has another token, and never takes this one again.
        tell('engine.state', { state: 'stopped', cause: error.message, whatIsSafe });
        return;
      }
    }
    attend();
    for (const event of listeners.keys()) send({ kind: 'subscribe', event });
    tell('engine.state', { state: 'running', cause: null, whatIsSafe: null });
  };
  const call = (body: Call): Promise<Answer<never>> => {
    if (socket.readyState !== WebSocket.OPEN) return Promise.resolve(hostGone);
    const id = ++lastId;
    return new Promise((resolve) => {
      pending.set(id, resolve as (answer: Answer<unknown>) => void);
      send({ kind: 'call', id, call: body });
    });
  };

  attend();
  return {
    host: 'browser',
    dialogs: null,
    printReport: null,
    request: (name, input) => call({ door: 'request', name, input }),
    startJob: (name, input) => call({ door: 'startJob', name, input }),
    cancelJob: (jobId) => call({ door: 'cancelJob', jobId }),
    on(name, listener) {
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known.add(listener));
      if (known.size === 1) send({ kind: 'subscribe', event: name });
      return () => {
        known.delete(listener);
        if (known.size > 0 || !listeners.delete(name)) return;
        send({ kind: 'unsubscribe', event: name });
      };
    },
  };
}

const whatIsSafe = 'Everything that was confirmed is stored in the case.';
const hostGone: Answer<never> = {
  ok: false,
  error: {
    code: 'ENGINE_STOPPED',
    kind: 'failure',
    message: 'The connection to Assay was lost before the answer came.',
    nextStep: `${whatIsSafe} Start Assay again if this page does not reconnect by itself.`,
  },
};

/** A socket that was closed before the host accepted it. */
class SocketClosed extends Error {
  readonly code: number;
  constructor(code: number) {
    super(sentenceOfClose(code));
    this.name = 'SocketClosed';
    this.code = code;
  }
}

/** An open socket that the host has accepted. */
function openSocket(url: string, token: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const refused = (event: CloseEvent): void => reject(new SocketClosed(event.code));
    socket.addEventListener('close', refused, { once: true });
    socket.addEventListener('open', () => socket.send(encodeMessage({ kind: 'hello', token })), { once: true });
    // The first message of the host says that the token was right.
    socket.addEventListener(
      'message',
      () => {
        socket.removeEventListener('close', refused);
        resolve(socket);
      },
      { once: true },
    );
  });
}

function sentenceOfClose(code: number): string {
  if (code === socketCloseCodes.refused)
    return 'This address has no valid token. Open the address that Assay printed when it started.';
  if (code === socketCloseCodes.goingAway) return 'Assay was stopped.';
  return 'The connection to Assay was lost.';
}

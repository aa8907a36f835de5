import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { eventNames, type EventName } from '../../preload/contract/events.ts';
import { decodeMessage, encodeMessage } from '../../preload/contract/wire/codec.ts';
import {
  isClientFrame,
  isHelloFrame,
  socketCloseCodes,
  type EventFrame,
  type HostFrame,
} from '../../preload/contract/wire/frames.ts';
import type { EngineSupervisor } from '../engine-supervisor.ts';
import { withOwnAttempts } from '../own-attempts.ts';
import type { SessionToken } from './session-token.ts';

const HELLO_LIMIT_MS = 3000;
/** Until the token was shown nothing longer is taken, whatever the socket would take afterwards. */
const HELLO_LIMIT_BYTES = 4096;
/** A window that does not read as fast as the engine tells loses events beyond this; progress is told again anyway. */
const MAXIMUM_WAITING_BYTES = 8 * 2 ** 20;
/** Events of which only the newest counts; all others are always delivered. */
const replaceable: ReadonlySet<EventName> = new Set(['job.progress']);

/**
 * Serves one window over its socket: first the token, within three seconds and in a few bytes, then calls and subscriptions.
 * @param stream what the socket reads from
 * @param onAccepted called once the token was shown
 */
export function attendSocket(
  socket: WebSocket,
  stream: Duplex,
  engine: EngineSupervisor,
  token: SessionToken,
  onAccepted: () => void,
): void {
  const subscriptions = new Set<EventName>();
  let accepted = false;
  const send = (frame: HostFrame): void => {
    if (socket.readyState === socket.OPEN) socket.send(encodeMessage(frame));
  };
  const deliver = (event: EventFrame): void => {
    if (!subscriptions.has(event.name)) return;
    if (replaceable.has(event.name) && socket.bufferedAmount > MAXIMUM_WAITING_BYTES) return;
    send(event);
  };
  const stateNow = (): EventFrame => ({ kind: 'event', name: 'engine.state', payload: engine.state() });

  const late = setTimeout(() => socket.close(socketCloseCodes.late, 'no token'), HELLO_LIMIT_MS);
  const unsubscribe = engine.onEvent(deliver);
  // A message is kept until all of it is there: what is too long for a token is not waited for.
  let bytesBeforeToken = 0;
  const measure = (part: Buffer): void => {
    bytesBeforeToken += part.byteLength;
    if (!accepted && bytesBeforeToken > HELLO_LIMIT_BYTES) stream.destroy();
    else if (accepted) stream.off('data', measure);
  };
  stream.on('data', measure);
  socket.on('close', () => {
    clearTimeout(late);
    unsubscribe();
  });
  // `ws` closes the socket after an error by itself; without a listener the process would end.
  socket.on('error', () => undefined);

  socket.on('message', (data, isBinary) => {
    const frame = isBinary && Buffer.isBuffer(data) ? decoded(data) : undefined;
    if (!accepted) {
      if (!isHelloFrame(frame) || !token.matches(frame.token)) {
        socket.close(socketCloseCodes.refused, 'wrong token');
        return;
      }
      accepted = true;
      clearTimeout(late);
      onAccepted();
      send(stateNow());
      return;
    }
    if (!isClientFrame(frame, eventNames)) {
      socket.close(socketCloseCodes.malformed, 'malformed message');
      return;
    }
    if (frame.kind === 'call') {
      const { id } = frame;
      void engine
        .call(frame.call)
        .then((answer) => send({ kind: 'answer', id, answer: withOwnAttempts(frame.call, answer) }));
    } else if (frame.kind === 'subscribe') {
      subscriptions.add(frame.event);
      // The first start is not news; a window that comes later hears what happened before it.
      if (frame.event === 'engine.state' && engine.state().cause !== null) send(stateNow());
    } else {
      subscriptions.delete(frame.event);
    }
  });
}

/** Undefined for anything that is no message of ours; what it nearly was does not matter. */
function decoded(data: Buffer): unknown {
  try {
    return decodeMessage(data);
  } catch {
    return undefined;
  }
}

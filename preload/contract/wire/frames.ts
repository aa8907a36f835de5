import type { Answer } from '../envelope.ts';
import type { EventName, Events } from '../events.ts';

/*
 * What windows and hosts say to each other, whatever carries it. The names and inputs of a call are untrusted until
 * the engine has parsed them; here only the shape of the frame is checked.
 */

/** One thing a window asks: a request, the start of a job, or its cancellation. */
export type Call =
  | { readonly door: 'request'; readonly name: string; readonly input: unknown }
  | { readonly door: 'startJob'; readonly name: string; readonly input: unknown }
  | { readonly door: 'cancelJob'; readonly jobId: string };

export type EventFrame = {
  readonly [E in EventName]: { readonly kind: 'event'; readonly name: E; readonly payload: Events[E] };
}[EventName];

export type ClientFrame =
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly event: EventName };

export type HostFrame = { readonly kind: 'answer'; readonly id: number; readonly answer: Answer<unknown> } | EventFrame;

/** The first message of a socket; nothing else is read before it was accepted. */
export interface HelloFrame {
  readonly kind: 'hello';
  readonly token: string;
}

/** Close codes of the browser host's socket. 4000 to 4999 are free for applications (RFC 6455, 7.4.2). */
export const socketCloseCodes = { malformed: 4400, refused: 4401, late: 4408, goingAway: 4499 } as const;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isCall(value: unknown): value is Call {
  if (!isRecord(value)) return false;
  if (value['door'] === 'cancelJob') return typeof value['jobId'] === 'string';
  return (value['door'] === 'request' || value['door'] === 'startJob') && typeof value['name'] === 'string';
}

/** True where the value is a frame of a window that names only known events. */
export function isClientFrame(value: unknown, eventNames: readonly EventName[]): value is ClientFrame {
  if (!isRecord(value)) return false;
  if (value['kind'] === 'call') return Number.isSafeInteger(value['id']) && isCall(value['call']);
  return (
    (value['kind'] === 'subscribe' || value['kind'] === 'unsubscribe') &&
    (eventNames as readonly unknown[]).includes(value['event'])
  );
}

export function isHelloFrame(value: unknown): value is HelloFrame {
  return isRecord(value) && value['kind'] === 'hello' && typeof value['token'] === 'string';
}

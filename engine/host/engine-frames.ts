import type { Answer } from '../../preload/contract/envelope.ts';
import type { Call, EventFrame } from '../../preload/contract/wire/frames.ts';

/*
 * What passes between the engine's process and its supervisor, by structured clone. `generation` counts the engine
 * processes of one supervisor, so that a late word of a process that was given up is never taken for the new one's.
 */

export type ToEngine =
  | { readonly kind: 'call'; readonly generation: number; readonly id: number; readonly call: Call }
  | { readonly kind: 'ping'; readonly generation: number }
  | { readonly kind: 'stop'; readonly generation: number };

export type FromEngine =
  | { readonly kind: 'ready' | 'pong' | 'stopped'; readonly generation: number }
  | { readonly kind: 'answer'; readonly generation: number; readonly id: number; readonly answer: Answer<unknown> }
  | { readonly kind: 'event'; readonly generation: number; readonly event: EventFrame };

/** The engine's end of the connection to whoever started its process. */
export interface EnginePort {
  post(frame: FromEngine): void;
  listen(receive: (frame: ToEngine) => void): void;
}

/*
 * contextBridge: the two JavaScript worlds of a page talk over synchronous DOM events with a secret name. Chromium
 * clones `CustomEvent.detail` when it crosses worlds, so no identity or prototype leaks; functions and promises cross
 * as numbers. The same code runs in both worlds.
 */

export type World = 'main' | 'preload';

type Packed =
  | { readonly kind: 'function' | 'promise'; readonly id: number }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'list'; readonly parts: readonly Packed[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Packed])[] }
  | { readonly kind: 'value'; readonly value: unknown };

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly parameters: readonly Packed[] }
  | { readonly kind: 'reply'; readonly ok: boolean; readonly value: Packed }
  | { readonly kind: 'settle'; readonly id: number; readonly ok: boolean; readonly value: Packed }
  | { readonly kind: 'expose'; readonly name: string; readonly value: Packed };

type AnyFunction = (...parameters: unknown[]) => unknown;

const MAXIMUM_DEPTH = 1000;
/** Kept from before the page's scripts, which could replace them. */
const { addEventListener, dispatchEvent } = EventTarget.prototype;
const { apply } = Reflect;
const OriginalEvent = CustomEvent;

/** This world's half; `expose` is for the preload world. */
export function createBridge(world: World, secret: string): { expose(name: string, value: unknown): void } {
  const other: World = world === 'main' ? 'preload' : 'main';
  const functions = new Map<number, AnyFunction>();
  const promises = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>();
  let lastId = 0;
  let reply: Extract<Message, { kind: 'reply' }> | null = null;

  const tell = (message: Message): void =>
    void apply(dispatchEvent, window, [new OriginalEvent(secret + other, { detail: message })]);

  /** Tells, and takes the reply that the other world gives while the event is dispatched. */
  const ask = (message: Message): unknown => {
    const outer = reply;
    reply = null;
    tell(message);
    const answer = reply as Extract<Message, { kind: 'reply' }> | null;
    reply = outer;
    if (answer === null) throw new Error('contextBridge: a value could not be cloned');
    if (!answer.ok) throw unpack(answer.value);
    return unpack(answer.value);
  };

  const pack = (value: unknown, depth = 0): Packed => {
    if (depth > MAXIMUM_DEPTH) throw new TypeError('contextBridge: recursion depth exceeded');
    if (typeof value === 'function') {
      functions.set(++lastId, value as AnyFunction);
      return { kind: 'function', id: lastId };
    }
    if (typeof value === 'symbol') throw new TypeError('contextBridge: symbols cannot cross');
    if (value === null || typeof value !== 'object') return { kind: 'value', value };
    if (value instanceof Promise) return packPromise(value);
    if (value instanceof Error) return { kind: 'error', message: value.message };
    if (Array.isArray(value)) return { kind: 'list', parts: value.map((part) => pack(part, depth + 1)) };
    if (Object.prototype.toString.call(value) !== '[object Object]') return { kind: 'value', value };
    return { kind: 'object', entries: Object.entries(value).map(([key, part]) => [key, pack(part, depth + 1)]) };
  };
  const packPromise = (promise: Promise<unknown>): Packed => {
    const id = ++lastId;
    promise.then(
      (value) => tell({ kind: 'settle', id, ok: true, value: packOrError(value) }),
      (reason: unknown) => tell({ kind: 'settle', id, ok: false, value: packOrError(reason) }),
    );
    return { kind: 'promise', id };
  };
  const packOrError = (value: unknown): Packed => {
    try {
      return pack(value);
    } catch (error) {
      return errorOf(error);
    }
  };
  const unpack = (packed: Packed): unknown => {
    switch (packed.kind) {
      case 'function':
        return (...parameters: unknown[]) =>
          ask({ kind: 'call', id: packed.id, parameters: parameters.map((part) => pack(part)) });
      case 'promise':
        return new Promise((resolve, reject) => promises.set(packed.id, { resolve, reject }));
      case 'error':
        return new Error(packed.message);
      case 'list':
        return packed.parts.map(unpack);
      case 'object':
        return Object.fromEntries(packed.entries.map(([key, part]) => [key, unpack(part)]));
      case 'value':
        return packed.value;
    }
  };

  const answerCall = (message: Extract<Message, { kind: 'call' }>): Message => {
    try {
      const value = functions.get(message.id)?.(...message.parameters.map(unpack));
      return { kind: 'reply', ok: true, value: pack(value) };
    } catch (error) {
      return { kind: 'reply', ok: false, value: errorOf(error) };
    }
  };
  const answerExpose = (message: Extract<Message, { kind: 'expose' }>): Message => {
    if (Object.hasOwn(window, message.name))
      return {
        kind: 'reply',
        ok: false,
        value: { kind: 'error', message: 'Cannot bind an API on top of an existing property on the window object' },
      };
    Object.defineProperty(window, message.name, { value: deepFrozen(unpack(message.value)), enumerable: true });
    return { kind: 'reply', ok: true, value: { kind: 'value', value: undefined } };
  };

  const receive = (event: CustomEvent<Message>): void => {
    event.stopImmediatePropagation();
    const message = event.detail;
    if (message.kind === 'reply') reply = message;
    else if (message.kind === 'call') tell(answerCall(message));
    else if (message.kind === 'expose') tell(answerExpose(message));
    else {
      const promise = promises.get(message.id);
      promises.delete(message.id);
      if (message.ok) promise?.resolve(unpack(message.value));
      else promise?.reject(unpack(message.value));
    }
  };
  apply(addEventListener, window, [secret + world, receive]);
  return { expose: (name, value) => void ask({ kind: 'expose', name, value: pack(value) }) };
}

function errorOf(error: unknown): Packed {
  return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
}

function deepFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const part of Object.values(value)) deepFrozen(part);
  return Object.freeze(value);
}

import { EventEmitter } from 'node:events';

export type InvokeHandler = (event: object, ...parameters: unknown[]) => unknown;

/** For web-contents.ts, which calls handlers. */
export const handlerFor: unique symbol = Symbol('handlerFor');

class StandinIpcMain extends EventEmitter {
  readonly #handlers = new Map<string, InvokeHandler>();

  handle(channel: string, handler: InvokeHandler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  [handlerFor](channel: string): InvokeHandler {
    const handler = this.#handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return handler;
  }
}

export const ipcMain = new StandinIpcMain();
ipcMain.setMaxListeners(0);

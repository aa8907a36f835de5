import { EventEmitter } from 'node:events';

export type InvokeHandler = (event: object, ...parameters: unknown[]) => unknown;

/** For web-contents.ts, which calls handlers. */
export const handlerFor: unique symbol = Symbol('handlerFor');

class StandinIpcMain extends EventEmitter {
  /** Private in Electron, too, and of this name there: tests reach a handler through it. */
  readonly _invokeHandlers = new Map<string, InvokeHandler>();

  handle(channel: string, handler: InvokeHandler): void {
    if (this._invokeHandlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this._invokeHandlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this._invokeHandlers.delete(channel);
  }

  [handlerFor](channel: string): InvokeHandler {
    const handler = this._invokeHandlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return handler;
  }
}

export const ipcMain = new StandinIpcMain();
ipcMain.setMaxListeners(0);

/* Runs in every page before its own scripts; bundled into one script by ../page-script.ts. */
import { fromText, toText } from '../clone.ts';
import { createBridge } from './bridge.ts';
import { BINDING, RECEIVER, type FromPage, type PreloadProcess, type ToPage } from './messages.ts';

type Listener = (event: object, ...parameters: unknown[]) => void;
type Preload = (require: (id: string) => unknown, module: object, exports: object, process: object) => void;

/** The page's own world: only the receiving half of contextBridge. */
export function enterMainWorld(secret: string): void {
  if (window === window.top) createBridge('main', secret);
}

/** The isolated world of the preload script, which runs as a sandboxed CommonJS function. */
export function enterPreloadWorld(secret: string, info: PreloadProcess, preload: Preload): void {
  // As in Electron without nodeIntegrationInSubFrames.
  if (window !== window.top) return;
  const world = globalThis as unknown as Record<string, (...parameters: never[]) => void>;
  const binding = world[BINDING] as (text: string) => void;
  const send = (message: FromPage): void => binding(toText(message));
  const bridge = createBridge('preload', secret);
  const listeners = new Map<string, readonly Listener[]>();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>();
  let lastId = 0;

  const ipcRenderer = {
    send: (channel: string, ...parameters: unknown[]): void => send({ kind: 'send', channel, parameters }),
    invoke: (channel: string, ...parameters: unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        send({ kind: 'invoke', id, channel, parameters });
        waiting.set(id, { resolve, reject });
      }),
    on(channel: string, listener: Listener): object {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    off(channel: string, listener: Listener): object {
      listeners.set(
        channel,
        (listeners.get(channel) ?? []).filter((known) => known !== listener),
      );
      return ipcRenderer;
    },
  };

  const receive = (message: ToPage): void => {
    if (message.kind === 'result') {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.ok) call?.resolve(message.value);
      else call?.reject(new Error(message.message));
      return;
    }
    for (const listener of listeners.get(message.channel) ?? []) {
      try {
        listener({ sender: ipcRenderer, ports: [] }, ...message.parameters);
      } catch (error) {
        reportError(error);
      }
    }
  };
  let parts: string[] = [];
  world[RECEIVER] = (part: string, isLast: boolean) => {
    parts.push(part);
    if (!isLast) return;
    const text = parts.join('');
    parts = [];
    receive(fromText(text) as ToPage);
  };

  const electron = {
    ipcRenderer,
    contextBridge: { exposeInMainWorld: (name: string, value: unknown): void => bridge.expose(name, value) },
    // A page that DevTools drives is given no real files, so none has a path.
    webUtils: { getPathForFile: (): string => '' },
  };
  const require = (id: string): unknown => {
    if (/^electron(\/(renderer|common))?$/.test(id)) return electron;
    throw new Error(`module not found: ${id} (a sandboxed preload is one bundle that may require only 'electron')`);
  };
  const process = { type: 'renderer', sandboxed: true, contextIsolated: true, env: {}, ...info };
  const module = { exports: {} };
  send({ kind: 'hello', url: location.href });
  try {
    preload(require, module, module.exports, process);
  } catch (error) {
    send({ kind: 'preload-error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

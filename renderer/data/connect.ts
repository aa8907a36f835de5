import type { AssayClient } from '../../preload/contract/client.ts';
import { connectSocket } from './socket-client.ts';

declare global {
  interface Window {
    /** Put there by the preload bridge; absent in a browser. */
    readonly assay?: AssayClient;
  }
}

const TOKEN_KEY = 'assay.token';

/**
 * The window's one way to the engine: the preload bridge under Electron, else a socket to the browser host.
 * @throws Error with a sentence for the analyst where the host refuses or cannot be reached
 */
export async function connect(): Promise<AssayClient> {
  if (window.assay !== undefined) return window.assay;
  return connectSocket(`ws://${location.host}/socket`, takeToken());
}

/** The token of the printed address, moved to where a reload finds it and the address bar does not show it. */
function takeToken(): string {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (token === undefined) return sessionStorage.getItem(TOKEN_KEY) ?? '';
  sessionStorage.setItem(TOKEN_KEY, token);
  history.replaceState(null, '', location.pathname);
  return token;
}

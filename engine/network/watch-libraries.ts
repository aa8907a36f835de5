import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest } from 'node:http';
import { addressOfUrl, knowsAddress, noteAttempt } from './ledger.ts';

/**
 * From now on, notes also the requests of this thread to addresses that nobody noted: a library may reach for one of its
 * own, such as that of a login. Node tells of each request of `node:http`, `node:https` and `fetch` that it begins.
 */
export function watchLibraries(): void {
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { readonly request: unknown };
    if (request instanceof ClientRequest)
      noteUnknown(`${request.protocol}//${String(request.getHeader('host') ?? request.host)}`);
  });
  subscribe('undici:request:create', (message) => {
    const { request } = message as { readonly request: { readonly origin: unknown } };
    noteUnknown(String(request.origin));
  });
}

function noteUnknown(url: string): void {
  if (!URL.canParse(url)) return;
  const address = addressOfUrl(new URL(url));
  if (!knowsAddress(address)) noteAttempt('A library of Assay', 'opened', address);
}

import { EventEmitter } from 'node:events';
import { loud } from './loud.ts';

type Handler = (request: Request) => Response | Promise<Response>;

/*
 * Chromium refuses to navigate to a scheme it does not know before DevTools could answer, so app://host/path is shown
 * to it as https://host.app.standin/path. No such name exists; every request for it is answered by the handler.
 */
const handlers = new Map<string, Handler>();

/** An address of the app as Chromium is to see it. */
export function toChromiumAddress(address: string): string {
  const [, scheme, host, rest] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(address) ?? [];
  return scheme !== undefined && handlers.has(scheme) ? `https://${host}.${scheme}.standin${rest || '/'}` : address;
}

/** The way back. */
export function toAppAddress(address: string): string {
  return address.replace(/^https:\/\/([^/?#]*)\.([a-z0-9+-]+)\.standin(?=[/?#]|$)/, '$2://$1');
}

export function handlerOf(address: string): Handler | undefined {
  return handlers.get(/^([a-z0-9+.-]+):/i.exec(address)?.[1] ?? '');
}

export const protocol = loud('protocol', {
  registerSchemesAsPrivileged(): void {},
  handle: (scheme: string, handler: Handler): void => void handlers.set(scheme, handler),
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
});

type PermissionHandler = (...parameters: never[]) => unknown;

/** Handlers are kept for tests to call; Chromium does not ask them here. */
export const permissionHandlers: { request: PermissionHandler | null; check: PermissionHandler | null } = {
  request: null,
  check: null,
};

const defaultSession = loud(
  'session.defaultSession',
  Object.assign(new EventEmitter(), {
    protocol,
    setSpellCheckerLanguages: (): void => undefined,
    setPermissionRequestHandler: (handler: PermissionHandler | null): void =>
      void (permissionHandlers.request = handler),
    setPermissionCheckHandler: (handler: PermissionHandler | null): void => void (permissionHandlers.check = handler),
    setDevicePermissionHandler(): void {},
    // Chromium's own policy refuses here what main would refuse there.
    webRequest: { onBeforeRequest(): void {} },
  }),
);

export const session = loud('session', { defaultSession });

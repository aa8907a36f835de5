import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { httpAgents, requestHttp } from './door.ts';

/** The way to a server: whom to trust there, and which proxies lead to it. */
export interface Route {
  /** Certificates in PEM that alone are trusted; without them, those the runtime trusts. */
  readonly authorities?: string;
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Hosts that are reached without a proxy, separated by commas. */
  readonly noProxy?: string;
}

export interface HttpQuestion {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Where a redirection points. */
  readonly location: string | null;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The usual proxy variables, in small or capital letters. */
export function proxiesFrom(
  environment: Readonly<Record<string, string | undefined>>,
): Pick<Route, 'httpProxy' | 'httpsProxy' | 'noProxy'> {
  const valueOf = (name: string): string | undefined => environment[name] ?? environment[name.toUpperCase()];
  const [httpProxy, httpsProxy, noProxy] = ['http_proxy', 'https_proxy', 'no_proxy'].map(valueOf);
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}

/** Asks one question at a time, noted for a `purpose`, and reads each answer whole. Redirections are not followed. Rejects with the socket's error. */
export function openTransport(purpose: string, route: Route): (question: HttpQuestion) => Promise<HttpAnswer> {
  const options = {
    keepAlive: true,
    proxyEnv: {
      http_proxy: route.httpProxy,
      https_proxy: route.httpsProxy,
      // This machine is never behind a proxy.
      no_proxy: [route.noProxy, 'localhost', '127.0.0.1', '::1'].filter(Boolean).join(','),
    },
  };
  const agents = httpAgents(purpose, options, route.authorities === undefined ? {} : { ca: route.authorities });
  return async ({ method, url, headers, body, signal }) => {
    const outgoing = requestHttp(url, agents, { method, headers, signal });
    // After the answer has begun, its reader is told of the same failure.
    outgoing.on('error', () => undefined);
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    return {
      status: incoming.statusCode ?? 0,
      location: incoming.headers.location ?? null,
      body: new Uint8Array(Buffer.concat(parts)),
    };
  };
}

/** Why a server was not reached, in words; where a name has several addresses, none of which answers, the reasons are in the list. */
export function reasonOfFailure(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOfFailure).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.message;
}

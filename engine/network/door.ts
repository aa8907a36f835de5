import {
  Agent as PlainAgent,
  createServer,
  request as requestPlainly,
  type AgentOptions,
  type ClientRequest,
  type RequestListener,
  type RequestOptions,
  type Server,
  type ServerOptions,
} from 'node:http';
import { Agent as SecureAgent, request as requestSecurely, type AgentOptions as SecureAgentOptions } from 'node:https';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { addressOf, addressOfUrl, noteAttempt } from './ledger.ts';

/*
 * The only place where Assay opens or serves a connection (docs/adr/0083): each is written into the ledger first.
 * test/walls finds whoever goes by another way.
 */

/** A socket to `host`:`port`, over TLS where options of it are given. `whenOpen` is called once it is agreed on. */
export function openSocket(
  purpose: string,
  { host, port, tls }: { readonly host: string; readonly port: number; readonly tls: ConnectionOptions | null },
  whenOpen: () => void,
): Socket {
  noteAttempt(purpose, 'opened', addressOf(host, port));
  if (tls === null) return connectPlain({ host, port }, whenOpen);
  return connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...tls }, whenOpen);
}

/** What `fetch` gives; each request is noted, whether or not it opens a connection of its own. */
export function fetchNoted(purpose: string, url: URL | string, init?: RequestInit): Promise<Response> {
  noteAttempt(purpose, 'opened', addressOfUrl(new URL(url)));
  return fetch(url, init);
}

/** A request by `node:http` or `node:https`, as the address says; its agent, made by `httpAgents`, notes the connection. */
export function requestHttp(url: URL, agents: HttpAgents, options: RequestOptions): ClientRequest {
  return url.protocol === 'https:'
    ? requestSecurely(url, { ...options, agent: agents.secure })
    : requestPlainly(url, { ...options, agent: agents.plain });
}

export interface HttpAgents {
  readonly plain: PlainAgent;
  readonly secure: SecureAgent;
}

/** Agents that note each connection that they open for a purpose, also for libraries that bring their own requests. */
export function httpAgents(
  purpose: string,
  options: AgentOptions & { readonly proxyEnv?: Readonly<Record<string, string | undefined>> } = {},
  tls: SecureAgentOptions = {},
): HttpAgents {
  const plain = new PlainAgent(options);
  const secure = new SecureAgent({ ...options, ...tls });
  for (const agent of [plain, secure]) {
    const createConnection = agent.createConnection.bind(agent);
    agent.createConnection = (where, whenOpen) => {
      noteAttempt(purpose, 'opened', addressOf(where.host ?? 'localhost', Number(where.port ?? 0)));
      return createConnection(where, whenOpen);
    };
  }
  return { plain, secure };
}

/** A server that does not listen yet: `listenNoted` opens it. */
export function httpServer(options: ServerOptions, answer: RequestListener): Server {
  return createServer(options, answer);
}

/** Opens a server to this machine or beyond, as `hostname` says; it is noted with the port that it got. */
export function listenNoted(purpose: string, server: Server, port: number, hostname: string): void {
  server.once('listening', () => {
    const address = server.address();
    if (address !== null && typeof address !== 'string')
      noteAttempt(purpose, 'served', addressOf(hostname, address.port));
  });
  server.listen(port, hostname);
}

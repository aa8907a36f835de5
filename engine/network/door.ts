import type { EventEmitter } from 'node:events';
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
import { connect as connectTls, TLSSocket, type ConnectionOptions } from 'node:tls';
import { addressOf, addressOfUrl, noteAttempt, type NoteOutcome } from './ledger.ts';

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
  const note = noteAttempt(purpose, 'opened', addressOf(host, port));
  const socket =
    tls === null
      ? connectPlain({ host, port }, whenOpen)
      : connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...tls }, whenOpen);
  return noteEnd(socket, note);
}

/** Hears of a socket whether it was agreed on; a plain one is where it is connected, one over TLS where it is secure. */
function noteEnd<Each extends EventEmitter>(socket: Each, note: NoteOutcome): Each {
  socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => note('reached'));
  socket.once('close', () => note('failed'));
  return socket;
}

/** What `fetch` gives; each request is noted, whether or not it opens a connection of its own. */
export async function fetchNoted(purpose: string, url: URL | string, init?: RequestInit): Promise<Response> {
  const note = noteAttempt(purpose, 'opened', addressOfUrl(new URL(url)));
  try {
    const response = await fetch(url, init);
    note('reached');
    return response;
  } catch (error) {
    note('failed');
    throw error;
  }
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
      const note = noteAttempt(purpose, 'opened', addressOf(where.host ?? 'localhost', Number(where.port ?? 0)));
      const socket = createConnection(where, whenOpen);
      return socket && noteEnd(socket, note);
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
      noteAttempt(purpose, 'served', addressOf(hostname, address.port))('reached');
  });
  server.listen(port, hostname);
}

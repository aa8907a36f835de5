import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { httpServer, listenNoted } from '../../engine/network/door.ts';
import type { EngineSupervisor } from '../engine-supervisor.ts';
import { readContainedFile } from '../security/contained-file.ts';
import { contentSecurityPolicy, pageHeaders } from '../security/content-security-policy.ts';
import { attendSocket } from './attend-socket.ts';
import { createSessionToken } from './session-token.ts';

export interface BrowserHost {
  /** The address a person opens; its fragment holds the token. */
  readonly address: string;
  close(): Promise<void>;
}

/** The largest message a window may send; pasted ids and notes are far below. */
const MAXIMUM_MESSAGE_BYTES = 16 * 2 ** 20;
/** Sockets that have not shown the token yet; one more takes the place of the oldest. */
const MOST_WITHOUT_TOKEN = 16;
const LOOPBACK = '127.0.0.1';

/**
 * Serves the window's files and one socket on the loopback interface. Any program of this machine can reach the port,
 * so every request must name this very host (a rebound DNS name does not), every socket must come from a page of this
 * origin, and nothing is answered on it before the token was shown.
 * @param port 0 for a free one
 * @throws Error of the system (such as EADDRINUSE) where the port cannot be had
 */
export async function startBrowserHost(
  engine: EngineSupervisor,
  rendererFolder: string,
  port: number,
): Promise<BrowserHost> {
  const token = createSessionToken();
  let headers: Readonly<Record<string, string>> = {};
  let ownHost = '';

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.headers.host !== ownHost) return end(response, 421, headers);
    if (request.method !== 'GET') return end(response, 405, { ...headers, allow: 'GET' });
    const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
    const file = await readContainedFile(rendererFolder, path);
    if (file === null) return end(response, 404, headers);
    response.writeHead(200, {
      ...headers,
      'content-type': file.contentType,
      'content-length': file.bytes.byteLength,
    });
    response.end(file.bytes);
  };

  const server = httpServer({}, (request, response) => {
    answer(request, response).catch(() => end(response, 500, headers));
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAXIMUM_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const withoutToken = new Set<Duplex>();
  server.on('upgrade', (request, stream, head) => {
    const isOurPage =
      request.headers.host === ownHost && request.headers.origin === `http://${ownHost}` && request.url === '/socket';
    if (!isOurPage) {
      // Nobody else listens to a refused socket: one that is reset meanwhile would end the process.
      stream.on('error', () => stream.destroy());
      stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const [oldest] = withoutToken.add(stream);
      const forget = (): void => void withoutToken.delete(stream);
      if (withoutToken.size > MOST_WITHOUT_TOKEN) oldest.destroy();
      stream.on('close', forget);
      attendSocket(socket, stream, engine, token, forget);
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    listenNoted('This window, for the browser', server, port, LOOPBACK);
  });
  const address = server.address() as AddressInfo;
  ownHost = `${LOOPBACK}:${address.port}`;
  headers = pageHeaders(contentSecurityPolicy([`ws://${ownHost}`]));

  return {
    address: `http://${ownHost}/#token=${token.text}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  if (!response.headersSent) response.writeHead(status, headers);
  response.end();
}

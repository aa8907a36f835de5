import { once } from 'node:events';
import { usageError } from '../domain/error.ts';
import { httpServer, listenNoted } from '../network/door.ts';

/** Metrics served over HTTP. */
export interface MetricsServer {
  readonly address: string;
  close(): Promise<void>;
}

/** Whether something that runs long is as it should be, and what it says of that. */
export interface Health {
  readonly isWell: boolean;
  readonly sentence: string;
}

/** Asked at `/health/live` and `/health/ready`. */
export interface HealthQuestions {
  readonly live: () => Health;
  readonly ready: () => Health;
}

/** The text form of Prometheus, version 0.0.4. */
const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Serves what `read` gives at http://HOSTNAME:PORT/metrics, to this machine only where no other host name is given; port 0
 * picks a free one. Where `read` fails the answer is 503, as it is where a question of health is answered with no.
 * @throws AssayError WRONG_USE where port or host name cannot be used.
 */
export async function serveMetrics(
  port: number,
  read: () => Promise<string>,
  hostname = '127.0.0.1',
  health?: HealthQuestions,
): Promise<MetricsServer> {
  const server = httpServer({}, (request, response) => {
    const asked =
      request.url === '/health/live' ? health?.live : request.url === '/health/ready' ? health?.ready : undefined;
    if (request.method === 'GET' && asked !== undefined) {
      const { isWell, sentence } = asked();
      response.writeHead(isWell ? 200 : 503, { 'Content-Type': 'application/json' });
      response.end(`${JSON.stringify({ ok: isWell, status: sentence })}\n`);
      return;
    }
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    read().then(
      (text) => response.writeHead(200, { 'Content-Type': contentType }).end(text),
      () => response.writeHead(503).end(),
    );
  });
  // Scrapes do not keep the program alive.
  server.unref();
  listenNoted('Metrics, for a scraper', server, port, hostname);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw usageError('WRONG_USE', `Port ${port} is taken by another program.`, 'Give another one with --metrics.');
    if (code === 'EACCES')
      throw usageError('WRONG_USE', `Port ${port} is reserved for the system.`, 'Give another one with --metrics.');
    if (code !== 'EADDRNOTAVAIL' && code !== 'ENOTFOUND') throw error;
    throw usageError('WRONG_USE', `${hostname} is no address of this machine.`, 'Give 0.0.0.0 for all that it has.');
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Impossible: the server listens on no port.');
  return {
    address: `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${address.port}/metrics`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

/** A certificate authority of our own, and a server's certificate that it signed for `mlflow.test` and 127.0.0.1. */
export interface Certificates {
  readonly authorityPath: string;
  readonly key: string;
  readonly certificate: string;
}

/** Makes both with openssl in a folder. */
export function makeCertificates(folder: string): Certificates {
  const openssl = (...parameters: readonly string[]): void => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...key, ...parameters], { cwd: folder, stdio: 'ignore' });
  };
  openssl('-subj', '/CN=Authority of a test', '-keyout', 'authority.key', '-out', 'authority.pem');
  openssl(
    ...['-subj', '/CN=mlflow.test', '-addext', 'subjectAltName=DNS:mlflow.test,IP:127.0.0.1'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-CA', 'authority.pem', '-CAkey', 'authority.key'],
    ...['-keyout', 'server.key', '-out', 'server.pem'],
  );
  return {
    authorityPath: join(folder, 'authority.pem'),
    key: readFileSync(join(folder, 'server.key'), 'utf8'),
    certificate: readFileSync(join(folder, 'server.pem'), 'utf8'),
  };
}

/** A server that is closed with all its connections. */
export interface Running {
  readonly port: number;
  close(): void;
}

/** TLS in front of a server that speaks plain HTTP, as an ingress is. */
export function startTlsFront(target: string, { key, certificate: cert }: Certificates): Promise<Running> {
  return started(createSecureServer({ key, cert }, forwardTo(target, new URL(target).host)));
}

/**
 * A proxy that knows one name, `mlflow.test`, which nothing else here can resolve. Forwards plain requests and opens tunnels to a
 * port of this machine, and keeps the first line of each request.
 */
export async function startProxy(portOfServer: number): Promise<Running & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const keep = ({ method, url }: IncomingMessage): number => asked.push(`${method ?? ''} ${url ?? ''}`);
  const server = createServer((incoming, answer) => {
    keep(incoming);
    forwardTo(`http://127.0.0.1:${portOfServer}`)(incoming, answer);
  });
  server.on('connect', (incoming: IncomingMessage, client: Socket) => {
    keep(incoming);
    const onward = connect(portOfServer, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy());
  });
  return { ...(await started(server)), asked };
}

/** Passes requests on, by the name they were made to or by another one. */
function forwardTo(target: string, host?: string): RequestListener {
  const { hostname, port } = new URL(target);
  return (incoming, answer) => {
    const { pathname, search } = new URL(incoming.url ?? '/', target);
    const { method, headers } = incoming;
    const onward = request({
      hostname,
      port,
      path: pathname + search,
      method,
      headers: { ...headers, ...(host === undefined ? {} : { host }) },
    });
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  };
}

async function started(server: Server): Promise<Running> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    port: address.port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

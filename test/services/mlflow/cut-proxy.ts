import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';

/** Where the way to the server breaks: at which request, and whether the server had already done it. */
export interface Cut {
  readonly atRequest: number;
  readonly when: 'before it arrives' | 'after it was done';
}

/** A way to a server that breaks where it is told to, as a server does that dies in the middle of a request. */
export class CutProxy {
  readonly #target: URL;
  readonly #server: Server;
  #cut: Cut | null = null;
  #requests = 0;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, answer) => {
      const isCut = ++this.#requests === this.#cut?.atRequest;
      if (isCut && this.#cut?.when === 'before it arrives') return void incoming.socket.destroy();
      const { hostname, port } = this.#target;
      const { url: path, method, headers } = incoming;
      const onward = request({ hostname, port, path, method, headers: { ...headers, host: `${hostname}:${port}` } });
      onward.on('response', (response) => {
        if (isCut) {
          response.resume().on('end', () => incoming.socket.destroy());
          return;
        }
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      onward.on('error', () => incoming.socket.destroy());
      incoming.pipe(onward);
    });
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Counts from here; null lets everything through. */
  cut(cut: Cut | null): void {
    this.#cut = cut;
    this.#requests = 0;
  }

  get requests(): number {
    return this.#requests;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

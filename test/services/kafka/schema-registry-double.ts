import { once } from 'node:events';
import { createServer } from 'node:http';

/** The part of a Confluent schema registry that a reader asks: schemas by id, over HTTP, on loopback. */
export interface RegistryDouble {
  readonly url: string;
  /** Answers 503 to everything while true. */
  isAway: boolean;
  /** Requests for schemas so far. */
  readonly asked: readonly number[];
  close(): Promise<void>;
}

export interface RegisteredSchema {
  readonly schemaType?: 'AVRO' | 'JSON' | 'PROTOBUF';
  readonly schema: string;
}

/** Starts a registry of these schemas that lets in only this user, where one is given. */
export async function startRegistryDouble(
  schemas: Readonly<Record<number, RegisteredSchema>>,
  login?: { readonly username: string; readonly password: string },
): Promise<RegistryDouble> {
  const asked: number[] = [];
  const state = { isAway: false };
  const expected = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void =>
      void response
        .writeHead(status, { 'Content-Type': 'application/vnd.schemaregistry.v1+json' })
        .end(JSON.stringify(body));
    const id = Number(/^\/schemas\/ids\/(\d+)$/.exec(request.url ?? '')?.[1] ?? NaN);
    if (state.isAway) return answer(503, { error_code: 50301, message: 'away' });
    if (expected !== undefined && request.headers.authorization !== expected)
      return answer(401, { error_code: 401, message: 'Unauthorized' });
    if (Number.isNaN(id)) return answer(404, { error_code: 404, message: 'HTTP 404 Not Found' });
    asked.push(id);
    const found = schemas[id] as RegisteredSchema | undefined;
    return found === undefined
      ? answer(404, { error_code: 40403, message: `Schema ${id} not found` })
      : answer(200, found);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A listening server has an address.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get isAway() {
      return state.isAway;
    },
    set isAway(value) {
      state.isAway = value;
    },
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

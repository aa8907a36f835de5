import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

interface Inserted {
  readonly insertId: string;
  readonly json: Readonly<Record<string, unknown>>;
}

interface KnownTable {
  readonly definition: Readonly<Record<string, unknown>>;
  readonly rows: Map<string, Inserted>;
}

/** What BigQuery's REST interface does with tables and streamed rows, as its reference page has it. */
export interface BigqueryDouble {
  readonly endpoint: string;
  readonly tables: ReadonlyMap<string, KnownTable>;
  /** Rows of each insertAll request, refused ones among them. */
  readonly requests: (readonly Inserted[])[];
  /** Answers the next insertAll requests with these failures, then as ever. */
  failNext(...faults: readonly { readonly status: number; readonly reason: string }[]): void;
  /** Answers so many requests as ever first, then with a failure. */
  failAfter(requests: number, fault: { readonly status: number; readonly reason: string }): void;
  /** Rows for which this gives a message are refused one by one. */
  refuse: (row: Inserted) => string | null;
  readonly datasets: Set<string>;
}

/** Starts a server on loopback that ends with the test. Rows of the same insertId are taken once. */
export async function startBigqueryDouble(): Promise<BigqueryDouble> {
  const tables = new Map<string, KnownTable>();
  const requests: (readonly Inserted[])[] = [];
  const faults: ({ readonly status: number; readonly reason: string } | null)[] = [];
  const datasets = new Set(['fraud']);
  const double = {
    endpoint: '',
    tables,
    requests,
    datasets,
    refuse: (_row: Inserted): string | null => null,
    failAfter: (count: number, fault: { readonly status: number; readonly reason: string }) =>
      void faults.push(...new Array<null>(count).fill(null), fault),
    failNext: (...next: readonly { readonly status: number; readonly reason: string }[]) => void faults.push(...next),
  };

  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const reply = (status: number, content: unknown): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content));
    };
    const refuse = (status: number, reason: string, message: string): void =>
      reply(status, { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } });
    const path = new URL(request.url ?? '', 'http://double').pathname;
    const match = /^\/bigquery\/v2\/projects\/([^/]+)\/datasets\/([^/]+)\/tables(?:\/([^/]+))?(\/insertAll)?$/.exec(
      path,
    );
    if (match === null) return refuse(404, 'notFound', `Not found: ${path}`);
    const [, project, dataset, named, isInsert] = match;
    if (!datasets.has(dataset)) return refuse(404, 'notFound', `Not found: Dataset ${project}:${dataset}`);
    const content = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
    if (named === undefined) {
      const { tableId } = content['tableReference'] as { readonly tableId: string };
      if (tables.has(tableId))
        return refuse(409, 'duplicate', `Already Exists: Table ${project}:${dataset}.${tableId}`);
      tables.set(tableId, { definition: content, rows: new Map() });
      return reply(200, content);
    }
    const table = tables.get(named);
    if (table === undefined) return refuse(404, 'notFound', `Not found: Table ${project}:${dataset}.${named}`);
    if (isInsert === undefined) return reply(200, table.definition);
    const rows = content['rows'] as readonly Inserted[];
    requests.push(rows);
    const fault = faults.shift();
    if (fault != null) return refuse(fault.status, fault.reason, `The service said ${fault.reason}.`);
    const insertErrors = rows.flatMap((row, index) => {
      const message = double.refuse(row);
      return message === null
        ? []
        : [{ index, errors: [{ reason: 'invalid', location: 'score', debugInfo: '', message }] }];
    });
    // Without skipInvalidRows one bad row stops all.
    if (insertErrors.length > 0 && content['skipInvalidRows'] !== true) {
      const stopped = rows.map((_, index) => ({ index, errors: [{ reason: 'stopped', message: '' }] }));
      return reply(200, { kind: 'bigquery#tableDataInsertAllResponse', insertErrors: stopped });
    }
    const bad = new Set(insertErrors.map(({ index }) => index));
    rows.forEach((row, index) => {
      if (!bad.has(index)) table.rows.set(row.insertId, row);
    });
    return reply(200, {
      kind: 'bigquery#tableDataInsertAllResponse',
      ...(insertErrors.length === 0 ? {} : { insertErrors }),
    });
  };

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => answer(request, response, body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The double listens on no port.');
  double.endpoint = `http://127.0.0.1:${address.port}`;
  return double;
}

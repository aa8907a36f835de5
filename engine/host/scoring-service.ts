import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import packageFile from '../../package.json' with { type: 'json' };
import { AssayError, impossible, usageError } from '../domain/error.ts';
import type { ProfileColumn } from '../domain/profile.ts';
import { openApiDocument, valueOfColumn, type RecordField } from '../export/serving/openapi.ts';
import { mostRecords, recordNeeds } from '../jobs/scoring/score-request.ts';
import type { ModelSource } from '../jobs/scoring/served-model.ts';
import { httpServer, listenNoted } from '../network/door.ts';
import { createServiceMetrics } from '../monitor/service-metrics.ts';
import { problemOf, statusOf, type ScoringReply } from './scoring-body.ts';
import { ScoringThread, type ServedModelNotes } from './scoring-thread.ts';

export interface ScoringServiceOptions extends ModelSource {
  /** Where to listen; only this machine reaches a loopback address. */
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly mostBodyBytes: number;
}

export interface ScoringService {
  readonly address: string;
  readonly model: Pick<ServedModelNotes, 'name' | 'digest' | 'threshold'>;
  /** Answers what is under way, takes nothing more, and ends. */
  close(): Promise<void>;
}

/** Requests scored at the same time; more are told to come again, so that memory stays bounded. */
const mostAtOnce = 32;
const requestTimeoutMs = 30_000;
/** What is under way is waited for so long when the service is told to stop. */
const graceMs = 10_000;
/** Told to stop, it goes on answering until nothing came for so long: a request may be on its way over an open connection. */
const quietMs = 250;
/** Whoever goes on asking is not waited for longer. */
const mostDrainMs = 2000;

/** What a request comes to. */
interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly scored?: ScoringReply;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Starts the HTTP service of one model: `POST /score`, `POST /score/single`, `GET /openapi.json`, `/health/live`,
 * `/health/ready` and `/metrics`. It keeps nothing between requests.
 *
 * @throws AssayError as `openServedModel` does, and WRONG_USE where it cannot listen at the address.
 */
export async function startScoringService(
  options: ScoringServiceOptions,
  signal: AbortSignal,
): Promise<ScoringService> {
  const thread = await ScoringThread.start(options, signal);
  try {
    const service = new Service(thread, options);
    await service.listen();
    return service;
  } catch (error) {
    await thread.close();
    throw error;
  }
}

class Service implements ScoringService {
  readonly #thread: ScoringThread;
  readonly #options: ScoringServiceOptions;
  readonly #server: Server;
  readonly #metrics;
  readonly #document: string;
  readonly #isLoopback: boolean;
  #underWay = 0;
  #isStopping = false;
  #lastHeardMs = 0;

  constructor(thread: ScoringThread, options: ScoringServiceOptions) {
    this.#thread = thread;
    this.#options = options;
    const { model } = thread;
    this.#metrics = createServiceMetrics(model);
    this.#document = documentOf(model, options.mostBodyBytes);
    this.#isLoopback = loopbackNames.has(options.hostname);
    this.#server = httpServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  get model(): ServedModelNotes {
    return this.#thread.model;
  }

  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') return impossible('the service listens on no port');
    const { hostname } = this.#options;
    return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${address.port}`;
  }

  async listen(): Promise<void> {
    const { port, hostname } = this.#options;
    listenNoted('Scores, for programs', this.#server, port, hostname);
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AssayError('WRONG_USE', 'usage', `Port ${port} of ${hostname} cannot be used (${reason}).`, {
        nextStep: 'Leave --port out to have a free one chosen.',
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    this.#isStopping = true;
    this.#lastHeardMs = performance.now();
    const drainedMs = this.#lastHeardMs + mostDrainMs;
    // Closing resets connections that seem idle, with what they have sent and nobody has read yet.
    while (performance.now() < Math.min(this.#lastHeardMs + quietMs, drainedMs)) await sleep(quietMs / 10);
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    const deadline = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(deadline);
    await this.#thread.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    this.#lastHeardMs = startedMs;
    const path = (request.url ?? '').split('?', 1)[0];
    let reply: Reply;
    try {
      reply = await this.#replyTo(request, path);
    } catch (error) {
      reply = problem(error);
    }
    const isBodyUnread = !request.complete;
    response.writeHead(reply.status, {
      'Content-Type': reply.type,
      'Content-Length': Buffer.byteLength(reply.body),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      ...(this.#isStopping || isBodyUnread ? { Connection: 'close' } : {}),
      ...reply.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : reply.body);
    this.#metrics.answered({
      route: routes.has(path) ? path : 'other',
      status: reply.status,
      seconds: (performance.now() - startedMs) / 1000,
      scores: scoresOf(reply.scored),
    });
  }

  async #replyTo(request: IncomingMessage, path: string): Promise<Reply> {
    if (this.#isLoopback && !isOwnName(request.headers.host))
      throw new Refusal(403, 'FORBIDDEN', 'The service answers to the name of this machine only.');
    const route = routes.get(path);
    if (route === undefined)
      throw new Refusal(404, 'WRONG_USE', `There is nothing at ${path.slice(0, 200)}.`, 'See GET /openapi.json.');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (route === 'GET' ? !isRead : request.method !== 'POST')
      throw new Refusal(405, 'WRONG_USE', `${path} takes ${route}.`, undefined, { Allow: route });
    switch (path) {
      case '/health/live':
        return json({ state: 'live' });
      case '/health/ready':
        if (this.#isStopping || !this.#thread.isAlive) throw stopping();
        return json({ state: 'ready', digest: this.model.digest });
      case '/metrics':
        return { status: 200, type: this.#metrics.contentType, body: await this.#metrics.text() };
      case '/openapi.json':
        return { status: 200, type: 'application/json', body: this.#document };
      default:
        return this.#score(request, path === '/score/single');
    }
  }

  async #score(request: IncomingMessage, isSingle: boolean): Promise<Reply> {
    if (this.#underWay >= mostAtOnce)
      throw new Refusal(503, 'TOO_LARGE', 'Too many requests are under way.', 'Ask again.', { 'Retry-After': '1' });
    this.#underWay++;
    try {
      const body = await readBody(request, this.#options.mostBodyBytes);
      const scored = await this.#thread.score(body, isSingle);
      return { status: scored.status, type: 'application/json', body: scored.body, scored };
    } finally {
      this.#underWay--;
    }
  }
}

function scoresOf(reply: ScoringReply | undefined): readonly { readonly score: number; readonly flagged: boolean }[] {
  if (reply === undefined) return [];
  return Array.from(reply.scores, (score, row) => ({ score, flagged: reply.flagged[row] === 1 }));
}

const routes: ReadonlyMap<string, 'GET' | 'POST'> = new Map([
  ['/score', 'POST'],
  ['/score/single', 'POST'],
  ['/health/live', 'GET'],
  ['/health/ready', 'GET'],
  ['/metrics', 'GET'],
  ['/openapi.json', 'GET'],
]);

const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);

/** A page of another site that had its name point here would send that name. */
function isOwnName(host: string | undefined): boolean {
  return host !== undefined && loopbackNames.has(host.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''));
}

/** A failure with a status of its own. */
class Refusal extends AssayError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: AssayError['code'],
    message: string,
    nextStep?: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, 'usage', message, nextStep === undefined ? {} : { nextStep });
    this.status = status;
    this.headers = headers;
  }
}

function stopping(): Refusal {
  return new Refusal(503, 'ENGINE_STOPPED', 'The service is stopping.', 'Ask again.', { 'Retry-After': '1' });
}

/** The body of a request. What is too long is not read to its end. */
async function readBody(request: IncomingMessage, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (type !== 'application/json' || encoding !== 'identity')
    throw new Refusal(415, 'WRONG_USE', 'The body must be application/json, not compressed.');
  const tooLarge = (): Refusal =>
    new Refusal(413, 'TOO_LARGE', `The body is longer than ${mostBytes} bytes.`, 'Send several requests.');
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge();
  const body = await wholeBody(request, mostBytes);
  if (body === null) throw tooLarge();
  return body;
}

/** Null where it is longer. Iterating would close the connection then, and the answer with it; so events are heard instead. */
function wholeBody(request: IncomingMessage, mostBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (part: Buffer) => {
      length += part.length;
      if (length > mostBytes) {
        request.pause().removeAllListeners('data');
        resolve(null);
      } else parts.push(part);
    });
    request.on('end', () => resolve(Uint8Array.from(Buffer.concat(parts))));
    request.on('error', () => reject(usageError('WRONG_USE', 'The request broke off.')));
  });
}

function json(body: unknown): Reply {
  return { status: 200, type: 'application/json', body: JSON.stringify(body) };
}

function problem(error: unknown): Reply {
  const reply = { type: 'application/json', body: problemOf(error) };
  if (error instanceof Refusal) return { ...reply, status: error.status, headers: error.headers };
  return { ...reply, status: statusOf(error) };
}

function documentOf(model: ServedModelNotes, mostBodyBytes: number): string {
  const needs = recordNeeds(model.profile, model.spec);
  const field = (column: ProfileColumn): RecordField => {
    const { name, kind, role, timeFormat } = column;
    const form = kind === 'time' ? `time (${timeFormat ?? 'iso'}, ${model.profile.timeZone})` : kind;
    const description = `${form}, used as ${role}; null where it is missing.`;
    return { name, description, value: valueOfColumn(column) };
  };
  return JSON.stringify(
    openApiDocument({
      name: model.name,
      digest: model.digest,
      threshold: model.threshold,
      version: packageFile.version,
      columns: needs.columns.map(field),
      streamColumns: needs.streamColumns.map(field),
      featuresOverTime: needs.featuresOverTime,
      id: needs.id?.name ?? null,
      mostRecords,
      mostBodyBytes,
    }),
    null,
    2,
  );
}

import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { AssayError, usageError } from '../../domain/error.ts';
import { openTransport, proxiesFrom, reasonOfFailure, type HttpAnswer, type Route } from '../../network/transport.ts';

/** How a tracking server is reached, and who Assay says it is there. Basic wins over bearer, as in MLflow's own client. */
export interface TrackingAccess extends Route {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

/** What MLflow's own client reads from its variables, and the usual proxy variables. */
export function accessFrom(environment: Readonly<Record<string, string | undefined>>): TrackingAccess {
  const user = environment['MLFLOW_TRACKING_USERNAME'];
  const password = environment['MLFLOW_TRACKING_PASSWORD'];
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  return {
    ...proxiesFrom(environment),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(token === undefined ? {} : { token }),
  };
}

/** What a server said when it refused. */
export interface ServerRefusal {
  readonly status: number;
  /** MLflow's own code, such as RESOURCE_ALREADY_EXISTS; null where the answer was not MLflow's. */
  readonly code: string | null;
  readonly text: string;
  /** Where a redirection points. */
  readonly location: string | null;
}

/** A refusal, kept apart from failures of the way there: repeating the same call would be refused again. */
export class RefusedByServer extends AssayError {
  readonly refusal: ServerRefusal;

  constructor(what: string, refusal: ServerRefusal) {
    const nextStep = nextStepOf(refusal);
    super('FORBIDDEN', 'failure', `The tracking server refused to ${what} (HTTP ${refusal.status}): ${refusal.text}`, {
      ...(nextStep === null ? {} : { nextStep }),
    });
    this.refusal = refusal;
  }
}

/** The server showed a certificate that is not trusted; trying later does not help. */
export class CertificateRefused extends AssayError {
  constructor(address: string, reason: string, cause: unknown) {
    super('FORBIDDEN', 'failure', `The certificate of ${address} is not trusted: ${reason}.`, {
      nextStep: 'Name the certificates of the authority that signed it, in PEM, with --ca FILE.',
      cause,
    });
  }
}

/** The server cannot be reached, or says that it cannot answer now; trying later may help. */
export class ServerUnavailable extends AssayError {
  constructor(message: string, cause?: unknown) {
    super('SERVER_UNAVAILABLE', 'failure', message, {
      nextStep: 'Start the server or check the address; `assay push` sends what waits.',
      cause,
    });
  }
}

export type Query = Readonly<Record<string, string | number>>;

/** One tracking server. Every call may be repeated by the caller; nothing is repeated here. */
export interface TrackingClient {
  readonly address: string;
  /** A call of the REST interface below /api/2.0; `what` says in words what it is for. */
  call(method: 'GET' | 'POST' | 'PATCH', path: string, what: string, content: object): Promise<unknown>;
  /** Text of a page outside the interface, such as /version. */
  text(path: string, what: string): Promise<string>;
  putFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Names of the files and folders in a folder; none where there is no such folder. */
  listFiles(folder: string): Promise<readonly string[]>;
  /** Ask only for files that are there: of a missing one MLflow 2 says that it cannot answer now. */
  getFile(path: string): Promise<Uint8Array>;
}

const unavailableStatus = new Set([408, 425, 429, 500, 502, 503, 504]);
const callTimeoutMs = 60_000;
const longestRefusal = 600;
const decoder = new TextDecoder();
const listSchema = z.object({ files: z.array(z.object({ path: z.string() })).default([]) });

/** @throws AssayError WRONG_USE as `parseTrackingUri`. */
export function openTrackingClient(trackingUri: string, access: TrackingAccess, signal: AbortSignal): TrackingClient {
  const base = parseTrackingUri(trackingUri);
  const headers = authorization(access);
  const transport = openTransport('MLflow', access);

  const send = async (
    method: string,
    url: URL,
    what: string,
    content?: { readonly type: string; readonly body: Uint8Array | string },
  ): Promise<Uint8Array<ArrayBuffer>> => {
    let answer: HttpAnswer;
    try {
      answer = await transport({
        method,
        url,
        headers: { ...headers, ...(content === undefined ? {} : { 'Content-Type': content.type }) },
        ...(content === undefined ? {} : { body: content.body }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]),
      });
    } catch (cause) {
      signal.throwIfAborted();
      if (isCertificateFailure(cause)) throw new CertificateRefused(base.origin, reasonOfFailure(cause), cause);
      throw new ServerUnavailable(
        `The tracking server at ${base.origin} cannot be reached: ${reasonOfFailure(cause)}.`,
        cause,
      );
    }
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    const refusal = refusalOf(answer);
    if (unavailableStatus.has(refusal.status))
      throw new ServerUnavailable(
        `The tracking server at ${base.origin} could not ${what} (HTTP ${refusal.status}): ${refusal.text}`,
      );
    throw new RefusedByServer(what, refusal);
  };

  const artifactUrl = (path: string): URL =>
    at(base, `/api/2.0/mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`);

  return {
    address: base.href,
    call: async (method, path, what, content) => {
      const url = at(base, `/api/2.0/mlflow/${path}`);
      if (method === 'GET')
        for (const [name, value] of Object.entries(content)) url.searchParams.append(name, String(value));
      const answer = await send(
        method,
        url,
        what,
        method === 'GET' ? undefined : { type: 'application/json', body: JSON.stringify(content) },
      );
      return answerOf(z.record(z.string(), z.unknown()), parsedJson(answer));
    },
    text: async (path, what) => decoder.decode(await send('GET', at(base, path), what)),
    putFile: async (path, bytes) => {
      await send('PUT', artifactUrl(path), `store ${path}`, { type: 'application/octet-stream', body: bytes });
    },
    listFiles: async (folder) => {
      const url = at(base, '/api/2.0/mlflow-artifacts/artifacts');
      url.searchParams.set('path', folder);
      const answer = parsedJson(await send('GET', url, `list ${folder}`));
      return answerOf(listSchema, answer).files.map(({ path }) => path.split('/').at(-1) ?? path);
    },
    getFile: async (path) => send('GET', artifactUrl(path), `give back ${path}`),
  };
}

/** How long to go on while a server does not answer. */
export interface Patience {
  /** Repetitions after the first attempt. */
  readonly repetitions: number;
  /** Before the first repetition; each further pause is twice as long, up to 30 s. */
  readonly firstPauseMs: number;
}

const longestPauseMs = 30_000;

/** Repeats a step that finds before it makes, while the server is unavailable. Refusals are not repeated. */
export async function patiently<T>(patience: Patience, signal: AbortSignal, step: () => Promise<T>): Promise<T> {
  for (let repetition = 0; ; repetition++) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof ServerUnavailable) || repetition >= patience.repetitions) throw error;
      await wait(Math.min(longestPauseMs, patience.firstPauseMs * 2 ** repetition), undefined, { signal });
    }
  }
}

/** @throws AssayError WRONG_USE for an address that is not http or https, or that would give a login away wherever it is kept. */
export function parseTrackingUri(trackingUri: string): URL {
  const url = URL.canParse(trackingUri) ? new URL(trackingUri) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw usageError(
      'WRONG_USE',
      `'${trackingUri}' is not the address of a tracking server.`,
      'Give it as http://HOST:PORT or https://HOST.',
    );
  if (url.username !== '' || url.password !== '')
    throw usageError(
      'WRONG_USE',
      'The address of the tracking server holds a user or a password.',
      'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead, so that they are not stored.',
    );
  return url;
}

function at(base: URL, path: string): URL {
  return new URL(base.pathname.replace(/\/$/, '') + path, base);
}

function authorization({ user, password, token }: TrackingAccess): Record<string, string> {
  if (user !== undefined && password !== undefined)
    return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** MLflow's own error text; of anything else, its words without marks. */
function refusalOf({ status, location, body: bytes }: HttpAnswer): ServerRefusal {
  const body = decoder.decode(bytes);
  try {
    const { error_code: code, message } = JSON.parse(body) as { error_code?: unknown; message?: unknown };
    if (typeof message === 'string')
      return { status, code: typeof code === 'string' ? code : null, text: message.slice(0, longestRefusal), location };
  } catch {
    // Proxies and the security middleware answer in text or HTML.
  }
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestRefusal);
  return { status, code: null, text: text === '' ? 'no reason was given' : text, location };
}

function nextStepOf({ status, text, location }: ServerRefusal): string | null {
  if (location !== null) return `It sends on to ${location}. Give the address that answers itself.`;
  if (status === 403 && /host/i.test(text))
    return 'MLflow answers only to host names it knows. Start it with `--allowed-hosts` naming this address, or use the name it knows.';
  if (status === 401 || status === 403)
    return 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, to a user who may do this.';
  if (status === 404) return 'Check that the address is that of an MLflow tracking server.';
  return null;
}

/** OpenSSL's and Node's codes for a certificate that does not stand. */
function isCertificateFailure(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
}

/**
 * What a server answered, as it was expected.
 * @throws AssayError MODEL_MISMATCH where it was something else, as of a server that is not MLflow.
 */
export function answerOf<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AssayError(
    'MODEL_MISMATCH',
    'failure',
    `The tracking server answered in a way that MLflow does not: ${z.prettifyError(parsed.error)}`,
    { nextStep: 'Check that the address is that of an MLflow tracking server 2.19 or newer.' },
  );
}

/** What JSON says; a text of another kind is an answer like none of MLflow's. */
function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes) || '{}');
  } catch {
    return null;
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import { AssayError, usageError } from '../../domain/error.ts';

/** How Assay makes itself known to a tracking server. Basic wins over bearer, as in MLflow's own client. */
export interface TrackingCredentials {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

/** The variables that MLflow's own client reads. */
export function credentialsFrom(environment: Readonly<Record<string, string | undefined>>): TrackingCredentials {
  const user = environment['MLFLOW_TRACKING_USERNAME'];
  const password = environment['MLFLOW_TRACKING_PASSWORD'];
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  return {
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

/** The server cannot be reached, or says that it cannot answer now; trying later may help. */
export class ServerUnavailable extends AssayError {
  constructor(message: string, cause?: unknown) {
    super('ENGINE_STOPPED', 'failure', message, {
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
  /** Null where there is no such file. */
  getFile(path: string): Promise<Uint8Array | null>;
}

const unavailableStatus = new Set([408, 425, 429, 500, 502, 503, 504]);
const callTimeoutMs = 60_000;
const longestRefusal = 600;

/** @throws AssayError WRONG_USE for an address that is not http or https. */
export function openTrackingClient(
  trackingUri: string,
  credentials: TrackingCredentials,
  signal: AbortSignal,
): TrackingClient {
  const base = baseOf(trackingUri);
  const headers = authorization(credentials);

  const send = async (
    method: string,
    url: URL,
    what: string,
    content?: { readonly type: string; readonly body: Uint8Array<ArrayBuffer> | string },
  ): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: { ...headers, ...(content === undefined ? {} : { 'Content-Type': content.type }) },
        ...(content === undefined ? {} : { body: content.body }),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]),
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw new ServerUnavailable(
        `The tracking server at ${base.origin} cannot be reached: ${reasonOf(cause)}.`,
        cause,
      );
    }
    if (response.ok) return response;
    const refusal = refusalOf(response.status, await response.text().catch(() => ''));
    if (unavailableStatus.has(response.status))
      throw new ServerUnavailable(
        `The tracking server at ${base.origin} could not ${what} (HTTP ${refusal.status}): ${refusal.text}`,
      );
    throw new RefusedByServer(what, refusal);
  };

  /** A body that breaks off is a failure of the way there, not of what was said. */
  const whole = async <T>(read: Promise<T>): Promise<T> =>
    read.catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new ServerUnavailable(`The answer of ${base.origin} broke off: ${reasonOf(cause)}.`, cause);
    });

  const artifactUrl = (path: string): URL =>
    at(base, `/api/2.0/mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`);

  return {
    address: base.href,
    call: async (method, path, what, content) => {
      const url = at(base, `/api/2.0/mlflow/${path}`);
      if (method === 'GET')
        for (const [name, value] of Object.entries(content)) url.searchParams.append(name, String(value));
      const response = await send(
        method,
        url,
        what,
        method === 'GET' ? undefined : { type: 'application/json', body: JSON.stringify(content) },
      );
      return JSON.parse((await whole(response.text())) || '{}') as unknown;
    },
    text: async (path, what) => whole((await send('GET', at(base, path), what)).text()),
    putFile: async (path, bytes) => {
      const body = new Uint8Array(bytes);
      const response = await send('PUT', artifactUrl(path), `store ${path}`, {
        type: 'application/octet-stream',
        body,
      });
      await whole(response.arrayBuffer());
    },
    getFile: async (path) => {
      try {
        return new Uint8Array(await whole((await send('GET', artifactUrl(path), `give back ${path}`)).arrayBuffer()));
      } catch (error) {
        if (error instanceof RefusedByServer && error.refusal.status === 404) return null;
        throw error;
      }
    },
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

function baseOf(trackingUri: string): URL {
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

function authorization({ user, password, token }: TrackingCredentials): Record<string, string> {
  if (user !== undefined && password !== undefined)
    return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** MLflow's own error text; of anything else, its words without marks. */
function refusalOf(status: number, body: string): ServerRefusal {
  try {
    const { error_code: code, message } = JSON.parse(body) as { error_code?: unknown; message?: unknown };
    if (typeof message === 'string')
      return { status, code: typeof code === 'string' ? code : null, text: message.slice(0, longestRefusal) };
  } catch {
    // Proxies and the security middleware answer in text or HTML.
  }
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestRefusal);
  return { status, code: null, text: text === '' ? 'no reason was given' : text };
}

function nextStepOf({ status, text }: ServerRefusal): string | null {
  if (status === 403 && /host/i.test(text))
    return 'MLflow answers only to host names it knows. Start it with `--allowed-hosts` naming this address, or use the name it knows.';
  if (status === 401 || status === 403)
    return 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, to a user who may do this.';
  if (status === 404) return 'Check that the address is that of an MLflow tracking server.';
  return null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}

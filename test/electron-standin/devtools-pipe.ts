/*
 * A client of Chromium's DevTools protocol over `--remote-debugging-pipe`: no port that others could reach, no
 * dependency, and Chromium ends when this process does.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** Results and events of the protocol are only as typed as their documentation; each use says what it reads. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ProtocolObject = any;

interface Waiting {
  readonly resolve: (result: ProtocolObject) => void;
  readonly reject: (error: Error) => void;
}

/** One target of the browser, or the browser itself. Emits the protocol's events by name. */
export class DevtoolsSession extends EventEmitter {
  readonly #send: (method: string, parameters: object) => Promise<ProtocolObject>;

  constructor(send: (method: string, parameters: object) => Promise<ProtocolObject>) {
    super();
    this.setMaxListeners(0);
    this.#send = send;
  }

  send(method: string, parameters: object = {}): Promise<ProtocolObject> {
    return this.#send(method, parameters);
  }

  /** For what may fail because a page is already gone. */
  sendQuietly(method: string, parameters: object = {}): Promise<ProtocolObject> {
    return this.#send(method, parameters).catch(() => undefined);
  }
}

export class DevtoolsPipe {
  readonly process: ChildProcess;
  readonly browser: DevtoolsSession;
  readonly #sessions = new Map<string, DevtoolsSession>();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #chunks: Buffer[] = [];
  #isClosed = false;

  constructor(executable: string, switches: readonly string[]) {
    this.browser = new DevtoolsSession((method, parameters) => this.#send(method, parameters));
    this.process = spawn(executable, ['--remote-debugging-pipe', ...switches], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.process.stderr?.on('data', (text: Buffer) => forwardLines(String(text)));
    this.#toChromium().on('error', () => undefined);
    const fromChromium = this.process.stdio[4] as Readable;
    fromChromium.on('data', (bytes: Buffer) => this.#receive(bytes)).on('error', () => undefined);
    this.process.on('exit', () => {
      this.#isClosed = true;
      for (const { reject } of this.#waiting.values()) reject(new Error('Chromium exited'));
      this.#waiting.clear();
      this.browser.emit('exit');
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  session(id: string): DevtoolsSession {
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    const session = new DevtoolsSession((method, parameters) => this.#send(method, parameters, id));
    this.#sessions.set(id, session);
    return session;
  }

  #toChromium(): Writable {
    return this.process.stdio[3] as Writable;
  }

  #send(method: string, parameters: object, sessionId?: string): Promise<ProtocolObject> {
    if (this.#isClosed) return Promise.reject(new Error('Chromium exited'));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#toChromium().write(`${JSON.stringify({ id, method, params: parameters, sessionId })}\0`);
    });
  }

  /** Messages end with a zero byte and may come in pieces. */
  #receive(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
      this.#chunks.push(bytes.subarray(from, end));
      from = end + 1;
      const message: ProtocolObject = JSON.parse(Buffer.concat(this.#chunks).toString());
      this.#chunks = [];
      this.#dispatch(message);
    }
    if (from < bytes.length) this.#chunks.push(bytes.subarray(from));
  }

  #dispatch(message: ProtocolObject): void {
    if (message.id === undefined) {
      const session = message.sessionId === undefined ? this.browser : this.#sessions.get(message.sessionId);
      session?.emit(message.method, message.params);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.result);
    else waiting?.reject(new Error(message.error.message));
  }
}

/** Playwright reads the line with the DevTools address; the rest is noise unless somebody is looking. */
function forwardLines(text: string): void {
  for (const line of text.split('\n'))
    if (line.startsWith('DevTools listening') || process.env['STANDIN_DEBUG'] !== undefined)
      process.stderr.write(`${line}\n`);
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { pythonEnvironment, type PythonEnvironment } from '../python-environment.ts';

export const mlflow = pythonEnvironment('mlflow');
/** The 2.x line. */
export const mlflow2 = pythonEnvironment('mlflow2');

/** A real tracking server on loopback, over files in a folder; killed and started again, it is the same server. */
export class TrackingServer {
  readonly #folder: string;
  readonly #port: number;
  readonly #environment: PythonEnvironment;
  #process: ChildProcess | null = null;
  #log = '';

  constructor(folder: string, port: number, environment = mlflow) {
    this.#folder = folder;
    this.#port = port;
    this.#environment = environment;
  }

  get uri(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts the server and waits until it answers. */
  async start(): Promise<void> {
    const parameters = [
      ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(this.#port), '--workers', '1'],
      ...['--backend-store-uri', 'sqlite:///mlflow.db', '--artifacts-destination', './artifacts', '--serve-artifacts'],
    ];
    const child = spawn(this.#environment.program('python'), parameters, {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      // Jobs of its own, for judging language models, would make it slow to start.
      env: { ...process.env, GIT_PYTHON_REFRESH: 'quiet', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    });
    this.#process = child;
    child.stdout.on('data', (text: Buffer) => (this.#log += text.toString()));
    child.stderr.on('data', (text: Buffer) => (this.#log += text.toString()));
    for (let attempt = 0; attempt < 2400; attempt++) {
      if (child.exitCode !== null) throw new Error(`The tracking server ended: ${this.#log}`);
      const answer = await fetch(`${this.uri}/health`).catch(() => null);
      if (answer?.ok === true) return;
      await wait(100);
    }
    throw new Error(`The tracking server did not answer: ${this.#log}`);
  }

  /** Ends the server and its workers at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    // The group that was started here: the server and its workers.
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
}

/** A port that nothing listened to a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

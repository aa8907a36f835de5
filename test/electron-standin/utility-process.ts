import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { children } from './registry.ts';

const childScript = join(import.meta.dirname, 'utility-child.ts');

interface ForkOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdio?: string | readonly string[];
  readonly serviceName?: string;
}

/** A child process of Node whose module has `process.parentPort`; values cross by structured clone. */
export class StandinUtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;

  constructor(module: string, parameters: readonly string[], options: ForkOptions) {
    super();
    this.#child = fork(childScript, [module, ...parameters], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    children.add(this.#child);
    this.#child.on('spawn', () => this.emit('spawn'));
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code) => {
      children.delete(this.#child);
      this.emit('exit', code ?? 1);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, () => undefined);
  }

  kill(): boolean {
    return this.#child.kill();
  }
}

export const utilityProcess = {
  fork: (module: string, parameters: readonly string[] = [], options: ForkOptions = {}): StandinUtilityProcess =>
    new StandinUtilityProcess(module, parameters, options),
};

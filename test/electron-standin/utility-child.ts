/* The child of utilityProcess.fork: gives the module `process.parentPort`, as Electron does, and runs it. */
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';

class ParentPort extends EventEmitter {
  readonly #early: object[] = [];
  #isHeard = false;

  constructor() {
    super();
    // Messages wait until the module listens; it may load for a while.
    this.on('newListener', (name) => {
      if (name === 'message') setImmediate(() => this.start());
    });
    process.on('message', (data) => this.#receive({ data, ports: [] }));
  }

  postMessage(message: unknown): void {
    process.send?.(message);
  }

  start(): void {
    this.#isHeard = true;
    for (const message of this.#early.splice(0)) this.emit('message', message);
  }

  #receive(message: object): void {
    if (this.#isHeard) this.emit('message', message);
    else this.#early.push(message);
  }
}

Object.assign(process, { parentPort: new ParentPort(), type: 'utility' });
// A utility process of Electron never outlives its parent.
process.on('disconnect', () => process.exit(1));
const [module = '', ...parameters] = process.argv.slice(2);
process.argv = [process.execPath, module, ...parameters];
await import(pathToFileURL(module).href);

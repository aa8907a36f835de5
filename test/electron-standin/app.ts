import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEvent } from './loud.ts';
import { children, chromium, openWindows } from './registry.ts';
import { runtime } from './runtime.ts';
import { holdInstanceLock } from './single-instance.ts';

const CHROMIUM_EXIT_LIMIT_MS = 2000;

/** For the stand-in's own parts; symbols, so that the app's public names stay Electron's. */
export const windowAllClosed: unique symbol = Symbol('windowAllClosed');
export const becomeReady: unique symbol = Symbol('becomeReady');

/** Electron's `app`: readiness, paths, the single-instance lock and the order of events of a quit. */
export class StandinApp extends EventEmitter {
  readonly isPackaged = runtime.isPackaged;
  readonly commandLine = {
    appendSwitch: (name: string, value = ''): void => void runtime.switches.set(name, value),
    hasSwitch: (name: string): boolean => runtime.switches.has(name),
    getSwitchValue: (name: string): string => runtime.switches.get(name) ?? '',
  };
  readonly #ready = Promise.withResolvers<void>();
  readonly #paths = new Map<string, string>();
  #isReady = false;
  #isQuitting = false;
  #name: string | undefined;
  #hasLock = false;

  constructor() {
    super();
    this.setMaxListeners(0);
    process.on('SIGTERM', () => this.quit());
    process.on('SIGINT', () => this.quit());
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  getName(): string {
    return this.#name ?? runtime.appPackage.productName ?? runtime.appPackage.name ?? 'Electron';
  }

  setName(name: string): void {
    this.#name = name;
  }

  getVersion(): string {
    return runtime.appPackage.version ?? '0.0.0';
  }

  getAppPath(): string {
    return runtime.appPath;
  }

  getLocale(): string {
    return 'en-US';
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  getPath(name: string): string {
    const set = this.#paths.get(name);
    if (set !== undefined) return set;
    const appData = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
    switch (name) {
      case 'home':
        return homedir();
      case 'appData':
        return appData;
      case 'temp':
        return tmpdir();
      case 'exe':
        return process.execPath;
      case 'userData':
      case 'sessionData':
        return madeFolder(runtime.switches.get('user-data-dir') ?? join(appData, this.getName()));
      case 'logs':
        return madeFolder(join(this.getPath('userData'), 'logs'));
      case 'documents':
      case 'downloads':
      case 'desktop':
        return join(homedir(), `${name.charAt(0).toUpperCase()}${name.slice(1)}`);
      default:
        throw new Error(`Failed to get '${name}' path`);
    }
  }

  /** Sandboxing is what a page of the stand-in always has; there is nothing to turn on. */
  enableSandbox(): void {}

  requestSingleInstanceLock(data: object = {}): boolean {
    this.#hasLock ||= holdInstanceLock(this.getPath('userData'), data, (message) =>
      this.emit('second-instance', createEvent(), message.argv, message.cwd, message.data),
    );
    return this.#hasLock;
  }

  hasSingleInstanceLock(): boolean {
    return this.#hasLock;
  }

  quit(): void {
    if (this.#isQuitting) return;
    this.#isQuitting = true;
    setImmediate(() => {
      if (!this.#mayQuit()) {
        this.#isQuitting = false;
        return;
      }
      this.emit('quit', createEvent(), 0);
      this.exit(0);
    });
  }

  exit(code = 0): void {
    for (const child of children) child.kill();
    const { pipe } = chromium;
    if (pipe === null || pipe.isClosed) process.exit(code);
    pipe.process.once('exit', () => process.exit(code));
    void pipe.browser.sendQuietly('Browser.close');
    setTimeout(() => {
      pipe.process.kill('SIGKILL');
      process.exit(code);
    }, CHROMIUM_EXIT_LIMIT_MS);
  }

  /** before-quit, then every window's close, then will-quit; each may prevent the quit. */
  #mayQuit(): boolean {
    const beforeQuit = createEvent();
    this.emit('before-quit', beforeQuit);
    if (beforeQuit.defaultPrevented) return false;
    for (const window of [...openWindows.values()]) if (!window.close()) return false;
    const willQuit = createEvent();
    this.emit('will-quit', willQuit);
    return !willQuit.defaultPrevented;
  }

  /** The last window closed: the app's own decision, or else a quit. */
  [windowAllClosed](): void {
    if (this.#isQuitting) return;
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed');
    else this.quit();
  }

  /** Chromium runs. */
  [becomeReady](): void {
    this.#isReady = true;
    this.#ready.resolve();
    this.emit('ready', createEvent(), {});
  }
}

function madeFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

export const app = new StandinApp();

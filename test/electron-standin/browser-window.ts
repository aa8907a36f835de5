import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions } from 'electron';
import { app, windowAllClosed } from './app.ts';
import { createEvent } from './loud.ts';
import { openWindows, runningChromium } from './registry.ts';
import { bringToFront, markDestroyed, StandinWebContents, targetIdOf } from './web-contents.ts';

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const windows = new Map<number, StandinBrowserWindow>();
let lastWindowId = 0;

/** A window: one page of Chromium, and what the app was told about its place and visibility. */
export class StandinBrowserWindow extends EventEmitter {
  readonly id = ++lastWindowId;
  readonly webContents: StandinWebContents;
  #bounds: Rectangle;
  #isGone = false;
  #isVisible: boolean;
  #isMinimized = false;
  #isMaximized = false;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    this.setMaxListeners(0);
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    this.#isVisible = options.show !== false;
    this.webContents = new StandinWebContents(options.webPreferences ?? {}, { width, height });
    this.webContents.on('did-finish-load', () => this.emit('ready-to-show', createEvent()));
    windows.set(this.id, this);
    openWindows.set(this.id, {
      close: () => this.#close(),
      forget: () => this.#forget(),
      targetId: () => this.webContents[targetIdOf](),
      pageCrashed: () =>
        this.webContents.emit('render-process-gone', createEvent(), { reason: 'crashed', exitCode: 1 }),
    });
    app.emit('browser-window-created', createEvent(), this);
    app.emit('web-contents-created', createEvent(), this.webContents);
  }

  static getAllWindows(): StandinBrowserWindow[] {
    return [...windows.values()];
  }

  static getFocusedWindow(): StandinBrowserWindow | null {
    return windows.values().next().value ?? null;
  }

  static fromWebContents(contents: StandinWebContents): StandinBrowserWindow | null {
    return StandinBrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null;
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  close(): void {
    this.#close();
  }

  destroy(): void {
    if (this.#isGone) return;
    void runningChromium().browser.sendQuietly('Target.closeTarget', { targetId: this.webContents[targetIdOf]() });
    this.#forget();
  }

  isDestroyed(): boolean {
    return this.#isGone;
  }

  show(): void {
    this.#isVisible = true;
    this.emit('show');
    this.focus();
  }

  hide(): void {
    this.#isVisible = false;
    this.emit('hide');
  }

  isVisible(): boolean {
    return this.#isVisible && !this.#isGone;
  }

  focus(): void {
    this.webContents[bringToFront]();
    this.emit('focus');
  }

  minimize(): void {
    this.#isMinimized = true;
    this.emit('minimize');
  }

  restore(): void {
    this.#isMinimized = false;
    this.emit('restore');
  }

  isMinimized(): boolean {
    return this.#isMinimized;
  }

  maximize(): void {
    this.#isMaximized = true;
    this.emit('maximize');
  }

  isMaximized(): boolean {
    return this.#isMaximized;
  }

  getBounds(): Rectangle {
    return this.#bounds;
  }

  getNormalBounds(): Rectangle {
    return this.#bounds;
  }

  setBounds(bounds: Partial<Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
    this.emit('resize');
  }

  #close(): boolean {
    if (this.#isGone) return true;
    const event = createEvent();
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    this.destroy();
    return true;
  }

  #forget(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    windows.delete(this.id);
    openWindows.delete(this.id);
    this.webContents[markDestroyed]();
    this.emit('closed');
    if (windows.size === 0) app[windowAllClosed]();
  }
}

import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { WebPreferences } from 'electron';
import { fromText, toText } from './clone.ts';
import type { DevtoolsSession, ProtocolObject } from './devtools-pipe.ts';
import { handlerFor, ipcMain } from './ipc-main.ts';
import { createEvent } from './loud.ts';
import { nativeTheme } from './native-theme.ts';
import { PAGE_GLOBAL } from './page-script.ts';
import { BINDING, RECEIVER, type FromPage, type PreloadProcess, type ToPage } from './page/messages.ts';
import { handlerOf, session, toAppAddress, toChromiumAddress } from './protocol.ts';
import { chromium, pageSessions, runningChromium } from './registry.ts';
import { debug, runtime } from './runtime.ts';

const PRELOAD_WORLD = 'standin-preload';
/** Chromium compiles an argument as source: long texts go twice as fast in parts. */
const PART_LENGTH = 262_144;

/** For browser-window.ts. */
export const targetIdOf: unique symbol = Symbol('targetIdOf');
export const markDestroyed: unique symbol = Symbol('markDestroyed');
export const bringToFront: unique symbol = Symbol('bringToFront');

export interface PageSize {
  readonly width: number;
  readonly height: number;
}

let lastContentsId = 0;

/** The page of one window: a target of Chromium, its preload world, and the requests it makes. */
export class StandinWebContents extends EventEmitter {
  readonly id = ++lastContentsId;
  readonly session = session.defaultSession;
  readonly mainFrame: { readonly url: string; readonly origin: string; readonly parent: null };
  readonly #preferences: WebPreferences;
  readonly #ready: Promise<DevtoolsSession>;
  #targetId = '';
  #mainFrameId = '';
  #preloadContext: number | null = null;
  #url = '';
  #isDestroyed = false;
  #isLoading = false;
  /** The app itself asked for the next navigation, so `will-navigate` is not about it. */
  #isOwnNavigation = false;
  #onWindowOpen: (details: { readonly url: string }) => { readonly action: string } = () => ({ action: 'allow' });

  constructor(preferences: WebPreferences, size: PageSize) {
    super();
    this.setMaxListeners(0);
    if (preferences.contextIsolation === false || preferences.nodeIntegration === true || preferences.sandbox === false)
      throw new Error('electron stand-in: only sandboxed, isolated windows without nodeIntegration');
    this.#preferences = preferences;
    const currentUrl = (): string => this.#url;
    this.mainFrame = {
      get url() {
        return currentUrl();
      },
      get origin() {
        return /^[a-z]+:\/\/[^/]*/.exec(currentUrl())?.[0] ?? 'null';
      },
      parent: null,
    };
    this.#ready = this.#createPage(size);
    this.#ready.catch((error: unknown) => debug('window failed', error));
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.#ready;
    this.#isLoading = true;
    this.#isOwnNavigation = true;
    this.emit('did-start-loading', createEvent());
    const loaded = new Promise<void>((resolve) => page.once('Page.loadEventFired', () => resolve()));
    const { errorText } = await page.send('Page.navigate', { url: toChromiumAddress(url) });
    if (errorText !== undefined) {
      this.emit('did-fail-load', createEvent(), -2, errorText, url, true);
      throw Object.assign(new Error(`${errorText} (-2) loading '${url}'`), { code: errorText, url });
    }
    await loaded;
  }

  reload(): void {
    this.#isLoading = true;
    this.#isOwnNavigation = true;
    void this.#ready.then((page) => page.sendQuietly('Page.reload'));
  }

  send(channel: string, ...parameters: unknown[]): void {
    this.#tell({ kind: 'send', channel, parameters });
  }

  async executeJavaScript(code: string): Promise<unknown> {
    const page = await this.#ready;
    const { result, exceptionDetails } = await page.send('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  setWindowOpenHandler(handler: (details: { readonly url: string }) => { readonly action: string }): void {
    this.#onWindowOpen = handler;
  }

  getURL(): string {
    return this.#url;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  isLoading(): boolean {
    return this.#isLoading;
  }

  getType(): string {
    return 'window';
  }

  /** What the page was made with; tests of the security checklist read it. */
  getLastWebPreferences(): WebPreferences {
    return this.#preferences;
  }

  [targetIdOf](): string {
    return this.#targetId;
  }

  [markDestroyed](): void {
    this.#isDestroyed = true;
    this.emit('destroyed');
  }

  [bringToFront](): void {
    void this.#ready.then((page) => page.sendQuietly('Page.bringToFront'));
  }

  async #createPage(size: PageSize): Promise<DevtoolsSession> {
    const pipe = runningChromium();
    chromium.pagesInTheMaking += 1;
    const { targetId } = await pipe.browser
      .send('Target.createTarget', { url: 'about:blank', newWindow: true, ...size })
      .finally(() => (chromium.pagesInTheMaking -= 1));
    this.#targetId = targetId;
    const sessionId = pageSessions.get(targetId);
    if (sessionId === undefined) throw new Error('electron stand-in: Chromium did not attach to its new page');
    const page = pipe.session(sessionId);
    this.#mainFrameId = (await page.send('Page.getFrameTree')).frameTree.frame.id;
    this.#listenTo(page);
    await Promise.all([
      page.send('Page.enable'),
      page.send('Runtime.enable'),
      page.send('Runtime.addBinding', { name: BINDING, executionContextName: PRELOAD_WORLD }),
      ...this.#pageScripts().map((script) => page.send('Page.addScriptToEvaluateOnNewDocument', script)),
      page.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
      this.#followTheme(page),
      ...(runtime.isHeadless
        ? [page.sendQuietly('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 0, mobile: false })]
        : []),
      page.sendQuietly('Runtime.runIfWaitingForDebugger'),
    ]);
    return page;
  }

  /** The receiving half for the page's world, and the preload bundle in a world of its own. */
  #pageScripts(): readonly object[] {
    const secret = JSON.stringify(randomBytes(16).toString('hex'));
    const info: PreloadProcess = {
      argv: [process.execPath, ...(this.#preferences.additionalArguments ?? [])],
      platform: process.platform,
      versions: { ...process.versions, electron: runtime.electronVersion },
    };
    const preload = this.#preferences.preload === undefined ? '' : readFileSync(this.#preferences.preload, 'utf8');
    const inFunction = (call: string): string => `(()=>{${runtime.pageScript}\n;${PAGE_GLOBAL}.${call}})()`;
    return [
      { source: inFunction(`enterMainWorld(${secret})`) },
      {
        worldName: PRELOAD_WORLD,
        source: inFunction(
          `enterPreloadWorld(${secret},${JSON.stringify(info)},function(require,module,exports,process){${preload}\n})`,
        ),
      },
    ];
  }

  #listenTo(page: DevtoolsSession): void {
    page.on('Runtime.executionContextCreated', ({ context }: ProtocolObject) => {
      if (context.name === PRELOAD_WORLD && context.auxData?.frameId === this.#mainFrameId)
        this.#preloadContext = context.id;
    });
    page.on('Runtime.executionContextsCleared', () => (this.#preloadContext = null));
    page.on('Runtime.bindingCalled', ({ name, payload, executionContextId }: ProtocolObject) => {
      if (name === BINDING) void this.#hear(fromText(payload) as FromPage, executionContextId);
    });
    page.on('Runtime.exceptionThrown', ({ exceptionDetails }: ProtocolObject) =>
      debug('page threw', exceptionDetails.exception?.description ?? exceptionDetails.text),
    );
    page.on('Page.frameNavigated', ({ frame }: ProtocolObject) => {
      if (frame.parentId !== undefined) return;
      this.#url = toAppAddress(frame.url);
      this.emit('did-navigate', createEvent(), this.#url, 200, '');
    });
    page.on('Page.domContentEventFired', () => this.emit('dom-ready', createEvent()));
    page.on('Page.loadEventFired', () => {
      if (!this.#isLoading) return;
      this.#isLoading = false;
      this.emit('did-finish-load', createEvent());
    });
    page.on('Page.windowOpen', ({ url }: ProtocolObject) => {
      const { action } = this.#onWindowOpen({ url: toAppAddress(url) });
      if (action !== 'deny') debug('window.open was allowed by the app; the stand-in closes the popup all the same');
    });
    page.on('Fetch.requestPaused', (paused: ProtocolObject) => {
      this.#answerRequest(page, paused).catch((error: unknown) => debug('request', error));
    });
  }

  async #followTheme(page: DevtoolsSession): Promise<void> {
    const show = (): Promise<unknown> =>
      page.sendQuietly('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: nativeTheme.shouldUseDarkColors ? 'dark' : 'light' }],
      });
    nativeTheme.on('updated', () => void show());
    await show();
  }

  async #answerRequest(page: DevtoolsSession, paused: ProtocolObject): Promise<void> {
    const { requestId, request } = paused;
    const url = toAppAddress(request.url);
    const fail = (errorReason: string): Promise<unknown> =>
      page.sendQuietly('Fetch.failRequest', { requestId, errorReason });
    if (paused.resourceType === 'Document' && paused.frameId === this.#mainFrameId) {
      const isAsked = this.#isOwnNavigation || url === this.#url;
      this.#isOwnNavigation = false;
      const event = createEvent({ url });
      if (!isAsked) this.emit('will-navigate', event, url);
      if (event.defaultPrevented) {
        await fail('Aborted');
        return;
      }
    }
    const handler = handlerOf(url);
    if (handler === undefined) {
      await page.sendQuietly('Fetch.continueRequest', { requestId });
      return;
    }
    const body = request.postData === undefined ? {} : { body: request.postData };
    const response = await handler(new Request(url, { method: request.method, headers: request.headers, ...body }));
    await page.sendQuietly('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  }

  async #hear(message: FromPage, context: number): Promise<void> {
    const event = createEvent({ sender: this, senderFrame: this.mainFrame, frameId: 1, processId: this.id, ports: [] });
    if (message.kind === 'hello') {
      this.#preloadContext = context;
      this.#url = toAppAddress(message.url);
    } else if (message.kind === 'preload-error') {
      console.error('[standin] preload failed:', message.message);
      this.emit('preload-error', createEvent(), this.#preferences.preload, new Error(message.message));
    } else if (message.kind === 'send') {
      ipcMain.emit(message.channel, event, ...message.parameters);
    } else {
      const result = await this.#invoke(message, event);
      // A page that was loaded anew does not wait for answers to the old one.
      if (this.#preloadContext === context) this.#tell(result);
    }
  }

  async #invoke({ id, channel, parameters }: Extract<FromPage, { kind: 'invoke' }>, event: object): Promise<ToPage> {
    try {
      const result: ToPage = {
        kind: 'result',
        id,
        ok: true,
        value: await ipcMain[handlerFor](channel)(event, ...parameters),
      };
      toText(result);
      return result;
    } catch (error) {
      return { kind: 'result', id, ok: false, message: `Error invoking remote method '${channel}': ${String(error)}` };
    }
  }

  #tell(message: ToPage): void {
    const text = toText(message);
    const context = this.#preloadContext;
    if (context === null || this.#isDestroyed) {
      debug('dropped', message.kind);
      return;
    }
    void this.#ready.then((page) => {
      for (let from = 0; from < text.length; from += PART_LENGTH)
        void page.sendQuietly('Runtime.callFunctionOn', {
          functionDeclaration: `function (part, isLast) { globalThis.${RECEIVER}(part, isLast); }`,
          executionContextId: context,
          arguments: [{ value: text.slice(from, from + PART_LENGTH) }, { value: from + PART_LENGTH >= text.length }],
          silent: true,
        });
    });
  }
}

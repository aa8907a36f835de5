/*
 * Does what Assay's main process does, and prints one line of observations. The same file runs under the stand-in and
 * under Electron; the lines must be equal.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { app, BrowserWindow, ipcMain, Menu, nativeTheme, protocol, utilityProcess } from 'electron';

const here = import.meta.dirname;
const observed = {};

/** The first line of what a piece of work throws, or what it gives. */
async function outcomeOf(work) {
  try {
    return { gave: (await work()) ?? null };
  } catch (error) {
    return { threw: String(error.message).split('\n')[0] };
  }
}

const typeOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
const typesOf = (record) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, typeOf(value)]));
const samples = {
  date: new Date(5),
  map: new Map([[1, new Set([2])]]),
  nothing: undefined,
  notANumber: NaN,
  large: 10n,
  bytes: new Uint8Array([1, 2]),
  floats: new Float32Array([1.5]),
  empty: null,
};

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
observed.moduleIsOne = createRequire(import.meta.url)('electron').app === app;
observed.name = app.getName();
observed.version = app.getVersion();
observed.windowBeforeReady = await outcomeOf(() => void new BrowserWindow());
observed.hasLock = app.requestSingleInstanceLock();
if (observed.hasLock) {
  const second = new Promise((resolve) =>
    app.on('second-instance', (_event, argv) => resolve(argv.includes('--second'))),
  );
  // Electron is not ready before the main script was evaluated, so nothing may be awaited for it at the top level.
  void app
    .whenReady()
    .then(() => observe(second))
    .catch((error) => {
      console.error(error);
      app.exit(1);
    });
} else app.exit(7);

async function observe(second) {
  protocol.handle('app', () => {
    const headers = { 'content-type': 'text/html', 'content-security-policy': "script-src 'self'" };
    return new Response(readFileSync(join(here, 'page.html')), { headers });
  });
  const window = new BrowserWindow({
    show: false,
    webPreferences: { preload: join(here, 'preload.cjs'), sandbox: true, additionalArguments: ['--of-the-window'] },
  });
  const { webContents } = window;
  const run = (code) => webContents.executeJavaScript(code);
  const order = [];
  for (const name of ['did-start-loading', 'did-navigate', 'dom-ready', 'did-finish-load'])
    webContents.once(name, () => order.push(name));
  const isReadyToShow = new Promise((resolve) => window.once('ready-to-show', () => resolve(true)));
  await window.loadURL('app://conformance/page.html');
  Object.assign(observed, {
    loading: order.join(', '),
    isReadyToShow: await isReadyToShow,
    isVisible: window.isVisible(),
    address: webContents.getURL(),
  });

  await observeBridge(run);
  await observeMessages(run, webContents);
  await observeNavigation(run, webContents);
  nativeTheme.themeSource = 'dark';
  await run('new Promise((resolve) => setTimeout(resolve, 100))');
  observed.isDark = await run('matchMedia("(prefers-color-scheme: dark)").matches');
  const menu = Menu.buildFromTemplate([
    {
      label: 'File',
      submenu: [
        { id: 'open', label: 'Open' },
        { type: 'separator' },
        { type: 'separator' },
        { label: 'Close' },
        { type: 'separator' },
      ],
    },
  ]);
  observed.menu = [menu.getMenuItemById('open').label, ...menu.items[0].submenu.items.map(({ type }) => type)];
  await observeUtilityProcess();
  await observeSecondInstance(second);
  observeQuit(window);
}

async function observeBridge(run) {
  observed.page = await run(
    '({ inlineScriptRan: window.inlineScriptRan === true, require: typeof require, process: typeof process,' +
      ' names: Object.keys(bridge).length, isFrozen: Object.isFrozen(bridge),' +
      ' canRequireFileSystem: bridge.canRequireFileSystem, hasArgument: bridge.hasArgument })',
  );
  observed.bridge = {
    add: await run('bridge.add(2, 3)'),
    fail: await outcomeOf(() => run('try { bridge.fail() } catch (error) { error.message }')),
    callBack: await run('new Promise((resolve) => bridge.callBack(({ count }) => resolve(count)))'),
    deep: await run('bridge.nested.deep()'),
    later: await run('bridge.later().then(({ key }) => key)'),
    never: await run('bridge.never().catch((error) => error.message)'),
    date: await run('bridge.date() instanceof Date'),
    doubler: await run('bridge.doubler()(4)'),
  };
}

async function observeMessages(run, webContents) {
  const heard = {};
  ipcMain.on('message', (event, ...parameters) => {
    Object.assign(heard, { parameters, isSameSender: event.sender === webContents });
    webContents.send('answer', ...parameters);
  });
  ipcMain.handle('types', (_event, values) => typesOf(values));
  ipcMain.handle('samples', () => samples);
  ipcMain.handle('function', () => () => 1);
  ipcMain.handle('fail', () => {
    throw new TypeError('bad thing');
  });
  observed.secondHandler = await outcomeOf(() => ipcMain.handle('fail', () => 1));
  observed.toMain = await run(
    'bridge.invoke("types", { date: new Date(), map: new Map(), bytes: new Uint8Array(2), large: 1n, nothing: undefined })',
  );
  observed.toPage = await run(
    'bridge.invoke("samples").then((values) => Object.fromEntries(Object.entries(values)' +
      '.map(([name, value]) => [name, Object.prototype.toString.call(value).slice(8, -1)])))',
  );
  const messageOf = (call) => run(`${call}.then(() => null, (error) => error.message.split("\\n")[0])`);
  observed.handlerFails = await messageOf('bridge.invoke("fail")');
  observed.noHandler = await messageOf('bridge.invoke("none")');
  observed.handlerGivesFunction = await messageOf('bridge.invoke("function")');
  observed.answer = await run('bridge.ask("message", 1, { list: [2] })');
  observed.heard = heard;
}

async function observeNavigation(run, webContents) {
  const prevented = new Promise((resolve) =>
    webContents.once('will-navigate', (event, address) => {
      event.preventDefault();
      resolve(address);
    }),
  );
  await run('void (location.href = "https://example.org/")');
  const opened = new Promise((resolve) =>
    webContents.setWindowOpenHandler(({ url }) => {
      resolve(url);
      return { action: 'deny' };
    }),
  );
  observed.willNavigate = await prevented;
  observed.stays = webContents.getURL();
  await run('void window.open("https://example.com/")');
  observed.windowOpen = await opened;
}

async function observeUtilityProcess() {
  const child = utilityProcess.fork(join(here, 'utility.cjs'));
  const answer = new Promise((resolve) => child.once('message', resolve));
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.postMessage(new Uint8Array([1, 2, 3]));
  const { data, type } = await answer;
  child.postMessage('end');
  observed.utility = { type, back: typeOf(data), exitCode: await exit };
}

async function observeSecondInstance(second) {
  const executable = process.env.CONFORMANCE_EXECUTABLE;
  const parameters = [here, `--user-data-dir=${app.getPath('userData')}`, '--second'];
  const child = spawn(executable, parameters, { stdio: 'inherit' });
  const exitCode = await new Promise((resolve) => child.on('exit', resolve));
  observed.secondInstance = { exitCode, toldTheFirst: await second };
}

function observeQuit(window) {
  const order = [];
  app.once('before-quit', (event) => event.preventDefault());
  for (const name of ['before-quit', 'will-quit', 'window-all-closed']) app.on(name, () => order.push(name));
  window.on('close', () => order.push('close'));
  window.on('closed', () => order.push('closed'));
  app.on('quit', () => {
    observed.quit = [...order, 'quit'].join(', ');
    console.log(`CONFORMANCE ${JSON.stringify(observed)}`);
  });
  app.quit();
  setTimeout(() => app.quit(), 300);
}

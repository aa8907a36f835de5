/* Electron's main process: the order of the start, and nothing else. */
import { join, resolve } from 'node:path';
import { app, nativeTheme, safeStorage, type BrowserWindow } from 'electron';
import type { Settings } from '../preload/contract/settings.ts';
import { chooseEngineRuntime, nodeApiOf, nodesToTry } from './engine-runtime.ts';
import { superviseEngine } from './engine-supervisor.ts';
import { bridgeWindows } from './ipc/window-bridge.ts';
import { KeptLogins } from './kept-logins.ts';
import { launchEngine } from './launch-engine.ts';
import { openCaseAtStart } from './open-case-at-start.ts';
import { denyPermissions, lockDownContents } from './security/lockdown.ts';
import { registerAppScheme, serveApp } from './window/app-protocol.ts';
import { openMainWindow } from './window/main-window.ts';
import { setApplicationMenu } from './window/menu.ts';

const built = join(app.getAppPath(), 'dist');
/** A packaged engine lies beside the archive: its worker threads cannot start from inside it. */
const builtEngine = join(built, 'engine').replace('app.asar', 'app.asar.unpacked');

lockDownContents();
registerAppScheme();
if (app.requestSingleInstanceLock()) void start();
else app.quit();

async function start(): Promise<void> {
  let window: BrowserWindow | null = null;
  app.on('second-instance', () => {
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  });
  await app.whenReady();
  denyPermissions();
  serveApp(join(built, 'renderer'));

  const runtime = await chooseEngineRuntime(process.versions, nodesToTry(process.env), nodeApiOf);
  const engine = superviseEngine((generation) => launchEngine(builtEngine, runtime, generation));
  quitAfter(() => engine.stop());
  const kept = new KeptLogins(join(app.getPath('userData'), 'kafka-logins.json'), safeStorage);
  const bridge = bridgeWindows(engine, (name, input, data) => {
    if (name === 'settings.write') nativeTheme.themeSource = (data as Settings).theme;
    return name === 'kafka.signIn' ? { kept: kept.note(input) } : data;
  });
  // A new engine knows no login; the first one and each after a crash is told.
  engine.onEvent((event) => {
    if (event.name !== 'engine.state' || event.payload.state !== 'running') return;
    for (const input of kept.all()) void engine.call({ door: 'request', name: 'kafka.signIn', input });
  });
  setApplicationMenu(
    (command) => bridge.send({ kind: 'event', name: 'menu.command', payload: { command } }),
    app.isPackaged,
  );

  const open = (): void => {
    window = openMainWindow(join(built, 'preload', 'index.cjs'), join(app.getPath('userData'), 'window-state.json'));
    window.on('closed', () => (window = null));
    bridge.admit(window);
  };
  open();
  app.on('activate', () => window ?? open());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });

  void openCaseAtStart(engine, caseArgument(process.argv));
  const read = await engine.call({ door: 'request', name: 'app.read', input: {} });
  if (read.ok) nativeTheme.themeSource = (read.data as { readonly settings: Settings }).settings.theme;
}

/** Holds the quit back, once, until the engine has committed and closed its case. */
function quitAfter(stop: () => Promise<void>): void {
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    void stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
}

/** `--case=FILE` of the command line. */
function caseArgument(argv: readonly string[]): string | null {
  const path = argv.find((argument) => argument.startsWith('--case='))?.slice('--case='.length);
  return path === undefined ? null : resolve(path);
}

/* Electron's main process: the order of the start, and nothing else. */
import { join } from 'node:path';
import { app, nativeTheme, safeStorage, type BrowserWindow } from 'electron';
import { dataFolder } from '../engine/host/default-case.ts';
import type { Settings } from '../engine/domain/settings.ts';
import { caseArgument } from './case-argument.ts';
import { chooseEngineRuntime, nodeApiOf, nodesToTry } from './engine-runtime.ts';
import { superviseEngine } from './engine-supervisor.ts';
import { bridgeWindows } from './ipc/window-bridge.ts';
import { KeptLogins } from './kept-logins.ts';
import { KeptPassphrases, withKeptPassphrases } from './kept-passphrases.ts';
import { launchEngine } from './launch-engine.ts';
import { openCaseAtStart } from './open-case-at-start.ts';
import { GrantedPaths } from './security/granted-paths.ts';
import { denyPermissions, lockDownContents, refuseForeignRequests } from './security/lockdown.ts';
import { printFailure, printOrderIn, type PrintOrder } from './printing/pdf-file.ts';
import { answerToPrint } from './printing/print-report.ts';
import { registerAppScheme, serveApp } from './window/app-protocol.ts';
import { openMainWindow } from './window/main-window.ts';
import { setApplicationMenu } from './window/menu.ts';

const built = join(app.getAppPath(), 'dist');
/** A packaged engine lies beside the archive: its worker threads cannot start from inside it. */
const builtEngine = join(built, 'engine').replace('app.asar', 'app.asar.unpacked');

// What is written is for this user alone, whoever writes it.
process.umask(0o077);
lockDownContents();
registerAppScheme();
const order = printOrderIn(process.argv);
if (order !== null) void printAndQuit(order);
else if (app.requestSingleInstanceLock()) void start();
else app.quit();

async function start(): Promise<void> {
  let window: BrowserWindow | null = null;
  let askForCase = (path: string): void => void (startCase = path);
  let startCase = caseArgument(process.argv, process.cwd());
  app.on('second-instance', (_event, argv, folder) => {
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
    const path = caseArgument(argv, folder);
    if (path !== null) askForCase(path);
  });
  // macOS asks in this way, also before anything is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    askForCase(path);
  });
  await app.whenReady();
  denyPermissions();
  serveApp(join(built, 'renderer'));

  const runtime = await chooseEngineRuntime(process.versions, nodesToTry(process.env), nodeApiOf);
  const keptPassphrases = new KeptPassphrases(join(app.getPath('userData'), 'case-passphrases.json'), safeStorage);
  const engine = withKeptPassphrases(
    superviseEngine((generation) => launchEngine(builtEngine, runtime, generation)),
    keptPassphrases,
  );
  quitAfter(() => engine.stop());
  const paths = new GrantedPaths(dataFolder(), join(app.getPath('userData'), 'chosen-paths.json'));
  const kept = new KeptLogins(join(app.getPath('userData'), 'kafka-logins.json'), safeStorage);
  const bridge = bridgeWindows(
    engine,
    (name, input, data) => {
      if (name === 'settings.write') nativeTheme.themeSource = (data as Settings).theme;
      return name === 'kafka.signIn' ? { kept: kept.note(input) } : keptPassphrases.answerFor(name, input, data);
    },
    answerToPrint,
    paths,
  );
  // A new engine knows no login; the first one and each after a crash is told.
  engine.onEvent((event) => {
    if (event.name !== 'engine.state' || event.payload.state !== 'running') return;
    for (const input of kept.all()) void engine.call({ door: 'request', name: 'kafka.signIn', input });
  });
  refuseForeignRequests(() => bridge.send({ kind: 'event', name: 'network.attempted', payload: { atMs: Date.now() } }));
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

  const asked = startCase;
  if (asked !== null) paths.choose([asked]);
  askForCase = bridge.askForCase;
  void openCaseAtStart(engine, asked).then((answer) => {
    // The window says why it cannot be opened, as of any case that is chosen there.
    if (!answer.ok && asked !== null) bridge.askForCase(asked);
  });
  const read = await engine.call({ door: 'request', name: 'app.read', input: {} });
  if (read.ok) nativeTheme.themeSource = (read.data as { readonly settings: Settings }).settings.theme;
}

/** Without window, engine and case: what `assay report --pdf` starts. Says on standard error what went wrong. */
async function printAndQuit(asked: PrintOrder): Promise<void> {
  await app.whenReady();
  denyPermissions();
  // The page that is printed is closed before this ends.
  app.on('window-all-closed', () => undefined);
  const answer = await answerToPrint(asked);
  if (!answer.ok) process.stderr.write(`${printFailure}${JSON.stringify(answer.error)}\n`);
  app.exit(answer.ok ? 0 : 1);
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

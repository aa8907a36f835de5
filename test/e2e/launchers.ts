import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { _electron, chromium, type ElectronApplication, type Page } from 'playwright-core';
import { projectFolder } from './build.ts';
import { chromiumPath } from './chromium.ts';

/** For what never comes; a busy machine may take its time. */
const limitMs = 120_000;
const size = { width: 1280, height: 800 };
const realElectron = process.env['ASSAY_ELECTRON'];
const standin = join(projectFolder, 'test', 'electron-standin', 'electron');

/** A running Assay with one window, whatever shows it. */
export interface RunningWindow {
  readonly page: Page;
  /** Every address that the page asked for, from its start. */
  readonly requested: readonly string[];
  /** What the page's console reported as errors, from its start. */
  readonly consoleErrors: readonly string[];
  /** The process whose child the engine is. */
  readonly hostPid: number;
  /** Does `ask`, which makes the window ask for a file, and answers with this one: in the native dialog or the page's. */
  chooseFile(path: string, ask: () => Promise<void>): Promise<void>;
  /** The same for a file that is to be written. */
  chooseNewFile(path: string, ask: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface ElectronWindow extends RunningWindow {
  readonly app: ElectronApplication;
}

export interface BrowserWindow extends RunningWindow {
  /** As `assay serve` printed it, with the token. */
  readonly address: string;
  readonly exitCode: Promise<number | null>;
  readonly host: ChildProcess;
}

/** A data folder of its own for each launch, or one that two launches share. */
export interface LaunchOptions {
  readonly home?: string;
  readonly arguments?: readonly string[];
  /** A file in which the host and its engine note every use of the network (see network-witness.mjs). */
  readonly networkLog?: string;
  /** Folder of another app than the project's own, started by the stand-in as if it were packaged. */
  readonly packagedApp?: string;
  /** Where Electron keeps what is its own, such as where its window was; a fresh folder otherwise. */
  readonly userData?: string;
  /** A packaged program, which carries its app. */
  readonly program?: string;
}

/** What `launchElectron` runs on. */
export const electronName = realElectron === undefined ? 'the stand-in' : 'a real binary';

/** A folder that is removed by `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'assay-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Electron with the built main process: the stand-in, unless ASSAY_ELECTRON names a real binary. */
export async function launchElectron(options: LaunchOptions = {}): Promise<ElectronWindow> {
  const folder = temporaryFolder();
  const appFolder = options.packagedApp ?? projectFolder;
  const app = await _electron.launch({
    executablePath: join(import.meta.dirname, 'with-node-options'),
    args: [
      ...(options.program === undefined ? [appFolder] : []),
      `--user-data-dir=${options.userData ?? join(folder.path, 'electron')}`,
      ...(options.arguments ?? []),
    ],
    cwd: appFolder,
    // The stand-in's Chromium runs in containers, where it may have no sandbox.
    chromiumSandbox: realElectron !== undefined,
    env: {
      ...definedEnvironment(),
      ...networkWitness(options),
      ...(realElectron === undefined ? standinSurroundings(options) : {}),
      ASSAY_PROGRAM: options.program ?? realElectron ?? standin,
      ASSAY_HOME: options.home ?? join(folder.path, 'home'),
    },
    timeout: limitMs,
  });
  const said: string[] = [];
  app.process().stderr?.on('data', (text: Buffer) => said.push(text.toString()));
  const close = async (): Promise<void> => {
    await app.close();
    folder.remove();
  };
  return orClose(close, async () => {
    const page = await app.firstWindow();
    page.setDefaultTimeout(limitMs);
    const watched = watch(page);
    await page.waitForSelector('#root > *').catch(async (cause: unknown) => {
      const seen = [page.url(), ...watched.consoleErrors, await page.content(), ...said].join('\n');
      throw new Error(`The window stayed empty:\n${seen}`, { cause });
    });
    const hostPid = await app.evaluate(() => process.pid);
    const chooseFile = async (path: string, ask: () => Promise<void>): Promise<void> => {
      await app.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
      }, path);
      await ask();
    };
    const chooseNewFile = async (path: string, ask: () => Promise<void>): Promise<void> => {
      await app.evaluate(({ dialog }, chosen) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
      }, path);
      await ask();
    };
    return { app, page, ...watched, hostPid, chooseFile, chooseNewFile, close };
  });
}

/** `assay serve` and a fresh profile of Chromium that opens its address. */
export async function launchBrowserHost(options: LaunchOptions = {}): Promise<BrowserWindow> {
  const folder = temporaryFolder();
  const host = spawn(process.execPath, ['scripts/assay.mjs', 'serve', '--folder', '/', ...(options.arguments ?? [])], {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...networkWitness(options), ASSAY_HOME: options.home ?? join(folder.path, 'home') },
  });
  const exitCode = new Promise<number | null>((resolve) => host.on('exit', resolve));
  const closeHost = async (): Promise<void> => {
    host.kill('SIGTERM');
    await exitCode;
    folder.remove();
  };
  return orClose(closeHost, async () => {
    const address = await firstLine(host);
    const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
    const close = async (): Promise<void> => {
      await browser.close();
      await closeHost();
    };
    return orClose(
      () => browser.close(),
      async () => {
        const page = await browser.newPage({ viewport: size });
        page.setDefaultTimeout(limitMs);
        const watched = watch(page);
        await page.goto(address);
        await page.waitForSelector('#root > *');
        const chooseFile = async (path: string, ask: () => Promise<void>): Promise<void> => {
          await ask();
          await chooseInPage(page, path);
        };
        const chooseNewFile = async (path: string, ask: () => Promise<void>): Promise<void> => {
          await ask();
          await saveInPage(page, path);
        };
        const hostPid = host.pid ?? 0;
        return { page, ...watched, address, host, hostPid, exitCode, chooseFile, chooseNewFile, close };
      },
    );
  });
}

/** Walks the page's own file dialog, which is there where the host has none. */
async function chooseInPage(page: Page, path: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  const folder = dialog.getByLabel('Folder', { exact: true });
  await folder.fill(dirname(path));
  await folder.press('Enter');
  await dialog.getByRole('button', { name: basename(path) }).click();
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
}

async function saveInPage(page: Page, path: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Save as' });
  const folder = dialog.getByLabel('Folder', { exact: true });
  await folder.fill(dirname(path));
  await folder.press('Enter');
  await dialog.getByLabel('File name').fill(basename(path));
  await dialog.getByRole('button', { name: 'Save here' }).click();
}

/** What was started does not outlive a launch that failed. */
async function orClose<T>(close: () => Promise<void>, launch: () => Promise<T>): Promise<T> {
  try {
    return await launch();
  } catch (error) {
    await close();
    throw error;
  }
}

function networkWitness({ networkLog }: LaunchOptions): Record<string, string> {
  if (networkLog === undefined) return {};
  const witness = pathToFileURL(join(import.meta.dirname, 'network-witness.mjs')).href;
  const options = `--import ${witness}`;
  return { ASSAY_NETWORK_LOG: networkLog, NODE_OPTIONS: options, ASSAY_NODE_OPTIONS: options };
}

function standinSurroundings({ packagedApp }: LaunchOptions): Record<string, string> {
  return {
    ...(packagedApp === undefined ? {} : { STANDIN_PACKAGED: '1' }),
    STANDIN_CHROMIUM: chromiumPath(),
    STANDIN_NODE: process.execPath,
  };
}

function watch(page: Page): { readonly requested: string[]; readonly consoleErrors: string[] } {
  const requested: string[] = [];
  const consoleErrors: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  page.on('websocket', (socket) => requested.push(socket.url()));
  page.on('console', (message) => message.type() === 'error' && consoleErrors.push(message.text()));
  page.on('pageerror', (error) => consoleErrors.push(String(error)));
  return { requested, consoleErrors };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error('Impossible: the host was started without a pipe for its output.');
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) =>
      reject(new Error(`assay serve ended with exit code ${code} before it had an address`)),
    );
  });
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

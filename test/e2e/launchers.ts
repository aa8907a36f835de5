import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { _electron, chromium, type ElectronApplication, type Page } from 'playwright-core';
import { projectFolder } from './build.ts';
import { chromiumPath } from './chromium.ts';

const LAUNCH_LIMIT_MS = 60_000;
const size = { width: 1280, height: 800 };
const standin = join(projectFolder, 'test', 'electron-standin');

/** A running Assay with one window, whatever shows it. */
export interface RunningWindow {
  readonly page: Page;
  /** Every address that the page asked for, from its start. */
  readonly requested: readonly string[];
  /** What the page's console reported as errors, from its start. */
  readonly consoleErrors: readonly string[];
  /** The process whose child the engine is. */
  readonly hostPid: number;
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
}

/** A folder that is removed by `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'assay-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Electron with the built main process: the stand-in, unless ASSAY_ELECTRON names a real binary. */
export async function launchElectron(options: LaunchOptions = {}): Promise<ElectronWindow> {
  const folder = temporaryFolder();
  const real = process.env['ASSAY_ELECTRON'];
  const app = await _electron.launch({
    executablePath: real ?? join(standin, 'electron'),
    args: [projectFolder, `--user-data-dir=${join(folder.path, 'electron')}`, ...(options.arguments ?? [])],
    cwd: projectFolder,
    env: {
      ...definedEnvironment(),
      ASSAY_HOME: options.home ?? join(folder.path, 'home'),
      STANDIN_CHROMIUM: chromiumPath(),
      STANDIN_NODE: process.execPath,
    },
    timeout: LAUNCH_LIMIT_MS,
  });
  const page = await app.firstWindow();
  const watched = watch(page);
  await page.waitForSelector('#root > *');
  const hostPid = await app.evaluate(() => process.pid);
  return {
    app,
    page,
    ...watched,
    hostPid,
    async close() {
      await app.close();
      folder.remove();
    },
  };
}

/** `assay serve` and a fresh profile of Chromium that opens its address. */
export async function launchBrowserHost(options: LaunchOptions = {}): Promise<BrowserWindow> {
  const folder = temporaryFolder();
  const host = spawn(process.execPath, ['scripts/assay.mjs', 'serve', ...(options.arguments ?? [])], {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ASSAY_HOME: options.home ?? join(folder.path, 'home') },
  });
  const exitCode = new Promise<number | null>((resolve) => host.on('exit', resolve));
  const address = await firstLine(host);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: size });
  const watched = watch(page);
  await page.goto(address);
  await page.waitForSelector('#root > *');
  return {
    page,
    ...watched,
    address,
    host,
    hostPid: host.pid ?? 0,
    exitCode,
    async close() {
      await browser.close();
      host.kill('SIGTERM');
      await exitCode;
      folder.remove();
    },
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

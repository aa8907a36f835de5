import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLineEntry } from './command-line-bundle.mjs';
import { bundledNode, isSuitableRuntime, unsuitableRuntimeSentence } from './runtime.mjs';

/** Tells a child that its parent is this launcher, and not some other program with a channel. */
const launcherVariable = 'ASSAY_LAUNCHER';

const forwardedSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** Ctrl-C reaches launcher and child at once; forwarding later lets the child know that it already has it. */
const forwardDelayMs = 100;
const sameSignalWindowMs = 1000;

/** How long work may go on to end cleanly once the launcher has died. */
const orphanGraceMs = 10_000;

/**
 * Runs the command line with these arguments and sets the exit code: in this process where it can run Assay,
 * else in the bundled Node; where there is neither, prints a sentence and sets exit code 1.
 * @param {readonly string[]} argv
 * @returns {Promise<void>}
 */
export async function launchAssay(argv) {
  if (isSuitableRuntime()) {
    // Nothing of the engine is loaded for it.
    if (argv.length === 1 && argv[0] === '--version') {
      process.stdout.write(`${versionOfAssay()}\n`);
      return;
    }
    if (process.channel && process.env[launcherVariable] === String(process.ppid)) obeyLauncher();
    const { directory } = module.enableCompileCache(join(cacheFolder(), 'compile'));
    // Threads and the engine's process take it from there.
    if (directory !== undefined) process.env['NODE_COMPILE_CACHE'] ??= directory;
    /** @type {typeof import('../main/cli/main.ts')} */
    const { main } = await import(commandLineEntry().href);
    process.exitCode = await main(argv);
    return;
  }
  const node = bundledNode();
  if (node === null) {
    process.stderr.write(`${unsuitableRuntimeSentence()}\n`);
    process.exitCode = 1;
    return;
  }
  await handOver(node, argv);
}

/** @returns {string} */
function versionOfAssay() {
  /** @type {{ readonly version: string }} */
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return version;
}

/** @returns {string} */
function cacheFolder() {
  if (process.platform === 'win32') return join(process.env['LOCALAPPDATA'] ?? homedir(), 'Assay', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Assay');
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'assay');
}

/**
 * @param {string} node
 * @param {readonly string[]} argv
 * @returns {Promise<void>}
 */
function handOver(node, argv) {
  const script = fileURLToPath(new URL('assay.mjs', import.meta.url));
  const child = spawn(node, [script, ...argv], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [launcherVariable]: String(process.pid) },
  });
  for (const signal of forwardedSignals) {
    process.on(signal, () => {
      setTimeout(() => child.connected && child.send({ signal }), forwardDelayMs).unref();
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`The bundled Node could not be started: ${error.message}. Run "npm ci" again.\n`);
      process.exitCode = 1;
      resolve();
    });
    child.on('exit', (code, signal) => {
      if (signal === null) {
        process.exitCode = code ?? 1;
      } else {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      }
      resolve();
    });
  });
}

/** In the child: takes over the launcher's signals, once each, and ends when the launcher is gone. */
function obeyLauncher() {
  /** @type {Map<NodeJS.Signals, number>} */
  const lastSeenMs = new Map();
  for (const signal of forwardedSignals) {
    const note = () => {
      lastSeenMs.set(signal, Date.now());
      // Our own listener must not disarm the signal while nobody else handles it.
      if (process.listenerCount(signal) > 1) return;
      process.off(signal, note);
      process.kill(process.pid, signal);
    };
    process.on(signal, note);
  }
  process.on('message', (message) => {
    const { signal } = /** @type {{ signal: NodeJS.Signals }} */ (message);
    if (Date.now() - (lastSeenMs.get(signal) ?? 0) > sameSignalWindowMs) process.kill(process.pid, signal);
  });
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), orphanGraceMs).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // Listening must not keep a finished command alive.
  process.channel?.unref();
}

// Runs a script as the tests of a real Electron need it: on a screen of its own, and as an ordinary user, since
// Chromium's sandbox starts no process of root's.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { projectFolder } from './run-steps.mjs';

/** Debian's `nobody` and `nogroup`. */
const ordinaryUser = 65534;
const becomeOrdinary = ['setpriv', `--reuid=${ordinaryUser}`, `--regid=${ordinaryUser}`, '--clear-groups'];
const screenSize = '1920x1200x24';

/**
 * Runs a script of the project on this Node.
 * @param {readonly string[]} script path in the project, and arguments
 * @param {string} folder becomes the home of the user, who may write there and nowhere else
 * @param {NodeJS.ProcessEnv} environment beside this process's own
 * @param {import('./run-steps.mjs').Output} [output]
 * @returns {Promise<number>} its exit code; 1 where a signal ended it
 */
export async function runOnScreen(script, folder, environment, output = 'inherit') {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, ordinaryUser, ordinaryUser);
  const { prefix, project } = isRoot ? asOrdinaryUser(folder) : { prefix: [], project: projectFolder };
  const node = join(project, relative(projectFolder, process.execPath));
  const inProject = script.map((part) =>
    part.startsWith(projectFolder) ? join(project, relative(projectFolder, part)) : part,
  );
  const [program = '', ...parameters] = [...prefix, node, ...inProject];
  const screen = await startScreen();
  try {
    const child = spawn(program, parameters, {
      cwd: projectFolder,
      stdio: ['inherit', output, output],
      env: {
        ...process.env,
        ...(isRoot ? { HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: folder, XDG_CONFIG_HOME: folder } : {}),
        PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`,
        ...screen.environment,
        ...environment,
      },
    });
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    screen.stop();
  }
}

/**
 * Commands in front of one that is to run as the ordinary user, and where that user finds the project: in its own place,
 * or bound into the user's folder where a folder above it is closed.
 * @param {string} folder
 * @returns {{ readonly prefix: readonly string[], readonly project: string }}
 */
function asOrdinaryUser(folder) {
  const [command = '', ...options] = becomeOrdinary;
  if (spawnSync(command, [...options, 'test', '-r', join(projectFolder, 'package.json')]).status === 0)
    return { prefix: becomeOrdinary, project: projectFolder };
  const project = join(folder, 'project');
  mkdirSync(project);
  const bind = 'mount --bind "$0" "$1" && cd "$1" && shift && exec "$@"';
  const prefix = ['unshare', '--mount', '--propagation=private', 'sh', '-c', bind, projectFolder, project];
  return { prefix: [...prefix, ...becomeOrdinary], project };
}

/**
 * Xvfb, on a display of its own choice; where it is not installed, the display that is there.
 * @returns {Promise<{ readonly environment: NodeJS.ProcessEnv, stop(): void }>}
 */
function startScreen() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', screenSize, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    server.on('error', () => resolve({ environment: {}, stop: () => undefined }));
    server.on('exit', (code) => reject(new Error(`Xvfb ended with exit code ${code}.`)));
    const chosen = server.stdio[3];
    if (chosen === null || chosen === undefined || !('read' in chosen)) return;
    createInterface(chosen).once('line', (display) => {
      server.removeAllListeners('exit');
      resolve({ environment: { DISPLAY: `:${display}` }, stop: () => void server.kill() });
    });
  });
}

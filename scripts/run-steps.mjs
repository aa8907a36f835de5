import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {number | 'inherit'} Output where a script prints: to a file by its descriptor, or where this process does */

export const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Path of the script behind a tool's command, so that every tool runs on the Node that runs this script.
 * @param {string} packageName
 * @param {string} command
 * @returns {string}
 */
export function toolPath(packageName, command) {
  const require = createRequire(import.meta.url);
  const folder = join(projectFolder, 'node_modules', packageName);
  const { bin } = require(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/**
 * Runs a script on this Node from the project folder.
 * @param {readonly string[]} script path and arguments
 * @param {NodeJS.ProcessEnv} [environment] beside this process's own
 * @param {Output} [output]
 * @returns {Promise<number>} its exit code; 1 where a signal ended it
 */
export function runScript(script, environment = {}, output = 'inherit') {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...script], {
      cwd: projectFolder,
      stdio: ['inherit', output, output],
      // The tools start further Nodes by name; they must find this one.
      env: {
        ...process.env,
        ...environment,
        PATH: `${dirname(process.execPath)}${process.platform === 'win32' ? ';' : ':'}${process.env['PATH'] ?? ''}`,
      },
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

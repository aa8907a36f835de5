// Python environments of the tests. uv, fetched once into .cache/uv, fills one in seconds; where uv is not to be had, pip does.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const installerFolder = resolve(import.meta.dirname, '../../.cache/uv');

/**
 * Makes `.venv` in a folder and installs its pinned lists there; ends the process with a sentence where that fails.
 * @param {string} folder
 * @param {readonly string[]} lists
 */
export function makeEnvironment(folder, lists) {
  for (const list of lists)
    if (!installList(folder, list)) {
      console.error(
        `${list} could not be installed in ${folder}. Are Python 3.11 or newer (python3, or ASSAY_PYTHON) and the package index there?`,
      );
      process.exit(1);
    }
  console.log(`Ready: ${programOf(join(folder, '.venv'), 'python')}`);
}

/**
 * Installs one list into a folder's `.venv`, which is made where it is missing. Returns whether it worked.
 * @param {string} folder
 * @param {string} list
 * @param {readonly string[]} [options] of pip
 */
export function installList(folder, list, options = []) {
  const environment = join(folder, '.venv');
  const python = programOf(environment, 'python');
  const installer = makeInstaller();
  if (!existsSync(python) && !makeVenv(environment, installer)) return false;
  const parameters = ['install', '--quiet', ...options, '-r', join(folder, list)];
  if (installer !== null && run(installer, ['pip', ...parameters, '--python', python])) return true;
  return (
    run(python, ['-m', 'ensurepip', '--default-pip']) &&
    run(python, ['-m', 'pip', '--disable-pip-version-check', ...parameters])
  );
}

/** Path of uv, which is installed where it is missing; null where that fails. */
export function makeInstaller() {
  const installer = programOf(installerFolder, 'uv');
  if (existsSync(installer)) return installer;
  const python = programOf(installerFolder, 'python');
  const isMade =
    run(basePython(), ['-m', 'venv', installerFolder]) &&
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', 'uv==0.13.9']);
  return isMade ? installer : null;
}

/**
 * @param {string} environment
 * @param {string | null} installer
 */
function makeVenv(environment, installer) {
  const parameters = ['venv', '--quiet', '--no-python-downloads', '--python', basePython(), environment];
  if (installer !== null && run(installer, parameters)) return true;
  rmSync(environment, { recursive: true, force: true });
  return run(basePython(), ['-m', 'venv', environment]);
}

function basePython() {
  return process.env['ASSAY_PYTHON'] ?? 'python3';
}

/**
 * @param {string} environment
 * @param {string} name
 */
function programOf(environment, name) {
  return process.platform === 'win32' ? join(environment, 'Scripts', `${name}.exe`) : join(environment, 'bin', name);
}

/**
 * Runs one step and tells whether it worked.
 * @param {string} command
 * @param {readonly string[]} parameters
 */
function run(command, parameters) {
  return spawnSync(command, parameters, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

// Electron's binary, where `npx install-electron` or ELECTRON_OVERRIDE_DIST_PATH has put one. Never downloads.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './run-steps.mjs';

/** @type {Partial<Record<NodeJS.Platform, string>>} */
const executables = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** @returns {string | null} path of the binary; null where there is none, or no display to show a window on */
export function electronBinary() {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] || join(projectFolder, 'node_modules/electron/dist');
  const path = join(folder, executables[process.platform] ?? 'electron');
  return existsSync(path) && hasDisplay() ? path : null;
}

function hasDisplay() {
  if (process.platform === 'win32' || process.platform === 'darwin') return true;
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/**
 * @param {string} binary
 * @param {readonly string[]} parameters
 * @returns {Promise<number>} its exit code
 */
export function runElectron(binary, parameters) {
  return new Promise((resolve) => {
    const child = spawn(binary, [...parameters], { stdio: 'inherit' });
    child.on('error', (error) => {
      process.stderr.write(`Electron could not be started: ${error.message}. "npm run assay -- serve" needs none.\n`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

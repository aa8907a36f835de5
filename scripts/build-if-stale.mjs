import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isFresh } from './command-line-bundle.mjs';
import { projectFolder, runScript, toolPath } from './run-steps.mjs';

/**
 * Builds the window's files where they are missing or older than a source.
 * @param {import('./run-steps.mjs').Output} [output]
 * @returns {Promise<number>} exit code
 */
export async function buildRendererIfStale(output) {
  if (!isStale('dist/renderer/index.html', ['renderer', 'preload/contract'])) return 0;
  const vite = [toolPath('vite', 'vite'), 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'];
  // Under a test runner NODE_ENV says 'test', and React would be built for development.
  return runScript(vite, { NODE_ENV: 'production' }, output);
}

/**
 * The same for Electron's main process, preload and engine.
 * @param {import('./run-steps.mjs').Output} [output]
 * @returns {Promise<number>} exit code
 */
export async function buildElectronIfStale(output) {
  if (!isStale('dist/main/index.cjs', ['main', 'preload', 'engine'])) return 0;
  return runScript(['scripts/build-electron.mjs'], {}, output);
}

/**
 * The same for the command line.
 * @param {import('./run-steps.mjs').Output} [output]
 * @returns {Promise<number>} exit code
 */
export async function buildCommandLineIfStale(output) {
  return isFresh() ? 0 : runScript(['scripts/build-command-line.mjs'], {}, output);
}

/**
 * @param {string} built a file that the build writes
 * @param {readonly string[]} folders of what it is made from
 * @returns {boolean} true where the file is missing or older than a source
 */
function isStale(built, folders) {
  const path = join(projectFolder, built);
  if (!existsSync(path)) return true;
  const builtAtMs = statSync(path).mtimeMs;
  return folders.some((folder) =>
    readdirSync(join(projectFolder, folder), { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > builtAtMs,
    ),
  );
}

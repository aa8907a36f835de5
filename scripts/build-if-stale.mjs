import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, runScript, toolPath } from './run-steps.mjs';

/** Builds the window's files where they are missing or older than a source. @returns {Promise<number>} exit code */
export async function buildRendererIfStale() {
  if (!isStale('dist/renderer/index.html', ['renderer', 'preload/contract'])) return 0;
  return runScript([toolPath('vite', 'vite'), 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'], {
    // Under a test runner NODE_ENV says 'test', and React would be built for development.
    NODE_ENV: 'production',
  });
}

/** The same for Electron's main process, preload and engine. @returns {Promise<number>} exit code */
export async function buildElectronIfStale() {
  return isStale('dist/main/index.cjs', ['main', 'preload', 'engine']) ? runScript(['scripts/build-electron.mjs']) : 0;
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

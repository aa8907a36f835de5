// `npm start`: the window. Under Electron where its binary and a display exist, else in the browser; the first start
// makes a case from the bundled recording. `npm start -- --report` prints the main job's report instead.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchAssay } from './launch.mjs';
import { projectFolder, runScript, toolPath } from './run-steps.mjs';
import { electronBinary, runElectron } from './electron-binary.mjs';

const recording = fileURLToPath(new URL('../datasets/payments-30-days.csv.gz', import.meta.url));
const flags = process.argv.slice(2);

if (flags.includes('--report')) {
  const others = flags.filter((flag) => flag !== '--report');
  await launchAssay(['run', recording, '--label', 'is_fraud', '--ignore', 'fraud_scenario', ...others]);
} else {
  await startWindow();
}

/** @returns {Promise<void>} */
async function startWindow() {
  const vite = toolPath('vite', 'vite');
  const window = isStale('dist/renderer/index.html', ['renderer', 'preload/contract']);
  if (window && (await runScript([vite, 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'])) !== 0) {
    process.stderr.write('The window could not be built. "npm start -- --report" works without it.\n');
    process.exitCode = 1;
    return;
  }
  const electron = electronBinary();
  if (electron === null) {
    await launchAssay(['serve', '--open', ...flags]);
    return;
  }
  const isElectronStale = isStale('dist/main/index.cjs', ['main', 'preload', 'engine']);
  if (isElectronStale && (await runScript(['scripts/build-electron.mjs'])) !== 0) process.exitCode = 1;
  else process.exitCode = await runElectron(electron, [projectFolder, ...flags]);
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

// `npm run test:electron`: the stories of the window on a real Electron, which is fetched once.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FuseV1Options } from '@electron/fuses';
import { buildElectronIfStale, buildRendererIfStale } from './build-if-stale.mjs';
import { ensureElectron, findElectron } from './ensure-electron.mjs';
import { runOnScreen } from './on-screen.mjs';
import { packageDir } from './package-dir.mjs';
import { runScript, toolPath } from './run-steps.mjs';
import { setFuses } from './set-fuses.mjs';

const vitest = [
  toolPath('vitest', 'vitest'),
  'run',
  '--config',
  'test/electron/vitest.config.ts',
  '--configLoader=runner',
];

/**
 * Runs them on the Electron that is there; where there is none, each is skipped, or fails under CI=true.
 * @param {string} folder for what they write
 * @param {readonly string[]} vitestArguments
 * @param {import('./run-steps.mjs').Output} [output]
 * @returns {Promise<number>} exit code
 */
export async function testElectron(folder, vitestArguments, output) {
  const found = findElectron();
  if ('reason' in found) return runScript([...vitest, ...vitestArguments], {}, output);
  const built = (await buildRendererIfStale(output)) || (await buildElectronIfStale(output));
  if (built !== 0) return built;
  const packages = join(folder, 'packages');
  const packaged = await packageDir(dirname(found.path), { directories: { output: packages } }, output);
  if (packaged !== 0) return packaged;
  const shipped = join(packages, 'linux-unpacked');
  const inspectable = join(packages, 'inspectable');
  cpSync(shipped, inspectable, { recursive: true });
  // The one thing by which Playwright gets hold of a program.
  await setFuses(join(inspectable, 'assay'), { [FuseV1Options.EnableNodeCliInspectArguments]: true });
  const programs = {
    ASSAY_ELECTRON: found.path,
    ASSAY_SHIPPED: join(shipped, 'assay'),
    ASSAY_INSPECTABLE: join(inspectable, 'assay'),
  };
  return runOnScreen([...vitest, ...vitestArguments], folder, programs, output);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const result = await ensureElectron();
  if ('reason' in result) console.error(`Electron is missing: ${result.reason}`);
  const folder = mkdtempSync(join(tmpdir(), 'assay-electron-'));
  try {
    process.exitCode = await testElectron(folder, ['--reporter=verbose', ...process.argv.slice(2)]);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

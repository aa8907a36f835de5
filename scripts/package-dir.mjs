// `npm run package:dir`: packages into a folder with a stand-in for Electron's own files, so that what would be
// shipped can be looked at without a download. Fuses edit a real binary, so they are left out here.
import { createPackage } from '@electron/asar';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildElectronIfStale, buildRendererIfStale } from './build-if-stale.mjs';
import { projectFolder, runScript, toolPath } from './run-steps.mjs';

/**
 * Packages what is built with the Electron in a folder.
 * @param {string} electronDist
 * @param {object} changes of electron-builder.yml
 * @param {import('./run-steps.mjs').Output} [output]
 * @returns {Promise<number>} exit code of electron-builder
 */
export async function packageDir(electronDist, changes, output) {
  // Two packages may be made at the same time.
  const folder = mkdtempSync(join(tmpdir(), 'assay-package-'));
  const configuration = join(folder, 'package-dir.json');
  writeFileSync(
    configuration,
    JSON.stringify({ extends: join(projectFolder, 'electron-builder.yml'), electronDist, ...changes }),
  );
  const builder = toolPath('electron-builder', 'electron-builder');
  try {
    return await runScript([builder, '--linux', 'dir', `--config=${configuration}`, '--publish=never'], {}, output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns {Promise<string>} the folder of a stand-in for Electron's own files */
async function makeStandin() {
  const folder = join(projectFolder, 'dist', 'fake-electron');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'));
  copyFileSync(join(projectFolder, 'test/electron-standin/electron'), join(folder, 'electron'));
  chmodSync(join(folder, 'electron'), 0o755);
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, name), 'stand-in\n');
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  await createPackage(empty, join(folder, 'resources', 'default_app.asar'));
  return folder;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode =
    (await buildRendererIfStale()) ||
    (await buildElectronIfStale()) ||
    (await packageDir(await makeStandin(), { afterPack: null }));

// `npm run package:dir`: packages into a folder with a stand-in for Electron's own files, so that what would be
// shipped can be looked at without a download. Fuses edit the real binary, so they are left out here.
import { createPackage } from '@electron/asar';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildElectronIfStale, buildRendererIfStale } from './build-if-stale.mjs';
import { projectFolder, runScript, toolPath } from './run-steps.mjs';

const fakeDist = join(projectFolder, 'dist', 'fake-electron');

process.exitCode = (await buildRendererIfStale()) || (await buildElectronIfStale()) || (await packageFolder());

/** @returns {Promise<number>} exit code of electron-builder */
async function packageFolder() {
  rmSync(fakeDist, { recursive: true, force: true });
  mkdirSync(join(fakeDist, 'resources'), { recursive: true });
  mkdirSync(join(fakeDist, 'locales'));
  copyFileSync(join(projectFolder, 'test/electron-standin/electron'), join(fakeDist, 'electron'));
  chmodSync(join(fakeDist, 'electron'), 0o755);
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html'])
    writeFileSync(join(fakeDist, name), 'stand-in\n');
  const empty = join(fakeDist, 'empty');
  mkdirSync(empty);
  await createPackage(empty, join(fakeDist, 'resources', 'default_app.asar'));
  const configuration = join(projectFolder, 'dist', 'fake-electron.json');
  const changes = { extends: join(projectFolder, 'electron-builder.yml'), electronDist: fakeDist, electronFuses: null };
  writeFileSync(configuration, JSON.stringify(changes));
  return runScript([
    toolPath('electron-builder', 'electron-builder'),
    '--linux',
    'dir',
    `--config=${configuration}`,
    '--publish=never',
  ]);
}

// `npm run screenshots:electron`: pictures of the window in a real Electron into docs/screenshots.
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildElectronIfStale, buildRendererIfStale } from './build-if-stale.mjs';
import { ensureElectron } from './ensure-electron.mjs';
import { runOnScreen } from './on-screen.mjs';
import { projectFolder } from './run-steps.mjs';

const found = await ensureElectron();
if ('reason' in found) {
  console.error(found.reason);
  process.exitCode = 1;
} else {
  process.exitCode = (await buildRendererIfStale()) || (await buildElectronIfStale()) || (await takeAll(found.path));
}

/**
 * @param {string} electron path of the binary
 * @returns {Promise<number>} exit code
 */
async function takeAll(electron) {
  const folder = mkdtempSync(join(tmpdir(), 'assay-pictures-'));
  try {
    const code = await runOnScreen(['test/electron/take-pictures.ts'], folder, {
      ASSAY_ELECTRON: electron,
      ASSAY_PICTURES: folder,
    });
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.png')))
      copyFileSync(join(folder, name), join(projectFolder, 'docs', 'screenshots', name));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/*
 * Opens the first case in a real Electron and writes pictures of the window as the screen shows it, with its menu, into
 * the folder of ASSAY_PICTURES. Started by scripts/screenshots-electron.mjs.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { impossible } from '../../engine/domain/error.ts';
import { copyHome, makeFirstCase } from '../e2e/first-case.ts';
import { goTo } from '../e2e/go-to.ts';
import { launchElectron, temporaryFolder, type ElectronWindow } from '../e2e/launchers.ts';

const output = process.env['ASSAY_PICTURES'] ?? impossible('ASSAY_PICTURES is set by scripts/screenshots-electron.mjs');
const places = ['Tuning', 'Triage', 'Explore'] as const;
const size = { width: 1280, height: 800 };
/** The charts of a place are drawn a moment after it is there. */
const SETTLE_MS = 2_000;

const folder = temporaryFolder();
const home = join(folder.path, 'home');
makeFirstCase(join(folder.path, 'prepared'));
copyHome(join(folder.path, 'prepared'), home);
const window = await launchElectron({ home });
try {
  const { app, page } = window;
  await page.getByRole('button', { name: /^payments-30-days.*: choose a case$/ }).waitFor();
  await app.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 0, y: 0, width, height });
  }, size);
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const place of places) {
      await goTo(page, place);
      await page.waitForTimeout(SETTLE_MS);
      await page
        .getByText(/^(Counting|Reading|Loading)$/u)
        .first()
        .waitFor({ state: 'detached' });
      writeFileSync(join(output, `electron-${place.toLowerCase()}-${theme}.png`), await screenOf(window));
    }
  }
} finally {
  await window.close();
  folder.remove();
}

/** The part of the screen that the window takes, as PNG. */
async function screenOf({ app }: ElectronWindow): Promise<Buffer> {
  const encoded = await app.evaluate(async ({ desktopCapturer, screen }, { width, height }) => {
    const [whole] = await desktopCapturer.getSources({
      types: ['screen'],
      thumbnailSize: screen.getPrimaryDisplay().size,
    });
    return whole?.thumbnail.crop({ x: 0, y: 0, width, height }).toPNG().toString('base64') ?? '';
  }, size);
  return Buffer.from(encoded, 'base64');
}

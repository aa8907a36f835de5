// `npm run screenshots -- CASE [FOLDER]`: opens a case in the browser host and writes a picture of every place, dark
// and light, small and large, into docs/screenshots. The case is only looked at; settings are kept apart.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { buildRendererIfStale } from './build-if-stale.mjs';
import { ensureChromium } from './ensure-chromium.mjs';
import { projectFolder } from './run-steps.mjs';

const places = ['Sources', 'Tuning', 'Triage', 'Explore', 'Models', 'Exports'];
const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const PLACE_LIMIT_MS = 60_000;
const STILL_TURNS = 3;

const [casePath, folder = join(projectFolder, 'docs', 'screenshots')] = process.argv.slice(2);
if (casePath === undefined) {
  process.stderr.write('Name a case: npm run screenshots -- FILE.assay\n');
  process.exitCode = 2;
} else {
  process.exitCode = (await buildRendererIfStale()) || (await takeAll(resolve(casePath), resolve(folder)));
}

/**
 * @param {string} path of the case
 * @param {string} output folder
 * @returns {Promise<number>} exit code
 */
async function takeAll(path, output) {
  const found = ensureChromium();
  if ('reason' in found) {
    process.stderr.write(`${found.reason}\n`);
    return 1;
  }
  mkdirSync(output, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), 'assay-screenshots-'));
  const host = spawn(process.execPath, ['scripts/assay.mjs', 'serve', '--case', path], {
    cwd: projectFolder,
    env: { ...process.env, ASSAY_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => host.once('exit', done));
  try {
    const address = await Promise.race([
      new Promise((done) => createInterface(host.stdout).once('line', done)),
      ended.then(() => Promise.reject(new Error('The host ended before it had an address.'))),
    ]);
    const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
    try {
      for (const theme of /** @type {const} */ (['dark', 'light'])) {
        const page = await browser.newPage({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.goto(address);
        for (const size of sizes) {
          await page.setViewportSize(size);
          for (const place of places) await take(page, place, join(output, nameOf(place, theme, size)));
        }
        await page.close();
      }
    } finally {
      await browser.close();
    }
    return 0;
  } finally {
    host.kill('SIGTERM');
    await ended;
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * @param {string} place
 * @param {string} theme
 * @param {{ readonly width: number }} size
 */
function nameOf(place, theme, { width }) {
  return `${place.toLowerCase()}-${theme}-${width}.png`;
}

/**
 * Goes to a place, and takes its picture once the window stopped changing.
 * @param {import('playwright-core').Page} page
 * @param {string} place
 * @param {string} path
 */
async function take(page, place, path) {
  await page.getByRole('navigation', { name: 'Places' }).getByText(place, { exact: true }).click();
  await page.getByRole('main', { name: place }).waitFor();
  const limit = Date.now() + PLACE_LIMIT_MS;
  let before = '';
  // What is computed in the background may come a moment after the rest.
  for (let stillTurns = 0; stillTurns < STILL_TURNS && Date.now() < limit;) {
    const text = await page.locator('body').innerText();
    stillTurns = text === before && !/\b(Reading|Loading|Being compared)\b/u.test(text) ? stillTurns + 1 : 0;
    before = text;
    await page.waitForTimeout(700);
  }
  await page.screenshot({ path });
  process.stdout.write(`${path}\n`);
}

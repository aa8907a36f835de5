// `npm run pictures`: a picture of every state of the components of renderer/ui, dark and light, beside them in
// renderer/ui/pictures. Look at what changed before you keep it.
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { ensureChromium } from './ensure-chromium.mjs';
import { projectFolder } from './run-steps.mjs';

const folder = join(projectFolder, 'renderer', 'ui', 'pictures');

const found = ensureChromium();
if ('reason' in found) {
  process.stderr.write(`${found.reason}\n`);
  process.exitCode = 1;
} else await takeAll(found.path);

/** @param {string} executablePath of Chromium */
async function takeAll(executablePath) {
  const server = await createServer({
    root: join(projectFolder, 'renderer'),
    logLevel: 'warn',
    server: { host: '127.0.0.1' },
  });
  try {
    await server.listen();
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage({ reducedMotion: 'reduce' });
      await page.goto(new URL('ui/pictures/index.html', server.resolvedUrls?.local[0]).href);
      await page.locator('section[data-component]').first().waitFor();
      for (const theme of ['dark', 'light']) {
        // As text: the document is the page's, and this file is Node's.
        await page.evaluate(
          `Object.assign(document.documentElement.dataset, { theme: '${theme}', density: 'dense' }); document.fonts.ready.then(() => null)`,
        );
        for (const section of await page.locator('section[data-component]').all())
          await section.screenshot({
            path: join(folder, `${await section.getAttribute('data-component')}-${theme}.png`),
            animations: 'disabled',
          });
      }
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

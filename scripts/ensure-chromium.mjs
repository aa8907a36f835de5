// `node scripts/ensure-chromium.mjs`: a Chromium for the tests of the window. Prints its path, or why there is none.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** @typedef {{ path: string } | { reason: string }} Found */

/**
 * Looks for Chromium; on Debian as root, installs it.
 * @returns {Found}
 */
export function ensureChromium() {
  const found = findChromium();
  if (found !== null) return { path: found };
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get'))
    return { reason: 'Chromium is not installed, and only root on Debian can have it installed here.' };
  for (const parameters of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
  ]) {
    // Another installation may hold the lock for a while.
    const { status } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...parameters], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) return { reason: `apt-get ${parameters[0]} failed with exit code ${status}.` };
  }
  const installed = findChromium();
  return installed === null
    ? { reason: 'apt-get installed Chromium, and it is still not there.' }
    : { path: installed };
}

/** @returns {string | null} */
function findChromium() {
  const named = process.env['ASSAY_CHROMIUM'];
  return [...(named === undefined ? [] : [named]), ...candidates].find((path) => existsSync(path)) ?? null;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const result = ensureChromium();
  console.log('path' in result ? result.path : result.reason);
  if ('reason' in result) process.exitCode = 1;
}

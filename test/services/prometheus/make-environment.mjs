// `node test/services/prometheus/make-environment.mjs`: Prometheus and promtool for the tests of docs/monitoring. Where
// they are not installed, Debian's package is unpacked into .cache/prometheus; nothing is installed and no root is needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(import.meta.dirname, '../../../.cache/prometheus');
const attempts = 5;
const betweenAttemptsMs = 10_000;

/**
 * Path of a program of the package, installed or unpacked; null where it is neither.
 * @param {'prometheus' | 'promtool'} name
 * @returns {string | null}
 */
export function findPrometheus(name) {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), join(folder, 'usr/bin')];
  return places.map((place) => join(place, name)).find((path) => existsSync(path)) ?? null;
}

/** Returns what failed, in words, or null. */
function unpack() {
  mkdirSync(folder, { recursive: true });
  const isFetched = run('apt-get', ['download', '-q', 'prometheus']);
  // Lists may be missing altogether in a fresh container; only root may fetch them.
  if (!isFetched && !(run('apt-get', ['update', '-q']) && run('apt-get', ['download', '-q', 'prometheus'])))
    return 'apt-get could not download the package prometheus.';
  const [archive] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  if (archive === undefined || !run('dpkg-deb', ['-x', archive, '.'])) return 'dpkg-deb could not unpack it.';
  rmSync(join(folder, archive));
  return null;
}

/**
 * @param {string} command
 * @param {readonly string[]} parameters
 */
function run(command, parameters) {
  const { status } = spawnSync(command, parameters, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return status === 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  let failure = null;
  for (let attempt = 1; findPrometheus('promtool') === null && attempt <= attempts; attempt++) {
    // Another preparation may be fetching the package lists at this moment.
    if (attempt > 1) await new Promise((done) => setTimeout(done, betweenAttemptsMs));
    failure = unpack();
  }
  console.log(findPrometheus('promtool') ?? failure);
  process.exitCode = findPrometheus('promtool') === null ? 1 : 0;
}

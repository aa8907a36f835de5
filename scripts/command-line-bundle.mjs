// The command line as it was built, and whether the sources are still those it was built from. Needs no package.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/** Below the project's folder, as is the next. */
export const commandLineFolder = join('dist', 'command-line');

/** Says of each source how long it was and when it was written: `{ "main/cli/main.ts": [bytes, ms] }`. */
export const sourcesFile = join(commandLineFolder, 'sources.json');

/**
 * The module to start the command line from: the built one where its sources are as they were, else the source itself,
 * which takes twice as long to start.
 * @param {string} [project] its folder
 * @returns {URL}
 */
export function commandLineEntry(project = projectFolder) {
  return pathToFileURL(
    isFresh(project) ? join(project, commandLineFolder, 'main.js') : join(project, 'main', 'cli', 'main.ts'),
  );
}

/**
 * @param {string} [project] its folder
 * @returns {boolean} false where the command line was not built, or where a source changed since
 */
export function isFresh(project = projectFolder) {
  try {
    /** @type {Record<string, [number, number]>} */
    const sources = JSON.parse(readFileSync(join(project, sourcesFile), 'utf8'));
    return Object.entries(sources).every(([path, stamp]) => String(stampOf(path, project)) === String(stamp));
  } catch {
    return false;
  }
}

/**
 * @param {string} path below the project's folder
 * @param {string} [project] its folder
 * @returns {[number, number]} bytes, and ms since 1970
 */
export function stampOf(path, project = projectFolder) {
  const { size, mtimeMs } = statSync(join(project, path));
  return [size, mtimeMs];
}

// Where the tests keep their temporary files: in memory where there is room. A case waits for the disk at every commit,
// and the tests make thousands of cases that nobody reads again.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';
/** Several times what the suites hold at once, of which a packaged Electron, twice, is the most. */
const neededBytes = 8 * 2 ** 30;

/** For this process and those it starts. What is left there is removed at the end, since it would hold memory. */
export function keepTemporaryFilesInMemory() {
  if (!hasRoomInMemory()) return;
  const folder = mkdtempSync(join(inMemory, 'assay-'));
  // The ordinary user as whom a real Electron runs has its own folder in it.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(130));
}

/** @returns {boolean} whether there is such a place, with room, from which programs may be started */
function hasRoomInMemory() {
  try {
    const [, , type, options = ''] =
      readFileSync('/proc/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' '))
        .find(([, place]) => place === inMemory) ?? [];
    const { bavail, bsize } = statfsSync(inMemory);
    const isUsable = type === 'tmpfs' && !/(^|,)(ro|noexec)(,|$)/.test(options);
    return isUsable && Math.min(bavail * bsize, freemem()) >= neededBytes;
  } catch {
    return false;
  }
}

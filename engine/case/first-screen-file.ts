import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Folder in the data folder for what the first screen of each case shows. */
export function firstScreensFolder(dataFolder: string): string {
  return join(dataFolder, 'first-screens');
}

/** Where the first screen of a case is kept, by the case's path. */
export function firstScreenFile(dataFolder: string, casePath: string): string {
  const name = createHash('sha256').update(casePath).digest('hex');
  return join(firstScreensFolder(dataFolder), `${name}.bin`);
}

/** Takes away what is kept of a case, such as before its lock is another. */
export function forgetFirstScreen(dataFolder: string, casePath: string): void {
  rmSync(firstScreenFile(dataFolder, casePath), { force: true });
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';

/**
 * Folder with public recordings used only by tests (never needed to install, run or test the product):
 * `ASSAY_SHARED_DATA`, or `shared/data` beside the checkout. Null where it is absent.
 */
export const sharedDataFolder: string | null = (() => {
  const folder = process.env['ASSAY_SHARED_DATA'] ?? resolve(import.meta.dirname, '../../shared/data');
  return existsSync(folder) ? folder : null;
})();

/** Absolute path of one shared recording. Call it only inside `describeWithSharedData`. */
export function sharedDataPath(...parts: readonly string[]): string {
  if (sharedDataFolder === null) throw new Error('The shared recordings are absent; use describeWithSharedData.');
  return join(sharedDataFolder, ...parts);
}

/** A suite that is skipped, by name, where the shared recordings are absent. */
export const describeWithSharedData = describe.skipIf(sharedDataFolder === null);

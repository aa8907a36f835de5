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

/** Small inputs that were read wrongly or broke the reader, beside the shared recordings; null where they are absent. */
const sharedCasesFolder: string | null = (() => {
  const folder = sharedDataFolder === null ? null : resolve(sharedDataFolder, '../cases');
  return folder !== null && existsSync(folder) ? folder : null;
})();

/** Absolute path of one of them. Call it only inside `describeWithSharedCases`. */
export function sharedCasePath(...parts: readonly string[]): string {
  if (sharedCasesFolder === null) throw new Error('The shared cases are absent; use describeWithSharedCases.');
  return join(sharedCasesFolder, ...parts);
}

/** A suite that is skipped, by name, where the shared cases are absent. */
export const describeWithSharedCases = describe.skipIf(sharedCasesFolder === null);

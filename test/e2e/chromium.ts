import { describe } from 'vitest';
import { ensureChromium } from '../../scripts/ensure-chromium.mjs';

const found = ensureChromium();
if ('reason' in found) {
  if (process.env['CI'] === 'true') throw new Error(`The window cannot be tested: ${found.reason}`);
  console.warn(`The window is not tested: ${found.reason}`);
}

/** A suite that needs Chromium: skipped, with the reason printed, where there is none; an error under CI=true. */
export const describeWithChromium = 'path' in found ? describe : describe.skip;

export function chromiumPath(): string {
  if ('reason' in found) throw new Error(found.reason);
  return found.path;
}

import { describe } from 'vitest';
import { impossible } from '../../engine/domain/error.ts';
import { findElectron } from '../../scripts/ensure-electron.mjs';

const found = findElectron();
if ('reason' in found) {
  if (process.env['CI'] === 'true') throw new Error(`The window cannot be tested on a real Electron: ${found.reason}`);
  console.warn(`The window is not tested on a real Electron: ${found.reason}`);
}

/** A suite that needs a real Electron: skipped, with the reason printed, where there is none; an error under CI=true. */
export const describeWithElectron = 'path' in found ? describe : describe.skip;

/** The binary itself, for what a story starts beside a window. */
export function electronPath(): string {
  return named('ASSAY_ELECTRON');
}

/** The program as it is shipped. */
export function shippedProgram(): string {
  return named('ASSAY_SHIPPED');
}

/** The same with the fuse turned on by which Playwright can hold it. */
export function inspectableProgram(): string {
  return named('ASSAY_INSPECTABLE');
}

function named(variable: string): string {
  return process.env[variable] ?? impossible(`${variable} is set by scripts/test-electron.mjs`);
}

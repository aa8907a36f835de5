import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const python = join(import.meta.dirname, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** Whether `make-environment.mjs` has been run here. */
export const peersArePresent: boolean = existsSync(python);

/** What every peer script prints; scripts add figures of their own. */
export interface PeerReport {
  readonly peer: string;
  readonly version: string;
  /** Per step, one entry a repetition. */
  readonly timesMs: Readonly<Record<string, readonly number[]>>;
  readonly peakMemoryBytes: number;
  readonly [figure: string]: unknown;
}

/**
 * Runs one peer script of this folder and returns the JSON line it printed. Variables that pin OpenBLAS to an older
 * processor's kernel are taken out, so that the peers run at their own best speed.
 * Rejects with the script's standard error where it fails, e.g. when an optional package is missing.
 */
export async function runPeer(
  script: `${string}.py`,
  parameters: readonly string[],
  options: { readonly timeoutMs?: number } = {},
): Promise<PeerReport> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OPENBLAS_')));
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, script), ...parameters], {
    env: environment,
    timeout: options.timeoutMs ?? 600_000,
    maxBuffer: 1 << 30,
  });
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  return JSON.parse(line) as PeerReport;
}

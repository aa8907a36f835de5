import { execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const launcher = resolve(import.meta.dirname, '../../../scripts/assay.mjs');

/** What an ended `assay` command said. */
export interface AssayOutcome {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

/** An `assay` command under way in a process of its own. */
export interface AssayProcess {
  readonly ended: Promise<AssayOutcome>;
  kill(): void;
  signal(signal: NodeJS.Signals): void;
  /** Its resident set in bytes; null once it has ended. */
  residentBytes(): number | null;
  /** Its open files, sockets and pipes; null once it has ended, and where the system has no /proc. */
  openHandles(): number | null;
}

/** @param flags of Node itself */
export function startAssayProcess(parameters: readonly string[], flags: readonly string[] = []): AssayProcess {
  const child = spawn(process.execPath, [...flags, launcher, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let error = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
  const ended = new Promise<AssayOutcome>((done) => {
    child.on('close', (code) => done({ code, output, error }));
  });
  return {
    ended,
    kill: () => child.kill('SIGKILL'),
    signal: (signal) => void child.kill(signal),
    residentBytes: () => {
      if (child.pid === undefined || child.exitCode !== null) return null;
      try {
        return 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' }));
      } catch {
        return null;
      }
    },
    openHandles: () => {
      try {
        return child.exitCode === null ? readdirSync(`/proc/${child.pid}/fd`).length : null;
      } catch {
        return null;
      }
    },
  };
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A Python environment that a script beside it makes; tests that need it are skipped by name where it is absent. */
export interface PythonEnvironment {
  readonly folder: string;
  readonly isPresent: boolean;
  /** Runs one of the folder's scripts and gives the JSON on its last line. Rejects with its standard error. */
  run(script: string, parameters: readonly string[], environment?: NodeJS.ProcessEnv): Promise<unknown>;
  /** Path of a program of the environment, such as `python`. */
  program(name: string): string;
}

/** The environment `.venv` of one folder below test/services. */
export function pythonEnvironment(name: string): PythonEnvironment {
  const folder = join(import.meta.dirname, name);
  const programs = join(folder, '.venv', process.platform === 'win32' ? 'Scripts' : 'bin');
  const program = (file: string): string => join(programs, process.platform === 'win32' ? `${file}.exe` : file);
  return {
    folder,
    isPresent: existsSync(program('python')),
    program,
    run: async (script, parameters, environment = {}) => {
      const { stdout } = await promisify(execFile)(program('python'), [join(folder, script), ...parameters], {
        env: { ...process.env, ...environment },
        maxBuffer: 1 << 28,
      });
      return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as unknown;
    },
  };
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A Python environment that a script beside it makes. */
export interface PythonEnvironment {
  readonly folder: string;
  /** Its tests are skipped, by name, where it was not made; under CI they fail instead. */
  readonly isSkipped: boolean;
  /** Runs one of the folder's scripts and gives the JSON on its last line. Rejects with its standard error. */
  run(script: string, parameters: readonly string[], environment?: NodeJS.ProcessEnv): Promise<unknown>;
  /** Path of a program of the environment, such as `python`. */
  program(name: string): string;
}

/** The environment `.venv` of one folder below test/services, or its scripts in an environment that lies elsewhere. */
export function pythonEnvironment(name: string, home = join(import.meta.dirname, name)): PythonEnvironment {
  const folder = join(import.meta.dirname, name);
  const programs = join(home, '.venv', process.platform === 'win32' ? 'Scripts' : 'bin');
  const program = (file: string): string => join(programs, process.platform === 'win32' ? `${file}.exe` : file);
  return {
    folder,
    isSkipped: !existsSync(program('python')) && process.env['CI'] !== 'true',
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

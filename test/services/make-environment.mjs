import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Makes `.venv` in a folder and installs its pinned lists there; ends the process with a sentence where that fails. */
export function makeEnvironment(folder, lists) {
  const environment = join(folder, '.venv');
  const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const base = process.env.ASSAY_PYTHON ?? 'python3';
  const run = (command, parameters) => spawnSync(command, parameters, { cwd: folder, stdio: 'inherit' }).status === 0;
  if (!existsSync(python) && !run(base, ['-m', 'venv', environment])) {
    console.error(`${base} could not make an environment. Install Python 3.11 or newer, or set ASSAY_PYTHON.`);
    process.exit(1);
  }
  for (const list of lists)
    if (!run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', list])) {
      console.error(`${list} could not be installed. Is the Python package index reachable?`);
      process.exit(1);
    }
  console.log(`Ready: ${python}`);
}

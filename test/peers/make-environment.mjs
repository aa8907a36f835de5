// Makes the Python environment of the peers in test/peers/.venv: node test/peers/make-environment.mjs [--only-required | --detectors]
// Needs Python 3.11 or newer as `python3` (or ASSAY_PYTHON). Safe to run again.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const environment = join(folder, '.venv');
const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** Runs one step and tells whether it worked. */
function run(command, parameters) {
  return spawnSync(command, parameters, { cwd: folder, stdio: 'inherit' }).status === 0;
}

/** Installs one pinned list. */
function install(list) {
  return run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', list]);
}

if (!existsSync(python)) {
  const base = process.env.ASSAY_PYTHON ?? 'python3';
  if (!run(base, ['-m', 'venv', environment])) {
    console.error(`${base} could not make an environment. Install Python 3.11 or newer, or set ASSAY_PYTHON.`);
    process.exit(1);
  }
}
if (!install('requirements.txt')) {
  console.error('The peers could not be installed. Is the Python package index reachable?');
  process.exit(1);
}
// Exactness tests need only the pinned list; isotree takes minutes to build and only the benchmark asks for it.
const onlyRequired = process.argv.includes('--only-required');
if (!onlyRequired && !install('requirements-isotree.txt')) {
  console.error('isotree could not be built (it needs a C++ compiler). The benchmark will say that it is missing.');
}
if (process.argv.includes('--detectors') && !install('requirements-detectors.txt')) {
  console.error('PyOD could not be installed. The detection-quality table will say that it is missing.');
}
console.log(`Ready: ${python}`);

// `npm start`: the window. Under Electron where its binary and a display exist, else in the browser; the first start
// makes a case from the bundled recording. `npm start -- --report` prints the main job's report instead, and so does
// a start without a terminal (a script, CI), where nobody could look at a window or end it.
import { fileURLToPath } from 'node:url';
import { launchAssay } from './launch.mjs';
import { buildElectronIfStale, buildRendererIfStale } from './build-if-stale.mjs';
import { electronBinary, runElectron } from './electron-binary.mjs';
import { projectFolder } from './run-steps.mjs';

const recording = fileURLToPath(new URL('../datasets/payments-30-days.csv.gz', import.meta.url));
const flags = process.argv.slice(2);

if (flags.includes('--report') || !(process.stdout.isTTY || flags.includes('--window'))) {
  const others = flags.filter((flag) => flag !== '--report');
  await launchAssay(['run', recording, '--label', 'is_fraud', '--ignore', 'fraud_scenario', ...others]);
} else {
  await startWindow();
}

/** @returns {Promise<void>} */
async function startWindow() {
  if ((await buildRendererIfStale()) !== 0) {
    process.stderr.write('The window could not be built. "npm start -- --report" works without it.\n');
    process.exitCode = 1;
    return;
  }
  const electron = electronBinary();
  if (electron === null) {
    await launchAssay(['serve', '--open', ...flags.filter((flag) => flag !== '--window')]);
    return;
  }
  if ((await buildElectronIfStale()) !== 0) process.exitCode = 1;
  else process.exitCode = await runElectron(electron, [projectFolder, ...flags.filter((flag) => flag !== '--window')]);
}

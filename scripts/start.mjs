// `npm start`: the main job on the bundled recording, kept in the user's first case.
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchAssay } from './launch.mjs';

const recording = fileURLToPath(new URL('../datasets/payments-30-days.csv.gz', import.meta.url));
const folder = dataFolder();
try {
  mkdirSync(folder, { recursive: true });
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `The data folder ${folder} cannot be made (${reason}). Set XDG_DATA_HOME to a folder you own.\n`,
  );
  process.exit(1);
}
await launchAssay([
  'run',
  recording,
  '--case',
  join(folder, 'first-case.assay'),
  '--label',
  'is_fraud',
  '--ignore',
  'fraud_scenario',
  ...process.argv.slice(2),
]);

/** @returns {string} Where this system keeps a user's data. */
function dataFolder() {
  if (process.platform === 'win32') return join(process.env['LOCALAPPDATA'] ?? homedir(), 'Assay');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Assay');
  return join(process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'assay');
}

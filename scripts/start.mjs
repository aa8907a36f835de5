// `npm start`: the main job on the bundled recording. Its case lies in the user's data folder, so that the next start
// opens it again.
import { fileURLToPath } from 'node:url';
import { launchAssay } from './launch.mjs';

const recording = fileURLToPath(new URL('../datasets/payments-30-days.csv.gz', import.meta.url));
await launchAssay(['run', recording, '--label', 'is_fraud', '--ignore', 'fraud_scenario', ...process.argv.slice(2)]);

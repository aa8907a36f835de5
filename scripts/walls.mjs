// `npm run walls`: who may import whom, in the real tree.
import { runScript, toolPath } from './run-steps.mjs';

process.exitCode = await runScript([
  toolPath('dependency-cruiser', 'depcruise'),
  '--config',
  '.dependency-cruiser.cjs',
  'engine',
  'preload',
  'main',
  'renderer',
  'test',
]);

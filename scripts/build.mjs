// `npm run build`, and `prepare` after `npm ci`: what the working tree needs beyond its sources.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, runScript } from './run-steps.mjs';

for (const script of [
  'engine/forest/kernel/build.mjs',
  'engine/features/kernel/build.mjs',
  'engine/stream/kernel/build.mjs',
  'scripts/build-command-line.mjs',
])
  if (existsSync(join(projectFolder, script))) process.exitCode ||= await runScript([script]);

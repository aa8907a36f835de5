// `npm run build`, and `prepare` after `npm ci`: what the working tree needs beyond its sources.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, runScript } from './run-steps.mjs';

const kernelBuild = 'engine/forest/kernel/build.mjs';
if (existsSync(join(projectFolder, kernelBuild))) process.exitCode = await runScript([kernelBuild]);

// `npm run build:electron`: main and preload as one CommonJS file each, the engine as modules that need no TypeScript.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { bundleWithEngine } from './engine-bundle.mjs';
import { projectFolder } from './run-steps.mjs';
import { writeShippedPackages } from './shipped-packages.mjs';

const out = join(projectFolder, 'dist');

for (const folder of ['main', 'preload', 'engine']) rmSync(join(out, folder), { recursive: true, force: true });

const oneFile = /** @type {const} */ ({
  format: 'cjs',
  entryFileNames: 'index.cjs',
  codeSplitting: false,
});
await Promise.all([
  build({
    cwd: projectFolder,
    input: 'main/index.ts',
    platform: 'node',
    external: ['electron'],
    output: { ...oneFile, dir: join(out, 'main') },
  }),
  build({
    cwd: projectFolder,
    input: 'preload/index.ts',
    platform: 'browser',
    external: ['electron'],
    output: { ...oneFile, dir: join(out, 'preload') },
  }),
  bundleWithEngine(['engine/host/entry-utility.ts', 'engine/host/entry-child.ts'], join(out, 'engine')),
]);
writeShippedPackages();

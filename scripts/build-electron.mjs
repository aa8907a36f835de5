// `npm run build:electron`: main and preload as one CommonJS file each, the engine as modules that need no TypeScript.
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'rolldown';
import { projectFolder } from './run-steps.mjs';

const out = join(projectFolder, 'dist');
/** Stays a package: it carries native code. onnxruntime-node is optional and is not packaged. */
const nativePackages = ['better-sqlite3', 'onnxruntime-node'];
const workers = readdirSync(join(projectFolder, 'engine'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.worker.ts'))
  .map((path) => join('engine', path));

/** Worker threads are started by the address of their source, which has another ending once it is built. */
const builtWorkerAddresses = {
  name: 'built-worker-addresses',
  /** @param {string} code */
  transform: (code) => code.replace(/(new URL\('\.\/[\w-]+\.worker)\.ts'/g, "$1.js'"),
};

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
  build({
    cwd: projectFolder,
    input: Object.fromEntries(
      ['engine/host/entry-utility.ts', 'engine/host/entry-child.ts', ...workers].map((path) => [
        basename(path, '.ts'),
        path,
      ]),
    ),
    platform: 'node',
    external: nativePackages,
    // The schema registry's HTTP client looks for `process` by eval; it is loaded only where a registry is named.
    checks: { eval: false },
    plugins: [builtWorkerAddresses],
    // One flat folder, so that a worker or the kernel lies beside whatever file names it.
    output: {
      format: 'esm',
      dir: join(out, 'engine'),
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
  }),
]);
copyFileSync(join(projectFolder, 'engine/forest/kernel/kernel.wasm'), join(out, 'engine/kernel.wasm'));

/** Compiles the kernel of features over time: assembly/index.ts to windows-kernel.wasm. `node build.mjs [OUTPUT]`. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileAssembly } from '../../forest/kernel/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const output = process.argv[2] === undefined ? join(here, 'windows-kernel.wasm') : resolve(process.argv[2]);
  await compileAssembly(join(here, 'assembly'), output);
}

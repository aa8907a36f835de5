/**
 * Compiles the scoring kernel: assembly/index.ts to kernel.wasm. `node build.mjs [OUTPUT]`.
 * The same sources and compiler give the same bytes.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = dirname(fileURLToPath(import.meta.url));

const compilerOptions = [
  ...[
    '--runtime',
    'stub',
    '--noExportMemory',
    '--noAssert',
    '--optimizeLevel',
    '3',
    '--shrinkLevel',
    '0',
    '--converge',
  ],
  ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory', '--enable', 'relaxed-simd'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
];

/** Compiles the scoring kernel and writes it to `output`, whole or not at all. */
export async function buildKernel(output = join(here, 'kernel.wasm')) {
  await compileAssembly(join(here, 'assembly'), output);
}

/** Compiles index.ts of a folder and writes it to `output`, whole or not at all. */
export async function compileAssembly(folder, output) {
  let wasm;
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'kernel.wasm', ...compilerOptions], {
    readFile: async (name) => {
      try {
        return await readFile(join(folder, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => {
      wasm = contents;
    },
    listFiles: () => [],
  });
  if (error || wasm === undefined) throw new Error(`The kernel in ${folder} does not compile.\n${stderr.toString()}`);
  const unfinished = `${output}.${process.pid}.tmp`;
  await writeFile(unfinished, wasm);
  await rename(unfinished, output);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildKernel(process.argv[2] === undefined ? undefined : resolve(process.argv[2]));
}

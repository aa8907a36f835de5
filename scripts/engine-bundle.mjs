import { copyFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'rolldown';
import { projectFolder } from './run-steps.mjs';

/** Stay packages: they carry native code. onnxruntime-node is optional and is not packaged. */
const nativePackages = ['better-sqlite3', 'better-sqlite3-multiple-ciphers', 'onnxruntime-node'];

/** What the builds of the kernels write, below the project's folder. */
export const kernelFiles = [
  'engine/features/kernel/windows-kernel.wasm',
  'engine/forest/kernel/kernel.wasm',
  'engine/stream/kernel/reading-kernel.wasm',
];

/** What runs models that others made and that are no trees; read only when there is one. */
const graphRuntime = 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm';

const sparkFolder = 'engine/export/spark';
/** What is read as it stands, below the project's folder: the kernels, and the programs that a Spark job is exported with. */
export const dataFiles = [
  ...kernelFiles,
  ...readdirSync(join(projectFolder, sparkFolder))
    .filter((name) => name.endsWith('.py'))
    .map((name) => join(sparkFolder, name)),
];

/** What is started by the address of its source, which has another place and ending once it is built. */
const builtAddresses = {
  name: 'built-addresses',
  /** @param {string} code */
  transform: (code) =>
    code
      .replace(/(new URL\('\.\/[\w-]+\.worker)\.ts'/g, "$1.js'")
      .replace("'../../engine/host/entry-child.ts'", "'./entry-child.js'"),
};

/**
 * Bundles modules of the engine, or that hold it, as modules that need no TypeScript; its workers and kernel with them.
 * @param {readonly string[]} entries paths below the project's folder
 * @param {string} folder where they are written
 * @returns {Promise<readonly string[]>} absolute paths of all modules that went in
 */
export async function bundleWithEngine(entries, folder) {
  const workers = readdirSync(join(projectFolder, 'engine'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.worker.ts'))
    .map((path) => join('engine', path));
  const { output } = await build({
    cwd: projectFolder,
    input: Object.fromEntries([...entries, ...workers].map((path) => [basename(path, '.ts'), path])),
    platform: 'node',
    external: nativePackages,
    // The schema registry's HTTP client looks for `process` by eval; it is loaded only where a registry is named.
    checks: { eval: false },
    plugins: [builtAddresses],
    // One flat folder, so that a worker, a kernel or a program lies beside whatever file names it.
    output: {
      format: 'esm',
      dir: folder,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
  });
  for (const path of [...dataFiles, graphRuntime])
    copyFileSync(join(projectFolder, path), join(folder, basename(path)));
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

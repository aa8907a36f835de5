import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const bundledName = 'payments-30-days.csv.gz';
const manifestSchema = z.object({ name: z.string(), version: z.string() });

/** Where this copy of Assay lies and what came with it. */
export interface Installation {
  readonly version: string;
  /** The small recording that a first start opens. */
  readonly bundledRecording: string;
}

/**
 * Found from the nearest package.json above this module, which is there in a checkout, in a built folder and in a
 * packaged application. A packaged application keeps the recordings beside it as resources.
 */
export function findInstallation(): Installation {
  const root = rootAbove(dirname(fileURLToPath(import.meta.url)));
  const recording = join(root, 'datasets', bundledName);
  return {
    version: manifestSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).version,
    bundledRecording: existsSync(recording) ? recording : join(root, '..', 'datasets', bundledName),
  };
}

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('Impossible: no package.json lies above the engine.');
  return rootAbove(parent);
}

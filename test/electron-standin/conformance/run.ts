// `npm run conformance`: shows where the stand-in, or the binary that ASSAY_ELECTRON names, differs from observations.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences } from './differences.ts';
import { observeElectron } from './observe.ts';

const expected: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'observations.json'), 'utf8'));
const found = differences(expected, await observeElectron());
for (const line of found) console.log(line);
console.log(found.length === 0 ? 'No difference.' : `${found.length} differences.`);
process.exitCode = found.length === 0 ? 0 : 1;

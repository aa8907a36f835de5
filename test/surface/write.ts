// `npm run surface`: writes docs/surface anew.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { surfaceFiles, surfaceFolder } from './surface.ts';

mkdirSync(surfaceFolder, { recursive: true });
for (const [name, text] of await surfaceFiles()) writeFileSync(join(surfaceFolder, name), text);

import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { AssayError } from '../domain/error.ts';
import { openCase, openCaseReadOnly } from './open-case.ts';

// Loads the SQLite binding while the checkout can still be read, then becomes a user whom permissions bind.
const scratch = mkdtempSync(join(tmpdir(), 'assay-scratch-'));
openCase(join(scratch, 'a.assay'), { create: true }).close();
rmSync(scratch, { recursive: true });
if (process.getuid?.() === 0) process.setuid?.(65_534);

for (const path of process.argv.slice(2)) {
  let outcome = 'opened';
  try {
    openCase(path).close();
  } catch (error) {
    outcome = error instanceof AssayError ? error.code : String(error);
  }
  const store = openCaseReadOnly(path);
  console.log(outcome, store.nextSequence());
  store.close();
}

/*
 * `npm run campaign:schemathesis [EXAMPLES] [SEEDS]`: everything that the OpenAPI documents of three scoring services allow and
 * forbid, in as many examples and seeds. Ends with 1 where one answer is not what the document says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askService } from './ask-service.ts';
import { casesToAsk } from './models.ts';

const [examples = 200, seeds = 5] = process.argv.slice(2).map(Number);
const home = mkdtempSync(join(tmpdir(), 'assay-schemathesis-'));
let failures = 0;
try {
  for (const [name, casePath] of await casesToAsk(home))
    for (let seed = 1; seed <= seeds; seed++) {
      const { failed, report } = await askService(casePath, examples, seed);
      if (failed) failures++;
      const generated = /\d+ generated.*/u.exec(report)?.[0] ?? 'no report';
      console.log(`${name}, seed ${seed}: ${generated}`);
      if (failed) console.log(report);
    }
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log(`${failures} of ${3 * seeds} runs failed.`);
process.exitCode = failures === 0 ? 0 : 1;

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { askService, schemathesis } from './ask-service.ts';
import { casesToAsk } from './models.ts';

describe.skipIf(schemathesis.isSkipped)('a scoring service asked by schemathesis', () => {
  const home = mkdtempSync(join(tmpdir(), 'assay-schemathesis-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  // More examples and seeds: npm run campaign:schemathesis.
  it('takes what its document allows, and refuses what it forbids, of every kind of model', async () => {
    for (const [name, casePath] of await casesToAsk(home)) {
      const { failed, report } = await askService(casePath, 10, 1);
      expect(failed, `${name}: ${report}`).toBe(false);
    }
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { JobInput } from '../../../preload/contract/jobs.ts';
import { createEngine } from '../../host/engine.ts';
import { cancelledAt } from './cancelled-at.test-support.ts';
import { openCaseReadOnly } from '../../store/open-case.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-ingest-'));
const engine = createEngine({ host: 'command-line', dataFolder: join(folder, 'home') });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The column `code` is a number in all rows of the first segments, and a text after them. */
const rows = Array.from({ length: 12_000 }, (_, row) => {
  const isOdd = row % 97 === 0;
  return `T${row},${isOdd ? 5000 + row : row % 300},${row < 9000 ? row % 7 : `K${row % 7}`},${isOdd ? 1 : 0}`;
});
const recording = join(folder, 'recording.csv');
writeFileSync(recording, `id,amount,code,is_fraud\n${rows.join('\n')}\n`);

async function ingest(casePath: string, more: Partial<JobInput<'ingest'>> = {}, count = Infinity): Promise<string> {
  const input = { casePath, recordings: [recording], overrides: { label: 'is_fraud' }, ...more };
  const answer = await engine.runJob('ingest', input, { signal: cancelledAt(count), report: () => undefined });
  return answer.ok ? 'done' : `${answer.error.code} ${answer.error.message}`;
}

function contentOf(casePath: string): unknown {
  const openedCase = openCaseReadOnly(casePath);
  try {
    return { counts: openedCase.counts(), profile: openedCase.profile() };
  } finally {
    openedCase.close();
  }
}

describe('reading that was stopped', () => {
  it('goes on from every place where it can be stopped, by the same command, to the same case', async () => {
    const whole = join(folder, 'whole.assay');
    expect(await ingest(whole)).toBe('done');
    const held = new Set<number>();
    for (let count = 1; count <= 6; count++) {
      const casePath = join(folder, `stopped-${count}.assay`);
      if ((await ingest(casePath, {}, count)).startsWith('CANCELLED')) {
        if (count > 1) held.add((contentOf(casePath) as { counts: { rows: number } }).counts.rows);
        expect([count, await ingest(casePath)]).toEqual([count, 'done']);
      }
      expect(contentOf(casePath)).toEqual(contentOf(whole));
    }
    // Stopped before its first segment, and with fewer rows than a profile is inferred from.
    expect([...held].sort((one, other) => one - other).slice(0, 2)).toEqual([0, 4096]);
  });

  it('before its first row, may be told otherwise how columns are read', async () => {
    const casePath = join(folder, 'told.assay');
    expect(await ingest(casePath, {}, 2)).toMatch('CANCELLED');
    const overrides = { label: 'is_fraud', columns: { amount: { role: 'feature', kind: 'category' } } } as const;
    expect(await ingest(casePath, { overrides })).toBe('done');
    expect(contentOf(casePath)).toMatchObject({
      profile: { columns: expect.arrayContaining([expect.objectContaining({ name: 'amount', kind: 'category' })]) },
    });
  });
});

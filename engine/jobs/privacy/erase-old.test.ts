import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createBench } from '../../case/small-recording.test-support.ts';
import { verifyCase } from '../../store/backup.ts';
import type { JobInput, JobName, JobResult } from '../../../preload/contract/jobs.ts';

const context = { signal: new AbortController().signal, report: () => undefined };
const rows = 12_000;
const nameOf = (person: number): string =>
  `Quirin${'abcdefghijklmnopqrstuvwxyz'[person % 26]} Zebrowsky${'abcdefghij'[person % 10]}`;

it('erases old rows and who the people of old rows were, keeps decisions and a history that verifies, and says why', async () => {
  const { engine, folder } = await createBench(onTestFinished);
  const run = async <J extends JobName>(name: J, input: JobInput<J>): Promise<JobResult<J>> => {
    const answer = await engine.runJob(name, input, context);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
    return answer.data;
  };
  // Twenty people pay in the first half only, twenty in the second, one always; a payment each half hour.
  const lines = Array.from({ length: rows }, (_, row) => {
    const person = row % 41 === 0 ? 99 : row < rows / 2 ? row % 20 : 20 + (row % 20);
    const amount = row % 97 === 13 ? 4000 + row / 10 : 20 + (row % 31);
    const time = new Date(Date.UTC(2025, 0, 1) + row * 1_800_000).toISOString();
    return `P${10_000 + row},${time},C${person},${nameOf(person)},${amount.toFixed(2)},${row % 97 === 13 ? 1 : 0}`;
  });
  const recording = join(folder, 'people.csv');
  writeFileSync(recording, `payment_id,paid_at,card_id,customer_name,amount,is_fraud\n${lines.join('\n')}\n`);
  const casePath = join(folder, 'people.assay');
  await run('run', { recordings: [recording], casePath, overrides: { label: 'is_fraud' }, forest: { trees: 20 } });
  const [old] = ['P10013'];
  const verdict = { kind: 'verdict' as const, transactions: [old], as: 'fraud' as const };
  await run('judge', { casePath, by: 'ana', action: verdict });

  const choice = { casePath, olderThanDays: 100, reason: 'end of the contract', by: 'ben' };
  const planned = await run('erase', { ...choice, dryRun: true });
  expect(planned).toMatchObject({ removedRows: expect.any(Number), dryRun: true });
  expect(planned.removedRows).toBeGreaterThan(4000);
  // Of the people of old rows only those who paid lately, too, can still be named.
  expect(planned.forgottenTexts).toBeGreaterThanOrEqual(15);
  const done = await run('erase', choice);
  expect(done).toMatchObject({
    removedRows: planned.removedRows,
    keptRows: planned.keptRows,
    forgottenTexts: planned.forgottenTexts,
  });
  expect(done.keptRows).toBeGreaterThanOrEqual(1);
  expect(await run('erase', choice)).toMatchObject({ removedRows: 0, forgottenTexts: 0 });

  expect(verifyCase(casePath)).toMatchObject({ ok: true, problems: [] });
  const audit = await run('audit', { casePath, verify: true });
  expect(audit).toMatchObject({ whole: true, problems: [] });
  expect(audit.entries.map(({ what }) => what)).toContainEqual(
    expect.stringMatching(
      /^erased what is older than 100 days: \d+ rows, \d+ texts of people \(end of the contract\)$/u,
    ),
  );
  expect(audit.entries.map(({ by, what }) => `${by}: ${what}`)).toContain('ana: verdict fraud');
  // Neither the rows nor anything of their ids is in any page of the file.
  const file = readFileSync(casePath);
  expect(file.includes('P10014')).toBe(false);
});

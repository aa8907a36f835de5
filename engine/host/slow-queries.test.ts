import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBench, type Bench } from '../case/small-recording.test-support.ts';
import { logSlowQueries } from './slow-queries.ts';

const lines: string[] = [];
let bench: Bench;
const cleanUps: (() => Promise<void>)[] = [];
beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  logSlowQueries({ log: (line) => lines.push(line), slowMs: -1 });
  await bench.ask('case.open', { path: bench.casePath });
});
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

it('are logged by the request that asked and the text of the statement, without a value', async () => {
  const { rows } = await bench.ask('alerts.page', { modelId: 1, filter: { search: 'C1003' } });
  await bench.ask('verdicts.set', { modelId: 1, keys: [rows[0].key], kind: 'fraud' });
  await bench.ask('notes.add', { modelId: 1, key: rows[0].key, text: 'called the holder of the card' });
  const of = (request: string): readonly string[] => lines.filter((line) => line.includes(` ms for ${request}: `));
  expect(of('case.open').some((line) => line.includes('SELECT'))).toBe(true);
  expect(of('alerts.page')).not.toEqual([]);
  expect(of('verdicts.set')).toContainEqual(
    expect.stringMatching(/^assay engine: \d+ ms for verdicts\.set: a transaction$/u),
  );
  expect(of('notes.add')).toContainEqual(expect.stringContaining('INSERT INTO'));
  expect(lines.join('\n')).not.toMatch(/C1003|called the holder|payments/u);
});

it('are not logged where they are quick', async () => {
  logSlowQueries({ log: (line) => lines.push(line), slowMs: Infinity });
  lines.length = 0;
  await bench.ask('alerts.page', { modelId: 1 });
  expect(lines).toEqual([]);
});

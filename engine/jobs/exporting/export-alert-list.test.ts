import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { JobInput } from '../../../preload/contract/jobs.ts';
import { createBench, type Bench } from '../../case/small-recording.test-support.ts';
import { decodeForest } from '../../forest/compile.ts';
import { openCaseToRead } from '../../case/opening.ts';
import { envelopeLine } from '../../stream/kafka/envelope.ts';
import { flagEntries } from '../streaming/flag-messages.ts';

let bench: Bench;
let rows: readonly AlertRow[];
const cleanUps: (() => Promise<void>)[] = [];
const filter = { verdict: ['fraud'] as ['fraud'] };
const sort: JobInput<'exportAlerts'>['sort'] = [{ by: 'amount', descending: false }];

beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
  const { rows: all } = await bench.ask('alerts.page', { modelId: 1 });
  const keys = all.slice(0, 3).map(({ key }) => key);
  await bench.ask('verdicts.set', { modelId: 1, keys, kind: 'fraud', reason: 'card-stolen' });
  await bench.ask('notes.add', { modelId: 1, key: keys[0], text: '=HYPERLINK("http://x"), called\nback' });
  rows = (await bench.ask('alerts.page', { modelId: 1, filter, sort })).rows;
});
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

async function exported(name: string, choice: Partial<JobInput<'exportAlerts'>> = { filter, sort }): Promise<string> {
  const output = join(bench.folder, name);
  const stop = new AbortController();
  const answer = await bench.engine.runJob(
    'exportAlerts',
    { casePath: bench.casePath, output, ...choice },
    { signal: stop.signal, report: () => undefined },
  );
  if (!answer.ok) throw new Error(answer.error.message);
  return output;
}

it('writes all alerts of the filter in its order as CSV, long ids whole and notes harmless', async () => {
  const text = readFileSync(await exported('fraud.csv'), 'utf8');
  expect(text.startsWith('\uFEFFkey,entity,score,top_id,')).toBe(true);
  expect(rows).toHaveLength(3);
  const places = rows.map(({ topId }) => text.indexOf(`,'${topId},`));
  expect(rows.every(({ topId }) => /^\d{16}$/.test(topId))).toBe(true);
  expect(places.every((place) => place > 0)).toBe(true);
  expect(places).toEqual([...places].sort((first, second) => first - second));
  expect(text).toContain(`"'=HYPERLINK(""http://x""), called\nback"`);
  expect(text.match(/,card-stolen,\d{4}-\d\d-\d\dT/g)).toHaveLength(3);
});

it('gives every alert its first reason, also those no page has shown', async () => {
  const { total } = await bench.ask('alerts.page', { modelId: 1, limit: 1 });
  const listed = await parquetReadObjects({ file: await asyncBufferFromFile(await exported('all.parquet', {})) });
  expect(listed).toHaveLength(total);
  expect(listed.filter(({ first_reason: reason }) => reason === '')).toEqual([]);
});

it('keeps every value as it is in Parquet', async () => {
  const listed = await parquetReadObjects({ file: await asyncBufferFromFile(await exported('fraud.parquet')) });
  expect(listed.map(({ top_id: id }) => id)).toEqual(rows.map(({ topId }) => topId));
  expect(listed.map(({ score }) => score)).toEqual(rows.map(({ score }) => score));
  expect(listed.map(({ time }) => (time as Date).getTime())).toEqual(rows.map(({ timeMs }) => timeMs));
  expect(listed.map(({ notes }) => notes)).toContain('=HYPERLINK("http://x"), called\nback');
});

it('stops when told to, and leaves no file', async () => {
  const stop = new AbortController();
  stop.abort();
  const output = join(bench.folder, 'stopped.csv');
  const answer = await bench.engine.runJob(
    'exportAlerts',
    { casePath: bench.casePath, output },
    { signal: stop.signal, report: () => undefined },
  );
  expect(answer).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
  expect(() => readFileSync(output)).toThrow('ENOENT');
});

it('leaves suppressed transactions out of the flagged ones, and says so in the flags that are sent on', async () => {
  const [model] = await bench.ask('models.list', {});
  const { rows: alerts } = await bench.ask('alerts.page', { modelId: model.id, limit: 500 });
  const judged = new Set(alerts.filter(({ verdict }) => verdict !== null).map(({ entity }) => entity));
  const [first] = alerts.filter(({ entity }) => entity !== '' && !judged.has(entity));
  const pattern = { entities: [first.entity], counterparts: [], features: [] };
  await bench.ask('suppressions.add', { modelId: model.id, pattern, reason: 'a test', pastDays: 400 });
  const hidden = alerts.filter(({ entity }) => entity === first.entity);
  const transactions = hidden.reduce((sum, { flaggedTransactions }) => sum + flaggedTransactions, 0);
  const context = { signal: new AbortController().signal, report: () => undefined };
  const output = join(bench.folder, 'queued.csv');
  const written = await bench.engine.runJob('exportCsv', { casePath: bench.casePath, output }, context);
  expect(written).toMatchObject({ ok: true, data: { rows: model.flagged - transactions } });

  const openedCase = openCaseToRead(bench.casePath);
  try {
    const bytes = Buffer.from(
      envelopeLine('payments', {
        partition: 0,
        offset: 1,
        timestampMs: 0,
        key: null,
        value: Buffer.from('{}'),
        headers: [],
      }),
    );
    // The case as a topic would have filled it.
    const fromTopic = new Proxy(openedCase, {
      get: (target, name) => {
        if (name === 'readRaw') return () => ({ bytes });
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const [{ id, digest }] = openedCase.models();
    const [{ id: sourceId }] = openedCase.sources();
    const entries = flagEntries('payments', sourceId, [
      { model: { id, digest }, forest: decodeForest(openedCase.readForest(id)), firstRow: 0 },
    ]);
    const sent = entries.read(fromTopic, 0).messages.map(({ value }) => String(value));
    expect(sent).toHaveLength(model.flagged);
    expect(sent.filter((text) => text.includes('"suppressed":true'))).toHaveLength(transactions);
  } finally {
    openedCase.close();
  }
  await bench.ask('suppressions.lift', { modelId: model.id, id: 1 });
});

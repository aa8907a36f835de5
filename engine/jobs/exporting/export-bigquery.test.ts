import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSmallRecording } from '../../../test/command-line/small-recording.ts';
import { startBigqueryDouble, type BigqueryDouble } from '../../../test/services/bigquery-double.ts';
import { createCommandLineEngine } from '../../host/command-line-engine.ts';
import { openCase } from '../../store/open-case.ts';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';

const context = { signal: new AbortController().signal, report: () => undefined };
const engine = createCommandLineEngine();
const folder = mkdtempSync(join(tmpdir(), 'assay-bigquery-'));
const prepared = join(folder, 'prepared.assay');
let cases = 0;

beforeAll(async () => {
  const recording = join(folder, 'payments.csv');
  writeSmallRecording(recording, { rows: 1500 });
  const made = await engine.runJob(
    'run',
    {
      recordings: [recording],
      casePath: prepared,
      forest: { trees: 20 },
      windows: false,
      threshold: { kind: 'contamination', value: 0.4 },
    },
    context,
  );
  if (!made.ok) throw new Error(made.error.message);
  const openedCase = openCase(prepared);
  const [{ digest }] = openedCase.models();
  openedCase.decisions.addVerdicts({
    by: 'ada',
    atMs: Date.UTC(2026, 0, 5),
    kind: 'fraud',
    reason: null,
    closedUntilMs: null,
    modelDigest: digest,
    alerts: [{ key: 'c1', score: 0.7, sequences: Uint32Array.of(3, 9) }],
  });
  openedCase.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function freshCase(): string {
  const path = join(folder, `case-${++cases}.assay`);
  copyFileSync(prepared, path);
  return path;
}

async function run(
  casePath: string,
  double: BigqueryDouble,
  more: Partial<JobInput<'exportBigquery'>> = {},
): Promise<Awaited<ReturnType<typeof engine.runJob<'exportBigquery'>>>> {
  return engine.runJob(
    'exportBigquery',
    { casePath, table: 'my-project.fraud.flagged', endpoint: double.endpoint, ...more },
    context,
  );
}

async function done(answer: ReturnType<typeof run>): Promise<JobResult<'exportBigquery'>> {
  const outcome = await answer;
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.data;
}

const idsIn = (double: BigqueryDouble, table = 'flagged'): readonly string[] => [
  ...(double.tables.get(table)?.rows.keys() ?? []),
];

describe('flagged transactions and decisions in BigQuery', () => {
  it('go into tables made with schema, partitions and clusters, each row once, the same as in the files', async () => {
    const double = await startBigqueryDouble();
    const casePath = freshCase();
    const output = join(folder, 'files');
    const result = await done(run(casePath, double, { output }));
    expect(result.rows).toBe(600);
    expect(result.tables).toEqual([
      { table: 'my-project.fraud.flagged', made: true, sent: 600, sentBefore: 0, refused: [] },
      { table: 'my-project.fraud.flagged_decisions', made: true, sent: 1, sentBefore: 0, refused: [] },
    ]);
    expect(double.requests.map((rows) => rows.length)).toEqual([500, 100, 1]);
    expect(double.tables.get('flagged')?.definition).toMatchObject({
      schema: { fields: JSON.parse(readFileSync(join(output, 'schema.json'), 'utf8')) as unknown },
      timePartitioning: { type: 'DAY', field: 'event_ts' },
      clustering: { fields: ['model_digest'] },
    });
    const written = readFileSync(join(output, 'flagged.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { insert_id: string; features: object });
    const rows = [...(double.tables.get('flagged')?.rows.values() ?? [])];
    expect(rows.map(({ json }) => ({ ...json, features: JSON.parse(String(json['features'])) as unknown }))).toEqual(
      written,
    );
    expect(rows.map(({ insertId }) => insertId)).toEqual(written.map(({ insert_id: id }) => id));
    const [decision] = [...(double.tables.get('flagged_decisions')?.rows.values() ?? [])];
    expect(decision.json).toMatchObject({ alert_key: 'c1', verdict: 'fraud', decided_by: 'ada', sequences: [3, 9] });
  });

  it('are not sent again by a second run, and rows that were refused are', async () => {
    const double = await startBigqueryDouble();
    const casePath = freshCase();
    let refusedFirst = 0;
    double.refuse = () => (++refusedFirst % 200 === 7 ? 'Value out of range.' : null);
    const first = await done(run(casePath, double));
    const refused = first.tables[0].refused;
    expect(refused.length).toBe(3);
    expect(refused[0]).toEqual({
      insertId: expect.any(String) as string,
      reason: 'invalid',
      message: 'Value out of range.',
    });
    expect(first.tables[0].sent).toBe(597);
    double.refuse = () => null;
    double.requests.length = 0;
    const second = await done(run(casePath, double));
    expect(second.tables.map(({ sent, sentBefore }) => [sent, sentBefore])).toEqual([
      [3, 597],
      [0, 1],
    ]);
    expect(double.requests.flat().map(({ insertId }) => insertId)).toEqual(refused.map(({ insertId }) => insertId));
    expect(new Set(idsIn(double)).size).toBe(600);
  });

  it('go on where a quota ended the run before, with what the service said', async () => {
    const double = await startBigqueryDouble();
    const casePath = freshCase();
    double.failNext({ status: 403, reason: 'quotaExceeded' });
    const stopped = await run(casePath, double);
    expect(stopped).toMatchObject({ ok: false, error: { code: 'SERVER_UNAVAILABLE' } });
    expect(JSON.stringify(stopped)).toContain('The service said quotaExceeded.');
    expect(idsIn(double)).toEqual([]);

    double.failAfter(1, { status: 403, reason: 'quotaExceeded' });
    expect((await run(casePath, double)).ok).toBe(false);
    expect(idsIn(double).length).toBe(500);
    double.requests.length = 0;
    expect((await done(run(casePath, double))).tables[0]).toMatchObject({ sent: 100, sentBefore: 500, refused: [] });
    expect(double.requests.map((rows) => rows.length)).toEqual([100, 1]);
    expect(new Set(idsIn(double)).size).toBe(600);
  });

  it('survive a service that is away for a moment', async () => {
    const double = await startBigqueryDouble();
    double.failNext({ status: 503, reason: 'backendError' }, { status: 503, reason: 'backendError' });
    const result = await done(run(freshCase(), double));
    expect(result.tables[0]).toMatchObject({ sent: 600, refused: [] });
    expect(new Set(idsIn(double)).size).toBe(600);
    expect(double.requests.length).toBe(5);
  });

  it('go into a table that is there, unless its columns are others', async () => {
    const double = await startBigqueryDouble();
    const casePath = freshCase();
    await done(run(casePath, double));
    const other = freshCase();
    expect((await done(run(other, double))).tables[0]).toMatchObject({ made: false, sent: 600 });
    expect(new Set(idsIn(double)).size).toBe(600);
    const wrong = await run(casePath, double, { table: 'my-project.fraud.flagged_decisions' });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'MODEL_MISMATCH', kind: 'usage' } });
    expect(JSON.stringify(wrong)).toContain('event_id (STRING)');
  });

  it.each([
    ['a dataset that is not there', { table: 'my-project.other.flagged' }, 'FILE_NOT_FOUND', 'Not found: Dataset'],
    ['half an address', { table: 'fraud.flagged' }, 'WRONG_USE', 'PROJECT.DATASET.TABLE'],
  ])(
    'name %s',
    async (_, more, code, words) => {
      const double = await startBigqueryDouble();
      const outcome = await run(freshCase(), double, more);
      expect(outcome).toMatchObject({ ok: false, error: { code } });
      expect(JSON.stringify(outcome)).toContain(words);
    },
    30_000,
  );
});

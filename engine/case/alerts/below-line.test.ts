import { describe, expect, it } from 'vitest';
import { benchOfFile } from '../bench-of-file.test-support.ts';
import { smallRows, type Bench } from '../small-recording.test-support.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const modelId = 1;
const read = (rows?: number) => bench.ask('belowLine.read', { modelId, sample: rows === undefined ? {} : { rows } });

describe('the sample below the line', () => {
  it('is 2 % of what is not flagged, and has nothing that is', async () => {
    const [{ flagged }] = await bench.ask('models.list', {});
    const { rows, report } = await read();
    expect(report.rowsBelow).toBe(smallRows - flagged);
    expect(rows).toHaveLength(Math.ceil(report.rowsBelow * 0.02));
    const sampled = new Set((await read(report.rowsBelow)).rows.map(({ id }) => id));
    expect(sampled.size).toBe(report.rowsBelow);
    for (const { topId } of (await bench.ask('alerts.page', { modelId })).rows) expect(sampled.has(topId)).toBe(false);
  });

  it('tells nothing of the model and no label, neither in the list nor in the detail', async () => {
    const { rows } = await read();
    expect(Object.keys(rows[0]).sort()).toEqual([
      'amount',
      'counterpart',
      'currency',
      'entity',
      'hasNote',
      'id',
      'key',
      'snoozedUntilMs',
      'timeMs',
      'verdict',
    ]);
    const detail = await bench.ask('belowLine.detail', { modelId, key: rows[0].key });
    expect(detail.cells.map(({ name }) => name)).toContain('amount');
    expect(detail.cells.map(({ name }) => name)).not.toContain('is_fraud');
    expect(detail.facts.map(({ label }) => label)).not.toContain('Flagged');
  });

  it('refuses the detail of an entity', async () => {
    expect(await bench.engine.request('belowLine.detail', { modelId, key: 'C1000' })).toMatchObject({
      ok: false,
      error: { code: 'WRONG_USE' },
    });
  });
});

describe('missed fraud', () => {
  it('is estimated from verdicts in the log, once there are enough, and follows undo', async () => {
    const { rows } = await read();
    const keys = rows.map(({ key }) => key);
    await bench.ask('verdicts.set', { modelId, keys: keys.slice(0, 28), kind: 'legitimate' });
    await bench.ask('verdicts.set', { modelId, keys: [keys[28]], kind: 'fraud' });
    await bench.ask('verdicts.set', { modelId, keys: [keys[29]], kind: 'unsure' });
    const few = (await read()).report;
    expect(few).toMatchObject({ judged: 29, frauds: 1, unsure: 1, missed: null });

    await bench.ask('verdicts.set', { modelId, keys: [keys[30]], kind: 'valuable' });
    const { report } = await read();
    expect(report).toMatchObject({ judged: 30, frauds: 1, unsure: 1 });
    expect(report.missed?.frauds).toBeCloseTo(report.rowsBelow / 30, 9);
    expect(report.missed?.low).toBeGreaterThanOrEqual(1);
    expect(report.missed?.high).toBeGreaterThan(report.rowsBelow / 30);
    expect(report.missed?.perWeek?.frauds).toBeCloseTo(report.rowsBelow / 30 / (report.weeks ?? NaN), 9);
    // Six weeks of payments.
    expect(report.weeks).toBeCloseTo(6, 0);

    const larger = await read(500);
    expect(larger.rows.slice(0, rows.length).map(({ key }) => key)).toEqual(keys);
    expect(larger.report.judged).toBe(30);

    await bench.ask('actions.undo', {});
    expect((await read()).report.missed).toBeNull();
  });

  it('is the same from the command line, which only reads', async () => {
    const { rows, report } = await read();
    const ran = await bench.engine.runJob(
      'missed',
      { casePath: bench.casePath },
      { signal: new AbortController().signal, report: () => undefined },
    );
    if (!ran.ok) throw new Error(ran.error.message);
    const { sample, model: _model, case: _case, ...same } = ran.data;
    expect(same).toEqual(report);
    expect(sample.map(({ id, verdict }) => ({ id, verdict }))).toEqual(
      rows.map(({ id, verdict }) => ({ id, verdict })),
    );
  });
});

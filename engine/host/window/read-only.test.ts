import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestInput, RequestName } from '../../../preload/contract/requests.ts';
import { openShare } from '../../../test/read-only-share.ts';
import { createBench, type Bench } from '../../case/small-recording.test-support.ts';
import { connect } from '../../store/sqlite.ts';

let bench: Bench;
/** An alert of several transactions, one of which is its second, and another alert. */
let [key, otherKey, second] = ['', '', -1];
const cleanUps: (() => Promise<void>)[] = [];
const share = openShare();

const modelId = 1;
const handle = { kind: 'contamination', value: 0.01 } as const;

/** What each request does with a case; those that no case is asked for are left out by name. */
const reads = (): Partial<{ [R in RequestName]: RequestInput<R> }> => ({
  'app.read': {},
  'case.read': {},
  'profile.read': {},
  'quarantine.page': {},
  'transactions.page': { modelId },
  'outbox.list': {},
  'models.list': {},
  'models.baselines': { modelId },
  'models.compare': { firstModelId: 1, secondModelId: 1 },
  'models.swapAlerts': { firstModelId: 1, secondModelId: 1 },
  'labels.conflicts': {},
  'tuning.read': { modelId },
  'tuning.preview': { modelId, handle },
  'tuning.swapSet': { modelId, fromUnits: 0 },
  'alerts.page': { modelId },
  'alerts.detail': { modelId, key },
  'alerts.narrative': { modelId, key },
  'alerts.columnValues': { modelId, column: 'terminal_id' },
  'belowLine.read': { modelId },
  'belowLine.detail': { modelId, key: '#0' },
  'drafts.read': { key },
  'audit.page': {},
  'explore.scoreOverTime': { modelId },
  'explore.amountOverTime': { modelId },
  'explore.tile': { modelId, view: { kind: 'score' } },
  'explore.lanes': { modelId },
  'explore.features': { modelId, names: ['amount'] },
  'explore.rows': { modelId },
  'entity.read': { modelId, entity: 'C1000' },
  'entity.strip': { modelId, entity: 'C1000' },
  'entity.transactions': { modelId, entity: 'C1000' },
  'entity.alerts': { modelId, entity: 'C1000' },
});
const changes = (): Partial<{ [R in RequestName]: RequestInput<R> }> => ({
  'profile.write': { overrides: { label: 'is_fraud' } },
  'models.setChampion': { modelId },
  'models.rollBack': {},
  'case.groupAlerts': { gap: 7_200_000 },
  'case.explore': { share: 0.2 },
  'tuning.apply': { modelId, handle },
  'verdicts.set': { modelId, keys: [key], kind: 'legitimate', replace: true },
  'alerts.split': { modelId, key, sequences: [second] },
  'alerts.join': { modelId, keys: [key, otherKey] },
  'actions.undo': {},
  'notes.add': { modelId, key, text: 'never' },
  'drafts.write': { key, text: 'never' },
  'alerts.snooze': { modelId, keys: [key], untilMs: 1 },
});

describe.skipIf(share === null)('a case on a read-only share (needs a share that can be made read-only)', () => {
  const path = join(share?.folder ?? '', 'payments.assay');

  beforeAll(async () => {
    bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
    await bench.ask('case.open', { path: bench.casePath });
    const { rows } = await bench.ask('alerts.page', { modelId });
    key = rows.find(({ flaggedTransactions }) => flaggedTransactions > 1)?.key ?? '';
    otherKey = rows.find((row) => row.key !== key)?.key ?? '';
    second = (await bench.ask('alerts.detail', { modelId, key })).transactions[1].sequence;
    await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'fraud' });
    await bench.ask('case.close', {});
    copyFileSync(bench.casePath, path);
    const connection = connect(path, {});
    connection.pragma('journal_mode = WAL');
    connection.close();
    share?.close();
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
    share?.remove();
  });

  it('opens, and answers every request that reads it', async () => {
    const before = readFileSync(path);
    expect(await bench.ask('case.open', { path })).toMatchObject({ readOnly: true, path });
    for (const [name, input] of Object.entries(reads()))
      expect(await bench.engine.request(name as RequestName, input as never), name).toMatchObject({ ok: true });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses every request that would change it, by saying what is read-only', async () => {
    for (const [name, input] of Object.entries(changes()))
      expect(await bench.engine.request(name as RequestName, input as never), name).toMatchObject({
        ok: false,
        error: { code: 'CASE_READ_ONLY', message: expect.stringMatching(/: .*payments\.assay is read-only\.$/u) },
      });
  });
});

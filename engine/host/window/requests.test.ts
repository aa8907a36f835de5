import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requests, type RequestName } from '../../../preload/contract/requests.ts';
import type { TileView } from '../../../preload/contract/transactions.ts';
import {
  cellsOfFilter,
  countsWithin,
  filterOfCells,
  type CellRange,
} from '../../../renderer/features/explore/brushed.ts';
import { connect } from '../../store/sqlite.ts';
import { requestHandlers } from './requests.ts';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import { smallRows, type Bench } from '../../case/small-recording.test-support.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const modelId = 1;
const names = Object.keys(requests) as readonly RequestName[];

async function firstAlerts(limit = 200) {
  return (await bench.ask('alerts.page', { modelId, limit })).rows;
}

/** Tuning with its rankings, which a busy machine sends later. */
async function ranked() {
  for (;;) {
    const view = await bench.ask('tuning.read', { modelId });
    if (!view.rankingsPending) return view;
  }
}

/** Takes back everything a test did. */
async function undoAll(): Promise<void> {
  while ((await bench.ask('actions.undo', {})).undone !== null);
}

/** The case anew from the same recording, opened; its journal stays. */
async function buildAgain(): Promise<void> {
  rmSync(bench.casePath);
  const built = await bench.engine.runJob(
    'run',
    {
      recordings: [bench.recording],
      casePath: bench.casePath,
      overrides: { label: 'is_fraud' },
      forest: { trees: 60 },
      threshold: { kind: 'contamination', value: 0.03 },
    },
    { signal: new AbortController().signal, report: () => undefined },
  );
  expect(built.ok).toBe(true);
  await bench.ask('case.open', { path: bench.casePath });
}

describe('the list of requests', () => {
  it('has a handler for every name and no other', () => {
    expect(Object.keys(requestHandlers).sort()).toEqual([...names].sort());
  });

  it.each(names)('%s refuses input that is not an object, by name', async (name) => {
    const answer = await bench.engine.request(name, 7 as never);
    expect(answer).toMatchObject({ ok: false, error: { code: 'WRONG_USE', kind: 'usage' } });
    expect(answer.ok ? '' : answer.error.message).toContain(name);
  });

  it.each(names.filter((name) => !requests[name].input.safeParse({}).success))(
    '%s refuses an empty object, which lacks what it needs',
    async (name) => {
      expect(await bench.engine.request(name, {} as never)).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
    },
  );

  it('refuses names that the contract lacks, also those every object has', async () => {
    for (const name of ['no.such', 'constructor', '__proto__'])
      expect(await bench.engine.request(name as RequestName, {} as never)).toMatchObject({
        ok: false,
        error: { code: 'WRONG_USE' },
      });
  });

  it('refuses a model that is not there, naming those that are', async () => {
    const withModel = names.filter(
      (name) =>
        requests[name].input.safeParse({ modelId: 99 }).success &&
        name !== 'transactions.page' &&
        name !== 'transactions.find',
    );
    const asking = withModel.filter((name) => !requests[name].input.safeParse({}).success);
    expect(asking.length).toBeGreaterThan(7);
    for (const name of asking)
      expect(await bench.engine.request(name, { modelId: 99 } as never), name).toMatchObject({
        ok: false,
        error: { code: 'NO_MODEL', nextStep: expect.stringContaining('1') },
      });
  });
});

describe('app, settings and folders', () => {
  it('tells of the open case, and keeps settings beside it', async () => {
    await bench.ask('settings.write', { analyst: 'Ana', windowState: { place: 'triage' } });
    const app = await bench.ask('app.read', {});
    expect(app.openCase).toMatchObject({
      rows: smallRows,
      readOnly: false,
      hasLabels: true,
      currency: 'EUR',
      alertEntity: { role: 'card', column: 'card_id' },
      championId: 1,
    });
    expect(app.settings).toMatchObject({ analyst: 'Ana', windowState: { place: 'triage' }, theme: 'system' });
    expect(app.version).toMatch(/^\d+\.\d+/);
    expect((await bench.ask('recent.list', {}))[0]).toMatchObject({
      path: bench.casePath,
      name: 'payments',
      exists: true,
    });
  });

  it('puts broken settings aside instead of losing or obeying them', async () => {
    const file = join(bench.folder, 'home', 'settings.json');
    for (const broken of [
      '{"version":1,"settings"',
      '[]',
      '{"version":1,"settings":{"analysts":"many"},"recent":[]}',
    ]) {
      writeFileSync(file, broken);
      expect((await bench.ask('app.read', {})).settings.analysts).toBe(3);
      const aside = readdirSync(join(bench.folder, 'home')).filter((name) => name.startsWith('settings.json.broken-'));
      expect(aside.map((name) => readFileSync(join(bench.folder, 'home', name), 'utf8'))).toContain(broken);
    }
  });

  it('keeps the settings of an older version, and fills in what it did not know', async () => {
    const file = join(bench.folder, 'home', 'settings.json');
    writeFileSync(file, JSON.stringify({ version: 1, settings: { analyst: 'Bo' }, recent: [] }));
    expect((await bench.ask('app.read', {})).settings).toMatchObject({ analyst: 'Bo', analysts: 3 });
  });

  it('lists a folder with folders first, and names one that is not there', async () => {
    mkdirSync(join(bench.folder, 'zz-folder'), { recursive: true });
    const listed = await bench.ask('folder.list', { folder: bench.folder });
    expect(listed.entries[0].isFolder).toBe(true);
    expect(listed.entries.find(({ name }) => name === 'payments.csv')?.sizeBytes).toBeGreaterThan(1000);
    expect(await bench.engine.request('folder.list', { folder: join(bench.folder, 'none') })).toMatchObject({
      ok: false,
      error: { code: 'FILE_NOT_FOUND' },
    });
  });
});

describe('the ledger of the network', () => {
  const purposesAt = async (address: string): Promise<readonly string[]> =>
    (await bench.ask('network.read', {})).attempts
      .filter((attempt) => attempt.address === address && attempt.kind === 'opened' && !attempt.leavesMachine)
      .map(({ purpose }) => purpose);

  it('has what a request tried, and what a job tried in its thread, though nobody answered', async () => {
    const heard: number[] = [];
    const stop = bench.engine.on('network.attempted', ({ atMs }) => heard.push(atMs));
    expect(await purposesAt('127.0.0.1:1')).toEqual([]);
    const [reach] = await bench.ask('kafka.test', { brokers: '127.0.0.1:1', topic: '' });
    expect(reach.isGood).toBe(false);
    expect(await purposesAt('127.0.0.1:1')).toEqual(['Kafka']);
    const ended = new Promise((resolve) => bench.engine.on('job.ended', resolve));
    const input = { casePath: bench.casePath, trackingUri: 'http://127.0.0.1:1', experiment: 'cards' };
    const started = bench.engine.startJob('exportMlflow', input);
    // A server that is away is tried for some time, which is not waited for.
    await expect.poll(() => purposesAt('127.0.0.1:1')).toContain('MLflow');
    bench.engine.cancelJob(started.ok ? started.data.jobId : '');
    await ended;
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    stop();
  });
});

describe('recordings and rows', () => {
  it('looks into a recording without storing anything', async () => {
    const before = readdirSync(bench.folder).sort();
    const seen = await bench.ask('recording.inspect', { path: bench.recording });
    expect(seen.format.kind).toBe('csv');
    expect(seen.columns.find(({ name }) => name === 'card_id')?.role).toBe('card');
    expect(seen.firstRows[0][0]).toBe('4000000000000000');
    expect(readdirSync(bench.folder).sort()).toEqual(before);
    expect(await bench.engine.request('recording.inspect', { path: join(bench.folder, 'none.csv') })).toMatchObject({
      ok: false,
      error: { code: 'FILE_NOT_FOUND' },
    });
  });

  it('pages through all transactions in order, each once, with ids of 16 digits intact', async () => {
    const ids: string[] = [];
    let after: number | null | undefined;
    for (;;) {
      const page = await bench.ask('transactions.page', { limit: 500, ...(after == null ? {} : { after }) });
      ids.push(...page.rows.map(({ cells }) => cells[page.columns.indexOf('payment_id')]));
      after = page.next;
      if (after === null) break;
    }
    expect(ids).toEqual(Array.from({ length: smallRows }, (_, row) => String(4_000_000_000_000_000 + row)));
  });

  it('changes a role in place, and refuses a profile it cannot read rows by', async () => {
    const changed = await bench.ask('profile.write', { overrides: { columns: { currency: { role: 'ignored' } } } });
    expect(changed.columns.find(({ name }) => name === 'currency')?.role).toBe('ignored');
    await bench.ask('profile.write', { overrides: { label: 'is_fraud', columns: { currency: { role: 'currency' } } } });
    expect((await bench.ask('profile.read', {})).columns.find(({ name }) => name === 'currency')?.role).toBe(
      'currency',
    );
    expect(await bench.engine.request('profile.write', { overrides: { amount: 'no such column' } })).toMatchObject({
      ok: false,
    });
  });

  it('has an empty quarantine where every row could be read', async () => {
    expect(await bench.ask('quarantine.page', {})).toEqual({ rows: [], next: null });
  });
});

describe('alerts', () => {
  it('is one episode of a card: flags a day apart are another alert, and each flag is in one', async () => {
    const alerts = await firstAlerts();
    const byCard = Map.groupBy(alerts, ({ entity }) => entity);
    expect(byCard.size).toBeLessThan(alerts.length);
    for (const [card, episodes] of byCard) {
      const opened = episodes.map(({ opensMs }) => opensMs ?? 0).sort((one, other) => one - other);
      if (card !== '')
        opened.slice(1).forEach((ms, index) => expect(ms - opened[index]).toBeGreaterThan(24 * 3_600_000));
    }
    expect(new Set(alerts.map(({ key }) => key)).size).toBe(alerts.length);
    const flagged = alerts.reduce((sum, row) => sum + row.flaggedTransactions, 0);
    expect(flagged).toBe((await bench.ask('models.list', {}))[0].flagged);
    for (const { key, topSequence } of alerts) expect(key).toBe(`#${topSequence}`);
  });

  it.each(['score', 'amount', 'time', 'transactions', 'entity'] as const)(
    'gives the same list by %s in pages of any size: nothing twice, nothing missing, ties included',
    async (by) => {
      for (const descending of [true, false]) {
        const sort = [{ by, descending }];
        const whole = (await bench.ask('alerts.page', { modelId, sort, limit: 500 })).rows.map(({ key }) => key);
        for (const limit of [1, 3]) {
          const keys: string[] = [];
          let after: string | undefined;
          do {
            const page = await bench.ask('alerts.page', {
              modelId,
              sort,
              limit,
              ...(after === undefined ? {} : { after }),
            });
            keys.push(...page.rows.map(({ key }) => key));
            after = page.next ?? undefined;
          } while (after !== undefined);
          expect(keys).toEqual(whole);
        }
      }
    },
  );

  it('refuses a place to go on from that is not one', async () => {
    for (const after of ['nonsense', Buffer.from('[1,2,3,4]').toString('base64url')])
      expect(await bench.engine.request('alerts.page', { modelId, after })).toMatchObject({
        ok: false,
        error: { code: 'WRONG_USE' },
      });
  });

  it('says what became of each pasted id, and counts the alerts that the filter lists', async () => {
    const [first, second] = await firstAlerts();
    const { rows } = await bench.ask('transactions.page', { limit: 200, modelId });
    const id = rows.find(({ flagged }) => !flagged)?.cells[0] ?? '';
    const ids = [first.topId, ` ${second.entity}`, second.key, id, id, 'nobody'];
    const pasted = await bench.ask('alerts.pasted', { modelId, ids });
    expect(pasted).toMatchObject({ ids: 5, notFlagged: [id], unknown: ['nobody'] });
    expect(pasted.alerts).toBe((await bench.ask('alerts.page', { modelId, filter: { anyOf: ids } })).total);
  });

  it('finds pasted ids and entities, at most 5000, and words in rows as received', async () => {
    const [first, second] = await firstAlerts();
    const filler = Array.from({ length: 4000 }, (_, index) => `unknown-${index}`);
    const pasted = await bench.ask('alerts.page', {
      modelId,
      filter: { anyOf: [first.topId, ` ${second.entity} `, ...filler] },
    });
    const wanted = (await firstAlerts()).filter(({ key, entity }) => key === first.key || entity === second.entity);
    expect(pasted.rows.map(({ key }) => key).sort()).toEqual(wanted.map(({ key }) => key).sort());
    const searched = await bench.ask('alerts.page', { modelId, filter: { search: `${first.topId} eur` } });
    expect(searched.rows.map(({ key }) => key)).toEqual([first.key]);
    expect((await bench.ask('alerts.page', { modelId, filter: { search: 'nowhere' } })).total).toBe(0);
  });

  it('finds an alert without an entity by its key, as a link to a similar alert asks for it', async () => {
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'contamination', value: 0.3 } });
    const single = (await firstAlerts()).find(({ entity }) => entity === '');
    const found = await bench.ask('alerts.page', { modelId, filter: { anyOf: [single?.key ?? 'none is flagged'] } });
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'contamination', value: 0.03 } });
    expect(found.rows.map(({ key }) => key)).toEqual([single?.key]);
  });

  it('names the open alerts with the same reasons, and counts an unsure verdict for nothing', async () => {
    const detailOf = async (key: string) => {
      for (;;) {
        const detail = await bench.ask('alerts.detail', { modelId, key });
        if (detail.similar.unexplained === 0) return detail;
      }
    };
    const details = await Promise.all((await firstAlerts()).slice(0, 8).map(({ key }) => detailOf(key)));
    const some = details.find(({ similar }) => similar.open.length > 1);
    if (some === undefined) throw new Error('No alert of this recording is like another.');
    const [like, other] = some.similar.open;
    expect(some.similar.open).not.toContain(some.row.key);
    // Reasons that are the same are so from both sides.
    expect((await detailOf(like)).similar.open).toContain(some.row.key);
    await bench.ask('verdicts.set', { modelId, keys: [like], kind: 'unsure' });
    await bench.ask('verdicts.set', { modelId, keys: [other], kind: 'fraud' });
    const { similar } = await detailOf(some.row.key);
    expect(similar).toMatchObject({ decided: 1, fraud: 1 });
    expect(similar.open).not.toContain(like);
    await bench.ask('actions.undo', {});
    await bench.ask('actions.undo', {});
    expect((await detailOf(some.row.key)).similar.open).toEqual(some.similar.open);
  });

  it('filters by amount, column and day on one and the same transaction', async () => {
    const all = await firstAlerts();
    const [value] = await bench.ask('alerts.columnValues', { modelId, column: 'terminal_id' });
    const byTerminal = await bench.ask('alerts.page', { modelId, filter: { columns: { terminal_id: [value.text] } } });
    expect(byTerminal.total).toBe(value.alerts);
    const none = await bench.ask('alerts.page', { modelId, filter: { minimumAmount: 1e9 } });
    expect(none).toMatchObject({ total: 0, rows: [], next: null });
    const { days, point } = await bench.ask('tuning.read', { modelId });
    const onDay = await bench.ask('alerts.page', { modelId, filter: { dayMs: days[20] } });
    expect(onDay.total).toBeLessThan(all.length);
    expect(onDay.total).toBe(point.byDay[20]);
    // The day is the alert's: its row shows the most anomalous transaction, of which the reason speaks.
    expect(onDay.rows.every(({ matched }) => matched === null)).toBe(true);
    expect(
      await bench.engine.request('alerts.page', { modelId, filter: { columns: { nothing: ['x'] } } }),
    ).toMatchObject({
      ok: false,
      error: { code: 'UNKNOWN_COLUMN' },
    });
  });

  it('shows the transaction that passed the filter, not the most anomalous of its alert', async () => {
    const several = (await firstAlerts()).filter(({ flaggedTransactions }) => flaggedTransactions > 1);
    const { row, transactions } = await bench.ask('alerts.detail', { modelId, key: several[0].key });
    const other = transactions.filter(({ flagged }) => flagged)[1];
    const found = await bench.ask('alerts.page', { modelId, filter: { anyOf: [other.id] } });
    expect(found.rows).toHaveLength(1);
    expect(found.rows[0]).toMatchObject({
      key: row.key,
      topId: row.topId,
      matched: { id: other.id, amount: other.amount },
    });
    expect((await bench.ask('alerts.page', { modelId, filter: { verdict: ['none'] } })).rows[0].matched).toBeNull();
  });

  it('puts any column beside the alerts, sorts by any, over all pages, and finds each cell again by a filter', async () => {
    const columns = ['currency', 'terminal_id', 'amount', 'paid_at', 'payment_id'];
    const page = (more: object) => bench.ask('alerts.page', { modelId, columns, ...more });
    const { rows: all } = await page({});
    for (const { cells, amount, timeMs, topId, counterpart } of all)
      expect(cells).toEqual(['EUR', counterpart, amount, timeMs, topId]);
    const byReason = [{ by: 'firstReason', descending: false }] as const;
    await expect.poll(async () => (await page({ sort: byReason })).reasonsPending).toBe(0);
    const fields = ['score', 'amount', 'time', 'transactions', 'entity', 'counterpart', 'topId'] as const;
    for (const by of [...fields, 'day', 'verdict', 'firstReason', 'column:terminal_id', 'column:amount'] as const) {
      const sort = [{ by, descending: false }];
      const inOrder = (await page({ sort })).rows;
      expect(inOrder.map(({ key }) => key).sort(), by).toEqual(all.map(({ key }) => key).sort());
      const first = await page({ sort, limit: 7 });
      const rest = await page({ sort, after: first.next });
      expect([...first.rows, ...rest.rows].map(({ key }) => key)).toEqual(inOrder.map(({ key }) => key));
      if (by === 'column:amount' || by === 'amount')
        expect(inOrder.map(({ amount }) => amount)).toEqual(
          all.map(({ amount }) => amount ?? 0).sort((left, right) => left - right),
        );
      if (by === 'counterpart' || by === 'column:terminal_id')
        expect(inOrder.map(({ counterpart }) => counterpart)).toEqual(all.map(({ counterpart }) => counterpart).sort());
    }
    const [, row] = all;
    for (const filter of [
      { columns: { terminal_id: [row.counterpart ?? ''] } },
      { columns: { card_id: [row.entity] } },
      { ranges: { amount: { from: row.amount ?? 0, to: row.amount ?? 0 } } },
      { ranges: { paid_at: { from: row.timeMs ?? 0 } } },
      { minimumScore: row.score },
      { minimumFlagged: row.flaggedTransactions },
      { firstReasons: [row.firstFeature ?? ''] },
    ]) {
      const { rows, total } = await page({ filter });
      expect(
        rows.map(({ key }) => key),
        JSON.stringify(filter),
      ).toContain(row.key);
      expect(total).toBeLessThanOrEqual(all.length);
    }
    expect((await page({ filter: { minimumScore: row.score } })).total).toBe(2);
    expect((await page({ filter: { columns: { card_id: [''] } } })).rows.map(({ entity }) => entity)).toEqual(
      all.filter(({ entity }) => entity === '').map(({ entity }) => entity),
    );
    const answer = await bench.engine.request('alerts.page', {
      modelId,
      sort: [{ by: 'column:none', descending: true }],
    });
    expect(answer).toMatchObject({ ok: false, error: { code: 'UNKNOWN_COLUMN' } });
  });

  it('counts the queue by day: what opens on each, what is decided and what is left, under a filter too', async () => {
    const all = await firstAlerts(500);
    const days = await bench.ask('alerts.days', { modelId });
    expect(days.reduce((sum, { alerts }) => sum + alerts, 0)).toBe(all.length);
    expect(days.map(({ dayMs }) => dayMs)).toEqual(days.map(({ dayMs }) => dayMs).sort((a, b) => b - a));
    const { dayMs, alerts } = days.find((day) => day.alerts > 1) ?? days[0];
    const ofDay = await bench.ask('alerts.page', { modelId, filter: { dayMs } });
    expect(ofDay.total).toBe(alerts);
    await bench.ask('verdicts.set', { modelId, keys: [ofDay.rows[0].key], kind: 'fraud' });
    const { entity } = ofDay.rows[0];
    const after = await bench.ask('alerts.days', { modelId, filter: { columns: { card_id: [entity] }, dayMs: 0 } });
    expect(after.find((day) => day.dayMs === dayMs)).toMatchObject({ decided: 1, snoozed: 0 });
    expect(after.reduce((sum, day) => sum + day.alerts, 0)).toBe(all.filter((row) => row.entity === entity).length);
    await undoAll();
  });

  it('explains every alert in parts that add up to its path length within 1e-9', async () => {
    for (const { key } of (await firstAlerts()).slice(0, 12)) {
      const detail = await bench.ask('alerts.detail', { modelId, key });
      const sum = detail.contributions.reduce((total, { amount }) => total + amount, detail.restContribution);
      expect(Math.abs(sum - (detail.baseline - detail.pathLength))).toBeLessThan(1e-9);
      expect(detail.contributions.length).toBeLessThanOrEqual(5);
      expect(detail.row.firstReason).not.toBe('');
    }
  });

  it('starts with facts that compare with earlier payments only, and shows the row as received', async () => {
    const alerts = await firstAlerts();
    const wild = alerts.find(({ amount }) => (amount ?? 0) > 800);
    const detail = await bench.ask('alerts.detail', { modelId, key: wild?.key ?? '' });
    expect(detail.facts[0]).toMatchObject({ label: 'Amount', isEmphasised: true });
    expect(detail.facts[0].value).toMatch(/^[\d,]+\.\d\d EUR$/);
    expect(detail.facts[1].label).toBe('Usual for this card');
    expect(detail.received.text).toContain(detail.row.topId);
    expect(detail.received.line).toBe(detail.row.topSequence + 2);
    expect(detail.strip.timesMs).toHaveLength(detail.strip.amounts.length);
    expect(detail.transactions.findIndex(({ flagged }) => !flagged)).toBe(detail.row.flaggedTransactions);
  });

  it('says so where an alert is not there', async () => {
    for (const key of ['C9999', '#999999999', ''])
      expect(await bench.engine.request('alerts.detail', { modelId, key })).toMatchObject({
        ok: false,
        error: { code: 'WRONG_USE' },
      });
  });
});

describe('tuning', () => {
  it('previews without storing, applies with flags and alerts, and goes back', async () => {
    const before = await bench.ask('tuning.read', { modelId });
    const preview = await bench.ask('tuning.preview', { modelId, handle: { kind: 'contamination', value: 0.01 } });
    expect(preview.flagged).toBeLessThan(before.point.flagged);
    expect(preview.byDay.reduce((sum, count) => sum + count, 0)).toBe(preview.alerts);
    expect(preview.alerts).toBeLessThan(preview.flagged);
    expect((await bench.ask('models.list', {}))[0].flagged).toBe(before.point.flagged);

    await bench.ask('tuning.apply', { modelId, handle: { kind: 'contamination', value: 0.01 } });
    expect((await bench.ask('models.list', {}))[0].flagged).toBe(preview.flagged);
    const swapped = await bench.ask('tuning.swapSet', { modelId, fromUnits: before.point.thresholdUnits });
    expect(swapped).toMatchObject({
      enteredTotal: 0,
      leftTotal: before.point.flagged - preview.flagged,
      alerts: { now: preview.alerts, before: before.point.alerts, entered: 0 },
    });
    expect(swapped.left.every(({ isFraud }) => isFraud !== null)).toBe(true);
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'score', value: before.point.threshold } });
    expect((await bench.ask('tuning.read', { modelId })).point).toEqual(before.point);
  });

  it('puts the trivial baselines beside the model', async () => {
    const { rankings, prevalence } = await ranked();
    expect(rankings.map(({ name }) => name)).toEqual([
      'this model',
      'amount alone',
      "amount against the card's own mean",
      'payments of the card in the last hour',
      'chance',
    ]);
    expect(rankings[1].auroc).toBeGreaterThan(0.9);
    expect(rankings[4].auprc).toBeLessThan(0.1);
    expect(prevalence).toBeGreaterThan(0);
  });

  it('counts rows in histograms that add up', async () => {
    const view = await bench.ask('tuning.read', { modelId });
    expect(view.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(smallRows);
    const { features } = await bench.ask('explore.features', { modelId });
    expect(features.map(({ name }) => name)).toEqual(
      view.features.filter(({ isUsed }) => isUsed).map(({ name }) => name),
    );
    for (const { rest, flagged } of features) {
      const count = flagged.reduce((sum, each) => sum + each, 0);
      expect(count).toBe(view.point.flagged);
      expect(rest.reduce((sum, each) => sum + each, count)).toBe(smallRows);
    }
  });

  it('counts within a filter as over all: two filters that share every transaction out add up, in the same bins', async () => {
    const view = await bench.ask('tuning.read', { modelId });
    const { thresholdUnits } = view.point;
    const filters = [{ maximumAmount: 99.995 }, { minimumAmount: 99.9951 }];
    const parts = await Promise.all(filters.map((filter) => bench.ask('tuning.within', { modelId, filter })));
    const points = await Promise.all(
      filters.map((filter) => bench.ask('tuning.pointWithin', { modelId, filter, thresholdUnits })),
    );
    const { total } = await bench.ask('explore.rows', { modelId, filter: filters[1] });
    expect(parts[1].rows).toBe(total);
    expect(total).toBeGreaterThan(0);
    expect(parts.map(({ histogram }) => histogram.edges)).toEqual([view.histogram.edges, view.histogram.edges]);
    for (const of of ['counts', 'fraud'] as const)
      expect(
        Array.from(
          view.histogram[of] ?? [],
          (_, bin) => (parts[0].histogram[of]?.[bin] ?? 0) + (parts[1].histogram[of]?.[bin] ?? 0),
        ),
      ).toEqual([...(view.histogram[of] ?? [])]);
    const judged = [...points, view.point].map((point) => point.judged ?? { frauds: 0, flaggedFrauds: 0, flagged: 0 });
    for (const of of ['frauds', 'flaggedFrauds', 'flagged'] as const)
      expect(judged[0][of] + judged[1][of]).toBe(judged[2][of]);
    expect(points[0].flagged + points[1].flagged).toBe(view.point.flagged);
    const everything = await bench.ask('tuning.within', { modelId, filter: {} });
    expect(everything.curve).toEqual(view.curve);
  });

  it('refuses handles out of range by name', async () => {
    for (const handle of [
      { kind: 'contamination', value: 2 },
      { kind: 'score', value: -1 },
      { kind: 'recall', value: 0 },
    ])
      expect(await bench.engine.request('tuning.preview', { modelId, handle } as never)).toMatchObject({
        ok: false,
        error: { code: 'WRONG_USE' },
      });
  });
});

describe('models', () => {
  it('compares a model with itself: all in common', async () => {
    const compared = await bench.ask('models.compare', { firstModelId: 1, secondModelId: 1 });
    const { flagged, alerts } = compared.first;
    expect(compared.flagged).toEqual({ onlyFirst: 0, onlySecond: 0, both: flagged });
    expect(compared.alerts).toEqual({ first: alerts, second: alerts, both: alerts, drawn: { first: 0, second: 0 } });
    const swapped = await bench.ask('models.swapAlerts', { firstModelId: 1, secondModelId: 1 });
    expect(swapped).toMatchObject({ onlyFirst: [], onlySecond: [], totals: { onlyFirst: 0, onlySecond: 0 } });
    const { point } = await bench.ask('tuning.read', { modelId });
    expect(compared.judged).toEqual({ first: point.judged, second: point.judged });
    const [low, high] = point.judged?.precision ?? [1, 0];
    expect(low).toBeLessThan(point.precision ?? 0);
    expect(high).toBeGreaterThan(point.precision ?? 1);
    expect((await bench.ask('models.setChampion', { modelId })).map(({ isChampion }) => isChampion)).toEqual([true]);
  });
});

describe('explore', () => {
  const within = { minimumAmount: 100 };

  it('counts each row once in every picture, and the same rows under a filter', async () => {
    const { total } = await bench.ask('explore.rows', { modelId, filter: within });
    const flagged = (await bench.ask('models.list', {}))[0].flagged;
    const sum = (counts: Uint32Array): number => counts.reduce((all, count) => all + count, 0);
    for (const name of ['explore.scoreOverTime', 'explore.amountOverTime'] as const) {
      const whole = await bench.ask(name, { modelId });
      expect([sum(whole.counts), sum(whole.flaggedCounts)]).toEqual([smallRows, flagged]);
      expect(whole.counts).toHaveLength((whole.xEdges.length - 1) * (whole.yEdges.length - 1));
      expect(sum((await bench.ask(name, { modelId, filter: within })).counts)).toBe(total);
    }
    const names = (await bench.ask('models.list', {}))[0].features.slice(0, 24);
    const page = await bench.ask('explore.features', { modelId, filter: within, names: [...names] });
    expect(page.next).toBeNull();
    expect(page.features.map(({ name }) => name)).toEqual(names);
    for (const { rest, flagged: marked } of page.features) expect(sum(rest) + sum(marked)).toBe(total);
  });

  it('subtracts a brush in the page to what the engine counts under its filter: no row is lost or twice at an edge', async () => {
    const { xEdges, yEdges } = await bench.ask('explore.amountOverTime', { modelId });
    const { columns } = await bench.ask('profile.read', {});
    const category = columns.find(({ kind, role }) => kind === 'category' && role !== 'label')?.name ?? '';
    const views: readonly TileView[] = [
      { kind: 'score' },
      { kind: 'hourOfWeek' },
      { kind: 'number', column: 'amount' },
      { kind: 'category', column: category },
    ];
    const brushes: readonly (CellRange | null)[] = [
      null,
      { x: [0, xEdges.length - 1], y: [0, yEdges.length - 1] },
      { x: [3, 90], y: [0, yEdges.length - 1] },
      { x: [0, 71], y: [20, 41] },
      { x: [40, 160], y: [5, 64] },
    ];
    for (const view of views) {
      const whole = await bench.ask('explore.tile', { modelId, view });
      for (const brush of brushes) {
        const filter = filterOfCells(brush, xEdges, yEdges);
        const recounted = await bench.ask('explore.tile', { modelId, view, filter });
        expect(countsWithin(whole, brush)).toEqual(countsWithin(recounted, null));
        expect(cellsOfFilter(filter, xEdges, yEdges)).toEqual(Object.keys(filter).length === 0 ? null : brush);
        if (view.kind !== 'score') continue;
        const { total } = await bench.ask('explore.rows', { modelId, filter });
        expect(countsWithin(whole, brush).counts.reduce((all, count) => all + count, 0)).toBe(total);
      }
    }
  });

  it('pages the rows of a filter, each once', async () => {
    const first = await bench.ask('explore.rows', { modelId, filter: within, limit: 5 });
    const second = await bench.ask('explore.rows', { modelId, filter: within, limit: 500, after: first.next ?? -1 });
    const all = [...first.rows, ...second.rows].map(({ sequence }) => sequence);
    expect(all).toHaveLength(first.total);
    expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
  });

  it('ranks lanes by flagged transactions, all of them reachable by paging', async () => {
    const first = await bench.ask('explore.lanes', { modelId, limit: 1 });
    const rest = await bench.ask('explore.lanes', { modelId, limit: 100, after: first.next ?? 0 });
    const flagged = [...first.lanes, ...rest.lanes].map((lane) => lane.flagged);
    expect(flagged).toEqual([...flagged].sort((a, b) => b - a));
    expect(first.lanes[0].maximumScore).toHaveLength(first.dayStartsMs.length);
    expect(first.total).toBe(flagged.length);
    const found = await bench.ask('explore.lanes', {
      modelId,
      search: first.lanes[0].entity.toLowerCase(),
      limit: 100,
    });
    expect(found.lanes.map(({ entity }) => entity)).toContain(first.lanes[0].entity);
    expect(found.total).toBeLessThan(first.total);
  });

  it('shows whom an entity deals with, from either side, within 200 nodes', async () => {
    const card = await bench.ask('entity.read', { modelId, entity: 'C1000' });
    expect(card.role).toBe('card');
    expect(card.counterparts.reduce((sum, { transactions }) => sum + transactions, 0)).toBe(card.transactions);
    expect(new Set(card.links.flatMap(({ from, to }) => [from, to])).size).toBeLessThanOrEqual(200);
    expect((await bench.ask('entity.read', { modelId, entity: 'T1' })).role).toBe('terminal');
    expect(await bench.engine.request('entity.read', { modelId, entity: 'nobody' })).toMatchObject({ ok: false });
    const onSide = await bench.engine.request('entity.read', { modelId, entity: 'T1', side: 'entity' });
    expect(onSide).toMatchObject({ ok: false });
  });

  it('gives one page of an entity: transactions, strip, alerts with verdicts, and those of one link in a span of time', async () => {
    const entity = 'C1000';
    const card = await bench.ask('entity.read', { modelId, entity });
    const pages = [await bench.ask('entity.transactions', { modelId, entity, limit: 70 })];
    for (let next = pages[0].next; next !== null; next = pages.at(-1)?.next ?? null)
      pages.push(await bench.ask('entity.transactions', { modelId, entity, limit: 70, after: next }));
    const rows = pages.flatMap((page) => page.rows);
    expect(new Set(rows.map(({ sequence }) => sequence)).size).toBe(card.transactions);
    const times = rows.map(({ timeMs }) => timeMs ?? 0);
    expect(times).toEqual([...times].sort((left, right) => right - left));
    expect(rows.filter(({ flagged }) => flagged)).toHaveLength(card.flagged);

    const alerts = await bench.ask('entity.alerts', { modelId, entity });
    const listed = await bench.ask('alerts.page', { modelId, filter: { columns: { card_id: [entity] } }, limit: 500 });
    expect(alerts.total).toBe(listed.total);
    expect(new Set(rows.flatMap(({ alertKey }) => alertKey ?? []))).toEqual(
      new Set(alerts.rows.map(({ alert }) => alert.key)),
    );
    const [{ alert }] = alerts.rows;
    await bench.ask('verdicts.set', { modelId, keys: [alert.key], kind: 'valuable' });
    await bench.ask('notes.add', { modelId, key: alert.key, text: 'seen' });
    expect((await bench.ask('entity.alerts', { modelId, entity })).rows[0].decision).toMatchObject({
      kind: 'valuable',
    });
    const strip = await bench.ask('entity.strip', { modelId, entity });
    const at = strip.sequences.indexOf(alert.topSequence);
    expect([strip.flagged[at], strip.verdicts[at], strip.noted[at]]).toEqual([1, 'valuable', 1]);
    expect(strip.timesMs).toHaveLength(card.transactions);
    expect(strip.normalLow ?? 0).toBeLessThan(strip.normalHigh ?? 0);
    await undoAll();

    const { text, transactions } = card.counterparts[0];
    const columns = { terminal_id: [text] };
    const link = await bench.ask('entity.transactions', { modelId, entity, filter: { columns }, limit: 500 });
    expect(link.total).toBe(transactions);
    const middle = link.rows[link.rows.length >> 1].timeMs ?? 0;
    const later = await bench.ask('entity.read', { modelId, entity, filter: { columns, fromMs: middle } });
    expect(later.transactions).toBe(link.rows.filter(({ timeMs }) => (timeMs ?? 0) >= middle).length);
    expect([later.span, later.counterparts.length]).toEqual([card.span, 1]);
    const terminal = await bench.ask('entity.transactions', { modelId, entity: text, side: 'counterpart' });
    expect(terminal.rows.every(({ other }) => other === null || other.startsWith('C'))).toBe(true);
  });
});

describe('decisions', () => {
  it('keeps score, model, person and reason, over closing and opening', async () => {
    const [alert] = await firstAlerts();
    const set = await bench.ask('verdicts.set', { modelId, keys: [alert.key], kind: 'fraud', reason: 'card-stolen' });
    expect(set.verdicts).toMatchObject([
      { alertKey: alert.key, kind: 'fraud', reason: 'card-stolen', decidedBy: 'Bo', scoreAtDecision: alert.score },
    ]);
    await bench.ask('case.close', {});
    expect(await bench.engine.request('case.read', {})).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
    await bench.ask('case.open', { path: bench.casePath });
    expect((await firstAlerts())[0]).toMatchObject({ key: alert.key, verdict: 'fraud' });
    await undoAll();
  });

  it('does not move the score of a decision when the threshold moves', async () => {
    const [alert] = await firstAlerts();
    await bench.ask('verdicts.set', { modelId, keys: [alert.key], kind: 'legitimate' });
    const { point } = await bench.ask('tuning.read', { modelId });
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'contamination', value: 0.02 } });
    const detail = await bench.ask('alerts.detail', { modelId, key: alert.key });
    expect(detail.row.verdict).toBe('legitimate');
    expect(detail.history.map(({ what }) => what)).toContain('verdict legitimate');
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'score', value: point.threshold } });
    await undoAll();
  });

  it('lets the label column win over verdicts, lists where they differ, and counts each verdict once', async () => {
    const before = await ranked();
    const alerts = await firstAlerts();
    await bench.ask('verdicts.set', { modelId, keys: alerts.map(({ key }) => key), kind: 'fraud' });
    const view = await ranked();
    expect(view.point.precision).toBe(before.point.precision);
    expect(view.prevalence).toBe(before.prevalence);
    expect(view.rankings).toEqual(before.rankings);
    const [byLabels, byVerdicts] = view.point.quality;
    expect(byLabels).toEqual(before.point.quality[0]);
    expect(byVerdicts).toMatchObject({
      basis: 'verdicts',
      judged: { flagged: alerts.length, flaggedFrauds: alerts.length },
    });
    const conflicts = await bench.ask('labels.conflicts', { limit: 500 });
    expect(conflicts).toHaveLength((await bench.ask('case.read', {})).labelConflicts);
    expect(conflicts[0]).toMatchObject({ columnSays: 'legitimate', verdict: 'fraud', decidedBy: 'Bo' });
    await undoAll();
    expect(await bench.ask('labels.conflicts', {})).toEqual([]);
  });

  it('speaks for the rows it was shown: flags beyond them open the alert again, and only they are new', async () => {
    const { point } = await bench.ask('tuning.read', { modelId });
    await bench.ask('verdicts.set', { modelId, keys: (await firstAlerts()).map(({ key }) => key), kind: 'legitimate' });
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'contamination', value: 0.2 } });
    const reopened = (await firstAlerts()).filter((row) => row.reopened !== null);
    expect(reopened.length).toBeGreaterThan(0);
    const [alert] = reopened;
    expect(alert).toMatchObject({ verdict: null, reopened: { kind: 'legitimate' } });
    const detail = await bench.ask('alerts.detail', { modelId, key: alert.key });
    expect(detail.decision?.newSequences).toHaveLength(alert.reopened?.newTransactions ?? 0);
    expect((detail.decision?.transactions ?? 0) + (alert.reopened?.newTransactions ?? 0)).toBe(
      alert.flaggedTransactions,
    );
    await bench.ask('verdicts.set', { modelId, keys: [alert.key], kind: 'legitimate' });
    const again = (await firstAlerts()).find(({ key }) => key === alert.key);
    expect(again).toMatchObject({ verdict: 'legitimate', reopened: null });
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'score', value: point.threshold } });
    await undoAll();
  });

  it('judges what is new alone where the new verdict is another, and a reason that follows goes to the same rows', async () => {
    const { point } = await bench.ask('tuning.read', { modelId });
    await bench.ask('verdicts.set', { modelId, keys: (await firstAlerts()).map(({ key }) => key), kind: 'legitimate' });
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'contamination', value: 0.2 } });
    const alert = (await firstAlerts()).find(({ reopened }) => reopened !== null);
    const key = alert?.key ?? '';
    for (const reason of [null, 'card-stolen'] as const) {
      const { verdicts } = await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'fraud', reason });
      expect(verdicts.map(({ transactions }) => transactions)).toEqual([alert?.reopened?.newTransactions]);
    }
    const { row, transactions } = await bench.ask('alerts.detail', { modelId, key });
    expect(row).toMatchObject({ verdict: 'fraud', reopened: null });
    const judged = transactions.filter(({ flagged }) => flagged).map(({ verdict }) => verdict);
    expect(judged.filter((verdict) => verdict === 'fraud')).toHaveLength(alert?.reopened?.newTransactions ?? 0);
    expect(judged.filter((verdict) => verdict === 'legitimate').length).toBeGreaterThan(0);
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'score', value: point.threshold } });
    await undoAll();
  });

  it('judges single transactions of an alert, flagged or not, as one verdict that one undo takes back', async () => {
    const alerts = await firstAlerts();
    const large = alerts.find(({ flaggedTransactions, transactions: all }) => flaggedTransactions > 1 && all > 3);
    const key = large?.key ?? '';
    const { transactions } = await bench.ask('alerts.detail', { modelId, key });
    const chosen = [transactions[1], transactions.filter(({ flagged }) => !flagged)[0]].map(({ sequence }) => sequence);
    const set = await bench.ask('verdicts.set', { modelId, keys: [key], sequences: chosen, kind: 'fraud' });
    expect(set.verdicts.map(({ transactions: covered }) => covered)).toEqual([2]);
    const after = (await bench.ask('alerts.detail', { modelId, key })).transactions;
    expect(after.filter(({ verdict }) => verdict === 'fraud').map(({ sequence }) => sequence)).toEqual(chosen);
    expect(await bench.ask('actions.undo', {})).toMatchObject({ undone: 'verdict fraud', keys: [key], undoDepth: 0 });
    expect((await bench.ask('alerts.detail', { modelId, key })).row).toMatchObject({ verdict: null, reopened: null });
  });

  it('stays closed until a time where that was chosen', async () => {
    const { point } = await bench.ask('tuning.read', { modelId });
    const keys = (await firstAlerts()).map(({ key }) => key);
    await bench.ask('verdicts.set', { modelId, keys, kind: 'legitimate', closedUntilMs: Date.UTC(2030, 0, 1) });
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'contamination', value: 0.2 } });
    expect((await firstAlerts()).filter((row) => row.reopened !== null)).toEqual([]);
    await bench.ask('tuning.apply', { modelId, handle: { kind: 'score', value: point.threshold } });
    await undoAll();
  });

  it('can be split and joined, in the list and in every count, and each is undone', async () => {
    const alerts = await firstAlerts();
    const large = alerts.find(({ flaggedTransactions }) => flaggedTransactions > 1);
    const { transactions } = await bench.ask('alerts.detail', { modelId, key: large?.key ?? '' });
    const all = transactions.map(({ sequence }) => sequence);
    const [top, next] = all;
    const { key } = await bench.ask('alerts.split', { modelId, key: large?.key ?? '', sequences: [next] });
    expect(key).toBe(`#${next}`);
    const split = await firstAlerts();
    expect(split).toHaveLength(alerts.length + 1);
    expect((await bench.ask('tuning.read', { modelId })).point.alerts).toBe(alerts.length + 1);
    const others = split.filter((row) => ![`#${top}`, key].includes(row.key)).slice(0, 2);
    await bench.ask('alerts.join', { modelId, keys: others.map((row) => row.key) });
    expect(await firstAlerts()).toHaveLength(alerts.length);
    expect((await bench.ask('models.list', {}))[0].alerts).toBe(alerts.length);
    await undoAll();
    expect((await firstAlerts()).map((row) => row.key)).toEqual(alerts.map((row) => row.key));
    for (const sequences of [all, [0], []])
      expect(await bench.engine.request('alerts.split', { modelId, key: `#${top}`, sequences })).toMatchObject({
        ok: false,
        error: { code: 'WRONG_USE' },
      });
  });

  it('keeps to its rows where alerts are made in another way, and counts follow', async () => {
    const alerts = await firstAlerts();
    await bench.ask('verdicts.set', { modelId, keys: alerts.map(({ key }) => key), kind: 'legitimate' });
    for (const gap of ['whole-recording', 'each-transaction', 3_600_000] as const) {
      expect((await bench.ask('case.groupAlerts', { gap })).alertGap).toBe(gap);
      const page = await bench.ask('alerts.page', { modelId });
      expect(page).toMatchObject({ counts: { legitimate: page.total, none: 0 } });
      expect((await bench.ask('tuning.read', { modelId })).point.alerts).toBe(page.total);
    }
    await bench.ask('case.groupAlerts', { gap: 24 * 3_600_000 });
    expect(await bench.engine.request('case.groupAlerts', { entity: 'account' })).toMatchObject({ ok: false });
    await undoAll();
  });

  it('tells in the history of which alerts an entry speaks', async () => {
    const alerts = await firstAlerts();
    await bench.ask('verdicts.set', { modelId, keys: [alerts[0].key], kind: 'unsure' });
    await bench.ask('verdicts.set', { modelId, keys: alerts.map(({ key }) => key), kind: 'unsure' });
    const { rows } = await bench.ask('audit.page', { limit: 2 });
    expect(rows.map(({ about }) => about)).toEqual([
      expect.stringMatching(new RegExp(`^\\S+ and ${alerts.length - 1} more$`, 'u')),
      alerts[0].entity === '' ? alerts[0].topId : alerts[0].entity,
    ]);
    await undoAll();
    expect((await bench.ask('audit.page', { alert: alerts[0].key, limit: 1 })).rows[0].what).toBe(
      'undone: verdict unsure',
    );
  });

  it('undoes a bulk verdict, notes and snoozes one step each, 20 deep and more', async () => {
    const keys = (await firstAlerts()).map(({ key }) => key);
    await bench.ask('verdicts.set', { modelId, keys, kind: 'unsure' });
    for (let index = 0; index < 12; index++) {
      await bench.ask('notes.add', { modelId, key: keys[0], text: `note ${index}` });
      await bench.ask('alerts.snooze', { modelId, keys: [keys[1]], untilMs: Date.now() + 1e6 + index });
    }
    const { counts } = await bench.ask('alerts.page', { modelId });
    expect(counts).toMatchObject({ unsure: keys.length, none: 0 });
    for (let left = 24; left >= 1; left--) expect((await bench.ask('actions.undo', {})).undoDepth).toBe(left);
    expect(await bench.ask('actions.undo', {})).toMatchObject({ undone: 'verdict unsure', keys, undoDepth: 0 });
    expect(await bench.ask('actions.undo', {})).toEqual({ undone: null, keys: [], undoDepth: 0 });
    expect((await bench.ask('audit.page', { limit: 500 })).brokenEntry).toBeNull();
  });

  it('hides a snoozed alert from those to be done until its time', async () => {
    const [alert] = await firstAlerts();
    await bench.ask('alerts.snooze', { modelId, keys: [alert.key], untilMs: Date.now() + 60_000 });
    const snoozed = await bench.ask('alerts.page', { modelId, filter: { verdict: ['snoozed'] } });
    expect(snoozed.rows.map(({ key }) => key)).toEqual([alert.key]);
    await bench.ask('alerts.snooze', { modelId, keys: [alert.key], untilMs: Date.now() - 1 });
    expect((await bench.ask('alerts.page', { modelId, filter: { verdict: ['snoozed'] } })).total).toBe(0);
    await undoAll();
  });

  it('keeps a draft until its note is written', async () => {
    const [{ key }] = await firstAlerts();
    await bench.ask('drafts.write', { key, text: 'called, no ans' });
    expect(await bench.ask('drafts.read', { key })).toEqual({ text: 'called, no ans' });
    await bench.ask('notes.add', { modelId, key, text: 'called, no answer' });
    expect(await bench.ask('drafts.read', { key })).toEqual({ text: '' });
    expect((await bench.ask('alerts.detail', { modelId, key })).notes).toMatchObject([{ text: 'called, no answer' }]);
    await undoAll();
  });

  it('refuses to decide about what is not in the case', async () => {
    for (const [name, input] of [
      ['verdicts.set', { modelId, keys: ['C9999'], kind: 'fraud' }],
      ['notes.add', { modelId, key: '#99999999', text: 'x' }],
      ['alerts.snooze', { modelId, keys: ['nobody'], untilMs: 1 }],
    ] as const)
      expect(await bench.engine.request(name, input as never), name).toMatchObject({
        ok: false,
        error: { code: 'WRONG_USE' },
      });
    expect((await bench.ask('actions.undo', {})).undone).toBeNull();
  });

  it('brings decisions back from the journal into a case that is built again, but not what was undone', async () => {
    const [first, second] = await firstAlerts();
    await bench.ask('verdicts.set', { modelId, keys: [first.key], kind: 'fraud' });
    await bench.ask('verdicts.set', { modelId, keys: [second.key], kind: 'legitimate' });
    await bench.ask('actions.undo', {});
    await bench.ask('notes.add', { modelId, key: first.key, text: 'keep me' });
    await bench.ask('case.close', {});
    appendFileSync(join(bench.folder, 'payments.decisions.jsonl'), '{"format":1,"torn');
    await buildAgain();
    const alerts = await firstAlerts();
    expect(alerts.filter(({ verdict }) => verdict !== null)).toMatchObject([
      { key: first.key, verdict: 'fraud', hasNote: true },
    ]);
  });

  it('brings back what was decided after a restore too: a torn line and new numbers cost nothing', async () => {
    const before = await firstAlerts();
    const open = before.filter(({ verdict }) => verdict === null);
    await bench.ask('actions.undo', {});
    appendFileSync(join(bench.folder, 'payments.decisions.jsonl'), '{"format":1,"torn');
    await bench.ask('verdicts.set', { modelId, keys: [open[0].key], kind: 'unsure' });
    await bench.ask('notes.add', { modelId, key: open[1].key, text: 'after the restore' });
    const decided = (await firstAlerts()).map(({ key, verdict, hasNote }) => ({ key, verdict, hasNote }));
    await bench.ask('case.close', {});
    await buildAgain();
    expect((await firstAlerts()).map(({ key, verdict, hasNote }) => ({ key, verdict, hasNote }))).toEqual(decided);
  });

  it('believes no line of a journal that this computer did not write for this case, and puts it aside with a sentence', async () => {
    await bench.ask('case.close', {});
    const journal = join(bench.folder, 'payments.decisions.jsonl');
    const ofOthers = join(bench.folder, 'of-others.assay');
    for (const file of readdirSync(bench.folder)) if (file.includes('.decisions.')) rmSync(join(bench.folder, file));
    await buildAgain();
    const [first, second, third] = await firstAlerts();
    await bench.ask('case.close', {});
    const empty = readFileSync(bench.casePath);
    writeFileSync(ofOthers, empty);
    /** The verdicts of the case where nothing is decided, opened beside these lines; and what the history says of them. */
    const restored = async (lines: readonly string[]): Promise<readonly [readonly (string | null)[], string]> => {
      await bench.ask('case.close', {});
      writeFileSync(bench.casePath, empty);
      writeFileSync(journal, lines.map((line) => `${line}\n`).join(''));
      await bench.ask('case.open', { path: bench.casePath });
      const alerts = await firstAlerts();
      const verdicts = [first, second, third].map(
        ({ key }) => alerts.find((alert) => alert.key === key)?.verdict ?? null,
      );
      const { rows } = await bench.ask('audit.page', {});
      return [verdicts, rows.map(({ what }) => what).join('; ')];
    };
    const decideIn = async (path: string): Promise<readonly string[]> => {
      await bench.ask('case.open', { path });
      for (const [alert, kind] of [
        [first, 'fraud'],
        [second, 'legitimate'],
        [third, 'unsure'],
      ] as const)
        await bench.ask('verdicts.set', { modelId, keys: [alert.key], kind });
      await bench.ask('case.close', {});
      return readFileSync(path.replace('.assay', '.decisions.jsonl'), 'utf8').trimEnd().split('\n');
    };
    const [one, two, three] = await decideIn(bench.casePath);
    const foreign = await decideIn(ofOthers);
    const unsigned = one.replace(/,"mac":"[^"]*"/u, '');

    expect((await restored([one, two, three]))[0]).toEqual(['fraud', 'legitimate', 'unsure']);
    for (const [name, lines, verdicts, words] of [
      ['planted', [unsigned], [null, null, null], 'refused 1 of 1 lines'],
      ['of another case', foreign, [null, null, null], 'refused 3 of 3 lines'],
      ['in another name', [one.replace('"by":"', '"by":"x'), two], [null, null, null], 'refused 2 of 2 lines'],
      ['changed', [one, two.replace('legitimate', 'fraud'), three], ['fraud', null, null], 'refused 2 of 3 lines'],
      ['one cut out', [one, three], ['fraud', null, null], 'refused 1 of 2 lines'],
      ['doubled', [one, two, one, three, three], ['fraud', 'legitimate', 'unsure'], 'refused 2 of 5 lines'],
      ['other order', [two, one, three], ['fraud', null, null], 'refused 2 of 3 lines'],
      ['torn', [one, two.slice(0, 40)], ['fraud', null, null], 'refused 1 of 2 lines'],
    ] as const) {
      const [found, history] = await restored(lines);
      expect(found, name).toEqual(verdicts);
      expect(history, name).toContain(words);
      const aside = readdirSync(bench.folder).filter((file) => file.includes('.decisions.refused-'));
      const [kept] = aside.map((file) => readFileSync(join(bench.folder, file), 'utf8'));
      expect(lines.map((line) => `${line}\n`).join(''), name).toContain(kept.split('\n')[0]);
      for (const file of aside) rmSync(join(bench.folder, file));
    }
    await bench.ask('notes.add', { modelId, key: first.key, text: 'the newest line' });
    expect((await restored([one, two]))[1]).toContain('it was cut off');
  });

  it('notices what another process decided meanwhile', async () => {
    const [, , third] = await firstAlerts();
    const connection = connect(bench.casePath, {});
    connection.exec(`INSERT INTO action (kind, what, done_at_ms, done_by) VALUES ('note', 'note', 1, 'x');
      INSERT INTO note (action_id, alert_key, text) VALUES (last_insert_rowid(), '${third.key}', 'from elsewhere')`);
    connection.close();
    expect((await firstAlerts()).find(({ key }) => key === third.key)?.hasNote).toBe(true);
    expect((await bench.ask('audit.page', {})).brokenEntry).not.toBeNull();
  });
});

describe('a case that cannot be written', () => {
  it('opens a case although the list of recent ones cannot be written', async () => {
    const home = join(bench.folder, 'home');
    rmSync(join(home, 'settings.json'), { force: true });
    mkdirSync(join(home, 'settings.json', 'in the way'), { recursive: true });
    const opened = await bench.engine.request('case.open', { path: bench.casePath });
    rmSync(join(home, 'settings.json'), { recursive: true });
    expect(opened).toMatchObject({ ok: true });
  });

  it('closes the case that was open where another cannot be opened, so that no key meant for the other lands in it', async () => {
    await bench.ask('case.open', { path: bench.casePath });
    const told: (string | null)[] = [];
    const stop = bench.engine.on('case.changed', ({ overview }) => told.push(overview?.path ?? null));
    // Where nothing is, the person is asked what was meant; until then their case stays.
    const mistyped = `${bench.casePath.slice(0, -1)}`;
    expect(await bench.engine.request('case.open', { path: mistyped })).toMatchObject({
      ok: false,
      error: { code: 'CASE_NOT_FOUND', missing: { path: mistyped, near: expect.arrayContaining([bench.casePath]) } },
    });
    expect((await bench.ask('app.read', {})).openCase?.path).toBe(bench.casePath);
    expect(await bench.engine.request('case.open', { path: bench.recording })).toMatchObject({
      ok: false,
      error: { code: 'NOT_A_CASE' },
    });
    await expect.poll(() => told.at(-1)).toBe(null);
    stop();
    expect((await bench.ask('app.read', {})).openCase).toBe(null);
    const keys = ['#1'];
    expect(await bench.engine.request('verdicts.set', { modelId, keys, kind: 'fraud' })).toMatchObject({
      ok: false,
      error: { code: 'WRONG_USE', message: 'No case is open.' },
    });
    await bench.ask('case.open', { path: bench.casePath });
  });
});

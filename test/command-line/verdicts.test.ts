import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../engine/store/sqlite.ts';
import { jsonOf, runAssay, runAssayHere, temporaryFolder, type CommandOutcome } from './run-assay.ts';
import { writeSmallRecording } from './small-recording.ts';

interface Alert {
  readonly key: string;
  readonly entity: string;
  readonly day: string;
  readonly flagged: number;
  readonly verdict: string | null;
  readonly topId: string;
  readonly transactions?: readonly { readonly id: string; readonly score: number }[];
}

let shared = '';
let built = '';

beforeAll(async () => {
  shared = mkdtempSync(join(tmpdir(), 'assay-verdicts-'));
  const recording = join(shared, 'payments.csv');
  writeSmallRecording(recording, { rows: 3000 });
  built = join(shared, 'a.assay');
  const run = ['run', recording, '--case', built, '--trees', '20', '--contamination', '0.02', '--json'];
  jsonOf(await runAssayHere(run, shared));
});
afterAll(() => rmSync(shared, { recursive: true, force: true }));

/** A copy of the case in a folder of its own, and commands on it. */
function freshCase(runCommand = runAssayHere) {
  const folder = temporaryFolder();
  const path = join(folder, 'a.assay');
  copyFileSync(built, path);
  const run = (command: string, ...flags: readonly string[]): Promise<CommandOutcome> =>
    runCommand([command, '--case', path, ...flags], folder);
  const ask = async (command: string, ...flags: readonly string[]): Promise<Record<string, unknown>> =>
    jsonOf(await run(command, ...flags, '--json'));
  const alerts = async (...flags: readonly string[]): Promise<readonly Alert[]> =>
    (await ask('alerts', ...flags))['alerts'] as readonly Alert[];
  return { path, folder, run, ask, alerts };
}

describe('assay alerts', () => {
  it('lists every flagged transaction in one alert, and as many alerts as tuning counts', async () => {
    const { ask, alerts } = freshCase();
    const all = await alerts('--transactions');
    const tuned = await ask('tune');
    const ids = all.flatMap(({ transactions = [] }) => transactions.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(tuned['flagged'] as number);
    expect(all).toHaveLength(tuned['alerts'] as number);
    for (const { key, topId, flagged, transactions = [], day, verdict } of all) {
      expect(key).toMatch(/^#\d+$/);
      expect(transactions[0]?.id).toBe(topId);
      expect(transactions).toHaveLength(flagged);
      expect(day).toMatch(/^2026-01-0\d$/);
      expect(verdict).toBeNull();
    }
  });

  it('takes --limit and --verdict, and refuses a state that no alert has', async () => {
    const { ask, alerts, run } = freshCase();
    const [first, second] = await alerts('--limit', '2');
    await ask('judge', '--alert', first.key, '--as', 'fraud');
    const judged = await ask('alerts', '--verdict', 'fraud,unsure');
    expect(judged).toMatchObject({ total: 1, alerts: [{ key: first.key, verdict: 'fraud' }] });
    expect(judged['allAlerts']).toBeGreaterThan(1);
    expect((await alerts('--verdict', 'none', '--limit', '1'))[0]?.key).toBe(second.key);
    const wrong = await run('alerts', '--verdict', 'guilty');
    expect(wrong.stderr).toMatch(/never 'guilty'[^]*fraud, legitimate, valuable, unsure, none, snoozed/);
    expect(wrong.code).toBe(2);
  });

  it('says on a case without a model what to do', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 300 });
    const path = join(folder, 'rows.assay');
    await runAssayHere(['ingest', recording, '--case', path], folder);
    for (const command of [
      ['alerts'],
      ['judge', '--alert', '1', '--as', 'fraud'],
      ['promote', '--model', '1', '--reason', 'why not'],
      ['tune', '--gap', '2h'],
    ]) {
      const outcome = await runAssayHere([...command, '--case', path], folder);
      expect(outcome.stderr, command[0]).toMatch(/no model yet[^]*assay train/);
      expect(outcome.code, command[0]).toBe(2);
    }
  });
});

async function whatHappened(ask: ReturnType<typeof freshCase>['ask']): Promise<readonly string[]> {
  return ((await ask('audit'))['entries'] as readonly { readonly what: string }[]).map(({ what }) => what);
}

describe('assay judge', () => {
  it('judges alerts by key, with # or without, and transactions by id; each undo takes one action back', async () => {
    const { ask, alerts } = freshCase();
    const [first, second, third] = await alerts();
    const verdicts = await ask(
      'judge',
      '--alert',
      first.key,
      second.key.slice(1),
      '--as',
      'legitimate',
      '--reason',
      'travel',
    );
    expect(verdicts).toMatchObject({
      undoDepth: 1,
      verdicts: [
        { key: first.key, verdict: 'legitimate', reason: 'travel', transactions: first.flagged },
        { key: second.key, verdict: 'legitimate', reason: 'travel', transactions: second.flagged },
      ],
    });
    await ask('judge', '--transaction', third.topId, '--as', 'fraud', '--note', 'the customer phoned');
    const rows = await alerts();
    expect(rows.map(({ verdict }) => verdict).slice(0, 4)).toEqual(['legitimate', 'legitimate', 'fraud', null]);
    // The note is an action of its own.
    expect(await ask('judge', '--undo')).toMatchObject({ undone: 'note', undoDepth: 2 });
    expect(await ask('judge', '--undo')).toMatchObject({ undone: 'verdict fraud', undoDepth: 1 });
    expect(await ask('judge', '--undo')).toMatchObject({ undoDepth: 0 });
    expect(await ask('judge', '--undo')).toMatchObject({ undone: null, undoDepth: 0 });
    expect((await alerts()).every(({ verdict }) => verdict === null)).toBe(true);
  });

  it('judges one flagged transaction alone, and the others of its alert stay open', async () => {
    const { ask, alerts } = freshCase();
    const several = (await alerts('--transactions')).find(({ flagged }) => flagged > 1);
    const [top, second] = several?.transactions ?? [];
    const judged = await ask('judge', '--transaction', second.id, '--as', 'fraud');
    expect(judged).toMatchObject({ verdicts: [{ transactions: 1 }] });
    const find = async (): Promise<unknown> => (await alerts()).find(({ topId }) => topId === top.id);
    const newTransactions = (several?.flagged ?? 0) - 1;
    expect(await find()).toMatchObject({ verdict: null, reopened: { verdict: 'fraud', newTransactions } });
    // An alert that is named beside its own transactions is judged as a whole.
    await ask('judge', '--transaction', top.id, '--alert', several?.key ?? '', '--as', 'fraud');
    expect(await find()).toMatchObject({ verdict: 'fraud', reopened: null });
  });

  it('judges a transaction that nobody flagged by its id, and not by a key', async () => {
    const { ask, run, alerts } = freshCase();
    const flagged = new Set(
      (await alerts('--transactions')).flatMap((alert) => alert.transactions?.map(({ id }) => id)),
    );
    const row = [...Array(3000).keys()].find((each) => !flagged.has(`p${each}`)) ?? -1;
    const judged = await ask('judge', '--transaction', `p${row}`, '--as', 'fraud');
    expect(judged).toMatchObject({ verdicts: [{ key: `#${row}`, transactions: 1 }] });
    const byKey = await run('judge', '--alert', String(row), '--as', 'fraud');
    expect(byKey.stderr).toMatch(/not flagged[^]*--transaction/);
    expect(byKey.code).toBe(2);
  });

  it('leaves an alert closed until a day of the case, in its own time zone', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a.assay');
    const ask = async (command: string, ...flags: readonly string[]): Promise<Record<string, unknown>> =>
      jsonOf(await runAssayHere([command, '--case', path, ...flags, '--json'], folder));
    const recording = join(shared, 'payments.csv');
    await ask('run', recording, '--trees', '5', '--contamination', '0.01', '--time-zone', 'Europe/Berlin');
    const [{ key }] = (await ask('alerts', '--limit', '1'))['alerts'] as readonly Alert[];
    const judged = await ask('judge', '--alert', key, '--as', 'legitimate', '--until', '2026-06-01');
    expect(judged).toMatchObject({ verdicts: [{ closedUntilMs: Date.parse('2026-05-31T22:00:00Z') }] });
    const history = await ask('audit', '--alert', key.slice(1));
    expect(history['entries']).toMatchObject([{ what: 'verdict legitimate' }]);
  });

  it.each([
    [['--as', 'fraud'], /not said what is judged/],
    [['--alert', '1'], /verdict is missing/],
    [['--alert', '999999', '--as', 'fraud'], /'#999999' is no alert of this case/],
    [['--alert', 'c7', '--as', 'fraud'], /'c7' is no alert of this case/],
    [['--transaction', 'nobody', '--as', 'fraud'], /no transaction nobody/],
    [['--alert', '1', '--as', 'guilty'], /fraud, legitimate, valuable, unsure/],
    [['--alert', '1', '--as', 'fraud', '--reason', 'because'], /card-testing/],
    [['--alert', '1', '--as', 'fraud', '--until', 'soon'], /a day such as/],
    [['--alert', '1', '--as', 'fraud', '--model', '9'], /no model '9'/],
    [['--undo', '--as', 'fraud'], /nothing else/],
    [['--undo', '--alert', '1'], /nothing else/],
  ])('refuses %j with a sentence, exit code 2 and nothing stored', async (flags, sentence) => {
    const { run, ask } = freshCase();
    const outcome = await run('judge', ...flags);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.code).toBe(2);
    expect(await whatHappened(ask)).not.toContainEqual(expect.stringMatching(/^verdict/));
  });

  it.each([
    [['--as', 'legitimate', '--reason', 'card-stolen'], /no reason for a verdict of legitimate[^]*travel/],
    [['--as', 'unsure', '--reason', 'other'], /takes no reason/],
  ])('refuses a reason that says another verdict: %j', async (flags, sentence) => {
    const { run, ask, alerts } = freshCase();
    const [{ key }] = await alerts('--limit', '1');
    const outcome = await run('judge', '--alert', key, ...flags);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.code).toBe(2);
    expect(await whatHappened(ask)).not.toContainEqual(expect.stringMatching(/^verdict/));
  });

  it.skipIf(process.getuid?.() === 0)('refuses a case that cannot be written, by name', async () => {
    const { path, run } = freshCase();
    chmodSync(path, 0o400);
    for (const command of [
      ['judge', '--undo'],
      ['promote', '--model', '1', '--reason', 'x'],
      ['rollback'],
      ['tune', '--gap', '2h'],
    ]) {
      const outcome = await run(command[0] ?? '', ...command.slice(1), '--json');
      expect(JSON.parse(outcome.stdout), command[0]).toMatchObject({ error: { code: 'CASE_READ_ONLY' } });
      expect(outcome.code).toBe(2);
    }
  });

  it('writes down who acted: --by, and what that person can take back', async () => {
    const { ask, alerts } = freshCase();
    const [{ key }] = await alerts('--limit', '1');
    const judged = await ask('judge', '--alert', key, '--as', 'fraud', '--by', 'Ana');
    expect(judged).toMatchObject({ by: 'Ana', verdicts: [{ by: 'Ana' }] });
    expect(await ask('judge', '--undo', '--by', 'Ben')).toMatchObject({ undone: null, by: 'Ben' });
    const other = await ask('judge', '--alert', key, '--as', 'legitimate', '--by', 'Ben');
    expect(other).toMatchObject({ error: { code: 'ALREADY_DECIDED', nextStep: expect.stringContaining('--replace') } });
    expect((await ask('audit', '--text', 'Ana'))['entries']).toMatchObject([{ by: 'Ana', what: 'verdict fraud' }]);
    await ask('judge', '--alert', key, '--as', 'legitimate', '--by', 'Ben', '--replace');
    expect((await alerts('--limit', '1'))[0]).toMatchObject({ key, verdict: 'legitimate' });
  });
});

describe('what commands write', () => {
  it.skipIf(process.getuid === undefined)(
    'is for its owner alone: case, journal, history, exports, data folder',
    async () => {
      // What a process lets others read is said where it starts.
      const { folder, run, alerts } = freshCase(runAssay);
      const [{ key }] = await alerts('--limit', '1');
      await run('judge', '--alert', key, '--as', 'fraud');
      await run('audit', '--out', join(folder, 'history.jsonl'));
      await runAssay(['export', 'mlflow', '--case', join(folder, 'a.assay'), '--out', join(folder, 'model')], folder);
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      expect(files).toEqual(
        expect.arrayContaining(['a.assay', 'a.decisions.jsonl', 'history.jsonl', 'model/MLmodel', 'heads']),
      );
      const wide = files.filter((file) => (statSync(join(folder, file)).mode & 0o077) !== 0);
      expect(wide).toEqual([]);
    },
  );
});

describe('assay audit', () => {
  it('says which rows came, and of which file', async () => {
    const { ask } = freshCase();
    const { entries } = await ask('audit', '--text', 'rows from');
    const sources = [{ rows: expect.any(Number), quarantined: 0, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }];
    expect(entries).toMatchObject([{ what: 'rows from payments.csv', details: { sources } }]);
  });

  it('finds a changed entry, names it, and fails; the entries are on the JSON line all the same', async () => {
    const { path, run, ask } = freshCase();
    await ask('tune', '--contamination', '0.01');
    await ask('tune', '--contamination', '0.03');
    expect(await ask('audit', '--verify')).toMatchObject({ whole: true, brokenEntry: null });
    const connection = connect(path, {});
    connection.exec("UPDATE audit SET done_by = 'somebody else' WHERE id = 2");
    connection.close();
    const outcome = await run('audit', '--verify', '--json');
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/broken at entry 2/);
    expect(jsonOf(outcome)).toMatchObject({ whole: false, brokenEntry: 2, total: 5 });
  });

  it('writes the entries to a file, and over a file of another kind only with --force', async () => {
    const { folder, path, run } = freshCase();
    const output = join(folder, 'history.ndjson');
    expect((await run('audit', '--out', output)).code).toBe(0);
    const entries = readFileSync(output, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(entries[0] ?? '')).toMatchObject({ id: 1, what: expect.any(String), by: expect.any(String) });
    expect((await run('audit', '--out', output)).code).toBe(0);
    expect((await run('audit', '--out', join(shared, 'payments.csv'))).code).toBe(2);
    expect((await run('audit', '--out', path, '--force')).code).toBe(2);
    expect((await run('audit', '--model', '7')).stderr).toMatch(/no model '7'/);
    expect((await run('audit', '--alert', 'nobody')).stderr).toMatch(/'nobody' is no alert of this case/);
  });
});

describe('assay promote and assay rollback', () => {
  it('choose the model that is meant wherever none is named', async () => {
    const { ask, run } = freshCase();
    const trained = await ask('train', '--trees', '20', '--seed', '2');
    expect(trained).toMatchObject({ model: { id: 2 }, isChampion: false });
    expect(trained['notices']).toContainEqual(expect.stringMatching(/Model 2 is not the champion/));
    expect(await ask('tune')).toMatchObject({ model: { id: 1 }, isChampion: true });
    const promoted = await ask('promote', '--model', '2', '--reason', 'finds more', '--by', 'Ana');
    expect(promoted).toMatchObject({ model: { id: 2 }, before: { id: 1 }, by: 'Ana' });
    expect(await ask('tune')).toMatchObject({ model: { id: 2 }, isChampion: true });
    expect(await ask('rollback', '--reason', 'too many at night')).toMatchObject({
      model: { id: 1 },
      before: { id: 2 },
    });
    expect((await ask('alerts', '--limit', '1'))['model']).toMatchObject({ id: 1 });
    const again = await run('rollback');
    expect(again.stderr).toMatch(/no champion before/);
    expect(again.code).toBe(2);
    expect((await run('promote', '--model', '9', '--reason', 'x')).stderr).toMatch(/no model '9'[^]*1 \(/);
    expect((await run('promote', '--model', '2')).stderr).toMatch(/--reason/);
  });

  it('compares at the same budget unless told to take each line as it is', async () => {
    const { folder, path, ask } = freshCase();
    await ask('train', '--trees', '20', '--seed', '2', '--contamination', '0.1');
    const compare = async (...flags: readonly string[]): Promise<Record<string, unknown>> =>
      jsonOf(await runAssayHere(['compare', '1', '2', '--case', path, ...flags, '--json'], folder));
    const sameBudget = (await compare()) as { readonly at: string; readonly alerts: Record<string, number> };
    expect(sameBudget.at).toBe('same-budget');
    expect(sameBudget.alerts['second']).toBeLessThanOrEqual(sameBudget.alerts['first'] ?? 0);
    const ownLines = (await compare('--at', 'own-threshold')) as typeof sameBudget;
    expect(ownLines.alerts['second']).toBeGreaterThan(ownLines.alerts['first'] ?? 0);
    expect((await runAssayHere(['compare', '1', '2', '--case', path, '--at', 'noon'], folder)).code).toBe(2);
  });

  it('says over which rows it compares where others came after both had scored', async () => {
    const { folder, path, ask } = freshCase();
    await ask('train', '--trees', '5', '--seed', '2');
    const later = join(folder, 'later.csv');
    writeSmallRecording(later, { rows: 100, seed: 9 });
    await runAssayHere(['ingest', later, '--case', path], folder);
    const compared = await runAssayHere(['compare', '1', '2', '--case', path], folder);
    expect(compared.stdout).toMatch(/Over the first [\d,]+ of [\d,]+ transactions, which both have scored/);
  });
});

describe('assay evaluate', () => {
  it('lists the transactions of which verdict and label disagree, as many as are in dispute', async () => {
    const { ask, alerts } = freshCase();
    expect(await ask('evaluate')).toMatchObject({ conflicts: [] });
    const [{ key, transactions = [] }] = await alerts('--limit', '1', '--transactions');
    const before = (await ask('evaluate'))['evaluation'];
    for (const kind of ['fraud', 'legitimate']) await ask('judge', '--alert', key, '--as', kind);
    const { conflicts, evaluation } = (await ask('evaluate')) as { conflicts: { id: string }[]; evaluation: unknown };
    const disputed = await ask('judge', '--alert', key, '--as', 'fraud').then(() => ask('evaluate'));
    const ids = [...conflicts, ...(disputed['conflicts'] as { id: string }[])].map(({ id }) => id);
    expect(ids.sort()).toEqual(transactions.map(({ id }) => id).sort());
    expect(evaluation).toEqual(before);
  });
});

describe('assay evaluate --label', () => {
  it('takes another label for once: the profile, and with it every other figure, stays', async () => {
    const { ask } = freshCase();
    const before = [await ask('tune'), await ask('evaluate'), await ask('audit')];
    const once = await ask('evaluate', '--label', 'channel');
    expect(once['notices']).toContainEqual(expect.stringMatching(/for this evaluation only/));
    expect([await ask('tune'), await ask('evaluate'), await ask('audit')]).toEqual(before);
  });
});

describe('what makes an alert', () => {
  it('is set by tune for the whole case; the flags stay, and a budget that no longer holds is said', async () => {
    const { ask, run } = freshCase();
    const usual = await ask('tune', '--alerts-per-day', '5');
    const each = await ask('tune', '--gap', 'each-transaction');
    expect(each).toMatchObject({
      flagged: usual['flagged'],
      alerts: usual['flagged'],
      grouping: { gap: 'each-transaction' },
    });
    expect((each['line'] as { sentence: string }).sentence).toMatch(
      /set for a budget of 5 alerts a day; .* it gives \d/,
    );
    const whole = await ask('tune', '--gap', 'whole-recording');
    expect(whole['alerts']).toBeLessThan(usual['alerts'] as number);
    expect(whole).toMatchObject({ grouping: { entity: { role: 'card', column: 'card_id' } } });
    expect(await ask('tune', '--gap', '24h')).toMatchObject({ alerts: usual['alerts'], grouping: { gap: 86_400_000 } });
    for (const [flag, value, sentence] of [
      ['--gap', '59m', /1h to 7d/],
      ['--gap', '8d', /1h to 7d/],
      ['--entity', 'terminal', /card, customer, account/],
      ['--entity', 'account', /no column for the account[^]*card/],
    ] as const) {
      const outcome = await run('tune', flag, value);
      expect(outcome.stderr, value).toMatch(sentence);
      expect(outcome.code, value).toBe(2);
    }
    expect((await ask('audit', '--text', 'grouping'))['total']).toBe(3);
  });

  it('is not changed where the line of the same command cannot be set', async () => {
    const folder = temporaryFolder();
    const recording = join(folder, 'payments.csv');
    writeSmallRecording(recording, { rows: 300 });
    const path = join(folder, 'a.assay');
    await runAssayHere(['run', recording, '--case', path, '--trees', '5', '--ignore', 'is_fraud'], folder);
    const outcome = await runAssayHere(['tune', '--case', path, '--gap', '2h', '--recall', '0.5', '--json'], folder);
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'NO_LABEL' } });
    expect(jsonOf(await runAssayHere(['tune', '--case', path, '--json'], folder))).toMatchObject({
      grouping: { gap: 86_400_000 },
    });
  });
});

describe('help', () => {
  it.each(['alerts', 'judge', 'audit', 'promote', 'rollback', 'tune', 'compare'])(
    'of %s has an example',
    async (name) => {
      const outcome = await runAssayHere([name, '--help'], shared);
      expect(outcome.stdout).toMatch(new RegExp(`Examples?:\\n  assay ${name} `));
      expect(outcome.code).toBe(0);
    },
  );
});

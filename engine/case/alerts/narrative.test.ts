import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { narrativeTopics, type Narrative } from '../../../preload/contract/alerts.ts';
import { verdictKinds } from '../../domain/verdict.ts';
import { zoneClock } from '../../domain/time-zone.ts';
import { narrativeSentences, narrativeText, type NarrativeFacts } from './narrative.ts';
import { createBench, smallRecording, type Bench } from '../small-recording.test-support.ts';

interface Payment {
  readonly id: string;
  readonly timeMs: number;
  readonly card: string;
  readonly terminal: string;
  readonly amount: number;
}

/** The recording itself: what a sentence says is looked up here, not in the engine. */
const payments: readonly Payment[] = smallRecording()
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','))
  .map(([id, time, card, terminal, amount]) => ({
    ...{ id, card, terminal },
    timeMs: Date.parse(time),
    amount: Number(amount),
  }));
const byId = new Map(payments.map((payment) => [payment.id, payment]));

let bench: Bench;
const cleanUps: (() => Promise<void>)[] = [];
const modelId = 1;
beforeAll(async () => {
  bench = await createBench((cleanUp) => cleanUps.push(cleanUp));
  await bench.ask('case.open', { path: bench.casePath });
  await bench.ask('settings.write', { analyst: 'Ana' });
});
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

async function keys(): Promise<readonly string[]> {
  return (await bench.ask('alerts.page', { modelId, limit: 500 })).rows.map(({ key }) => key);
}

function textsOf({ sentences }: Pick<Narrative, 'sentences'>, topic: string): string {
  return sentences
    .filter((sentence) => sentence.topic === topic)
    .map(({ text }) => text)
    .join('\n');
}

/** Words that would call a transaction, a person or an alert something. */
const conclusions = /fraud|legitimate|genuine|valuable|unsure|suspicious|criminal|illicit|stolen|victim|launder/iu;

describe('the narrative of a decided alert', () => {
  it('is refused while nobody has decided, and again once the verdict is undone', async () => {
    const [key] = await keys();
    const refused = { ok: false, error: { code: 'WRONG_USE', nextStep: expect.stringContaining('Decide') } };
    expect(await bench.engine.request('alerts.narrative', { modelId, key })).toMatchObject(refused);
    await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'fraud' });
    expect((await bench.ask('alerts.narrative', { modelId, key })).sentences.length).toBeGreaterThan(7);
    await bench.ask('actions.undo', {});
    expect(await bench.engine.request('alerts.narrative', { modelId, key })).toMatchObject(refused);
  });

  it('answers every question, and each sentence stands on rows of the alert', async () => {
    const all = await keys();
    await bench.ask('verdicts.set', { modelId, keys: [...all], kind: 'fraud', reason: 'card-stolen' });
    for (const key of all) {
      const { row } = await bench.ask('alerts.detail', { modelId, key });
      const narrative = await bench.ask('alerts.narrative', { modelId, key });
      expect([...new Set(narrative.sentences.map(({ topic }) => topic))]).toEqual(narrativeTopics);
      for (const { text, transactions, transactionCount } of narrative.sentences) {
        expect(transactions.length, text).toBeGreaterThan(0);
        expect(transactions.length).toBe(Math.min(12, transactionCount));
        for (const { id, sequence } of transactions) {
          expect(payments[sequence]?.id).toBe(id);
          expect(byId.get(id)?.card).toBe(row.entity);
          expect(narrative.text).toContain(id);
        }
        for (const [id] of text.matchAll(/\b4\d{15}\b/gu)) expect(byId.get(id)?.card, text).toBe(row.entity);
      }
    }
    await bench.ask('actions.undo', {});
  });

  it('says only counts, sums, times and places that the recording holds', async () => {
    const all = await keys();
    await bench.ask('verdicts.set', { modelId, keys: [...all], kind: 'unsure' });
    for (const key of all.filter((one) => !one.startsWith('#'))) {
      const { transactions, row } = await bench.ask('alerts.detail', { modelId, key });
      const narrative = await bench.ask('alerts.narrative', { modelId, key });
      const own = payments.filter(({ card }) => card === row.entity);
      const flagged = transactions.flatMap(({ id, flagged: isFlagged }) => {
        const payment = isFlagged ? byId.get(id) : undefined;
        return payment === undefined ? [] : [payment];
      });
      expect(textsOf(narrative, 'who')).toBe(`The case holds ${own.length} transactions of card ${row.entity}.`);
      const total = flagged.reduce((sum, { amount }) => sum + amount, 0);
      expect(textsOf(narrative, 'what')).toContain(
        `comes to ${total.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} EUR.`,
      );
      const times = flagged.map(({ timeMs }) => timeMs).sort((left, right) => left - right);
      const stated = [...textsOf(narrative, 'when').matchAll(/(\S+ \S+) \(UTC\)/gu)].map(([, time]) => time);
      const bounds = [...new Set([times[0], times[times.length - 1]])];
      expect(stated).toEqual(bounds.map((time) => new Date(time).toISOString().slice(0, 19).replace('T', ' ')));
      for (const [, terminal, times] of textsOf(narrative, 'where').matchAll(/(T\d+) \((\d+)\)/gu))
        expect(flagged.filter((payment) => payment.terminal === terminal)).toHaveLength(Number(times));
      const top = byId.get(row.topId);
      const within = own.filter(
        ({ timeMs }) => top !== undefined && timeMs <= top.timeMs && timeMs > top.timeMs - 86_400_000,
      );
      expect(textsOf(narrative, 'how')).toContain(
        `this card has ${within.length} transaction${within.length === 1 ? '' : 's'},`,
      );
    }
    await bench.ask('actions.undo', {});
  });

  it.each(verdictKinds)('concludes %s only where it says who decided it, and when', async (kind) => {
    const [key] = await keys();
    await bench.ask('verdicts.set', { modelId, keys: [key], kind });
    const { sentences } = await bench.ask('alerts.narrative', { modelId, key });
    const concluding = sentences.filter(({ text }) => conclusions.test(text));
    expect(concluding.map(({ topic }) => topic)).toEqual(['decision']);
    expect(concluding[0].text).toMatch(new RegExp(`^Ana decided ${kind} at \\d{4}-.* no reason is recorded`, 'u'));
    await bench.ask('actions.undo', {});
  });

  it('quotes notes as notes, with reason, score and rows as they were when it was decided', async () => {
    const [key] = await keys();
    const { row } = await bench.ask('alerts.detail', { modelId, key });
    await bench.ask('verdicts.set', { modelId, keys: [key], kind: 'fraud', reason: 'account-takeover' });
    await bench.ask('notes.add', { modelId, key, text: 'called,\nno *answer*' });
    const { sentences } = await bench.ask('alerts.narrative', { modelId, key });
    const [decided, noted] = sentences.filter(({ topic }) => topic === 'decision');
    expect(decided.text).toContain(`reason: account takeover; the score was then ${row.score.toFixed(3)}.`);
    expect(decided.transactionCount).toBe(row.flaggedTransactions);
    expect(noted.text).toMatch(/^Ana noted at .*: “called, no \*answer\*”$/u);

    const output = join(bench.folder, 'narrative.md');
    const context = { signal: new AbortController().signal, report: () => undefined };
    const answer = await bench.engine.runJob('exportNarrative', { casePath: bench.casePath, key, output }, context);
    expect(answer).toMatchObject({ ok: true, data: { rows: sentences.length } });
    const written = readFileSync(output, 'utf8');
    expect(written).toContain('## Decision\n\n- Ana decided fraud');
    expect(written).toContain('no \\*answer\\*');
    await bench.ask('actions.undo', {});
    await bench.ask('actions.undo', {});
  });

  it('is not written for an alert that nobody decided', async () => {
    const [key] = await keys();
    const output = join(bench.folder, 'undecided.txt');
    const context = { signal: new AbortController().signal, report: () => undefined };
    const answer = await bench.engine.runJob('exportNarrative', { casePath: bench.casePath, key, output }, context);
    expect(answer).toMatchObject({ ok: false, error: { code: 'WRONG_USE' } });
    expect(() => readFileSync(output)).toThrow('ENOENT');
  });
});

describe('what the recording does not hold', () => {
  const row = { sequence: 7, timeMs: null, amount: null, currency: null, counterpart: null, flagged: true };
  const bare: NarrativeFacts = {
    clock: zoneClock('Asia/Kolkata'),
    entity: null,
    counterpartRole: null,
    hasTimes: false,
    hasAmounts: false,
    model: { id: 2, threshold: 0.6 },
    top: { sequence: 7, id: 'P-7', score: 0.7, rank: 1, of: 1 },
    transactions: [row],
    earlier: [],
    reasons: [],
    categories: [],
    decision: {
      ...{ kind: 'unsure', reason: null, atMs: Date.UTC(2024, 0, 31, 20), by: 'Bo', score: 0.7, isSameModel: false },
      sequences: [7],
    },
    notes: [],
    recommendations: [],
  };
  const saying = (facts: NarrativeFacts, topic: string): string =>
    narrativeSentences(facts)
      .filter((sentence) => sentence.topic === topic)
      .map(({ text }) => text)
      .join('\n');

  it('is said to be missing, never left out or made up', () => {
    for (const topic of ['who', 'what', 'when', 'where', 'how', 'decision'])
      expect(saying(bare, topic)).toContain('Missing:');
    expect(saying(bare, 'why')).toBe('No single feature raises the score of transaction P-7.');
    expect(narrativeSentences(bare).every(({ sequences }) => sequences.length > 0)).toBe(true);
  });

  it('is counted where only some rows lack it', () => {
    const there = { ...row, sequence: 8, timeMs: 0, amount: 5, currency: 'EUR', counterpart: 'T1' };
    const partly: NarrativeFacts = {
      ...bare,
      entity: { role: 'card', text: 'C1' },
      counterpartRole: 'terminal',
      hasTimes: true,
      hasAmounts: true,
      transactions: [row, there],
    };
    expect(saying(partly, 'what')).toContain('comes to 5.00 EUR. Missing: the amount of 1 of them.');
    expect(saying(partly, 'when')).toBe(
      'What is flagged took place at 1970-01-01 05:30:00 (UTC+05:30). Missing: the time of 1 of them.',
    );
    expect(saying(partly, 'where')).toContain('at terminal T1 (1). Missing: the terminal of 1 of them.');
    expect(saying(partly, 'why')).toContain('Missing: what is usual for this card; it has 0 earlier transactions');
  });

  it('never adds amounts of different currencies, and says where a currency is missing', () => {
    const paid = [
      { ...row, amount: 5, currency: 'EUR' },
      { ...row, sequence: 8, amount: 7, currency: 'USD' },
      { ...row, sequence: 9, amount: 1 },
    ];
    expect(saying({ ...bare, hasAmounts: true, transactions: paid }, 'what')).toContain(
      'comes to 5.00 EUR, 7.00 USD and 1.00 (currency missing).',
    );
  });

  it('tells times by the clock of the case, and a decision by another model as such', () => {
    expect(saying(bare, 'decision')).toContain(
      'Bo decided unsure at 2024-02-01 01:30:00 (UTC+05:30); no reason is recorded; the score was then 0.700 by another model.',
    );
  });

  it('writes names as text in Markdown, whatever they hold', () => {
    const transactions = [{ sequence: 7, id: '<b>_7_' }];
    const sentences = [{ topic: 'who' as const, text: 'card [a](b)', transactions, transactionCount: 15 }];
    expect(narrativeText({ title: '# x', sentences }, 'markdown')).toBe(
      '# \\# x\n\n## Who\n\n- card \\[a\\](b) \\[transactions \\<b\\>\\_7\\_ and 14 more\\]\n',
    );
    expect(narrativeText({ title: '# x', sentences }, 'plain')).toBe(
      '# x\n\nWho\ncard [a](b) [transactions <b>_7_ and 14 more]\n',
    );
  });
});

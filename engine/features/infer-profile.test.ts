import { describe, expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import { profileSchema } from '../domain/profile.ts';
import type { ColumnRole, Profile, ProfileOverrides } from '../domain/profile.ts';
import { missingRoles } from './doubts.ts';
import { inferProfile } from './infer-profile.ts';
import { sampleOfObjects } from './recordings.test-support.ts';

type Row = Readonly<Record<string, unknown>>;

async function profileOf(rows: readonly Row[], overrides: ProfileOverrides = {}): Promise<Profile> {
  return inferProfile(await sampleOfObjects(rows), overrides);
}

async function rolesOf(rows: readonly Row[], overrides: ProfileOverrides = {}): Promise<Record<string, string>> {
  const profile = await profileOf(rows, overrides);
  return Object.fromEntries(profile.columns.map(({ name, role, kind }) => [name, `${role} ${kind}`]));
}

/** `count` rows; the cells of row r are made from r. */
function rowsOf(count: number, row: (r: number) => Row): readonly Row[] {
  return Array.from({ length: count }, (_, r) => row(r));
}

const ownerMessages = rowsOf(500, (r) => ({
  id: 1234 + r,
  amount: 512.3 + ((r * 37) % 101),
  transaction_type: 1 + (r % 4),
  account_balance: 20344.1 - r * 3.7,
}));

describe("the owner's original messages", () => {
  const expected = {
    id: 'id text',
    amount: 'amount number',
    transaction_type: 'feature category',
    account_balance: 'feature number',
  };

  it('are understood from many', async () => {
    expect(await rolesOf(ownerMessages)).toEqual(expected);
  });

  it('are understood from a single one', async () => {
    expect(await rolesOf(ownerMessages.slice(0, 1))).toEqual(expected);
  });
});

describe('roles by name and values', () => {
  const plain = (r: number): Row => ({ f1: (r * 7919) % 1000, f2: r % 2 });

  it.each<[string, (r: number) => unknown, string]>([
    ['TRANSACTION_ID', (r) => r, 'id text'],
    ['trans_num', (r) => `a${r}`, 'id text'],
    ['transactionId', (r) => r, 'id text'],
    ['CUSTOMER_ID', (r) => r % 50, 'customer category'],
    ['userId', (r) => `u${r % 50}`, 'customer category'],
    ['client', (r) => `c${r % 50}`, 'customer category'],
    ['card.number', (r) => `c${r % 50}`, 'card category'],
    ['cc_num', (r) => `40000${r % 50}`, 'card category'],
    ['IBAN', (r) => `BE${r % 50}`, 'account category'],
    ['nameOrig', (r) => `C${r % 50}`, 'account category'],
    ['device_id', (r) => `d${r % 50}`, 'terminal category'],
    ['Händler-Nr', (r) => `m${r % 50}`, 'merchant category'],
    ['merchant', (r) => `shop ${r % 50}`, 'merchant category'],
    ['merchant_category', (r) => `kind ${r % 5}`, 'feature category'],
    ['account_balance', (r) => r * 1.5, 'feature number'],
    ['card_type', (r) => r % 3, 'feature category'],
    ['mcc', (r) => 5000 + (r % 300), 'feature category'],
    ['postal_code', (r) => 1000 + (r % 40), 'feature category'],
    ['is_weekend', (r) => r % 2, 'feature number'],
    ['online', (r) => r % 2 === 0, 'feature number'],
    ['note', (r) => `paid for thing ${r}`, 'ignored text'],
    ['booked_date', (r) => `0${1 + (r % 7)}-Jan-26 10:15 AM`, 'event_time time'],
    ['booked_date', (r) => `day ${r} of 26, ${r % 7}:15`, 'ignored text'],
    ['time_zone', (r) => ['CET', 'EET', 'UTC'][r % 3], 'feature category'],
    ['outcome', (r) => (r % 50 === 0 ? 'chargeback' : 'settled'), 'label category'],
    ['trace', (r) => `x${r}y`, 'ignored text'],
    ['branch', (r) => `00${100 + (r % 7)}`, 'feature category'],
    ['Betrag', (r) => r * 1.25, 'amount number'],
    ['currency', (r) => (r % 2 ? 'EUR' : 'USD'), 'currency category'],
    ['is_fraud', (r) => (r % 50 === 0 ? 1 : 0), 'label category'],
    ['charge_back', (r) => (r % 50 === 0 ? 'Yes' : 'No'), 'label category'],
    ['Is Laundering', (r) => (r % 50 === 0 ? 1 : -1), 'label category'],
    ['is_flagged', (r) => (r % 50 === 0 ? 1 : 0), 'ignored category'],
    ['online_flag', (r) => (r % 50 === 0 ? 1 : 0), 'feature number'],
    ['Unnamed: 0', (r) => (r * 7919) % 4001, 'ignored text'],
    ['#', (r) => r + 1, 'ignored text'],
    ['merchant_no', (r) => -50_000 + (r % 20) * 977, 'merchant category'],
    ['fraud_bool', (r) => (r % 50 === 0 ? 1 : 0), 'label category'],
    ['TransactionDT', (r) => 86_400 + r * 13, 'event_time time'],
    ['isFraud', (r) => r % 50 === 0, 'label category'],
    ['class', (r) => `c${r % 3}`, 'feature category'],
    ['fraud_reason', (r) => `c${r % 3}`, 'ignored category'],
    ['created_at', (r) => 1_700_000_000_000 + r * 1000, 'event_time time'],
    ['unix_time', (r) => 1_700_000_000 + r, 'event_time time'],
    ['date', (r) => `2024-01-${String(1 + (r % 28)).padStart(2, '0')}`, 'event_time time'],
    ['date_of_birth', (r) => `19${60 + (r % 30)}-01-05`, 'ignored time'],
    ['empty', () => null, 'ignored text'],
  ])('%s', async (name, cell, expected) => {
    const roles = await rolesOf(rowsOf(400, (r) => ({ ...plain(r), [name]: cell(r) })));
    expect(roles[name]).toBe(expected);
    expect(roles['f1']).toBe('feature number');
    expect(roles['f2']).toBe('feature number');
  });

  it('gives an entity role to one column only', async () => {
    const roles = await rolesOf(rowsOf(400, (r) => ({ user_id: r % 40, customer_id: r % 50, amount: r * 0.5 })));
    expect(roles).toEqual({ user_id: 'customer category', customer_id: 'ignored category', amount: 'amount number' });
  });

  it('leaves out a column that tells the label by its values, whatever its name', async () => {
    const profile = await profileOf(
      rowsOf(400, (r) => ({ label: r % 20 === 0 ? 1 : 0, outcome: r % 20 === 0 ? 2 + (r % 3) : 0, f1: r % 20 })),
    );
    const outcome = profile.columns[1];
    expect(outcome.role).toBe('ignored');
    expect(outcome.reason).toMatch(/gives the label away/);
  });

  it('leaves out counters that rise with the event time', async () => {
    const roles = await rolesOf(
      rowsOf(400, (r) => ({
        TX_DATETIME: `2018-04-01 0${Math.floor(r / 60)}:${String(r % 60).padStart(2, '0')}:00`,
        TX_TIME_SECONDS: r * 60,
        TX_TIME_DAYS: Math.floor(r / 100),
        f: (r * 31) % 7,
      })),
    );
    expect(roles['TX_TIME_SECONDS']).toBe('ignored time');
    expect(roles['TX_TIME_DAYS']).toBe('ignored number');
  });

  it('leaves out the envelope of a broker', async () => {
    const roles = await rolesOf(
      rowsOf(50, (r) => ({
        topic: 't',
        partition: 0,
        offset: r,
        tstype: 'create',
        ts: 1_700_000_000_000 + r,
        key: `k${r % 5}`,
        amount: r * 1.5,
      })),
    );
    expect(
      Object.entries(roles)
        .filter(([, role]) => role.startsWith('ignored'))
        .map(([name]) => name),
    ).toEqual(['topic', 'partition', 'offset', 'tstype', 'ts', 'key']);
  });

  it('says so, and is less sure, where day and month cannot be told apart', async () => {
    const ambiguous = await profileOf([{ date: '03/04/2020' }, { date: '05/06/2020' }]);
    const settled = await profileOf([{ date: '03/04/2020' }, { date: '25/06/2020' }]);
    expect(ambiguous.columns[0].confidence).toBeLessThan(settled.columns[0].confidence);
    expect(ambiguous.columns[0].doubt).toMatchObject({
      question: "Which number of 'date' is the day, and which the month?",
      taken: { settledBy: '--time-format date=month/day/year' },
      other: { settledBy: '--time-format date=day/month/year' },
    });
    expect(settled.columns[0].doubt).toBeUndefined();
    expect(settled.columns[0].timeFormat).toBe('day/month/year');
  });

  it('gives every column a reason and a confidence, and a profile its schema accepts', async () => {
    const profile = await profileOf(ownerMessages);
    expect(profileSchema.parse(profile)).toEqual(profile);
    expect(profile.columns.every(({ reason, confidence }) => reason.length > 5 && confidence > 0)).toBe(true);
  });
});

describe('kinds of columns that were read wrongly without a word', () => {
  const instant = (r: number): Date => new Date(Date.UTC(2024, 9, 20, 0, 4) + r * 2_820_000);
  const digits = (r: number): string => instant(r).toISOString().replaceAll(/\D/g, '');

  it('packed times with the day first are those of a week, not of eight years, and in doubt', async () => {
    const packed = (r: number): string => `${digits(r).slice(6, 8)}${digits(r).slice(4, 6)}${digits(r).slice(2, 4)}`;
    const { columns } = await profileOf(
      rowsOf(240, (r) => ({ txn_time: `${packed(r)}${digits(r).slice(8, 14)}`, amount: r + 0.5 })),
    );
    expect(columns[0]).toMatchObject({
      role: 'event_time',
      timeFormat: 'ddMMyyHHmmss',
      doubt: { taken: { gives: { from: '2024-10-20T00:04:00Z' } } },
    });
  });

  it('times of day that are numbers without their leading zeros belong to the date beside them', async () => {
    const { columns } = await profileOf(
      rowsOf(240, (r) => ({
        trans_date: digits(r).slice(0, 8),
        trans_time: Number(digits(r).slice(8, 14)),
        amount: r + 0.5,
      })),
    );
    expect(columns[0]).toMatchObject({ role: 'event_time', timeFormat: 'yyyyMMdd Hmmss', joinedWith: ['trans_time'] });
  });

  it.each([
    ['is_legit', 0, 1],
    ['review_result', 'confirmed', 'cleared'],
    ['Outcome', 'bad', 'good'],
  ])('a verdict called %s is left out, and in doubt', async (name, fraud, other) => {
    const { columns } = await profileOf(
      rowsOf(240, (r) => ({
        txn_time: instant(r).toISOString(),
        amount: r + 0.5,
        [name]: r % 40 === 7 ? fraud : other,
      })),
    );
    expect(columns[2].role).not.toBe('feature');
    expect(columns[2].doubt).toBeDefined();
  });

  it('lines that stand in quotes as a whole are said to be one column', async () => {
    const profile = await profileOf(
      rowsOf(40, (r) => ({ 'txn_id,txn_time,amount': `T${r},${instant(r).toISOString()},1.5` })),
    );
    expect(missingRoles(profile)).toEqual([expect.stringContaining('each line stands in quotes as a whole')]);
  });

  it('JSON within a text is left out, and that is said: its keys are no columns', async () => {
    const profile = await profileOf(
      rowsOf(240, (r) => ({
        txn_time: instant(r).toISOString(),
        payload: JSON.stringify({ amount: r + 0.5, card: `C${r % 9}` }),
        tag: `{${r % 5}}`,
      })),
    );
    expect(profile.columns.map(({ role, kind }) => `${role} ${kind}`).slice(1)).toEqual([
      'ignored text',
      'feature category',
    ]);
    expect(missingRoles(profile)).toEqual([expect.stringMatching(/^'payload' holds JSON within a text; .* fromjson/)]);
  });

  it('times finer than milliseconds are said with their share, in the reason and by a sentence', async () => {
    const finer = (r: number): string =>
      instant(r)
        .toISOString()
        .replace('Z', r % 4 === 0 ? '007Z' : 'Z');
    const profile = await profileOf(rowsOf(240, (r) => ({ txn_time: finer(r), amount: r + 0.5 })));
    expect(profile.columns[0].reason).toMatch(/; finer than a millisecond in 25 % of the sampled rows$/);
    expect(missingRoles(profile)).toEqual([
      "'txn_time' is finer than a millisecond in 25 % of the sampled rows; times are kept to the millisecond, and rows within one stay in the order they came in.",
    ]);
  });

  it('an amount whose values are no numbers is said to be none', async () => {
    const profile = await profileOf(
      rowsOf(240, (r) => ({ txn_time: instant(r).toISOString(), amount: `${r}.50 ${r % 3 === 0 ? 'CR' : 'DR'}` })),
    );
    expect(missingRoles(profile).join(' ')).toContain("'amount' is named like an amount");
  });
});

describe('what a person states wins', () => {
  const rows = rowsOf(400, (r) => ({
    code: r,
    when: r * 10,
    sum_paid: `${r},5`,
    verdict: `k${r % 4}`,
    is_fraud: r % 9 === 0 ? 1 : 0,
    f: r % 7,
  }));

  it('for every role that has a flag', async () => {
    const profile = await profileOf(rows, {
      id: 'code',
      time: 'when',
      amount: 'sum_paid',
      label: 'verdict',
      ignore: ['f'],
    });
    const said = profile.columns.filter(({ name }) => name !== 'is_fraud');
    expect(said.map(({ name, role }) => [name, role])).toEqual<[string, ColumnRole][]>([
      ['code', 'id'],
      ['when', 'event_time'],
      ['sum_paid', 'amount'],
      ['verdict', 'label'],
      ['f', 'ignored'],
    ]);
    expect(said.every(({ confidence, inferred }) => confidence === 1 && !inferred)).toBe(true);
    expect(profile.columns[1].timeFormat).toBe('seconds-relative');
    expect(profile.columns[2].numberFormat?.decimal).toBe(',');
    expect(profile.columns.filter(({ role }) => role === 'label')).toHaveLength(1);
  });

  it('for kinds and positive values in a profile file', async () => {
    const profile = await profileOf(rows, {
      columns: { f: { kind: 'category' }, verdict: { role: 'label', positiveValues: ['k3'] } },
    });
    expect(profile.columns[5]).toMatchObject({ role: 'feature', kind: 'category', inferred: false, confidence: 1 });
    expect(profile.columns[3]).toMatchObject({ role: 'label', positiveValues: ['k3'] });
  });

  it.each<[string, ProfileOverrides, string, RegExp]>([
    [
      'an unknown column',
      { label: 'is_frod' },
      'UNKNOWN_COLUMN',
      /'is_frod'.*Did you mean 'is_fraud'.*code, when, sum_paid/,
    ],
    ['one column in two roles', { id: 'code', label: 'code' }, 'WRONG_USE', /'code' is named as id and as label/],
    ['two columns in one role', { id: 'code', columns: { f: { role: 'id' } } }, 'WRONG_USE', /'f' and 'code'/],
    ['a time that is none', { time: 'verdict' }, 'BAD_PROFILE', /'verdict'.*not times.*'k0'/],
    ['an amount that is none', { amount: 'verdict' }, 'BAD_PROFILE', /'verdict'.*not numbers.*'k0'/],
    ['an unknown zone', { timeZone: 'Mars/Olympus' }, 'BAD_PROFILE', /'Mars\/Olympus'/],
  ])('and is refused by name: %s', async (_what, overrides, code, sentence) => {
    const failure: unknown = await profileOf(rows, overrides).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AssayError);
    expect(failure).toMatchObject({ code, kind: 'usage' });
    expect((failure as AssayError).message).toMatch(sentence);
  });
});

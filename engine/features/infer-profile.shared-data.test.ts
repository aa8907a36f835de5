import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { describeWithSharedData, sharedDataPath } from '../../test/shared-data.ts';
import type { Profile, ProfileColumn } from '../domain/profile.ts';
import { inferProfile } from './infer-profile.ts';
import { sampleFromBatches } from './profile-sample.ts';
import { batchOfRecording } from './recordings.test-support.ts';

const sampledRows = 20_000;

async function profileOfFile(...path: readonly string[]): Promise<Profile> {
  const stored = readFileSync(sharedDataPath(...path));
  const text = (path.at(-1)?.endsWith('.gz') ? gunzipSync(stored) : stored).toString('utf8');
  return inferProfile(await sampleFromBatches([batchOfRecording(text, sampledRows)]), {});
}

/** "role kind" per column. */
function rolesOf(profile: Profile): Readonly<Record<string, string>> {
  return Object.fromEntries(profile.columns.map(({ name, role, kind }) => [name, `${role} ${kind}`]));
}

function columnOf(profile: Profile, name: string): ProfileColumn {
  const column = profile.columns.find((each) => each.name === name);
  if (column === undefined) throw new Error(`No column ${name}`);
  return column;
}

const handbookRoles = {
  TRANSACTION_ID: 'id text',
  TX_DATETIME: 'event_time time',
  CUSTOMER_ID: 'customer category',
  TERMINAL_ID: 'terminal category',
  TX_AMOUNT: 'amount number',
  TX_FRAUD: 'label category',
  TX_FRAUD_SCENARIO: 'ignored category',
};

describeWithSharedData('profile inference, untouched, on every shared recording', () => {
  it.each(['04', '05', '06', '07', '08'])('handbook transactions of 2018-%s', async (month) => {
    const profile = await profileOfFile('handbook', `transactions-2018-${month}.csv.gz`);
    expect(rolesOf(profile)).toEqual(handbookRoles);
    expect(columnOf(profile, 'TX_FRAUD_SCENARIO').reason).toMatch(/gives the label away/);
    expect(columnOf(profile, 'TX_FRAUD').positiveValues).toEqual(['1']);
    expect(columnOf(profile, 'TX_DATETIME').timeFormat).toBe('iso');
  });

  it.each(['features-2018-07-11_2018-07-17.csv.gz', 'features-2018-07-25_2018-07-31.csv.gz'])(
    'handbook %s keeps every precomputed column as a numeric feature',
    async (file) => {
      const roles = rolesOf(await profileOfFile('handbook', file));
      expect(roles).toMatchObject(handbookRoles);
      const precomputed = Object.entries(roles).filter(([name]) => !(name in handbookRoles));
      expect(precomputed).toHaveLength(14);
      expect(precomputed.filter(([, role]) => role !== 'feature number')).toEqual([]);
    },
  );

  it('purchasing cards: day/month/year dates, $1.020,00 amounts, codes that are not magnitudes', async () => {
    const profile = await profileOfFile('pcards-2010', 'purchasing-cards-2010.csv.gz');
    expect(rolesOf(profile)).toEqual({
      CARDNUM: 'card category',
      DATE: 'event_time time',
      MERCHNUM: 'merchant category',
      MERCHDESCRIPTION: 'ignored text',
      MERCHSTATE: 'feature category',
      MERCHZIP: 'feature category',
      TRANSTYPE: 'feature category',
      AMOUNT: 'amount number',
    });
    expect(columnOf(profile, 'AMOUNT').numberFormat).toEqual({ decimal: ',', group: '.', decorated: true });
    expect(columnOf(profile, 'DATE').timeFormat).toBe('day/month/year');
    expect(columnOf(profile, 'MERCHDESCRIPTION').reason).toMatch(/free text/);
  });

  it('ULB credit card: relative seconds order the stream, V1 to V28 stay features, Class is the label', async () => {
    const profile = await profileOfFile('ulb-creditcard', 'ulb-day1-sample.csv');
    const { Time, Amount, Class, ...components } = rolesOf(profile);
    expect({ Time, Amount, Class }).toEqual({
      Time: 'event_time time',
      Amount: 'amount number',
      Class: 'label category',
    });
    expect(columnOf(profile, 'Time').timeFormat).toBe('seconds-relative');
    expect(Object.keys(components)).toHaveLength(28);
    expect(new Set(Object.values(components))).toEqual(new Set(['feature number']));
  });

  it.each([
    ['Ionosphere.csv', 32],
    ['PageBlocks.csv', 10],
    ['Pima.csv', 8],
    ['SpamBase.csv', 57],
    ['annthyroid.csv', 6],
    ['breastw.csv', 9],
    ['campaign.csv.gz', 62],
    ['cardio.csv', 21],
    ['mammography.csv', 6],
    ['satellite.csv', 36],
    ['shuttle.csv.gz', 9],
    ['smtp.csv', 3],
  ])('ADBench %s: all %i columns are numeric features, whatever their number of values', async (file, featureCount) => {
    const profile = await profileOfFile('adbench', file);
    const { label, ...features } = rolesOf(profile);
    expect(label).toBe('label category');
    expect(Object.keys(features)).toHaveLength(featureCount);
    expect(new Set(Object.values(features))).toEqual(new Set(['feature number']));
    const formats = profile.columns.filter(({ kind }) => kind === 'number').map(({ numberFormat }) => numberFormat);
    expect(new Set(formats.map((format) => JSON.stringify(format))).size).toBe(1);
  });

  it('the handbook stream of messages', async () => {
    expect(rolesOf(await profileOfFile('streams', 'handbook-2018-08-01.ndjson.gz'))).toEqual({
      transaction_id: 'id text',
      event_time: 'event_time time',
      customer_id: 'customer category',
      terminal_id: 'terminal category',
      amount: 'amount number',
    });
  });

  it('the sample stream with all entities', async () => {
    expect(rolesOf(await profileOfFile('streams', 'pyflink-sample-transactions.jsonl'))).toEqual({
      amount: 'amount number',
      card_id: 'card category',
      channel: 'feature category',
      country: 'feature category',
      currency: 'currency category',
      device_id: 'terminal category',
      event_time: 'event_time time',
      is_card_present: 'feature number',
      merchant_category: 'feature category',
      merchant_id: 'merchant category',
      transaction_id: 'id text',
      user_id: 'customer category',
    });
  });
});

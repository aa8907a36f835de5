import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeWithSharedData, sharedDataPath } from '../../test/shared-data.ts';
import type { ProfileOverrides } from '../domain/profile.ts';
import { inferProfile } from './infer-profile.ts';
import { sampleFromBatches } from './profile-sample.ts';
import { batchOfRecording, batchOfTexts } from './recordings.test-support.ts';

const cards = [
  ...['4111111111111111', '5555555555554444', '378282246310005', '6011111111111117', '4012888888881881'],
  ...['5105105105105100', '371449635398431', '4222222222222', '4000056655665556', '5200828282828210'],
];

/** Kind and what is kept of it, by column, of rows that differ in one column. */
async function personalOf(
  columns: Readonly<Record<string, (row: number) => string | undefined>>,
  overrides: ProfileOverrides = {},
  rows = 40,
): Promise<Readonly<Record<string, string>>> {
  const names = Object.keys(columns);
  const cells = Array.from({ length: rows }, (_, row) => names.map((name) => columns[name](row)));
  const profile = inferProfile(await sampleFromBatches([batchOfTexts(names, cells)]), overrides);
  return Object.fromEntries(
    profile.columns.flatMap(({ name, personal }) => (personal ? [[name, `${personal.kind} ${personal.kept}`]] : [])),
  );
}

const card = (row: number): string => cards[row % cards.length];
const names = ['Anna Svensson', "Miguel O'Brien", 'Li Wei', 'Zoë Müller-Lüdenscheidt'];

describe('columns with data of people', () => {
  it('knows each kind by name and values, and card numbers, IBANs, e-mail and phone by values alone', async () => {
    const found = await personalOf({
      amount: (row) => `${row * 7 + 5}.25`,
      'Card Number': card,
      field7: (row) => card(row).replace(/(\d{4})(?=\d)/g, '$1 '),
      cardCVV: (row) => String(100 + row),
      track2: (row) => `;${card(row)}=2912101${100000 + row}?`,
      konto: (row) => ['DE89370400440532013000', 'GB29 NWBK 6016 1331 9268 19', 'FR1420041010050500013M02606'][row % 3],
      customer_name: (row) => names[row % 4],
      first: () => 'Anna',
      last: () => 'Svensson',
      billing_address: (row) => `${row} Main Street`,
      contact: (row) => `anna${row}@example.org`,
      mobile: (row) => `070-123 45 ${10 + row}`,
      reached_at: (row) => `+46 70 123 45 ${10 + row}`,
    });
    expect(found).toEqual({
      'Card Number': 'card-number token',
      field7: 'card-number token',
      cardCVV: 'card-code nothing',
      track2: 'track-data nothing',
      konto: 'iban token',
      customer_name: 'name token',
      first: 'name token',
      last: 'name token',
      billing_address: 'address token',
      contact: 'email token',
      mobile: 'phone token',
      reached_at: 'phone token',
    });
  });

  it('takes no amount, identifier, time, code, score, place or name of a thing for a person', async () => {
    const found = await personalOf({
      transaction_id: (row) => String(4_000_000_000_000_000 + row * 13),
      ts: (row) => String(1_717_200_000_000 + row * 60_000),
      reference: (row) => String(2_000_000_000_000_000 + row),
      amount: (row) => String(100 + row),
      cvv_result: (row) => 'MNPU'[row % 4],
      cvv_match: (row) => String(row % 2),
      card_id: (row) => String(1000 + row),
      card_type: (row) => ['DEBIT', 'CREDIT'][row % 2],
      nameOrig: (row) => `C12310068${15 + row}`,
      nameDest: (row) => `M19797871${55 + row}`,
      merchant_name: (row) => names[row % 4],
      product_name: () => 'Loan',
      ip_address: (row) => `10.0.0.${row}`,
      email_domain: () => 'example.org',
      device: (row) => `device${row}`,
      city: () => 'New York',
      state: () => 'Ohio',
      mobile: (row) => String(row % 2),
      track: () => 'A',
      V1: (row) => String(-1.35 + row / 7),
      zip: (row) => String(10_000 + row),
    });
    expect(found).toEqual({});
  });

  it('lets a person say otherwise, but keeps no code in the clear', async () => {
    const columns = { pan: card, cvv: (row: number) => String(100 + row), note: (row: number) => `n${row}` };
    expect(
      await personalOf(columns, {
        columns: { pan: { keepClear: true }, cvv: { keepClear: true }, note: { personal: 'name' } },
      }),
    ).toEqual({ pan: 'card-number clear', cvv: 'card-code nothing', note: 'name token' });
    expect(await personalOf(columns, { columns: { pan: { personal: 'none' }, cvv: { personal: 'none' } } })).toEqual(
      {},
    );
  });

  it('refuses codes that have no value in the first rows', async () => {
    expect(await personalOf({ amount: (row) => `${row}.5`, cvv2: () => undefined })).toEqual({
      cvv2: 'card-code nothing',
    });
  });
});

/** Recordings of the real world and of handbooks: what of them is personal. */
describeWithSharedData('no false alarm over real recordings', () => {
  it.each([
    ['handbook', 'transactions-2018-04.csv.gz'],
    ['handbook', 'features-2018-07-11_2018-07-17.csv.gz'],
    ['streams', 'handbook-2018-08-01.ndjson.gz'],
    ['streams', 'pyflink-sample-transactions.jsonl'],
    ['ulb-creditcard', 'ulb-day1-sample.csv'],
    ['adbench', 'Pima.csv'],
    ['adbench', 'shuttle.csv.gz'],
    ['adbench', 'campaign.csv.gz'],
    ['adbench', 'smtp.csv'],
    ['adbench', 'SpamBase.csv'],
    ['pcards-2010', 'purchasing-cards-2010.csv.gz'],
  ])('%s/%s holds none', async (...path) => {
    expect(await personalIn(path)).toEqual({});
  });

  async function personalIn(path: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const stored = readFileSync(sharedDataPath(...path));
    const text = (path.at(-1)?.endsWith('.gz') ? gunzipSync(stored) : stored).toString('utf8');
    const profile = inferProfile(await sampleFromBatches([batchOfRecording(text, 20_000)]), {});
    return Object.fromEntries(
      profile.columns.flatMap(({ name, personal }) => (personal ? [[name, personal.kind]] : [])),
    );
  }
});

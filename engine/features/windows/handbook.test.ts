import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { describeWithSharedData, sharedDataPath } from '../../../test/shared-data.ts';
import type { WindowFeature } from '../../domain/window-feature.ts';
import { WindowEngine, type TransactionBlock } from './window-engine.ts';

const dayMs = 86_400_000;
const delayMs = 7 * dayMs;
/** Two customers' only payment of a day was 0.00; the table has what the running sum of its maker left over there. */
const roundingNoise = 1e-14;

function rowsOf(file: string): readonly (readonly string[])[] {
  const text = gunzipSync(readFileSync(sharedDataPath('handbook', file))).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}

/** The published window columns, by the name they have in the published table. */
function publishedFeatures(): readonly WindowFeature[] {
  return [1, 7, 30].flatMap((days): readonly WindowFeature[] => {
    const shared = { description: 'as published', windowMs: days * dayMs, scale: 'linear' } as const;
    const customer = {
      ...shared,
      entity: ['CUSTOMER_ID'],
      usesLabels: false,
      delayMs: 0,
      includeCurrent: true,
    } as const;
    const terminal = { ...shared, entity: ['TERMINAL_ID'], delayMs } as const;
    return [
      { ...customer, kind: 'count', name: `CUSTOMER_ID_NB_TX_${days}DAY_WINDOW` },
      { ...customer, kind: 'mean', amount: 'TX_AMOUNT', name: `CUSTOMER_ID_AVG_AMOUNT_${days}DAY_WINDOW` },
      {
        ...terminal,
        kind: 'count',
        name: `TERMINAL_ID_NB_TX_${days}DAY_WINDOW`,
        usesLabels: false,
        includeCurrent: true,
      },
      { ...terminal, kind: 'risk', name: `TERMINAL_ID_RISK_${days}DAY_WINDOW`, usesLabels: true, label: 'TX_FRAUD' },
    ];
  });
}

function blockOf(rows: readonly (readonly string[])[]): TransactionBlock {
  return {
    rowCount: rows.length,
    times: Float64Array.from(rows, (row) => Date.parse(`${row[1].replace(' ', 'T')}Z`)),
    codes: new Map([
      ['CUSTOMER_ID', Int32Array.from(rows, (row) => Number(row[2]))],
      ['TERMINAL_ID', Int32Array.from(rows, (row) => Number(row[3]))],
    ]),
    amounts: Float64Array.from(rows, (row) => Number(row[4])),
    labels: Uint8Array.from(rows, (row) => Number(row[5])),
  };
}

describeWithSharedData('the Fraud Detection Handbook', () => {
  it('has its published window features reproduced from the raw transactions, every value equal as float32', () => {
    const features = publishedFeatures();
    const engine = new WindowEngine({ amountDecimals: 2, latenessMs: 0, features: [...features] });
    const computed = new Map<string, Float32Array>();
    for (const month of ['04', '05', '06', '07']) {
      const rows = rowsOf(`transactions-2018-${month}.csv.gz`).slice(1);
      const values = new Float32Array(rows.length * features.length);
      engine.append(blockOf(rows), { values, firstRow: 0, stride: features.length, firstColumn: 0 });
      rows.forEach((row, index) => {
        if (month === '07')
          computed.set(row[0], values.subarray(index * features.length, (index + 1) * features.length));
      });
    }
    let compared = 0;
    let noise = 0;
    const differences: string[] = [];
    for (const week of ['2018-07-11_2018-07-17', '2018-07-25_2018-07-31']) {
      const [header, ...rows] = rowsOf(`features-${week}.csv.gz`);
      for (const row of rows) {
        features.forEach((feature, index) => {
          const published = Math.fround(Number(row[header.indexOf(feature.name)]));
          const ours = computed.get(row[0])?.[index];
          compared += 1;
          if (published !== 0 && ours === 0 && Math.abs(published) < roundingNoise) noise += 1;
          else if (ours !== published)
            differences.push(`${row[0]} ${feature.name}: published ${published}, computed ${ours}`);
        });
      }
    }
    expect(compared).toBe((66_928 + 67_240) * 12);
    expect(differences.slice(0, 20)).toEqual([]);
    expect(noise).toBe(2);
  });
});

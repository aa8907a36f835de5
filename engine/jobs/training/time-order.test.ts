import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Profile } from '../../domain/profile.ts';
import type { WindowSpec } from '../../domain/window-feature.ts';
import { WindowEngine, type TransactionBlock } from '../../features/windows/window-engine.ts';
import { windowsInTimeOrder } from './time-order.ts';

const hourMs = 3_600_000;
const shared = {
  description: 'of this card in 24 h',
  entity: ['card'] as [string],
  scale: 'linear' as const,
  usesLabels: false as const,
  windowMs: 24 * hourMs,
};
const windows: WindowSpec = {
  amountDecimals: 2,
  latenessMs: 0,
  features: [
    { ...shared, name: 'count', kind: 'count', delayMs: 0, includeCurrent: true },
    { ...shared, name: 'mean', kind: 'mean', delayMs: 0, includeCurrent: false, amount: 'amount' },
    { ...shared, name: 'since', kind: 'since-last' },
  ],
};
const profile: Profile = {
  version: 1,
  timeZone: 'UTC',
  columns: [
    { name: 'at', kind: 'time', role: 'event_time', confidence: 1, reason: '', inferred: true, timeFormat: 'iso' },
  ],
};

interface Row {
  readonly time: number;
  readonly card: number;
  readonly cents: number;
}

function blockOf(rows: readonly Row[]): TransactionBlock {
  return {
    rowCount: rows.length,
    times: Float64Array.from(rows, ({ time }) => time),
    codes: new Map([['card', Int32Array.from(rows, ({ card }) => card)]]),
    amounts: Float64Array.from(rows, ({ cents }) => cents / 100),
  };
}

const tables = fc
  .uniqueArray(fc.record({ time: fc.integer({ min: 0, max: 96 * 60 }), card: fc.nat(3), cents: fc.nat(100_000) }), {
    selector: ({ time }) => time,
    minLength: 2,
    maxLength: 200,
  })
  .map((rows) => rows.map((row) => ({ ...row, time: row.time * 60_000 })));

it('gives every permutation of the rows the features over time of the sorted stream', () => {
  fc.assert(
    fc.property(tables, (rows) => {
      const sorted = [...rows].sort((one, other) => one.time - other.time);
      const stride = windows.features.length;
      const expected = new Float32Array(rows.length * stride);
      new WindowEngine(windows).append(blockOf(sorted), { values: expected, firstRow: 0, stride, firstColumn: 0 });
      const block = blockOf(rows);
      const { values, notices } = windowsInTimeOrder(profile, windows, block.times, () => [block]);
      if (values === null) {
        expect(rows).toEqual(sorted);
        return;
      }
      rows.forEach((row, index) => {
        const place = sorted.indexOf(row);
        expect(values.slice(index * stride, (index + 1) * stride)).toEqual(
          expected.slice(place * stride, (place + 1) * stride),
        );
      });
      expect(notices).toHaveLength(1);
    }),
  );
});

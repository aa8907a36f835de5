import { expect, it } from 'vitest';
import { compareRow, runPairs, verdictOf, viewPairs } from './row.ts';

const ratioTarget = { kind: 'ratio', bar: 2, aim: 4 } as const;
const sample = (value: number) => ({ value, peakMemoryBytes: 1 });

it('runs both sides in turn and divides neighbours, not medians', async () => {
  const order: string[] = [];
  const ours = [10, 20, 30];
  const theirs = [5, 4, 3];
  const pairs = await runPairs(
    3,
    () => Promise.resolve(sample(ours[order.push('ours') >> 1])),
    () => Promise.resolve(sample(theirs[(order.push('peer') >> 1) - 1])),
  );
  expect(order).toEqual(['ours', 'peer', 'ours', 'peer', 'ours', 'peer']);
  const row = compareRow({ what: 'x', unit: 'rows/s', target: ratioTarget }, 'ours', 'peer', pairs);
  expect(row.ratio).toEqual({ median: 5, least: 2, greatest: 10 });
  expect(verdictOf(row)).toBe('aim met');
});

it('counts a shorter time as better, and a ratio under the bar as missed', () => {
  const pairs = { ours: [sample(10)], theirs: [sample(15)] };
  const row = compareRow({ what: 'x', unit: 'ms', target: ratioTarget }, 'ours', 'peer', pairs);
  expect(row.ratio?.median).toBe(1.5);
  expect(verdictOf(row)).toBe('missed');
});

it('says which peer is missing and why, asks it once, and still measures our side', async () => {
  let asked = 0;
  const pairs = await runPairs(
    3,
    () => Promise.resolve(7),
    () => {
      asked++;
      return Promise.reject(new Error('Traceback\nModuleNotFoundError: isotree'));
    },
  );
  const row = compareRow(
    { what: 'x', unit: 's', target: ratioTarget },
    'ours',
    'isotree',
    viewPairs(pairs, sample, () => sample(0)),
  );
  expect(asked).toBe(1);
  expect(row.peer).toEqual({ name: 'isotree', missing: 'ModuleNotFoundError: isotree' });
  expect(row.ours.value.median).toBe(7);
  expect(verdictOf(row)).toBe('not measured');
});

import { expect, it } from 'vitest';
import { canSplit } from './alert-transactions.tsx';

const transaction = (sequence: number, flagged: boolean) => ({
  ...{ sequence, id: `${sequence}`, timeMs: null, amount: null, counterpart: null, score: 0.7, flagged },
  verdict: null,
});
const row = { flaggedTransactions: 2 } as Parameters<typeof canSplit>[0]['row'];
const detail = { row, transactions: [transaction(1, true), transaction(2, true), transaction(3, false)] };

it('splits off some flagged transactions, never all of them nor one that is not flagged', () => {
  expect(canSplit(detail, [1])).toBe(true);
  expect(canSplit(detail, [1, 2])).toBe(false);
  expect(canSplit(detail, [3])).toBe(false);
  expect(canSplit(detail, [])).toBe(false);
});

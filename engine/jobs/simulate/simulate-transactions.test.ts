import { describe, expect, it } from 'vitest';
import { fraudScenarios } from '../../domain/simulation.ts';
import { renderTransaction } from './render-transaction.ts';
import { simulateTransactions, type SimulatedTransaction, type SimulationOptions } from './simulate-transactions.ts';

const options: SimulationOptions = {
  customers: 120,
  terminals: 150,
  days: 21,
  startMs: Date.UTC(2026, 2, 2),
  seed: 11,
  scenarios: fraudScenarios,
};
const all = [...simulateTransactions(options)];

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function withoutNumbers({ timeMs, customerId, terminalId, amountCents }: SimulatedTransaction): string {
  return [timeMs, customerId, terminalId, amountCents].join(' ');
}

describe('a simulated stream', () => {
  it('is the same for the same seed and another for another', () => {
    const again = [...simulateTransactions(options)];
    const other = [...simulateTransactions({ ...options, seed: 12 })];
    expect(again).toEqual(all);
    expect(other.slice(0, 50)).not.toEqual(all.slice(0, 50));
  });

  it('is in order of time, within its days, with ids that never repeat', () => {
    const times = all.map(({ timeMs }) => timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(options.startMs);
    expect(times.at(-1)).toBeLessThan(options.startMs + options.days * 86_400_000);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('has every scenario, at the share of fraud that was asked for', () => {
    const frauds = all.filter(({ scenario }) => scenario !== null);
    expect(new Set(frauds.map(({ scenario }) => scenario))).toEqual(new Set(fraudScenarios));
    expect(frauds.length / all.length).toBeGreaterThan(0.006);
    expect(frauds.length / all.length).toBeLessThan(0.01);
  });

  it('keeps the honest payments as they are when a scenario is left out', () => {
    const honest = (transactions: readonly SimulatedTransaction[]): readonly string[] =>
      transactions.filter(({ scenario }) => scenario === null).map(withoutNumbers);
    const fewer = [...simulateTransactions({ ...options, scenarios: ['high_amount'] })];
    expect(honest(fewer)).toEqual(honest(all));
    expect(fewer.every(({ scenario }) => scenario === null || scenario === 'high_amount')).toBe(true);
  });

  it('hides leaked cards among the amounts of all, and shows them against the habit of the customer', () => {
    const honest = all.filter(({ scenario }) => scenario === null);
    const leaked = all.filter(({ scenario }) => scenario === 'leaked_card');
    const habit = (customerId: string): number =>
      mean(honest.filter((transaction) => transaction.customerId === customerId).map(({ amountCents }) => amountCents));
    const largest = honest.map(({ amountCents }) => amountCents).toSorted((a, b) => b - a)[leaked.length];
    expect(leaked.filter(({ amountCents }) => amountCents > largest).length).toBeLessThan(leaked.length / 2);
    expect(mean(leaked.map(({ amountCents, customerId }) => amountCents / habit(customerId)))).toBeGreaterThan(2.5);
  });

  it('renders the same payment in every format', () => {
    const [transaction] = all;
    const amount = transaction.amountCents / 100;
    expect(renderTransaction(transaction, 0, 'csv').split(',')[7]).toBe(amount.toFixed(2));
    expect(JSON.parse(renderTransaction(transaction, 0, 'ndjson'))).toMatchObject({ amount, is_fraud: 0 });
    const envelope = JSON.parse(renderTransaction(transaction, 5, 'kcat')) as { offset: number; payload: string };
    expect(envelope.offset).toBe(5);
    expect(JSON.parse(envelope.payload)).toMatchObject({ amount, transaction_id: transaction.id });
    expect(Object.keys(JSON.parse(renderTransaction(transaction, 0, 'messages')) as object)).toEqual([
      'id',
      'amount',
      'transaction_type',
      'account_balance',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import { rolledBack, withChange, withPage, withReasons, withRows, type AlertList } from './alert-list.ts';

const row = (key: string): AlertRow => ({
  key,
  entity: key,
  score: 0.7,
  topSequence: 1,
  topId: '1',
  amount: 10,
  currency: null,
  timeMs: 0,
  opensMs: 0,
  counterpart: null,
  flaggedTransactions: 1,
  transactions: 2,
  firstReason: '',
  firstFeature: null,
  theme: null,
  cells: [],
  verdict: null,
  reopened: null,
  snoozedUntilMs: null,
  isSuppressed: false,
  isFromBelowLine: false,
  hasNote: false,
  matched: null,
});
const list = (...keys: string[]): AlertList => ({
  rows: keys.map(row),
  total: keys.length,
  transactions: keys.length,
  counts: { none: keys.length },
  next: null,
  columns: [],
});

describe('the list of alerts', () => {
  it('takes alerts as they are now, and keeps by which transaction each passed the filter', () => {
    const matched = { sequence: 4, id: '4', timeMs: 1, amount: 2, counterpart: null };
    const before = list('a', 'b');
    const filtered = { ...before, rows: before.rows.map((alert) => ({ ...alert, matched })) };
    const after = withRows(filtered, [{ ...row('b'), verdict: 'fraud' }, row('z')]);
    expect(after.rows.map(({ key, verdict }) => [key, verdict])).toEqual([
      ['a', null],
      ['b', 'fraud'],
    ]);
    expect(after.rows[1].matched).toBe(matched);
    expect(after.counts).toEqual({ none: 1, fraud: 1 });
  });

  it('keeps a decided alert in its place and moves the counts', () => {
    const after = withChange(list('a', 'b', 'c'), new Set(['b']), { verdict: 'fraud' });
    expect(after.rows.map(({ key, verdict }) => [key, verdict])).toEqual([
      ['a', null],
      ['b', 'fraud'],
      ['c', null],
    ]);
    expect(after.counts).toEqual({ none: 2, fraud: 1 });
  });

  it('takes back a failed verdict without touching one given meanwhile', () => {
    const before = list('a', 'b');
    const both = withChange(withChange(before, new Set(['a']), { verdict: 'fraud' }), new Set(['b']), {
      verdict: 'legitimate',
    });
    const after = rolledBack(
      both,
      before.rows.filter(({ key }) => key === 'a'),
    );
    expect(after.rows.map(({ verdict }) => verdict)).toEqual([null, 'legitimate']);
    expect(after.counts).toEqual({ none: 1, fraud: 0, legitimate: 1 });
  });

  it('does not count a second verdict of the same kind twice', () => {
    const once = withChange(list('a'), new Set(['a']), { verdict: 'fraud' });
    expect(withChange(once, new Set(['a']), { verdict: 'fraud' }).counts).toEqual({ none: 0, fraud: 1 });
  });

  it('does not repeat an alert that moved to the next page while reading', () => {
    expect(withPage(list('a', 'b'), list('b', 'c')).rows.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  it('takes reasons that came later, and nothing else that changed meanwhile', () => {
    const decided = withChange(list('a', 'b'), new Set(['a']), { verdict: 'fraud' });
    const later = withReasons(decided, [{ ...row('a'), firstReason: 'Amount: 900.00', theme: 'amount' }]);
    expect(later.rows[0].theme).toBe('amount');
    expect(later.rows.map(({ verdict, firstReason }) => [verdict, firstReason])).toEqual([
      ['fraud', 'Amount: 900.00'],
      [null, ''],
    ]);
    expect(later.counts).toEqual(decided.counts);
  });
});

import { expect, it } from 'vitest';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import { filteredByCell } from './cell-filter.ts';

const row: AlertRow = {
  ...{ key: '#7', entity: 'C1', score: 0.61, topSequence: 7, topId: 't7', amount: 20, currency: null },
  ...{ timeMs: 500, opensMs: 400, counterpart: 'T9', flaggedTransactions: 2, transactions: 9, firstReason: 'x' },
  ...{
    firstFeature: 'amount',
    theme: 'amount',
    cells: ['FR', null, 3],
    verdict: null,
    reopened: null,
    snoozedUntilMs: null,
    isSuppressed: false,
    isFromBelowLine: false,
  },
  ...{ hasNote: false, matched: null },
};
const context = {
  openCase: {
    alertEntity: { role: 'card', column: 'card_id' },
    counterpart: { role: 'terminal', column: 'terminal_id' },
  },
  stored: [
    { name: 'country', kind: 'category' as const },
    { name: 'channel', kind: 'category' as const },
    { name: 'items', kind: 'number' as const },
  ],
  cellColumns: ['country', 'channel', 'items'],
};
const by = (column: string, relation: 'same' | 'from' | 'upTo' = 'same', filter = {}) =>
  filteredByCell(filter, column, row, context, relation);

it('makes a condition of every cell of the list, one of each kind', () => {
  const columns = [
    'entity',
    'score',
    'amount',
    'time',
    'theme',
    'firstReason',
    'verdict',
    'counterpart',
    'transactions',
    'topId',
  ];
  expect(columns.map((column) => by(column))).toEqual([
    { columns: { card_id: ['C1'] } },
    { minimumScore: 0.61 },
    { minimumAmount: 20, maximumAmount: 20 },
    { dayMs: 400 },
    { themes: ['amount'] },
    { firstReasons: ['amount'] },
    { verdict: ['none'] },
    { columns: { terminal_id: ['T9'] } },
    { minimumFlagged: 2 },
    { anyOf: ['t7'] },
  ]);
  expect(by('column:country')).toEqual({ columns: { country: ['FR'] } });
  expect(by('column:channel')).toEqual({ columns: { channel: [''] } });
  expect(by('column:items', 'from')).toEqual({ ranges: { items: { from: 3 } } });
  expect(by('column:items', 'upTo')).toEqual({ ranges: { items: { to: 3 } } });
  expect([by('amount', 'from'), by('time', 'upTo')]).toEqual([{ minimumAmount: 20 }, { toMs: 500 }]);
});

it('keeps other conditions, and takes its own away the second time', () => {
  const before = { search: 'x', columns: { card_id: ['C1'] } };
  const filtered = by('column:country', 'same', before);
  expect(filtered).toEqual({ search: 'x', columns: { card_id: ['C1'], country: ['FR'] } });
  expect(by('column:country', 'same', filtered ?? {})).toEqual(before);
  expect(by('entity', 'same', { columns: { card_id: ['C1'] } })).toEqual({});
  expect(by('amount', 'same', { minimumAmount: 20, maximumAmount: 20 })).toEqual({});
});

it('asks no order of texts, and nothing of an empty number', () => {
  expect([by('entity', 'from'), by('column:country', 'upTo'), by('column:gone')]).toEqual([null, null, null]);
  const empty = { ...row, amount: null, firstFeature: null };
  expect(filteredByCell({}, 'amount', empty, context)).toBeNull();
  expect(filteredByCell({}, 'firstReason', empty, context)).toBeNull();
});

import { describe, expect, it } from 'vitest';
import { filterChips, toggleVerdict } from './filter-chips.ts';

const words = {
  day: () => '8 Aug',
  time: (ms: number) => `t${ms}`,
  amount: (amount: number) => amount.toFixed(2),
  reason: (feature: string) => feature.toUpperCase(),
  stored: (_column: string, value: number) => `=${value}`,
};

describe('filter chips', () => {
  it('say each condition once and give the filter without it alone', () => {
    const filter = { verdict: ['none' as const], dayMs: 5, minimumAmount: 10, maximumAmount: 20, search: 'café' };
    const chips = filterChips(filter, words);
    expect(chips.map(({ name, value }) => `${name} ${value}`)).toEqual(['day 8 Aug', 'amount 10.00 to 20.00']);
    expect(chips[1].without).toEqual({ verdict: ['none'], dayMs: 5, search: 'café' });
  });

  it('take away one column of several, and the whole condition with the last', () => {
    const filter = { columns: { TERMINAL_ID: ['3156'], CUSTOMER_ID: ['1', '2', '3'] } };
    const [terminal, customer] = filterChips(filter, words);
    expect(terminal.without).toEqual({ columns: { CUSTOMER_ID: ['1', '2', '3'] } });
    expect(customer.value).toBe('1 and 2 more');
    expect(filterChips({ columns: { TERMINAL_ID: ['3156'] } }, words)[0].without).toEqual({});
  });

  it('say what a cell filtered by, a single value as one, and an empty cell as empty', () => {
    const filter = {
      ...{ minimumScore: 0.61239, minimumFlagged: 3, firstReasons: ['amount'], minimumAmount: 9, maximumAmount: 9 },
      ...{ columns: { country: [''] }, ranges: { items: { from: 2 }, age: { from: 1, to: 1 } } },
    };
    const chips = filterChips(filter, words);
    expect(chips.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'amount 9.00',
      'score from 0.612',
      'flagged from 3',
      'first reason AMOUNT',
      'country (empty)',
      'items from =2',
      'age =1',
    ]);
    expect(chips[5].without.ranges).toEqual({ age: { from: 1, to: 1 } });
  });

  it('count pasted ids instead of listing them, and keep a single id whole', () => {
    expect(filterChips({ anyOf: ['4000123412341234'] }, words)[0].value).toBe('4000123412341234');
    expect(filterChips({ anyOf: ['a', 'b'] }, words)[0].value).toBe('2 pasted');
    expect(filterChips({ anyOf: ['#1', '#25'] }, words)[0]).toMatchObject({ name: 'alerts', value: '2 chosen' });
  });

  it('toggle verdicts and leave no empty condition, which would match nothing', () => {
    expect(toggleVerdict({ verdict: ['none'] }, 'fraud').verdict).toEqual(['none', 'fraud']);
    expect(toggleVerdict({ verdict: ['none'], dayMs: 1 }, 'none')).toEqual({ dayMs: 1 });
  });
});

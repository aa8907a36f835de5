import { describe, expect, it } from 'vitest';
import { alertFilterOf, changedParts, isEmptyFilter, isTransactionFilter } from './transaction-filter.ts';

const brushed = { fromMs: 5, toMs: 9 };

describe('the filter that places share', () => {
  it('survives a search, and a search that is taken away: it is no condition of the list alone', () => {
    const searched = changedParts({ shared: brushed, own: { verdict: ['none'] } }, { ...brushed, search: 'CUST-1' });
    expect(searched).toEqual({ shared: brushed, own: { search: 'CUST-1' } });
    expect(changedParts(searched, brushed)).toEqual({ shared: brushed, own: {} });
  });

  it('is cleared in all places where it is cleared in one', () => {
    const cleared = changedParts({ shared: brushed, own: { verdict: ['none'] } }, {});
    expect(cleared).toEqual({ shared: {}, own: {} });
    expect(isEmptyFilter(cleared.shared)).toBe(true);
  });

  it('does not hide an alert that was asked for by its id, and holds again once the id is taken away', () => {
    const asked = { shared: brushed, own: { anyOf: ['TX-1'] } };
    expect(alertFilterOf(asked)).toEqual({ anyOf: ['TX-1'] });
    const narrowed = changedParts(asked, { anyOf: ['TX-1'], minimumAmount: 100 });
    expect(narrowed).toEqual({ shared: brushed, own: { anyOf: ['TX-1'], minimumAmount: 100 } });
    expect(alertFilterOf(changedParts(asked, {}))).toEqual(brushed);
  });

  it('keeps no condition that asks for nothing: a list without any would not be called unfiltered', () => {
    const parts = changedParts({ shared: {}, own: {} }, { minimumAmount: undefined, columns: {} });
    expect(alertFilterOf(parts)).toEqual({});
  });

  it('refuses what another version stored under the same name', () => {
    expect(isTransactionFilter({ fromMs: 'yesterday' })).toBe(false);
    expect(isTransactionFilter({ columns: { country: 'GB' } })).toBe(false);
    expect(isTransactionFilter({ verdict: ['none'] })).toBe(false);
    expect(isTransactionFilter({ fromMs: 5, columns: { country: ['GB'] } })).toBe(true);
  });
});

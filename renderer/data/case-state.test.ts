import { describe, expect, it, vi } from 'vitest';
import { caseKeyOf, caseStatesOf, MOST_CASES } from './case-state.ts';
import { WindowState } from './window-state.ts';

/** A window's state, and the same as the next start of the window would read it. */
function restartable(): { readonly state: WindowState; readonly restarted: () => WindowState } {
  let written = '{}';
  const state = new WindowState({}, (values) => (written = JSON.stringify(values)));
  const restarted = (): WindowState => {
    state.flush();
    return new WindowState(JSON.parse(written) as Record<string, unknown>, () => undefined);
  };
  return { state, restarted };
}

describe('what is kept for each case', () => {
  it('is not seen in another case', () => {
    const { state } = restartable();
    state.setOfCase('a', 'triage.filter', { search: 'CUST-1' });
    expect(state.getOfCase('b', 'triage.filter')).toBeUndefined();
    state.setOfCase('b', 'triage.filter', { verdict: ['fraud'] });
    expect(state.getOfCase('a', 'triage.filter')).toEqual({ search: 'CUST-1' });
  });

  it('is there again after another case, and after a restart', () => {
    const { state, restarted } = restartable();
    const draft = { modelId: 1, trees: 2000, off: ['amount'] };
    state.setOfCase('a', 'tuning.draft', draft);
    state.setOfCase('b', 'tuning.draft', null);
    expect(state.getOfCase('a', 'tuning.draft')).toEqual(draft);
    expect(restarted().getOfCase('a', 'tuning.draft')).toEqual(draft);
    expect(restarted().getOfCase('b', 'tuning.draft')).toBeNull();
  });

  it('is kept for the cases that changed last, at most so many', () => {
    const { state, restarted } = restartable();
    for (let index = 0; index < MOST_CASES; index += 1) state.setOfCase(`case ${index}`, 'triage.selected', `${index}`);
    state.setOfCase('case 0', 'explore.view', 'lanes');
    state.setOfCase('one more', 'triage.selected', 'last');
    expect(state.getOfCase('case 1', 'triage.selected')).toBeUndefined();
    expect(restarted().getOfCase('case 0', 'triage.selected')).toBe('0');
    expect(restarted().getOfCase('one more', 'triage.selected')).toBe('last');
    expect(caseStatesOf(restarted().get('cases'))).toHaveLength(MOST_CASES);
  });

  it('tells nobody and writes nothing when a value stays the same', () => {
    const write = vi.fn();
    const heard = vi.fn();
    const kept = new WindowState({ cases: [{ caseKey: 'a', values: { 'triage.selected': '#1' } }] }, write);
    kept.subscribe(heard);
    kept.setOfCase('a', 'triage.selected', '#1');
    kept.flush();
    expect(heard).not.toHaveBeenCalled();
    expect(write).not.toHaveBeenCalled();
  });

  it('begins anew where another case took the place of a deleted one', () => {
    const path = '/cases/march.assay';
    const former = caseKeyOf({ path, sources: [{ addedAtMs: 1 }, { addedAtMs: 5 }] });
    expect(caseKeyOf({ path, sources: [{ addedAtMs: 1 }] })).toBe(former);
    expect(caseKeyOf({ path, sources: [{ addedAtMs: 2 }] })).not.toBe(former);
    expect(caseKeyOf({ path: '/cases/april.assay', sources: [{ addedAtMs: 1 }] })).not.toBe(former);
  });

  it.each([[undefined], ['text'], [{ a: 1 }], [[null, 3, { caseKey: 1, values: {} }, { caseKey: 'a' }]]])(
    'reads %j, which no window wrote, as nothing',
    (stored) => {
      expect(caseStatesOf(stored)).toEqual([]);
      const state = new WindowState({ cases: stored }, () => undefined);
      expect(state.getOfCase('a', 'triage.filter')).toBeUndefined();
      state.setOfCase('a', 'triage.filter', {});
      expect(state.getOfCase('a', 'triage.filter')).toEqual({});
    },
  );
});

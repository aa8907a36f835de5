import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WindowState } from './window-state.ts';

describe('window state', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes a change before anything can end the window, and several made together once', async () => {
    const write = vi.fn();
    const state = new WindowState({ theme: 'dark' }, write);
    state.set('filter', 'open');
    state.set('place', 'models');
    await Promise.resolve();
    expect(write.mock.calls).toEqual([[{ theme: 'dark', filter: 'open', place: 'models' }]]);
  });

  it('writes nothing of a locked case, and takes away what was written of it before', async () => {
    const write = vi.fn();
    const stored = [{ caseKey: 'spring', values: { 'triage.filter': 'ACME' } }];
    const state = new WindowState({ cases: stored }, write);
    state.setWritten('spring', false);
    expect(write.mock.calls.at(-1)).toEqual([{ cases: [] }]);
    state.setOfCase('spring', 'triage.selected', 'C1003');
    state.setOfCase('summer', 'triage.selected', 'C7');
    await Promise.resolve();
    state.flush();
    expect(JSON.stringify(write.mock.calls)).not.toContain('C1003');
    expect(JSON.stringify(write.mock.calls.at(-1))).toContain('C7');
    expect(state.getOfCase('spring', 'triage.selected')).toBe('C1003');
    state.setWritten('spring', true);
    expect(JSON.stringify(write.mock.calls.at(-1))).toContain('C1003');
  });

  it('writes what follows closely once more, whole, with what other keys held', async () => {
    const write = vi.fn();
    const state = new WindowState({ place: 'triage' }, write);
    for (let width = 300; width < 320; width += 1) {
      state.set('detailPx', width);
      await Promise.resolve();
    }
    expect(write).toHaveBeenCalledTimes(1);
    vi.runAllTimers();
    expect(write.mock.calls.at(-1)).toEqual([{ place: 'triage', detailPx: 319 }]);
    expect(write).toHaveBeenCalledTimes(2);
  });

  it('writes at once when the window is left, and not a second time', async () => {
    const write = vi.fn();
    const state = new WindowState({}, write);
    state.set('place', 'models');
    await Promise.resolve();
    state.set('place', 'triage');
    state.flush();
    vi.runAllTimers();
    expect(write.mock.calls).toEqual([[{ place: 'models' }], [{ place: 'triage' }]]);
  });

  it('tells nobody and writes nothing when a value stays the same', () => {
    const write = vi.fn();
    const heard = vi.fn();
    const state = new WindowState({ place: 'models' }, write);
    state.subscribe(heard);
    state.set('place', 'models');
    vi.runAllTimers();
    expect(heard).not.toHaveBeenCalled();
    expect(write).not.toHaveBeenCalled();
  });
});

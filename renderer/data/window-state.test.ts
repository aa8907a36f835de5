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

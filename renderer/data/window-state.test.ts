import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WindowState } from './window-state.ts';

describe('window state', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes a burst of changes once, whole, with what other keys held', () => {
    const write = vi.fn();
    const state = new WindowState({ place: 'triage' }, write);
    for (let width = 300; width < 320; width += 1) state.set('detailPx', width);
    expect(write).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(write.mock.calls).toEqual([[{ place: 'triage', detailPx: 319 }]]);
  });

  it('writes at once when the window is left, and not a second time', () => {
    const write = vi.fn();
    const state = new WindowState({}, write);
    state.set('place', 'models');
    state.flush();
    vi.runAllTimers();
    expect(write).toHaveBeenCalledTimes(1);
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

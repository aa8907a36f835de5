import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LatestWins } from './latest-wins.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('LatestWins', () => {
  it('sends the first at once and then at most one in the interval: the latest', () => {
    const sent: number[] = [];
    const events = new LatestWins<number>(100, (value) => sent.push(value));
    for (let value = 0; value < 1000; value++) {
      events.give('progress', value);
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(500);
    expect(sent.length).toBeGreaterThan(9);
    expect(sent.length).toBeLessThanOrEqual(12);
    expect(sent[0]).toBe(0);
    expect(sent.at(-1)).toBe(999);
  });

  it('keeps names apart and loses nothing that is flushed', () => {
    const sent: string[] = [];
    const events = new LatestWins<string>(100, (value) => sent.push(value));
    events.give('a', 'a1');
    events.give('a', 'a2');
    events.give('b', 'b1');
    events.flush('a');
    expect(sent).toEqual(['a1', 'b1', 'a2']);
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual(['a1', 'b1', 'a2']);
  });
});

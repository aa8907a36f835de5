import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('never begins what was given up while it waited, begins what came after it, and asks one kind at a time', async () => {
    const turns = new Turns();
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const ask = (kind: string, name: string, signal = new AbortController().signal): Promise<void> =>
      turns.take(kind, signal, () => {
        begun.push(name);
        return new Promise((done) => ends.set(name, done));
      });
    const left = new AbortController();
    const first = ask('tile', 'first');
    const second = ask('tile', 'second', left.signal);
    const third = ask('tile', 'third');
    void ask('page', 'other kind');
    await Promise.resolve();
    await Promise.resolve();
    expect(begun).toEqual(['first', 'other kind']);
    left.abort();
    ends.get('first')?.();
    await first;
    await expect(second).rejects.toThrow();
    await expect.poll(() => begun).toEqual(['first', 'other kind', 'third']);
    ends.get('third')?.();
    await third;
  });
});

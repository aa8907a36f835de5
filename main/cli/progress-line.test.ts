import { describe, expect, it } from 'vitest';
import type { StreamFigures } from '../../engine/domain/stream-figures.ts';
import { createProgressLine, formatProgress } from './progress-line.ts';

describe('the progress line', () => {
  it('tells share, rate and remaining time where the total is known', () => {
    const line = formatProgress({ phase: 'read', done: 1_000_000, total: 4_000_000, unit: 'bytes' }, 2000);
    expect(line).toBe('reading  25 %  1,000,000 of 4,000,000 bytes  500,000 bytes/s  6 s left');
  });

  it('tells no remaining time where the total is not known, and no rate from the first moment', () => {
    expect(formatProgress({ phase: 'score', done: 300, total: null, unit: 'rows' }, 3000)).toBe(
      'scoring  300 rows  100 rows/s',
    );
    expect(formatProgress({ phase: 'train', done: 3, total: 300, unit: 'trees' }, 1)).toBe(
      'growing trees  1 %  3 of 300 trees',
    );
  });

  it('tells of a stream how fast it is now, not on average since its start', () => {
    const stream = { messagesPerSecond: 7 } as unknown as StreamFigures;
    expect(formatProgress({ phase: 'follow', done: 9000, total: null, unit: 'messages', stream }, 3000)).toBe(
      'following  9,000 messages  7 messages/s',
    );
  });

  it('writes whole lines, seldom, where nobody watches a terminal', () => {
    const written: string[] = [];
    let nowMs = 0;
    const progress = createProgressLine({ write: (text) => written.push(text) }, () => nowMs);
    for (; nowMs < 12_000; nowMs += 100) progress.report({ phase: 'read', done: nowMs, total: 12_000, unit: 'bytes' });
    expect(written).toHaveLength(2);
    expect(written.every((text) => text.endsWith('\n') && !text.includes('\r'))).toBe(true);
  });
});

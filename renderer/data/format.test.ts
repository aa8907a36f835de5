import { describe, expect, it } from 'vitest';
import {
  formatAmount,
  formatBytes,
  formatDay,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  formatTime,
  formatTimeBoth,
  zoneName,
} from './format.ts';

describe('numbers as an analyst reads them', () => {
  it('keeps a small share from reading as zero', () => {
    expect(formatPercent(0.0124)).toBe('1.24 %');
    expect(formatPercent(0.00034)).toBe('0.034 %');
    expect(formatPercent(0.0000001)).toBe('<0.001 %');
    expect(formatPercent(0)).toBe('0 %');
  });

  it('keeps a score on the scale of a model made elsewhere as short as any other', () => {
    expect([0.5534, 99.9994, 612.3456, 4598.7634].map(formatScore)).toEqual(['0.553', '99.999', '612.35', '4,598.8']);
  });

  it('writes both ends of an interval with the same decimals', () => {
    expect(formatInterval([0.0861, 0.135])).toBe('8.6 to 13.5 %');
    expect(formatInterval([0.004, 0.0199])).toBe('0.40 to 1.99 %');
  });

  it('never rounds a share that is not whole up to 100 %', () => {
    expect(formatPercent(0.999)).toBe('99.9 %');
    expect(formatPercent(1)).toBe('100 %');
  });

  it('writes the currency as a code with that currency’s decimals, and none where it is not known', () => {
    expect(formatAmount(2140, 'EUR')).toBe('2,140.00 EUR');
    expect(formatAmount(2140, 'JPY')).toBe('2,140 JPY');
    expect(formatAmount(612.4, null)).toBe('612.40');
    expect(formatAmount(12, 'not a code')).toBe('12.00 not a code');
    expect(formatAmount(null, 'EUR')).toBe('–');
  });

  it('carries a rounded-up size to the next unit', () => {
    expect(formatBytes(999_600)).toBe('1.0 MB');
    expect(formatBytes(158_000_000)).toBe('158 MB');
  });

  it('carries rounded-up seconds to the minute', () => {
    expect(formatDuration(59_700)).toBe('1 min');
    expect(formatDuration(9_960)).toBe('10 s');
    expect(formatDuration(7_500_000)).toBe('2 h 5 min');
  });
});

describe('times in the zone of the case', () => {
  const lateEveningUtc = Date.UTC(2018, 7, 7, 23, 14, 9);

  it('shows the zone’s own day, and the UTC day beside it where that differs', () => {
    expect(formatTimeBoth(lateEveningUtc, 'Europe/Lisbon', 'both')).toBe('08 Aug 2018 00:14 · 07 Aug 2018 23:14 UTC');
    expect(formatTimeBoth(lateEveningUtc, 'America/New_York', 'both')).toBe('07 Aug 2018 19:14 · 23:14 UTC');
  });

  it('writes a case in UTC once', () => {
    expect(formatTimeBoth(lateEveningUtc, 'UTC', 'both')).toBe('07 Aug 2018 23:14 UTC');
    expect(zoneName('Etc/UTC')).toBe('UTC');
  });

  it('writes midnight as 00, and September with three letters like every month', () => {
    expect(formatTime(Date.UTC(2018, 8, 1), 'UTC', { withSeconds: true })).toBe('01 Sep 2018 00:00:00');
    expect(formatDay(Date.UTC(2018, 8, 1), 'UTC')).toHaveLength('01 Sep 2018'.length);
  });
});

import { expect, it } from 'vitest';
import { groupingWords } from './alert-grouping.tsx';

const alertEntity = { role: 'card', column: 'card_id' };

it('says what an alert is: an episode with its gap in hours or days, a transaction, or all of an entity', () => {
  const words = (alertGap: Parameters<typeof groupingWords>[0]['alertGap']): string =>
    groupingWords({ alertGap, alertEntity });
  expect(words(24 * 3_600_000)).toContain('one card that follow each other by at most 24 h are');
  expect(words(7 * 24 * 3_600_000)).toContain('at most 7 days');
  expect(words('whole-recording')).toBe('All flagged transactions of one card are one alert.');
  expect(words('each-transaction')).toBe('Each flagged transaction is an alert.');
  expect(groupingWords({ alertGap: 3_600_000, alertEntity: null })).toBe('Each flagged transaction is an alert.');
});

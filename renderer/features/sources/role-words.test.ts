import { expect, it } from 'vitest';
import { withColumn } from './role-words.ts';

const columns = [
  { name: 'when', role: 'event_time' },
  { name: 'posted', role: 'feature' },
  { name: 'shop', role: 'terminal' },
] as const;

it('takes a role that only one column can have from the column that had it', () => {
  const overrides = withColumn({}, 'posted', { role: 'event_time' }, columns);
  expect(overrides.columns).toEqual({ posted: { role: 'event_time' }, when: { role: 'feature' } });
});

it('keeps what was said of a column before, and of others', () => {
  const first = withColumn({}, 'shop', { kind: 'text' }, columns);
  const second = withColumn(first, 'shop', { role: 'merchant' }, columns);
  expect(second.columns).toEqual({ shop: { kind: 'text', role: 'merchant' } });
});

import { describe, expect, it } from 'vitest';
import { checkedOfList } from './checked-alerts.ts';

describe('alerts that the next decision takes together', () => {
  it('are those of the list, and none that left it unseen', () => {
    const stored = { modelId: 1, keys: ['#1', '#2', '#3'] };
    expect(checkedOfList(stored, 1, ['#3', '#1', '#9'])).toEqual(new Set(['#1', '#3']));
  });

  it('are none under another model, whose alerts have the same keys', () => {
    expect(checkedOfList({ modelId: 1, keys: ['#1'] }, 2, ['#1'])).toEqual(new Set());
  });
});

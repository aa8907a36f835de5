import { beforeAll, describe, expect, it } from 'vitest';
import { buildWindow } from './build.ts';
import { overBudget } from './size-budgets.ts';

describe('what is built', () => {
  beforeAll(buildWindow);

  it.each(['renderer', 'preload', 'main', 'engine'] as const)('has not grown unseen: %s', (part) => {
    expect(overBudget(part)).toBeNull();
  });
});

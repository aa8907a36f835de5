import { describe, expect, it } from 'vitest';
import { worthOf } from './worth.ts';

const ranking = (name: string, isModel: boolean, auprc: number | null) => ({
  name,
  isModel,
  auroc: 0.9,
  auprc,
  cardPrecisionTop100: null,
  curve: [],
});

describe('is the model worth it', () => {
  it('says so when a plain amount beats the model', () => {
    const worth = worthOf(
      [ranking('this model', true, 0.09), ranking('random', false, 0.01), ranking('amount', false, 0.22)],
      true,
    );
    expect(worth.state).toBe('loses');
    expect(worth.sentence).toContain('loses to “amount”: average precision 0.090 against 0.220');
  });

  it('does not sell a difference that another seed would undo', () => {
    expect(worthOf([ranking('this model', true, 0.221), ranking('amount', false, 0.22)], false).sentence).toContain(
      'no better',
    );
  });

  it('compares with the best baseline, not with the first', () => {
    const worth = worthOf(
      [ranking('this model', true, 0.3), ranking('random', false, 0.01), ranking('amount', false, 0.1)],
      true,
    );
    expect(worth).toMatchObject({ state: 'better' });
    expect(worth.sentence).toContain('“amount”');
    expect(worth.sentence).toContain('3.0 times');
  });

  it('claims nothing without known frauds, nor before the rules were ranked', () => {
    expect(worthOf([ranking('this model', true, null)], false).sentence).toContain('Needs known frauds');
    expect(worthOf([], true)).toEqual({ state: 'unknown', sentence: 'Being compared with plain rules.' });
  });
});

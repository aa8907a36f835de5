import { expect, it } from 'vitest';
import type { CrossValidation, FigureWithInterval } from '../../learning/validate.ts';
import { gateOf } from './learning-gate.ts';

const surely = (value: number): FigureWithInterval => ({ value, low: value - 0.01, high: value + 0.01 });
const maybe = (value: number): FigureWithInterval => ({ value, low: value - 0.5, high: value + 0.5 });

function validationOf(before: number, after: number, isBetter: boolean, around = surely): CrossValidation {
  const queue = (value: number) => ({ averagePrecision: surely(value), precisionInFirstHalf: surely(value) });
  const gain = around(after - before);
  return {
    alerts: 93,
    fraud: 20,
    before: queue(before),
    after: queue(after),
    gain,
    transactionGain: gain,
    wins: 1,
    isBetter,
    allTransactions: null,
  };
}

const better = validationOf(0.3, 0.6, true);

it('calls nothing better that is surely worse on the days that came later', () => {
  const gate = gateOf(better, validationOf(0.7, 0.5, false), 'verdicts');
  expect(gate.answer).toBe('no better');
  expect(gate.sentence).toContain(
    'later days surely worse than the forest (average precision 0.700 before, 0.500 after)',
  );
});

it('calls nothing better that surely ranks worse over all transactions, and lets those that only may be worse pass', () => {
  const over = (gain: FigureWithInterval): CrossValidation => ({
    ...better,
    allTransactions: { drawn: 70, before: surely(0.5), after: surely(0.4), gain },
  });
  const gate = gateOf(over(surely(-0.1)), null, 'verdicts');
  expect(gate.answer).toBe('no better');
  expect(gate.sentence).toContain('which 70 drawn from below the line stand for');
  expect(gate.sentence).toContain('0.500 before, 0.400 after');
  const unsure = gateOf(over(maybe(-0.1)), null, 'verdicts');
  expect(unsure.answer).toBe('better');
  expect(unsure.sentence).toContain(
    'Over all transactions they did not, as far as 70 verdicts from below the line tell (average precision 0.500 before, 0.400 after)',
  );
  expect(gateOf(over(maybe(0.1)), null, 'verdicts').sentence).toContain('Whether more fraud is found, the next days');
});

it('says in the same breath that later days do not bear it out, where they are too few to be sure', () => {
  const gate = gateOf(better, validationOf(0.676, 0.617, false, maybe), 'verdicts');
  expect(gate.answer).toBe('better');
  expect(gate.sentence).toContain(
    'On later days they did not, as far as 93 alerts tell (average precision 0.676 before, 0.617 after)',
  );
});

it('claims no more than that frauds come earlier, whether later days say so too or there are none', () => {
  for (const forward of [null, validationOf(0.3, 0.5, true)])
    expect(gateOf(better, forward, 'labels')).toMatchObject({
      answer: 'better',
      sentence: expect.stringContaining('Whether more fraud is found, the next days show.') as string,
    });
  expect(gateOf(validationOf(0.3, 0.31, false), null, 'labels').sentence).toContain(
    'these labels do not rank more surely',
  );
});

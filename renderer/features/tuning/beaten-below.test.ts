import { expect, it } from 'vitest';
import { beatenBelow } from './beaten-below.ts';

const model = [
  { recall: 0.1, precision: 0.9 },
  { recall: 0.6, precision: 0.8 },
  { recall: 1, precision: 0.1 },
];

it('names the recall below which a plain rule is the better one, and no rule that never is', () => {
  const amount = [
    { recall: 0.3, precision: 1 },
    { recall: 0.5, precision: 0.2 },
  ];
  const worse = [{ recall: 1, precision: 0.05 }];
  const best = [{ recall: 1, precision: 1 }];
  expect(
    beatenBelow(model, [
      { name: 'amount alone', points: amount },
      { name: 'worse', points: worse },
      { name: 'best', points: best },
      { name: 'none', points: [] },
    ]),
  ).toEqual([
    { name: 'amount alone', recall: 0.31 },
    { name: 'best', recall: null },
  ]);
});

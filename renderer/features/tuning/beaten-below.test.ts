import { describe, expect, it } from 'vitest';
import { beatenBelow, through } from './beaten-below.ts';

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

describe('the curve of the model', () => {
  const curve = [
    { recall: 0.2, precision: 0.9 },
    { recall: 0.4, precision: 0.6 },
  ];

  it('passes through where the line is: the dot never lies beside it', () => {
    const here = { recall: 0.4, precision: 0.55 };
    expect(through(curve, here)).toEqual([...curve, here]);
    expect(through(curve, { recall: 0.3, precision: 0.5 })[1]).toEqual({ recall: 0.3, precision: 0.5 });
    expect(through(curve, null)).toEqual(curve);
  });
});

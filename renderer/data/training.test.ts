import { expect, it } from 'vitest';
import { featuresWithout, trainingLike } from './training.ts';

const parameters = { trees: 200, sample: 256, seed: 7, grower: 'assay', featuresPerTree: 3 } as const;
const small = { parameters, features: ['amount'], featuresOverTime: [] };
const large = { parameters, features: ['amount', 'hour', 'card count 24 h'], featuresOverTime: ['card count 24 h'] };

it('keeps features per tree and what was left out, and does not ask for features over time that the model has not', () => {
  const off = featuresWithout(small, [small, large]);
  expect(off).toEqual(['hour', 'card count 24 h']);
  expect(trainingLike(small, off, [small, large])).toEqual({
    detection: 'plain',
    forest: parameters,
    windows: false,
    leaveOut: ['hour'],
  });
});

it('leaves a model by theme its way, and asks of it no feature that only the other way has', () => {
  const themed = { ...small, parameters: { ...parameters, leaf: 'convex' } } as const;
  expect(featuresWithout(themed, [themed, large])).toEqual([]);
  expect(trainingLike(themed, [], [themed, large])).toMatchObject({ detection: 'themes', windows: false });
});

it('computes features over time where one of them is wanted, and leaves out the others by name', () => {
  const two = { ...large, featuresOverTime: ['card count 24 h', 'card sum 7 d'] };
  expect(trainingLike(two, ['card sum 7 d'], [two])).toEqual({
    detection: 'plain',
    forest: parameters,
    windows: true,
    leaveOut: ['card sum 7 d'],
  });
});

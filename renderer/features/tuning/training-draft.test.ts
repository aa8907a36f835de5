import { expect, it } from 'vitest';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { draftChanges, draftOf } from './training-draft.ts';

const model: ModelListItem = {
  id: 2,
  name: 'forest',
  digest: 'd',
  parameters: { trees: 300, sample: 256, seed: 1, grower: 'assay', featuresPerTree: null },
  trees: 300,
  sample: 256,
  seed: 1,
  grower: 'assay',
  origin: null,
  takenOverFrom: null,
  features: ['amount'],
  featureLabels: ['Amount'],
  themes: [],
  featuresOverTime: [],
  trainedRows: 10,
  createdAtMs: 0,
  isChampion: true,
  thresholdUnits: 1,
  threshold: 0.6,
  flagged: 1,
  alerts: 1,
  handle: null,
  scoresAllRows: true,
};
const features = [
  { name: 'amount', label: 'Amount', isUsed: true },
  { name: 'hour', label: 'Time of day', isUsed: false },
];

it('does not bring a feature back that the model was trained without', () => {
  const draft = draftOf(model, features);
  expect(draft.off).toEqual(['hour']);
  expect(draftChanges(draft, model, features)).toEqual([]);
});

it('says which features come back and which go', () => {
  const draft = { ...draftOf(model, features), off: ['amount'], seed: 2 };
  expect(draftChanges(draft, model, features)).toEqual(['seed 2 instead of 1', 'without Amount', 'with Time of day']);
});

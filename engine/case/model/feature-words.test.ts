import { expect, it } from 'vitest';
import type { FeatureSpec, RowTransform } from '../../domain/feature-spec.ts';
import type { Profile } from '../../domain/profile.ts';
import { asWindowFeature } from '../../features/windows/describe-window-feature.ts';
import { featureWords } from './feature-words.ts';

const column = (name: string, kind: 'number' | 'category' | 'time', role: Profile['columns'][number]['role']) => ({
  ...{ name, kind, role },
  ...{ confidence: 1, reason: '', inferred: true },
});
const profile: Profile = {
  version: 1,
  timeZone: 'UTC',
  columns: [
    column('TX_DATETIME', 'time', 'event_time'),
    column('TX_AMOUNT', 'number', 'amount'),
    column('CUSTOMER_ID', 'category', 'customer'),
    column('TERMINAL_ID', 'category', 'terminal'),
  ],
};
const dayMs = 86_400_000;
const risk = (windowMs: number, delayMs = 7 * dayMs) =>
  asWindowFeature(
    { kind: 'risk', entity: ['TERMINAL_ID'], windowMs, delayMs, usesLabels: true, label: 'F', scale: 'linear' },
    profile,
  );

function specOf(transforms: readonly RowTransform[], windows: readonly ReturnType<typeof risk>[]): FeatureSpec {
  return {
    version: 1,
    timeZone: 'UTC',
    features: transforms.map((transform) => ({
      name: `${transform.column}_${transform.kind}`,
      description: `${transform.column} as received.`,
      transform,
      imputation: { rule: 'zero', value: 0, missingCount: 0 },
      usesLabels: false,
    })),
    windows: { amountDecimals: 2, latenessMs: 0, features: [...windows] },
    leftOut: [],
  };
}

it('calls features by what they mean, not by the columns of a file', () => {
  const time = 'TX_DATETIME';
  const spec = specOf(
    [
      { kind: 'identity', column: 'TX_AMOUNT' },
      { kind: 'hour', column: time },
      { kind: 'weekday', column: time },
      { kind: 'night', column: time },
      { kind: 'identity', column: 'items' },
    ],
    [risk(dayMs), risk(7 * dayMs)],
  );
  const words = featureWords(spec, profile);
  expect(words.map(({ label }) => label)).toEqual([
    'Amount',
    'Time of day',
    'Day of the week',
    'At night',
    'Items',
    'Known fraud at terminal, 24 h',
    'Known fraud at terminal, 7 days',
  ]);
  const values = [615, 14.508, 5, 1, 3, 0.0825, 1];
  expect(words.map(({ valueText }, index) => valueText(values[index]))).toEqual([
    '615.00',
    '14:30',
    'Saturday',
    'yes',
    '3',
    '8.25\u00A0%',
    '100\u00A0%',
  ]);
});

it('tells apart by the whole phrase what a few words cannot', () => {
  const labels = featureWords(specOf([], [risk(dayMs, dayMs), risk(dayMs)]), profile).map(({ label }) => label);
  expect(labels).toEqual([
    'Share of known fraud at this terminal in the 24 h that ended 24 h ago',
    'Share of known fraud at this terminal in the 24 h that ended 7 days ago',
  ]);
});

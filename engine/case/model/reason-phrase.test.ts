import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FeatureSpec, RowTransform } from '../../domain/feature-spec.ts';
import type { Profile } from '../../domain/profile.ts';
import { asWindowFeature, type WindowDefinition } from '../../features/windows/describe-window-feature.ts';
import { featureWords } from './feature-words.ts';
import { reasonPhrase, type ReasonFacts } from './reason-phrase.ts';

const column = (name: string, kind: 'number' | 'category' | 'time', role: Profile['columns'][number]['role']) => ({
  ...{ name, kind, role },
  ...{ confidence: 1, reason: '', inferred: true },
});
const profile: Profile = {
  version: 1,
  timeZone: 'UTC',
  columns: [
    column('paid_at', 'time', 'event_time'),
    column('amount', 'number', 'amount'),
    column('card_id', 'category', 'card'),
    column('terminal_id', 'category', 'terminal'),
    column('country', 'category', 'feature'),
  ],
};
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The words of one feature, and facts in which nothing is known but its value. */
function factsOf(source: RowTransform | WindowDefinition, value: number, more: Partial<ReasonFacts> = {}): ReasonFacts {
  const spec: FeatureSpec = {
    version: 1,
    timeZone: 'UTC',
    features:
      'column' in source
        ? [
            {
              ...{ name: 'f', description: '', transform: source, usesLabels: false },
              imputation: { rule: 'zero', value: 0, missingCount: 0 },
            },
          ]
        : [],
    windows: {
      ...{ amountDecimals: 2, latenessMs: 0 },
      features: 'column' in source ? [] : [asWindowFeature(source, profile)],
    },
    leftOut: [],
  };
  const [words] = featureWords(spec, profile);
  return {
    ...{ words, value, isFilled: false, text: null, own: null, median: NaN, mean: NaN, percentile: null },
    isAmount: 'column' in source && source.column === 'amount',
    ...more,
  };
}

const said = (...facts: Parameters<typeof factsOf>): string => reasonPhrase(factsOf(...facts));
const own = (median: number | null, alike = 0) => ({ who: 'card', count: 212, median, alike });
const amount = { kind: 'identity', column: 'amount' } as const;
const ofCard = { entity: ['card_id'], windowMs: dayMs, scale: 'linear', usesLabels: false } as const;
const counting = { ...ofCard, kind: 'count', delayMs: 0, includeCurrent: true } as const;
const sum = { ...counting, kind: 'sum', amount: 'amount' } as const;

it('says how an amount stands to what its own card pays, and to all where little is known of the card', () => {
  expect(said(amount, 812, { own: own(198), median: 64 })).toBe('4.1 times what this card usually pays');
  expect(said(amount, 812, { median: 64 })).toBe('13 times what is usual among all');
  expect(said(amount, 6, { own: own(200) })).toBe('3 % of what this card usually pays');
  expect(said(amount, 199, { own: own(200) })).toBe('About what this card usually pays');
  expect(said(amount, -40, { own: own(200), median: 60, percentile: 0.0004 })).toBe('Amount below 99.9 % of all');
  expect(said({ ...amount, kind: 'log' }, Math.log1p(812), { own: own(198) })).toBe(
    '4.1 times what this card usually pays',
  );
  expect(said(amount, 64, { isFilled: true })).toBe('Amount: missing');
});

it('counts how many of the card’s own payments were alike', () => {
  const country = { kind: 'one-hot', column: 'country', value: 'FR' } as const;
  expect(said({ kind: 'hour', column: 'paid_at' }, 3.2, { own: own(null, 1) })).toBe(
    'Time of day as in 1 of this card’s 212 earlier payments',
  );
  expect(said({ kind: 'night', column: 'paid_at' }, 1, { mean: 0.042 })).toBe('At night, as 4.2 % of all');
  expect(said({ kind: 'weekday', column: 'paid_at' }, 6, { own: own(null, 9) })).toBe(
    'On a Sunday, as 9 of this card’s 212 earlier payments',
  );
  expect(said(country, 1, { text: 'FR', own: own(null) })).toBe(
    'Country FR, as in none of this card’s 212 earlier payments',
  );
  expect(said(country, 0, { text: 'DE', mean: 0.9 })).toBe('Country not FR, as it is in 90 % of all');
});

it('puts windows beside the entity’s own windows, and never says an amount again', () => {
  expect(said(counting, 14, { own: own(2), median: 3 })).toBe(
    '14 payments with this card in 24 h, usually 2 for this card',
  );
  expect(said(counting, 1, { median: 3, percentile: 0.004 })).toBe(
    '1 payment with this card in 24 h, usually 3 among all (below 99.6 % of all)',
  );
  expect(said(sum, 812, { own: own(131) })).toBe('Total amount with this card in 24 h: 6.2 times what is usual for it');
  expect(said({ ...sum, kind: 'ratio-to-mean', windowMs: 30 * dayMs }, 4.1)).toBe(
    '4.1 times this card’s average payment of 30 days',
  );
  expect(said({ ...ofCard, kind: 'since-last' }, 1 / 60, { own: own(26) })).toBe(
    '1 min after the last payment with this card, usually 26 h for this card',
  );
  expect(said({ ...ofCard, kind: 'since-last' }, 24)).toBe('No payment with this card in the 24 h before');
  const risk: WindowDefinition = {
    ...{ kind: 'risk', entity: ['terminal_id'], windowMs: 7 * dayMs, delayMs: 7 * dayMs, label: 'x' },
    ...{ usesLabels: true, scale: 'linear' },
  };
  const known = (frauds: number, judged: number, victims: number | null) => ({
    own: { who: 'terminal', count: judged, median: null, alike: 0, known: { frauds, judged, victims } },
  });
  expect(said(risk, 0.11)).toBe('11 % known fraud at this terminal in the 7 days that ended 7 days ago');
  expect(said(risk, 0.25, known(3, 12, null))).toBe('3 of 12 payments at this terminal 7 to 14 days ago were fraud');
  // Where the label column says other than what the feature saw, nothing is counted.
  expect(said(risk, 0.5, known(3, 12, null))).toBe(
    '50 % known fraud at this terminal in the 7 days that ended 7 days ago',
  );
  const confirmed: WindowDefinition = { ...risk, kind: 'confirmed-fraud', of: 'card_id' };
  expect(said(confirmed, 2 / 14, known(4, 12, 3))).toBe(
    '4 of 12 payments at this terminal 7 to 14 days ago were fraud, of 3 cards',
  );
});

it('is one line with a capital and no full stop, whatever the numbers', () => {
  const sources: readonly (RowTransform | WindowDefinition)[] = [
    amount,
    { kind: 'log', column: 'amount' },
    { kind: 'identity', column: 'items' },
    { kind: 'hour', column: 'paid_at' },
    { kind: 'frequency', column: 'country', shares: {} },
    counting,
    sum,
    { ...sum, scale: 'log' },
    { ...sum, kind: 'std' },
    { ...sum, kind: 'deviations-from-mean' },
    { ...ofCard, kind: 'since-last' },
    { ...ofCard, kind: 'first-seen' },
  ];
  const number = fc.double();
  fc.assert(
    fc.property(fc.constantFrom(...sources), number, number, number, (source, value, median, usual) => {
      const phrase = said(source, value, { median, percentile: 0.5, own: Number.isNaN(usual) ? null : own(usual, 3) });
      expect(phrase).toMatch(/^[A-Z0-9∞-].*[^.]$/u);
      expect(phrase).not.toMatch(/NaN|undefined|null/u);
    }),
  );
});

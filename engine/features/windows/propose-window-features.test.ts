import { expect, it } from 'vitest';
import type { ColumnKind, ColumnRole, Profile } from '../../domain/profile.ts';
import { asWindowFeature, plainDuration, shortDuration } from './describe-window-feature.ts';
import { proposeWindowFeatures } from './propose-window-features.ts';
import { WindowEngine } from './window-engine.ts';

function profileOf(roles: readonly ColumnRole[]): Profile {
  const kindOf = (role: ColumnRole): ColumnKind =>
    role === 'event_time' ? 'time' : role === 'amount' ? 'number' : 'category';
  const columns = roles.map((role) => ({
    name: role.toUpperCase(),
    kind: kindOf(role),
    role,
    confidence: 1,
    reason: 'given',
    inferred: false,
  }));
  return { version: 1, timeZone: 'UTC', columns };
}

it('proposes spending habits and delayed terminal risk, in words, and marks what uses labels', () => {
  const { features } = proposeWindowFeatures(profileOf(['event_time', 'customer', 'terminal', 'amount', 'label']));
  expect(features.map(({ name, description, usesLabels }) => [name, description, usesLabels])).toEqual([
    [
      'CUSTOMER_ratio-to-mean_30d_before',
      'this amount as a multiple of the mean by this customer in 30 days before this one',
      false,
    ],
    ['CUSTOMER_ratio-to-mean_30d', 'this amount as a multiple of the mean by this customer in 30 days', false],
    ['CUSTOMER_max_7d', 'largest amount by this customer in 7 days', false],
    ['TERMINAL_risk_1d_delay_7d', 'share of known fraud at this terminal in the 24 h that ended 7 days ago', true],
    ['TERMINAL_risk_7d_delay_7d', 'share of known fraud at this terminal in the 7 days that ended 7 days ago', true],
  ]);
});

it('uses no labels where there are none, and proposes nothing without time or entities', () => {
  const unlabelled = proposeWindowFeatures(profileOf(['event_time', 'card', 'merchant', 'amount']));
  expect(unlabelled.features.map(({ usesLabels }) => usesLabels)).toEqual([false, false, false]);
  expect(proposeWindowFeatures(profileOf(['customer', 'amount', 'label'])).features).toEqual([]);
  expect(proposeWindowFeatures(profileOf(['event_time', 'amount', 'label'])).features).toEqual([]);
});

it('proposes only what the engine accepts, whatever roles are there', () => {
  const roles: readonly ColumnRole[] = ['event_time', 'card', 'customer', 'terminal', 'merchant', 'amount', 'label'];
  for (let chosen = 0; chosen < 2 ** roles.length; chosen += 1) {
    const spec = proposeWindowFeatures(profileOf(roles.filter((_, index) => (chosen >> index) % 2 === 1)));
    expect(new WindowEngine(spec).featureCount).toBe(spec.features.length);
  }
});

it('names pairs, options and lengths so that no two different features share a name', () => {
  const profile = profileOf(['customer', 'terminal']);
  const count = {
    kind: 'count',
    entity: ['CUSTOMER', 'TERMINAL'],
    windowMs: 90 * 60_000,
    delayMs: 0,
    includeCurrent: false,
    scale: 'log',
    usesLabels: false,
  } as const;
  const { name, description } = asWindowFeature(count, profile);
  expect(name).toBe('CUSTOMER_TERMINAL_count_90min_before_log');
  expect(description).toBe('payments by this customer at this terminal in 90 min before this one (logarithm)');
  expect([1, 1000, 60_000, 3_600_000, 86_400_000, 129_600_000].map(shortDuration)).toEqual([
    '1ms',
    '1s',
    '1min',
    '1h',
    '1d',
    '36h',
  ]);
  expect(plainDuration(86_400_000)).toBe('24 h');
});

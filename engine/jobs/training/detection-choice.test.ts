import { expect, it } from 'vitest';
import type { FeatureSpec } from '../../domain/feature-spec.ts';
import type { Profile } from '../../domain/profile.ts';
import { proposeThemes } from '../../features/windows/propose-themes.ts';
import { forestParametersOf } from './detection-choice.ts';
import { parametersWithout } from './without-columns.ts';

const said = { confidence: 1, reason: 'given', inferred: false } as const;
const roles = ['event_time', 'card', 'terminal', 'amount', 'label'] as const;
const profile: Profile = {
  version: 1,
  timeZone: 'UTC',
  columns: roles.map((role) => ({
    name: role,
    kind: role === 'event_time' ? 'time' : role === 'amount' ? 'number' : 'category',
    role,
    ...said,
  })),
};
const spec: FeatureSpec = {
  version: 1,
  timeZone: 'UTC',
  features: [],
  windows: proposeThemes(profile).windows,
  leftOut: [],
};
const choice = { trees: 10, featuresPerTree: null, seed: 1, grower: 'assay' } as const;
const last = (spec.windows?.features.length ?? 0) - 1;

it('shows no tree what is there for learning, whether trees come by theme or not', () => {
  const byTheme = forestParametersOf(choice, spec, true);
  expect(byTheme.withheld).toEqual([last]);
  expect(byTheme.themes?.find(({ theme }) => theme === 'risk')?.features).toEqual([last - 3, last - 2, last - 1]);
  expect(forestParametersOf(choice, spec, false).withheld).toEqual([last]);
});

it('keeps it from the trees where other columns are left out, and leaves it out with its theme', () => {
  const parameters = forestParametersOf(choice, spec, true);
  const fewer = parametersWithout(parameters, new Set([0, 2]));
  expect(fewer.withheld).toEqual([last - 2]);
  expect(fewer.themes?.at(-1)).toEqual({ theme: 'risk', features: [last - 5, last - 4, last - 3] });
  const withoutRisk = parametersWithout(parameters, new Set([last - 3, last - 2, last - 1, last]));
  expect('withheld' in withoutRisk).toBe(false);
  expect(withoutRisk.themes?.map(({ theme }) => theme)).toEqual(['amount', 'velocity', 'new', 'time', 'terminal']);
  const { themes: _, ...plain } = parameters;
  expect(parametersWithout(plain, new Set([0])).withheld).toEqual([last - 1]);
});

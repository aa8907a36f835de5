import { expect, it } from 'vitest';
import type { ColumnKind, ColumnRole, Profile } from '../../domain/profile.ts';
import { describeThemes, proposeThemes } from './propose-themes.ts';
import { WindowEngine } from './window-engine.ts';

/** A profile of columns called after their roles; categories by their own name. */
function profileOf(roles: readonly ColumnRole[], categories: readonly string[] = []): Profile {
  const kindOf = (role: ColumnRole): ColumnKind =>
    role === 'event_time' ? 'time' : role === 'amount' ? 'number' : 'category';
  const said = { confidence: 1, reason: 'given', inferred: false } as const;
  return {
    version: 1,
    timeZone: 'Europe/Brussels',
    columns: [
      ...roles.map((role) => ({ name: role, kind: kindOf(role), role, ...said })),
      ...categories.map((name) => ({ name, kind: 'category', role: 'feature', ...said }) as const),
    ],
  };
}

function themesOf(profile: Profile): Readonly<Record<string, readonly string[]>> {
  const byTheme: Record<string, string[]> = {};
  for (const { theme, kind, entity } of proposeThemes(profile).windows.features)
    (byTheme[theme ?? 'none'] ??= []).push(`${entity.join('+')} ${kind}`);
  return byTheme;
}

it('proposes what analysts look for, each by the columns that it rests on', () => {
  const roles: readonly ColumnRole[] = ['event_time', 'customer', 'card', 'terminal', 'amount', 'label'];
  const profile = profileOf(roles, ['merchant_category', 'country', 'channel']);
  expect(themesOf(profile)).toEqual({
    amount: ['card amount-excess', 'card ratio-to-mean', 'card ratio-to-mean'],
    velocity: ['card burst', 'card small-payments', 'card sum-to-habit'],
    new: ['card novelty', 'card rarity'],
    time: ['card hour-rarity'],
    terminal: ['terminal new-visitors', 'terminal burst'],
    risk: ['terminal confirmed-fraud', 'terminal risk', 'terminal risk', 'terminal risk'],
  });
  const { windows, missing } = proposeThemes(profile);
  expect(missing).toEqual([]);
  expect(windows.features.find(({ kind }) => kind === 'amount-excess')).toMatchObject({
    category: 'merchant_category',
  });
  // It comes last, so that a forest that does not see it is the same as without it.
  expect(windows.features.filter(({ isForLearning }) => isForLearning === true).map(({ name }) => name)).toEqual([
    windows.features.at(-1)?.name,
  ]);
  expect(windows.features.at(-1)?.name).toBe('terminal_risk_30d_delay_7d');
  expect(windows.features.find(({ kind }) => kind === 'rarity')).toMatchObject({ of: 'country' });
  expect(windows.features.find(({ kind }) => kind === 'hour-rarity')).toMatchObject({ timeZone: 'Europe/Brussels' });
});

it('says of every theme that a recording cannot have which column would bring it', () => {
  const missingOf = (roles: readonly ColumnRole[]): Readonly<Record<string, string>> =>
    Object.fromEntries(proposeThemes(profileOf(roles)).missing.map(({ theme, reason }) => [theme, reason]));
  expect(missingOf(['event_time', 'account', 'amount'])).toEqual({
    new: 'no column names a terminal, merchant or country',
    terminal: 'no column names a terminal or merchant',
    risk: 'no column names a terminal or merchant',
  });
  expect(missingOf(['event_time', 'merchant', 'label'])).toEqual({
    amount: 'no column is the amount',
    new: 'no column names a card, customer or account',
    terminal: 'no column names a card, customer or account',
  });
  expect(new Set(Object.values(missingOf(['card', 'amount', 'label'])))).toEqual(
    new Set(['no column is the time of the event']),
  );
  expect(themesOf(profileOf(['event_time', 'amount']))).toEqual({});
});

it('proposes only what the engine accepts, whatever roles are there', () => {
  const roles: readonly ColumnRole[] = ['event_time', 'card', 'customer', 'terminal', 'merchant', 'amount', 'label'];
  for (let chosen = 0; chosen < 2 ** roles.length; chosen += 1) {
    const { windows } = proposeThemes(profileOf(roles.filter((_, index) => (chosen >> index) % 2 === 1)));
    expect(new WindowEngine(windows).featureCount).toBe(windows.features.length);
  }
});

it('describes for recordings in other words what each theme has, or what would bring it', () => {
  const had = (roles: readonly ColumnRole[]): readonly string[] =>
    describeThemes(profileOf(roles)).flatMap(({ theme, features, missing }) => {
      // A theme has features or a reason, never both and never neither.
      expect(features > 0).toBe(missing === null);
      return features > 0 ? [theme] : [];
    });
  expect(had(['event_time', 'amount', 'label'])).toEqual([]);
  expect(had(['event_time', 'account', 'amount'])).toEqual(['amount', 'velocity', 'time']);
  expect(had(['event_time', 'customer', 'merchant', 'amount'])).toEqual([
    ...['amount', 'velocity', 'new', 'time', 'terminal'],
  ]);
  expect(had(['card', 'amount'])).toEqual([]);
});

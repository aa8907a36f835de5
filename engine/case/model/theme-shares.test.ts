import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leadingThemes, themes } from '../../domain/window-feature.ts';
import { leadingFeature, leadingTheme, themeShares } from './theme-shares.ts';

const themed = fc.array(
  fc.record({
    theme: fc.option(fc.constantFrom(...themes), { nil: undefined }),
    // Sixteenths add up exactly, so that any feature counted twice or not at all is seen.
    sixteenths: fc.integer({ min: -200, max: 200 }),
  }),
  { minLength: 1, maxLength: 24 },
);

it('adds features up within their theme and themes up to the score minus its base, and leads with the greatest', () => {
  fc.assert(
    fc.property(themed, (features) => {
      const contributions = Float64Array.from(features, ({ sixteenths }) => sixteenths / 16);
      const shares = themeShares(features, contributions);
      const hasThemes = features.some(({ theme }) => theme !== undefined);
      if (!hasThemes) {
        expect(shares).toEqual([]);
        return;
      }
      const whole = contributions.reduce((sum, value) => sum - value, 0);
      expect(shares.reduce((sum, { amount }) => sum + amount, 0)).toBe(whole);
      expect(shares.flatMap((share) => share.features).sort((left, right) => left - right)).toEqual([
        ...features.keys(),
      ]);
      for (const { theme, amount, features: columns } of shares) {
        expect(columns.every((column) => (features[column].theme ?? 'other') === theme)).toBe(true);
        expect(columns.reduce((sum, column) => sum - contributions[column], 0)).toBe(amount);
        expect(columns.every((column) => contributions[columns[0]] <= contributions[column])).toBe(true);
      }
      const most = Math.max(...shares.map(({ amount }) => amount));
      const leading = leadingTheme(features, contributions);
      if (most <= 0) {
        expect(leading).toBeNull();
        return;
      }
      expect(shares.find(({ theme }) => theme === leading)?.amount).toBe(most);
      // What is told first belongs to the theme that leads.
      const first = leadingFeature(features, contributions);
      expect(first === undefined ? null : (features[first].theme ?? 'other')).toBe(leading);
    }),
  );
});

it('leads with a theme whose features together outweigh the strongest single one', () => {
  const words = [{ theme: 'amount' }, { theme: 'velocity' }, { theme: 'velocity' }] as const;
  const contributions = Float64Array.of(-3, -2, -2);
  expect(leadingTheme(words, contributions)).toBe('velocity');
  expect(leadingFeature(words, contributions)).toBe(1);
  expect(leadingFeature([{}, {}], Float64Array.of(-1, -2))).toBe(1);
  expect(leadingFeature([{}, {}], Float64Array.of(1, 2))).toBeUndefined();
  expect(leadingThemes.slice(0, -1)).toEqual(themes);
});

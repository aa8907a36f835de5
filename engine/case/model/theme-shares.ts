import { leadingThemes, type LeadingTheme } from '../../domain/window-feature.ts';
import type { LabelledWords } from './feature-words.ts';
import type { ModelView } from './model-view.ts';

type Themed = Pick<LabelledWords, 'theme'>;

/** The themes of some features in the order of lists, with the features of none; empty where none has a theme. */
export function themesOfWords(words: readonly Themed[]): readonly LeadingTheme[] {
  const present = new Set<LeadingTheme>(words.map(({ theme }) => theme ?? 'other'));
  return present.size === 1 && present.has('other') ? [] : leadingThemes.filter((theme) => present.has(theme));
}

/** What the features of one theme add to why a row scores as it does. */
export interface ThemeShare {
  readonly theme: LeadingTheme;
  /** In edges of path length; positive makes the row more anomalous. Those of all themes add up to the score minus its base. */
  readonly amount: number;
  /** Its features, by their columns in the matrix, the strongest first. */
  readonly features: readonly number[];
}

/**
 * A row's contributions by theme, the strongest theme first; features of no theme are one more. Each theme's amount is the sum
 * of its features'. Empty where no feature has a theme: then there is nothing to tell apart.
 * @param contributions of the features, in edges of path length; negative makes the row more anomalous
 */
export function themeShares(words: readonly Themed[], contributions: Float64Array): readonly ThemeShare[] {
  if (themesOfWords(words).length === 0) return [];
  const features = new Map<LeadingTheme, number[]>();
  words.forEach((word, feature) => {
    const theme: LeadingTheme = word.theme ?? 'other';
    features.set(theme, [...(features.get(theme) ?? []), feature]);
  });
  return Array.from(features, ([theme, columns]) => ({
    theme,
    amount: columns.reduce((sum, feature) => sum - contributions[feature], 0),
    features: columns.sort((left, right) => contributions[left] - contributions[right] || left - right),
  })).sort((left, right) => right.amount - left.amount || left.features[0] - right.features[0]);
}

/** The theme that raises a row's score most; null where none does, or where the model has no themes. */
export function leadingTheme(words: readonly Themed[], contributions: Float64Array): LeadingTheme | null {
  const strongest = themeShares(words, contributions).at(0);
  return strongest === undefined || strongest.amount <= 0 ? null : strongest.theme;
}

/** The strongest feature of the leading theme, else of all; undefined where none raises the score. */
export function leadingFeature(words: readonly Themed[], contributions: Float64Array): number | undefined {
  const strongest = themeShares(words, contributions).at(0);
  let first: number | undefined = strongest?.features[0];
  if (strongest === undefined || strongest.amount <= 0)
    contributions.forEach((contribution, feature) => {
      if (contribution < contributions[first ?? 0]) first = feature;
    });
  return first !== undefined && contributions[first] < 0 ? first : undefined;
}

/** The leading theme of a row whose reasons are known; undefined until they are. */
export function knownLeadingTheme(view: ModelView, sequence: number): LeadingTheme | null | undefined {
  const contributions = view.knownReasons(sequence)?.contributions;
  return contributions === undefined ? undefined : leadingTheme(view.words, contributions);
}

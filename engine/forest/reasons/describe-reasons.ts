import { impossible } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { averagePathLength } from '../path-length.ts';
import { percentileOf } from './background.ts';
import type { FeatureBackground } from './background.ts';
import type { PathLengthReasons } from './tree-shap.ts';

/** A feature in the analyst's words. */
export interface FeatureWords {
  readonly name: string;
  /** A plain sentence or noun phrase, such as "Payments at this terminal in 24 h". */
  readonly description: string;
  /** A value that is there as a person reads it, with its unit: "14", "615.00", "75 %". */
  readonly valueText: (value: number) => string;
  /** False where being the greatest or least says nothing, as of a day of the week. */
  readonly comparesByRank: boolean;
}

/** One feature's part in a score. */
export interface Reason {
  readonly feature: number;
  readonly name: string;
  readonly value: number;
  /** Median of the background; NaN where it has no finite value. */
  readonly median: number;
  /** Share of the background below the value (ties count half), 0 to 1; null where it has none. */
  readonly percentile: number | null;
  /** Part of `exponentDifference`: positive makes the transaction more anomalous. */
  readonly exponent: number;
  /** The same as a share of `exponentDifference`; 0 where that is 0. All shares and the rest's add up to 1. */
  readonly share: number;
  readonly sentence: string;
}

/** Why a transaction scores above (or below) the expectation, in parts that add up. */
export interface DescribedReasons {
  /** log2(score) - log2(score at the baseline): the exponents of DESIGN 4.1, `-meanPathLength / c(sampleSize)`. */
  readonly exponentDifference: number;
  readonly scoreAtBaseline: number;
  /** At most `limit`, those that raise the score most first; features that do not raise it are never listed. */
  readonly reasons: readonly Reason[];
  /** All other features together. */
  readonly rest: { readonly featureCount: number; readonly exponent: number; readonly share: number };
}

/**
 * Turns contributions to the mean path length into at most `limit` reasons in words, plus the rest, which add up to the
 * difference of the score's exponent from its expectation.
 */
export function describeReasons(
  forest: Pick<CompiledForest, 'sampleSize'>,
  lengths: PathLengthReasons,
  row: Float32Array,
  words: readonly FeatureWords[],
  background: readonly FeatureBackground[],
  limit = 5,
): DescribedReasons {
  const featureCount = lengths.contributions.length;
  if (row.length !== featureCount || words.length !== featureCount || background.length !== featureCount) {
    impossible('the row, the words, the background and the contributions differ in their number of features.');
  }
  // c is 0 for forests grown on single rows; they have no splits, so every contribution is 0 as well.
  const normaliser = averagePathLength(forest.sampleSize) || 1;
  const exponents = lengths.contributions.map((contribution) => -contribution / normaliser);
  const exponentDifference = exponents.reduce((sum, exponent) => sum + exponent, 0);
  const shareOf = (exponent: number): number => (exponentDifference === 0 ? 0 : exponent / exponentDifference);

  const listed = Array.from(exponents, (exponent, feature) => ({ exponent, feature }))
    .filter(({ exponent }) => exponent > 0)
    .sort((a, b) => b.exponent - a.exponent || a.feature - b.feature)
    .slice(0, limit);
  const reasons = listed.map(({ exponent, feature }): Reason => {
    const value = row[feature];
    const percentile = percentileOf(background[feature], value);
    const { median } = background[feature];
    return {
      feature,
      name: words[feature].name,
      value,
      median,
      percentile,
      exponent,
      share: shareOf(exponent),
      sentence: sentenceFor(words[feature], value, percentile, median),
    };
  });
  const listedFeatures = new Set(listed.map(({ feature }) => feature));
  const restExponent = exponents.reduce(
    (sum, exponent, feature) => (listedFeatures.has(feature) ? sum : sum + exponent),
    0,
  );
  return {
    exponentDifference,
    scoreAtBaseline: 2 ** (-lengths.baseline / normaliser),
    reasons,
    rest: { featureCount: featureCount - listed.length, exponent: restExponent, share: shareOf(restExponent) },
  };
}

/** "Payments at this terminal in 24 h: 14; 99.7th percentile, median 2." */
export function sentenceFor(words: FeatureWords, value: number, percentile: number | null, median: number): string {
  const subject = words.description.trim().replace(/\.$/, '') || words.name;
  const beginning = subject.charAt(0).toUpperCase() + subject.slice(1);
  const text = (quantity: number): string => (Number.isNaN(quantity) ? 'missing' : words.valueText(quantity));
  if (!words.comparesByRank) return `${beginning}: ${text(value)}.`;
  const place = percentile === null ? 'nothing to compare with' : placeOf(percentile);
  const usual = Number.isNaN(median) ? '' : `, median ${text(median)}`;
  return `${beginning}: ${text(value)}; ${place}${usual}.`;
}

function placeOf(percentile: number): string {
  if (percentile === 1) return 'above all others';
  if (percentile === 0) return 'below all others';
  // Rounded towards the middle, so that a value inside the background never reads as the 0th or 100th percentile.
  const tenths = percentile > 0.5 ? Math.floor(percentile * 1000) : Math.ceil(percentile * 1000);
  const text = String(Math.min(Math.max(tenths, 1), 999) / 10);
  return `${text}${ordinalEnding(text)} percentile`;
}

function ordinalEnding(text: string): string {
  if (/1[123]$/.test(text) && !text.includes('.')) return 'th';
  return { '1': 'st', '2': 'nd', '3': 'rd' }[text.slice(-1)] ?? 'th';
}

import { impossible } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { scoreNormaliser, scoreOfPathLength } from '../score.ts';
import { percentileOf } from './background.ts';
import type { FeatureBackground } from './background.ts';
import type { PathLengthReasons } from './tree-shap.ts';

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
}

/** Why a transaction scores above (or below) the expectation, in parts that add up. */
export interface DescribedReasons {
  /**
   * log2(score) - log2(score at the baseline): the exponents of DESIGN 4.1, `-meanPathLength / c(sampleSize)`. Where leaves are
   * scores, the difference of the scores themselves.
   */
  readonly exponentDifference: number;
  readonly scoreAtBaseline: number;
  /**
   * At most `limit`, the one chosen to be first and then those that raise the score most; features that do not raise it are never
   * listed.
   */
  readonly reasons: readonly Reason[];
  /** All other features together. */
  readonly rest: { readonly featureCount: number; readonly exponent: number; readonly share: number };
}

/**
 * Turns contributions to the mean path length into at most `limit` reasons, plus the rest, which add up to the difference
 * of the score's exponent from its expectation.
 * @param first the feature that is told first, whatever others add; undefined where the strongest is
 */
export function describeReasons(
  forest: Pick<CompiledForest, 'sampleSize' | 'leaf'>,
  lengths: PathLengthReasons,
  row: Float32Array,
  names: readonly string[],
  background: readonly FeatureBackground[],
  limit = 5,
  first?: number,
): DescribedReasons {
  const featureCount = lengths.contributions.length;
  if (row.length !== featureCount || names.length !== featureCount || background.length !== featureCount) {
    impossible('the row, the names, the background and the contributions differ in their number of features.');
  }
  const normaliser = scoreNormaliser(forest);
  const exponents = lengths.contributions.map((contribution) => -contribution / normaliser);
  const exponentDifference = exponents.reduce((sum, exponent) => sum + exponent, 0);
  const shareOf = (exponent: number): number => (exponentDifference === 0 ? 0 : exponent / exponentDifference);

  const listed = Array.from(exponents, (exponent, feature) => ({ exponent, feature }))
    .filter(({ exponent }) => exponent > 0)
    .sort(
      (a, b) =>
        Number(b.feature === first) - Number(a.feature === first) || b.exponent - a.exponent || a.feature - b.feature,
    )
    .slice(0, limit);
  const reasons = listed.map(({ exponent, feature }): Reason => {
    const value = row[feature];
    return {
      feature,
      name: names[feature],
      value,
      median: background[feature].median,
      percentile: percentileOf(background[feature], value),
      exponent,
      share: shareOf(exponent),
    };
  });
  const listedFeatures = new Set(listed.map(({ feature }) => feature));
  const restExponent = exponents.reduce(
    (sum, exponent, feature) => (listedFeatures.has(feature) ? sum : sum + exponent),
    0,
  );
  return {
    exponentDifference,
    scoreAtBaseline: scoreOfPathLength(forest, lengths.baseline),
    reasons,
    rest: { featureCount: featureCount - listed.length, exponent: restExponent, share: shareOf(restExponent) },
  };
}

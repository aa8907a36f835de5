import { impossible } from '../domain/error.ts';

/** The chance of fraud by the forest alone, in log odds: `offset - slope * sum`. */
export interface Margin {
  readonly offset: number;
  /** Per unit of the sum; at least 0, so that the forest is never turned around. */
  readonly slope: number;
}

/** All unjudged rows together weigh at most this share of the judged ones. */
const UNJUDGED_SHARE = 0.3;
/** Weight of the ridge on the slope, where sums have the standard deviation 1. */
const RIDGE = 1;
const MOST_STEPS = 50;

/**
 * How much a forest's sum says of fraud: Platt's logistic fit ("Probabilistic outputs for support vector machines", 1999)
 * on judged rows and on unjudged ones as legitimate. Judged rows alone are the forest's own choice, among which its sum
 * says too little. The offset is such that the judged rows have their own log odds on average.
 *
 * @param labels 1 fraud, 0 genuine, of the judged rows; both must be there.
 */
export function fitMargin(judgedSums: Int32Array, labels: Uint8Array, unjudgedSums: Int32Array): Margin {
  const judged = judgedSums.length;
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  if (frauds === 0 || frauds === judged) impossible('a margin is fitted where there are frauds and legitimate rows.');
  const unjudgedWeight = unjudgedSums.length === 0 ? 0 : Math.min(1, judged / unjudgedSums.length) * UNJUDGED_SHARE;
  const { mean, deviation } = momentsOf(judgedSums, unjudgedSums, unjudgedWeight);
  const meanJudged = judgedSums.reduce((sum, value) => sum + value, 0) / judged;
  const offsetAtMean = Math.log(frauds / (judged - frauds));
  if (deviation === 0) return { offset: offsetAtMean, slope: 0 };

  let intercept = offsetAtMean;
  let slope = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    let [gradientIntercept, gradientSlope] = [0, RIDGE * slope];
    let [curvature, curvatureMixed, curvatureSlope] = [1e-9, 0, RIDGE];
    const add = (sum: number, label: number, weight: number): void => {
      const anomaly = (mean - sum) / deviation;
      const chance = logistic(intercept + slope * anomaly);
      const residual = weight * (chance - label);
      const bend = weight * chance * (1 - chance);
      gradientIntercept += residual;
      gradientSlope += residual * anomaly;
      curvature += bend;
      curvatureMixed += bend * anomaly;
      curvatureSlope += bend * anomaly * anomaly;
    };
    for (let row = 0; row < judged; row++) add(judgedSums[row], labels[row], 1);
    for (const sum of unjudgedSums) add(sum, 0, unjudgedWeight);
    const determinant = curvature * curvatureSlope - curvatureMixed * curvatureMixed;
    const stepIntercept = (curvatureSlope * gradientIntercept - curvatureMixed * gradientSlope) / determinant;
    const stepSlope = (curvature * gradientSlope - curvatureMixed * gradientIntercept) / determinant;
    intercept -= stepIntercept;
    slope -= stepSlope;
    if (Math.abs(stepIntercept) + Math.abs(stepSlope) < 1e-10) break;
  }
  const perUnit = Math.max(0, slope) / deviation;
  return { offset: offsetAtMean + perUnit * meanJudged, slope: perUnit };
}

export function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

function momentsOf(
  judgedSums: Int32Array,
  unjudgedSums: Int32Array,
  unjudgedWeight: number,
): { readonly mean: number; readonly deviation: number } {
  const total = (of: (sum: number) => number): number =>
    judgedSums.reduce((sum, value) => sum + of(value), 0) +
    unjudgedWeight * unjudgedSums.reduce((sum, value) => sum + of(value), 0);
  const weight = total(() => 1);
  const mean = total((sum) => sum) / weight;
  return { mean, deviation: Math.sqrt(total((sum) => (sum - mean) ** 2) / weight) };
}

import { impossible } from '../domain/error.ts';

/** The normal deviate within which 95 % lie. */
const DEVIATE_95 = 1.959963984540054;

/** Sums of the weights of some rows, of those among them that count, and of the squares of all. */
export interface WeightedShare {
  readonly part: number;
  readonly whole: number;
  readonly squares: number;
}

/** Wilson's interval of a share of weighted rows, which are worth as many equal ones as Kish (1965) says. Null without rows. */
export function weightedShare({ part, whole, squares }: WeightedShare): readonly [low: number, high: number] | null {
  if (!(whole > 0)) return null;
  const trials = (whole * whole) / squares;
  return wilsonInterval(Math.min(1, Math.max(0, part / whole)) * trials, trials);
}

/**
 * Between which shares the true one lies with 95 % confidence, where `successes` of `trials` were observed: the score
 * interval of Wilson (1927), which holds for few trials and for shares near 0 and 1. Null without trials.
 */
export function wilsonInterval(successes: number, trials: number): readonly [low: number, high: number] | null {
  if (successes < 0 || successes > trials) impossible(`${successes} of ${trials} is no share.`);
  if (trials === 0) return null;
  const share = successes / trials;
  const square = DEVIATE_95 ** 2;
  const centre = share + square / (2 * trials);
  const spread = DEVIATE_95 * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials ** 2));
  const scale = 1 + square / trials;
  // Rounding must not push the ends past the observed share, where that is 0 or 1.
  return [
    successes === 0 ? 0 : Math.max(0, (centre - spread) / scale),
    successes === trials ? 1 : Math.min(1, (centre + spread) / scale),
  ];
}

import type { RandomStream } from '../../forest/random.ts';

/*
 * Random draws made of +, -, *, / and square roots only. Math.exp and its kin may differ in the last bit between
 * processors, and one bit is enough for another cent, another file and another SHA-256.
 */

/** e to the power x, for |x| < 50, with a relative error below 1e-9. */
export function exponential(x: number): number {
  const halvings = 10;
  const small = x / 2 ** halvings;
  let result = 1 + small * (1 + (small / 2) * (1 + (small / 3) * (1 + (small / 4) * (1 + small / 5))));
  for (let step = 0; step < halvings; step++) result *= result;
  return result;
}

/** Nearly normal with mean 0 and variance 1: twelve uniform draws summed (Irwin-Hall), so never beyond 6. */
export function drawNormal(random: RandomStream): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw++) sum += random.nextUnit();
  return sum;
}

/** A factor around 1 (its median) whose logarithm has the given spread. */
export function drawLogNormal(random: RandomStream, spread: number): number {
  return exponential(spread * drawNormal(random));
}

/** A Poisson count by Knuth's product method; for means below 50. */
export function drawPoisson(random: RandomStream, mean: number): number {
  const limit = exponential(-mean);
  let count = 0;
  for (let product = random.nextUnit(); product > limit; product *= random.nextUnit()) count++;
  return count;
}

/** Uniform in [from, to). */
export function drawBetween(random: RandomStream, from: number, to: number): number {
  return from + random.nextUnit() * (to - from);
}

export function drawOne<T>(random: RandomStream, choices: readonly T[]): T {
  return choices[random.nextInteger(choices.length)];
}

/** One of the choices, each with a chance in proportion to its weight. */
export function drawWeighted<T>(random: RandomStream, choices: readonly T[], weightOf: (choice: T) => number): T {
  const total = choices.reduce((sum, choice) => sum + weightOf(choice), 0);
  let left = random.nextUnit() * total;
  for (const choice of choices) {
    left -= weightOf(choice);
    if (left < 0) return choice;
  }
  return choices[choices.length - 1];
}

/** Points and weights of a quadrature rule on [0, 1]. */
export interface QuadratureRule {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/**
 * The Gauss-Legendre rule with `count` points on [0, 1], exact for polynomials up to degree 2 * count - 1. Points are the
 * roots of the Legendre polynomial, found by Newton's method from Tricomi's first approximation, which converges
 * to full double precision for every count.
 */
export function gaussLegendre(count: number): QuadratureRule {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    let root = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let step = 0; step < 50; step++) {
      const [value, derivative] = legendre(count, root);
      slope = derivative;
      const change = value / derivative;
      root -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    points[index] = (1 + root) / 2;
    weights[index] = 1 / ((1 - root * root) * slope * slope);
  }
  return { points, weights };
}

/** Value and derivative of the Legendre polynomial of a degree of 1 or more, at -1 < x < 1. */
function legendre(degree: number, x: number): readonly [number, number] {
  let before = 1;
  let value = x;
  for (let n = 2; n <= degree; n++) {
    [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
  }
  return [value, (degree * (x * value - before)) / (x * x - 1)];
}

import { productError } from './product-error.ts';

/*
 * Functions whose last bits JavaScript leaves to the engine, from operations that IEEE 754 fixes: the same bits on every machine.
 */

const bits = new DataView(new ArrayBuffer(8));
/** ln 2 in two parts, of which the first has zeros where an exponent is multiplied in. */
const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;
const smallestNormal = 2 ** -1022;
const logTerms = [
  6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
] as const;

/** The natural logarithm, to less than one unit in the last place (the polynomial of fdlibm's `e_log.c`). NaN below 0. */
export function exactLog(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const lifted = x < smallestNormal ? x * 2 ** 54 : x;
  bits.setFloat64(0, lifted);
  const high = bits.getUint32(0);
  // The mantissa is brought to [sqrt(1/2), sqrt(2)), where its logarithm is small.
  const carry = ((high & 0xfffff) + 0x95f64) & 0x100000;
  const exponent = (high >>> 20) - 1023 + (carry >>> 20) - (lifted === x ? 0 : 54);
  bits.setUint32(0, (high & 0xfffff) | (carry ^ 0x3ff00000));
  const f = bits.getFloat64(0) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const tail = logTerms.reduceRight((sum, term) => (sum + term) * z, 0);
  const half = 0.5 * f * f;
  return exponent * ln2High - (half - (s * (half + tail) + exponent * ln2Low) - f);
}

/** The logarithm to base 2. */
export function exactLog2(x: number): number {
  return exactLog(x) * Math.LOG2E;
}

/** 2 to the power x. */
export function exactExp2(x: number): number {
  const whole = Math.round(x);
  const power = (x - whole) * Math.LN2;
  let sum = 1;
  for (let term = 18; term > 0; term -= 1) sum = 1 + (sum * power) / term;
  return sum * 2 ** whole;
}

/** The square root, rounded to the nearest double: the engine's own may be off in the last place. NaN below 0. */
export function exactSqrt(x: number): number {
  const root = Math.sqrt(x);
  // Beyond these the square's error cannot be held; no figure of Assay lies there.
  if (!(x > 1e-250 && x < 1e250)) return root;
  const square = root * root;
  return root + (x - square - productError(root, root, square)) / (2 * root);
}

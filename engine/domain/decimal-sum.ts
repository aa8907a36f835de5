import { impossible } from './error.ts';

/** Powers of ten that one addend may have: mantissas of 18 digits in two halves, exponents from -22 to 22. */
const lowestPower = -22;
const powers = 45 + 9;

/** 4096 addends (one batch) of this size stay exact in a double. */
const largestAddend = 2 ** 40;
const mostDecimals = 8;
const scales = Float64Array.from({ length: mostDecimals + 1 }, (_, decimals) => 10 ** decimals);

/** Longer texts and larger exponents count as the double they are read as, so that no cell can ask for endless digits. */
const longestText = 400;
const decimalParts = /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/;

/**
 * The exact sum of decimal numbers of any width. Addends of the run at hand (at most 4096 between two calls of `settle`) are
 * gathered by their power of ten in doubles that hold them exactly, and are settled or discarded together.
 */
export class DecimalSum {
  readonly #run = new Float64Array(powers);
  #runTexts: string[] = [];
  #runUnits: { readonly units: bigint; readonly power: number }[] = [];
  /** The sum of what is settled, in units of 10^-scale. */
  #units = 0n;
  #scale = 0;
  #likelyDecimals = 0;

  /** Adds ±(high * 10^(digits - 9) + low) * 10^power where there are more than 9 digits, else ±high * 10^power. */
  addDigits(high: number, low: number, digits: number, power: number, isNegative: boolean): void {
    const run = this.#run;
    const sign = isNegative ? -1 : 1;
    const at = power - lowestPower;
    if (digits <= 9) {
      run[at] += sign * high;
    } else {
      run[at] += sign * low;
      run[at + digits - 9] += sign * high;
    }
  }

  /** Adds the shortest decimal that is read as this double: what was written, up to 15 digits. NaN and infinities add nothing. */
  addNumber(value: number): void {
    if (!Number.isFinite(value)) return;
    if (this.#addScaled(value, this.#likelyDecimals)) return;
    for (let decimals = 0; decimals <= mostDecimals; decimals++)
      if (this.#addScaled(value, decimals)) {
        this.#likelyDecimals = decimals;
        return;
      }
    this.#runTexts.push(String(value));
  }

  /** Adds a finite number as `Number` reads it, to its last digit. */
  addText(text: string): void {
    this.#runTexts.push(text);
  }

  /** Adds units * 10^power: the sum of many addends, added up elsewhere. */
  addUnits(units: bigint, power: number): void {
    this.#runUnits.push({ units, power });
  }

  /** The addends since the last settling count. */
  settle(): void {
    const run = this.#run;
    for (let at = 0; at < powers; at++) {
      if (run[at] === 0) continue;
      this.#add(BigInt(run[at]), at + lowestPower);
      run[at] = 0;
    }
    for (const text of this.#runTexts) this.#addParts(text);
    if (this.#runTexts.length > 0) this.#runTexts = [];
    for (const { units, power } of this.#runUnits) this.#add(units, power);
    if (this.#runUnits.length > 0) this.#runUnits = [];
  }

  /** The addends since the last settling do not count. */
  discard(): void {
    this.#run.fill(0);
    this.#runTexts = [];
    this.#runUnits = [];
  }

  /** What is settled, in plain digits without closing zeros after the point; `addText` reads it back. */
  toString(): string {
    const digits = (this.#units < 0n ? -this.#units : this.#units).toString().padStart(this.#scale + 1, '0');
    const point = digits.length - this.#scale;
    const fraction = digits.slice(point).replace(/0+$/, '');
    return `${this.#units < 0n ? '-' : ''}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
  }

  #addScaled(value: number, decimals: number): boolean {
    const scale = scales[decimals];
    const units = Math.round(value * scale);
    if (units / scale !== value || units > largestAddend || units < -largestAddend) return false;
    this.#run[-decimals - lowestPower] += units;
    return true;
  }

  #addParts(text: string): void {
    const parts = text.length > longestText ? null : decimalParts.exec(text);
    const power = Number(parts?.[4] ?? 0);
    if (parts === null || Math.abs(power) > longestText) {
      const value = Number(text);
      if (!Number.isFinite(value)) impossible('a text that is no finite number was to be added');
      // An exponent of a double never exceeds 324, so this ends.
      if (value !== 0) this.#addParts(String(value));
      return;
    }
    const [, sign, whole, fraction] = parts;
    const mantissa = BigInt(`${whole}${fraction}`);
    this.#add(sign === '-' ? -mantissa : mantissa, power - fraction.length);
  }

  #add(mantissa: bigint, power: number): void {
    if (power < -this.#scale) {
      this.#units *= 10n ** BigInt(-power - this.#scale);
      this.#scale = -power;
    }
    this.#units += mantissa * 10n ** BigInt(power + this.#scale);
  }
}

/** A finite number in plain digits, the fewest that are read as the same double. */
export function decimalText(value: number): string {
  const sum = new DecimalSum();
  sum.addNumber(value);
  sum.settle();
  return sum.toString();
}

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DecimalSum, decimalText } from './decimal-sum.ts';

/** A plain decimal, and what it is in units of 10^-30. */
const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 30 }))
  .map(([units, scale]) => {
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const point = digits.length - scale;
    const text = `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
    return { text, units: units * 10n ** BigInt(30 - scale) };
  });

function unitsOf(text: string): bigint {
  const [whole, fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + fraction.padEnd(30, '0'));
  return text.startsWith('-') ? -units : units;
}

it('adds decimals of any width to the last digit, however they are cut into runs', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(decimals, fc.boolean())), (addends) => {
      const sum = new DecimalSum();
      for (const [{ text }, settles] of addends) {
        sum.addText(text);
        if (settles) sum.settle();
      }
      sum.settle();
      expect(unitsOf(sum.toString())).toBe(addends.reduce((total, [{ units }]) => total + units, 0n));
    }),
  );
});

it('adds ten times 0.1 to 1, where doubles come to 0.9999999999999999', () => {
  const sum = new DecimalSum();
  for (let row = 0; row < 10; row++) sum.addNumber(0.1);
  sum.settle();
  expect(sum.toString()).toBe('1');
});

it('writes a double in the digits that are read as the same double', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = decimalText(value);
      expect(Number(text)).toBe(value + 0);
      expect(text).not.toMatch(/e|\.$|\.\d*0$/);
    }),
  );
});

it('forgets a run that is discarded, and keeps what was settled', () => {
  const sum = new DecimalSum();
  sum.addDigits(12, 0, 2, -1, false);
  sum.settle();
  sum.addDigits(5, 0, 1, 0, true);
  sum.addText('7.5');
  sum.discard();
  sum.settle();
  expect(sum.toString()).toBe('1.2');
});

it('cannot be made to write endless digits by an exponent or by a cell without end', () => {
  const sum = new DecimalSum();
  sum.addText('1e-99999');
  sum.addText(`0.${'0'.repeat(100_000)}1`);
  sum.addText('2');
  sum.settle();
  expect(sum.toString()).toBe('2');
});

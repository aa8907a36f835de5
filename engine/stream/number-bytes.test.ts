import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNumberBytes } from './number-bytes.ts';

const point = 0x2e;

function decode(text: string): number {
  const bytes = Buffer.from(`;${text};`, 'latin1');
  return decodeNumberBytes(bytes, 1, bytes.length - 1, point);
}

describe('decodeNumberBytes', () => {
  it('gives exactly the double of Number(), or nothing, for any double in any notation', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 0, max: 20 }),
        (value, places) => {
          for (const text of [
            String(value),
            value.toExponential(),
            value.toPrecision(places + 1),
            value.toFixed(places),
          ]) {
            const decoded = decode(text);
            if (!Number.isNaN(decoded)) expect(decoded).toBe(Number(text));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('gives exactly the double of Number() for digits next to the middle of two doubles', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 2n ** 53n, max: 10n ** 18n - 1n }),
        fc.integer({ min: 0, max: 17 }),
        (digits, places) => {
          const whole = digits.toString();
          const text = `${whole.slice(0, whole.length - places) || '0'}.${whole.slice(whole.length - places)}`;
          const decoded = decode(places === 0 ? whole : text);
          if (!Number.isNaN(decoded)) expect(decoded).toBe(Number(places === 0 ? whole : text));
        },
      ),
      { numRuns: 5000 },
    );
    for (const text of [
      '9007199254740993',
      '9007199254740995',
      '900719925474099.35',
      '1.0000000000000001110',
      '4.50359962737049650',
    ]) {
      const decoded = decode(text);
      if (!Number.isNaN(decoded)) expect(decoded).toBe(Number(text));
    }
  });

  it('is sure of the numbers that programs write, so that the slow way stays rare', () => {
    let unsure = 0;
    for (let i = 1; i <= 20_000; i++) if (Number.isNaN(decode(String(Math.sin(i) * 10 ** (i % 7))))) unsure++;
    expect(unsure).toBe(0);
  });

  it.each([
    '0',
    '-0',
    '+5',
    '.5',
    '5.',
    '1e5',
    '1E-5',
    '0000000000000123',
    '-12.500',
    '0.000012345678901234567',
    '123456789012345678',
  ])('reads %s', (text) => {
    expect(decode(text)).toBe(Number(text));
  });

  it.each([
    '',
    '-',
    '.',
    '-.',
    'e5',
    '1e',
    '1e+',
    '1e5x',
    '1,5',
    '1 ',
    ' 1',
    'NaN',
    '0x10',
    '1234567890123456789',
    '1.2.3',
    '--1',
  ])('leaves %j to the slow way', (text) => {
    expect(decode(text)).toBeNaN();
  });
});

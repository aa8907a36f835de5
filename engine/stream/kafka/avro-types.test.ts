import avro from 'avsc';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { avroOptions, decimalOf } from './avro-types.ts';

/** Two's complement, big-endian, as few bytes as hold it and any number of them more. */
function unscaledBytes(value: bigint, moreBytes: number): Buffer {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length++;
  const hex = BigInt.asUintN(8 * (length + moreBytes), value).toString(16);
  return Buffer.from(hex.padStart(2 * (length + moreBytes), '0'), 'hex');
}

it('reads decimals of any size and scale without losing a digit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(12), fc.nat(3), (value, scale, more) => {
      const read = decimalOf(unscaledBytes(value, more), scale);
      const text = typeof read === 'number' ? read.toFixed(scale) : read;
      const [whole, fraction = ''] = text.split('.');
      expect(fraction).toHaveLength(scale);
      expect(BigInt(whole.replace('-', '') + fraction) * (text.startsWith('-') ? -1n : 1n)).toBe(value);
    }),
  );
  expect(decimalOf(Buffer.from([0xf8, 0x35]), 2)).toBe(-19.95);
  expect(decimalOf(Buffer.alloc(0), 2)).toBe(0);
});

it('reads longs beyond 2^53 as digits and others as numbers', () => {
  const type = avro.Type.forSchema('long', avroOptions());
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const zigzag = value >= 0n ? value << 1n : ((-value - 1n) << 1n) | 1n;
      const bytes: number[] = [];
      for (let rest = zigzag; ; rest >>= 7n) {
        bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
        if (rest <= 127n) break;
      }
      const read: unknown = type.fromBuffer(Buffer.from(bytes));
      expect(BigInt(read as number | string)).toBe(value);
      expect(typeof read).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'string');
    }),
  );
});

import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { leafReading } from './parquet-cells.ts';

function cellOf(element: Omit<SchemaElement, 'name'>, value: unknown): unknown {
  return leafReading({ name: 'x', ...element }).cellOf(value);
}

/** Two's complement, most significant byte first. */
function bytesOf(value: bigint, width: number): Uint8Array {
  const unsigned = BigInt.asUintN(width * 8, value)
    .toString(16)
    .padStart(width * 2, '0');
  return new Uint8Array(Buffer.from(unsigned, 'hex'));
}

describe('decimals', () => {
  it('of any width and scale keep every digit, however they are stored', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
        fc.integer({ min: 0, max: 38 }),
        (value, scale) => {
          const element = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, converted_type: 'DECIMAL', scale } as const;
          const text = String(cellOf(element, bytesOf(value, 16)));
          const [whole, fraction = ''] = text.replace('-', '').split('.');
          expect(fraction.length).toBe(scale);
          expect(BigInt(`${whole}${fraction}`) * (text.startsWith('-') ? -1n : 1n)).toBe(value);
        },
      ),
    );
  });

  it('stored as whole numbers are not rounded by a factor', () => {
    expect(cellOf({ type: 'INT64', converted_type: 'DECIMAL', scale: 2 }, 110n)).toBe('1.10');
    expect(cellOf({ type: 'INT32', converted_type: 'DECIMAL', scale: 2 }, -5)).toBe('-0.05');
    expect(cellOf({ type: 'INT64', converted_type: 'DECIMAL', scale: 0 }, 9_007_199_254_740_993n)).toBe(
      9_007_199_254_740_993n,
    );
  });
});

describe('times', () => {
  const timestamp = (unit: 'MILLIS' | 'MICROS' | 'NANOS', isAdjustedToUTC: boolean): Omit<SchemaElement, 'name'> => ({
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit },
  });

  it('have a zone only where they are adjusted to UTC, and all digits below the second', () => {
    expect(cellOf(timestamp('MICROS', false), 1_729_411_200_000_000n)).toBe('2024-10-20T08:00:00.000');
    expect(cellOf(timestamp('MICROS', true), 1_729_411_200_000_000n)).toBe('2024-10-20T08:00:00.000Z');
    expect(cellOf(timestamp('NANOS', true), 1_729_411_200_123_456_789n)).toBe('2024-10-20T08:00:00.123456789Z');
    expect(cellOf(timestamp('MILLIS', true), -1n)).toBe('1969-12-31T23:59:59.999Z');
    expect(cellOf({ type: 'INT32', converted_type: 'DATE' }, 20_016)).toBe('2024-10-20');
    expect(cellOf({ type: 'INT32', converted_type: 'TIME_MILLIS' }, 3_600_001)).toBe('01:00:00.001');
  });

  it('beyond the calendar are their number, which no format of times takes', () => {
    expect(cellOf(timestamp('MICROS', true), 2n ** 63n - 1n)).toBe('9223372036854775807');
    expect(cellOf({ type: 'INT32', converted_type: 'DATE' }, 2 ** 31 - 1)).toBe('2147483647');
  });
});

it('bytes that are no text are hexadecimal digits, so that ids stay apart', () => {
  expect(cellOf({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 4 }, Uint8Array.of(0, 255, 128, 1))).toBe('00ff8001');
  expect(cellOf({ type: 'BYTE_ARRAY' }, new Uint8Array(Buffer.from('é1')))).toBe('é1');
});

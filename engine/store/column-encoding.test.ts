import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeColumn, encodeColumn } from './column-encoding.ts';

const numbers = fc.array(
  fc.oneof(
    fc.double(),
    fc.float(),
    fc.integer(),
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 53, 2 ** 24 + 1),
  ),
);

function sameNumbers(actual: Float64Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, row) => expect(Object.is(actual[row], value)).toBe(true));
}

describe('column encoding', () => {
  it('gives back every number bit for bit, whatever encoding was chosen', () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom('number' as const, 'time' as const), (values, kind) => {
        const decoded = decodeColumn(encodeColumn({ kind, values: Float64Array.from(values) }), values.length);
        expect(decoded.kind).toBe(kind);
        if (decoded.kind === 'number' || decoded.kind === 'time') sameNumbers(decoded.values, values);
      }),
    );
  });

  it('does not widen a column to float64 because values are missing or whole', () => {
    expect(encodeColumn({ kind: 'number', values: Float64Array.of(NaN, 1, -0, 0.5, 2 ** 53) }).encoding).toBe(
      'float32',
    );
    expect(encodeColumn({ kind: 'number', values: Float64Array.of(1, 0.1) }).encoding).toBe('float64');
    expect(encodeColumn({ kind: 'number', values: Float64Array.of(2 ** 24 + 1) }).encoding).toBe('float64');
  });

  it('gives back codes at the border of every width', () => {
    for (const largest of [-1, 0, 253, 254, 255, 256, 65_533, 65_534, 65_535, 65_536, 2 ** 31 - 1]) {
      const codes = Int32Array.of(-1, 0, largest);
      const decoded = decodeColumn(encodeColumn({ kind: 'code', codes }), 3);
      expect(decoded).toEqual({ kind: 'code', codes });
    }
    expect(encodeColumn({ kind: 'code', codes: Int32Array.of(254) }).encoding).toBe('uint8');
    expect(encodeColumn({ kind: 'code', codes: Int32Array.of(255) }).encoding).toBe('uint16');
    expect(encodeColumn({ kind: 'code', codes: Int32Array.of(65_535) }).encoding).toBe('int32');
  });

  it('gives back texts, empty ones and those whose buffer is larger than they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const encoder = new TextEncoder();
        const parts = texts.map((text) => encoder.encode(text));
        const bytes = Uint8Array.from([...parts.flatMap((part) => [...part]), 7, 7, 7]);
        let end = 0;
        const ends = Uint32Array.from(parts, (part) => (end += part.length));
        const decoded = decodeColumn(encodeColumn({ kind: 'text', bytes, ends }), texts.length);
        expect(decoded).toEqual({ kind: 'text', bytes: bytes.slice(0, end), ends });
      }),
    );
  });
});

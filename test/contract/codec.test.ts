import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, MalformedMessage } from '../../preload/contract/wire/codec.ts';

const typedArray = fc.oneof(
  fc.float64Array(),
  fc.float32Array(),
  fc.uint32Array(),
  fc.uint8Array(),
  fc.int16Array(),
  fc.bigInt64Array(),
);
const plainValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.bigInt(),
    fc.constantFrom(null, undefined, NaN, -0, Infinity),
    fc.date(),
    typedArray,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', '__proto__')), tie('value'), { noNullPrototype: true }),
    fc.uniqueArray(fc.string()).map((values) => new Set(values)),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  ),
})).value;

describe('messages between a window and its host', () => {
  it('arrive as they were sent: NaN, -0, dates, typed arrays, and keys that look like tags', () => {
    fc.assert(
      fc.property(plainValue, (value) => {
        expect(decodeMessage(encodeMessage(value))).toStrictEqual(value);
      }),
    );
  });

  it('are read from any place in a larger buffer, as a socket hands them over', () => {
    const message = encodeMessage({ sums: new Float64Array([1, NaN]), flags: new Uint8Array([1, 0, 1]) });
    for (let offset = 0; offset < 9; offset++) {
      const bytes = new Uint8Array(message.length + offset);
      bytes.set(message, offset);
      expect(decodeMessage(bytes.subarray(offset))).toEqual({
        sums: new Float64Array([1, NaN]),
        flags: new Uint8Array([1, 0, 1]),
      });
    }
  });

  it('carry only the seen part of a typed array, not the buffer behind it', () => {
    const secret = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(decodeMessage(encodeMessage(secret.subarray(2, 4)))).toEqual(new Uint8Array([3, 4]));
    expect(encodeMessage(secret.subarray(2, 4)).length).toBeLessThan(encodeMessage(secret.subarray(0, 0)).length + 16);
  });

  it('refuse functions, symbols and cycles in place of sending something else', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const value of [() => 1, Symbol('x'), cycle, [new Map([[1, () => 1]])]])
      expect(() => encodeMessage(value)).toThrow(TypeError);
  });

  it('throw MalformedMessage and nothing else on any bytes, and never reach outside of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeMessage(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
    );
    const header = (value: unknown): Uint8Array => {
      const text = new TextEncoder().encode(JSON.stringify(value));
      return new Uint8Array([text.length, 0, 0, 0, ...text]);
    };
    for (const lie of [
      { $: 'array', type: 'Float64Array', at: 0, length: 1e9 },
      { $: 'array', type: 'Float64Array', at: -8, length: 1 },
      { $: 'array', type: 'constructor', at: 0, length: 0 },
      { $: 'no-such-kind' },
      { $: 'bigint', text: 'one' },
      { $: 'map', entries: [1] },
    ])
      expect(() => decodeMessage(header(lie))).toThrow(MalformedMessage);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decompressLz4Frame } from './lz4-frame.ts';

/** A frame of two blocks: three literals and five bytes from three back, which overlap; then "xyz", not compressed. */
const frame = Buffer.from([
  ...[0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82],
  ...[6, 0, 0, 0, 0x31, 0x61, 0x62, 0x63, 0x03, 0x00],
  ...[3, 0, 0, 0x80, 0x78, 0x79, 0x7a],
  ...[0, 0, 0, 0],
]);

it('repeats an overlapping match, and copies what is not compressed', () => {
  expect(decompressLz4Frame(frame).toString()).toBe('abcabcabxyz');
});

it('refuses damaged frames by a RangeError, and never hangs or reads outside', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(frame.length), (noise, keep) => {
      const damaged = Buffer.concat([frame.subarray(0, keep), Buffer.from(noise)]);
      try {
        decompressLz4Frame(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

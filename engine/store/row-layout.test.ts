import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRowLayout, encodeRowLayout, packRaw } from './row-layout.ts';

const steps = fc.array(
  fc.record({ skip: fc.nat(500), length: fc.nat(500), offsetGap: fc.nat(2 ** 31), lines: fc.nat(9) }),
  { maxLength: 50 },
);

describe('row layout', () => {
  it('gives back positions beyond 4 GB, empty rows, and rows with rejected bytes between them', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 2 ** 52 }), (rows, firstOffset) => {
        const starts = new Uint32Array(rows.length);
        const ends = new Uint32Array(rows.length);
        const byteOffset = new Float64Array(rows.length);
        const line = new Float64Array(rows.length);
        let at = 0;
        let offset = firstOffset;
        let number = 1;
        rows.forEach((row, index) => {
          starts[index] = at + row.skip;
          ends[index] = at = starts[index] + row.length;
          byteOffset[index] = offset += row.offsetGap;
          line[index] = number += row.lines;
        });
        const layout = { starts, ends, byteOffset, line };
        expect(decodeRowLayout(encodeRowLayout(layout), rows.length)).toEqual(layout);
      }),
    );
  });

  it('packs only the span of the rows asked for, so that a part of a batch does not carry the whole batch', () => {
    const bytes = new TextEncoder().encode('aa\nbbb\nc\n');
    const packed = packRaw(bytes, Uint32Array.of(3, 7, 99), Uint32Array.of(6, 8, 99), 2);
    expect(new TextDecoder().decode(packed.bytes)).toBe('bbb\nc');
    expect([...packed.starts, ...packed.ends]).toEqual([0, 4, 3, 5]);
  });
});

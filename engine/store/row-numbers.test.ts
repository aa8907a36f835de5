import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowNumbers } from './row-numbers.ts';

describe('the numbers of rows', () => {
  it('stay what they were, however often rows before them are taken away', () => {
    const removals = fc.array(
      fc.record({ end: fc.nat({ max: 30 }), stays: fc.array(fc.boolean(), { maxLength: 30 }) }),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(removals, (rounds) => {
        let numbers = new RowNumbers([]);
        let expected = Array.from({ length: 40 }, (_, row) => row);
        let next = expected.length;
        for (const { end: wanted, stays } of rounds) {
          const end = Math.min(wanted, expected.length - 1);
          const staying = Uint32Array.from([...expected.keys()].filter((row) => row < end && stays[row] === true));
          numbers = numbers.without(end, staying);
          expected = [...Array.from(staying, (row) => expected[row]), ...expected.slice(end)];
          expected.push(next++);
        }
        expect(expected.map((_, row) => numbers.numberOf(row))).toEqual(expected);
        const known = new Map(expected.map((number, row) => [number, row]));
        for (let number = 0; number < next; number++) {
          expect(numbers.sequenceOf(number)).toBe(known.get(number) ?? -1);
          expect(numbers.sequenceFrom(number)).toBe(expected.findIndex((other) => other >= number));
        }
        expect(numbers.removed).toBe(next - expected.length);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cumulativeCounts } from '../../../engine/case/explore/tiles.ts';
import { cellsOfFilter, countsWithin, filterOfCells, numberBefore, type CellRange } from './brushed.ts';

/** Some transactions in a small map and in the bins of a picture; beyond the last cell lie those without a value. */
const scenes = fc
  .record({
    columns: fc.integer({ min: 2, max: 7 }),
    rows: fc.integer({ min: 2, max: 6 }),
    bins: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ columns, rows, bins }) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.constant(rows),
      bins: fc.constant(bins),
      transactions: fc.array(
        fc.record({
          x: fc.nat(columns - 1),
          y: fc.nat(rows - 1),
          bin: fc.oneof(fc.nat(bins - 1), fc.constant(255)),
          isCounted: fc.boolean(),
        }),
        { maxLength: 60 },
      ),
      x: fc.tuple(fc.nat(columns - 2), fc.nat(columns - 2)),
      y: fc.tuple(fc.nat(rows - 2), fc.nat(rows - 2)),
    }),
  );

/** From one cell to another, both within. */
function spanOf([first, second]: readonly [number, number]): readonly [number, number] {
  return [Math.min(first, second), Math.max(first, second) + 1];
}

describe('a brush as a subtraction', () => {
  it('counts what a plain recount counts, for any brush, also where it asks nothing of an axis', () => {
    fc.assert(
      fc.property(scenes, ({ columns, rows, bins, transactions, x, y }) => {
        const cells = Uint16Array.from(transactions, (each) => (each.y + 1) * (columns + 1) + each.x + 1);
        const binned = Uint8Array.from(transactions, ({ bin }) => bin);
        const counted = Uint32Array.from(transactions.flatMap(({ isCounted }, row) => (isCounted ? [row] : [])));
        const counts = cumulativeCounts({ columns, rows, cells }, binned, bins, counted);
        const tile = { columns, rows, bins, counts, flaggedCounts: counts, edges: null, texts: null };
        const range: CellRange = { x: spanOf(x), y: spanOf(y) };
        const isIn = (value: number, [from, to]: readonly [number, number], last: number): boolean =>
          (from === 0 && to === last) || (value >= from && value < to);
        for (const brush of [range, null]) {
          const expected = Array.from(
            { length: bins },
            (_, bin) =>
              transactions.filter(
                (each) =>
                  each.isCounted &&
                  each.bin === bin &&
                  (brush === null || (isIn(each.x, brush.x, columns - 1) && isIn(each.y, brush.y, rows - 1))),
              ).length,
          );
          expect([...countsWithin(tile, brush).counts]).toEqual(expected);
        }
      }),
    );
  });
});

const xEdges = [1000, 2000, 3000, 4000];
const yEdges = [0, 10, 100];

describe('the filter of a brush', () => {
  it('is no condition where the brush reaches the end of an axis: rows beyond the last bin stay in', () => {
    expect(filterOfCells({ x: [0, 2], y: [1, 2] }, xEdges, yEdges)).toEqual({
      toMs: numberBefore(3000),
      minimumAmount: 10,
    });
    expect(filterOfCells({ x: [0, 3], y: [0, 2] }, xEdges, yEdges)).toEqual({});
    expect(filterOfCells(null, xEdges, yEdges)).toEqual({});
  });

  it('is the same brush again when it was kept, and none where somebody typed between two edges', () => {
    const range: CellRange = { x: [1, 2], y: [0, 1] };
    expect(cellsOfFilter(filterOfCells(range, xEdges, yEdges), xEdges, yEdges)).toEqual(range);
    expect(cellsOfFilter({ columns: { country: ['GB'] } }, xEdges, yEdges)).toBeNull();
    expect(cellsOfFilter({ minimumAmount: 11 }, xEdges, yEdges)).toBeUndefined();
  });

  it('ends right before an edge, whatever its sign', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
        fc.pre(value === 0 || Math.abs(value) > 1e-300);
        const before = numberBefore(value);
        const between = before + (value - before) / 2;
        expect(before).toBeLessThan(value);
        expect([before, value]).toContain(between);
      }),
    );
  });
});

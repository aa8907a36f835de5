import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderForAlerts, sweepAlerts, type AlertMembership } from '../../forest/alert-sweep.ts';
import { cursorAt, flaggedRowsOf, groupAlerts, positionAfter, rankTexts, sortAlerts } from './alert-groups.ts';

/** Rows in score order as the tuning index gives them: ascending sums, ties by row. */
function flaggedByScore(sums: Int32Array): Uint32Array {
  return Uint32Array.from(sums.keys()).sort((a, b) => sums[a] - sums[b] || a - b);
}

const cases = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -1, max: 4 })), { maxLength: 40 })
  .map((rows) => ({ sums: Int32Array.from(rows, ([sum]) => sum), codes: Int32Array.from(rows, ([, code]) => code) }));

/** Rows an hour apart, in stream order; alerts of a gap of two hours unless said. */
function membershipOf(codes: Int32Array | null, rowCount: number, gapMs = 2): AlertMembership {
  const times = Float64Array.from({ length: rowCount }, (_, row) => row);
  return { groups: codes, groupCount: 5, times, gapMs };
}

describe('groupAlerts', () => {
  it('puts every flagged row into one alert of its entity, led by the most anomalous, opened by the earliest', () => {
    fc.assert(
      fc.property(cases, ({ sums, codes }) => {
        const groups = groupAlerts(flaggedByScore(sums), sums, membershipOf(codes, sums.length));
        const seen: number[] = [];
        for (let group = 0; group < groups.count; group++) {
          const rows = flaggedRowsOf(groups, group);
          seen.push(...rows);
          expect(rows[0]).toBe(groups.topSequences[group]);
          expect(groups.openingRows[group]).toBe(Math.min(...rows));
          expect(groups.sums[group]).toBe(Math.min(...Array.from(rows, (row) => sums[row])));
          for (const row of rows) expect(groups.groupOfRow(row)).toBe(group);
          expect(new Set(Array.from(rows, (row) => codes[row])).size).toBe(1);
          const inTime = [...rows].sort((a, b) => a - b);
          inTime.slice(1).forEach((row, index) => expect(row - inTime[index]).toBeLessThanOrEqual(2));
        }
        expect(seen.sort((a, b) => a - b)).toEqual([...sums.keys()]);
      }),
    );
  });

  it('makes as many alerts as the sweep counts at every threshold', () => {
    fc.assert(
      fc.property(cases, ({ sums, codes }) => {
        const membership = membershipOf(codes, sums.length);
        const ranked = flaggedByScore(sums);
        const { alertsUpTo } = sweepAlerts(
          orderForAlerts(membership, sums.length),
          ranked,
          new Uint32Array(sums.length),
          1,
        );
        for (let flagged = 0; flagged <= sums.length; flagged++)
          expect(groupAlerts(ranked.subarray(0, flagged), sums, membership).count).toBe(alertsUpTo[flagged]);
      }),
    );
  });

  it('puts an alert of suppressed rows alone after the queue, and the sweep counts the queue and its days', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), ({ sums, codes }, quiet) => {
        const suppressed = Uint8Array.from(sums, (_, row) => Number(quiet[row]));
        const membership = { ...membershipOf(codes, sums.length), suppressed };
        const ranked = flaggedByScore(sums);
        const dayOf = ranked.map((row) => Math.floor(row / 10));
        const sweep = sweepAlerts(orderForAlerts(membership, sums.length), ranked, dayOf, 5);
        for (let flagged = 0; flagged <= sums.length; flagged++) {
          const groups = groupAlerts(ranked.subarray(0, flagged), sums, membership);
          const isQueued = (group: number): boolean =>
            flaggedRowsOf(groups, group).some((row) => suppressed[row] === 0);
          for (let group = 0; group < groups.total; group++) expect(isQueued(group)).toBe(group < groups.count);
          expect(groups.total).toBe(
            groupAlerts(ranked.subarray(0, flagged), sums, membershipOf(codes, sums.length)).count,
          );
          expect(sweep.alertsUpTo[flagged]).toBe(groups.count);
          const days = new Uint32Array(5);
          for (const row of groups.openingRows.subarray(0, groups.count)) days[Math.floor(row / 10)]++;
          expect(sweep.openedByDay(flagged)).toEqual(days);
        }
      }),
    );
  });

  it('closes an alert with the gap, and makes one of an entity where the gap is the whole recording', () => {
    const sums = new Int32Array(6);
    const flagged = Uint32Array.of(0, 1, 5);
    const codes = new Int32Array(6);
    expect(groupAlerts(flagged, sums, membershipOf(codes, 6)).count).toBe(2);
    expect(groupAlerts(flagged, sums, membershipOf(codes, 6, Infinity)).count).toBe(1);
    expect(groupAlerts(flagged, sums, membershipOf(codes, 6, -1)).count).toBe(3);
  });

  it('makes one alert per row where the case has no entity, and finds none for a row that is not flagged', () => {
    const sums = Int32Array.of(3, 1, 2);
    const groups = groupAlerts(Uint32Array.of(1, 2), sums, membershipOf(null, 3));
    expect([...groups.topSequences]).toEqual([1, 2]);
    expect([0, 1, 2, 3].map(groups.groupOfRow)).toEqual([-1, 0, 1, -1]);
  });
});

describe('paging', () => {
  it('goes on behind any alert without skipping or repeating, with ties and missing values, in any order', () => {
    const value = fc.oneof(fc.constant(NaN), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(
        cases,
        fc.array(value, { minLength: 40, maxLength: 40 }),
        fc.boolean(),
        ({ sums, codes }, values, descending) => {
          const groups = groupAlerts(flaggedByScore(sums), sums, membershipOf(codes, sums.length));
          const keys = [{ values: Float64Array.from(values.slice(0, groups.count)), descending }];
          const order = sortAlerts(groups, keys);
          order.forEach((group, position) => {
            expect(positionAfter(groups, keys, order, cursorAt(groups, keys, group))).toBe(position + 1);
          });
          const missing = Array.from(order, (group) => Number.isNaN(keys[0].values[group]));
          expect(missing).toEqual([...missing].sort((a, b) => Number(a) - Number(b)));
        },
      ),
    );
  });

  it('finds its place again where the alert it ended with has gone', () => {
    const sums = Int32Array.of(1, 2, 3, 4);
    const all = groupAlerts(flaggedByScore(sums), sums, membershipOf(null, 4));
    const keysOf = (groups: typeof all) => [
      { values: Float64Array.from(groups.sums, (sum) => -sum), descending: true },
    ];
    const cursor = cursorAt(all, keysOf(all), 1);
    const fewer = groupAlerts(Uint32Array.of(0, 2, 3), sums, membershipOf(null, 4));
    const order = sortAlerts(fewer, keysOf(fewer));
    const next = order[positionAfter(fewer, keysOf(fewer), order, cursor)];
    expect(fewer.topSequences[next]).toBe(2);
  });
});

describe('rankTexts', () => {
  it('orders whole numbers by value before other texts, and gives equal texts equal ranks', () => {
    const texts = ['b', '10', '9', 'B', '10', '4000000000000001'];
    const ranks = rankTexts(texts);
    const ordered = [...texts.keys()].sort((a, b) => ranks[a] - ranks[b]).map((index) => texts[index]);
    expect(ordered).toEqual(['9', '10', '10', '4000000000000001', 'B', 'b']);
    expect(ranks[1]).toBe(ranks[4]);
  });
});

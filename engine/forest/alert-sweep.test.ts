import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostAlertsUpTo, orderForAlerts, sweepAlerts } from './alert-sweep.ts';
import { orderBySum } from './threshold.ts';

interface Case {
  readonly rows: readonly { readonly sum: number; readonly group: number; readonly time: number }[];
  readonly gapMs: number;
}

const someCase: fc.Arbitrary<Case> = fc.record({
  rows: fc.array(
    fc.record({
      sum: fc.integer({ min: 0, max: 12 }),
      group: fc.integer({ min: -1, max: 3 }),
      time: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(NaN)),
    }),
    { maxLength: 40 },
  ),
  gapMs: fc.constantFrom(-1, 1, 3, 10, Infinity),
});

const FIRST_WHOLE = 3;

/** Alerts told plainly: the times at which each opens. */
function alertsOf({ rows, gapMs }: Case, flagged: readonly number[]): number[] {
  const opened: number[] = [];
  const alone = (row: number): boolean => {
    const { group, time } = rows[row];
    if (group < 0) return true;
    if (group >= FIRST_WHOLE) return false;
    return gapMs < 0 || (gapMs !== Infinity && Number.isNaN(time));
  };
  for (const row of flagged) if (alone(row)) opened.push(rows[row].time);
  for (let group = 0; group <= FIRST_WHOLE; group++) {
    const isWhole = group >= FIRST_WHOLE || gapMs === Infinity;
    const members = flagged.filter((row) => rows[row].group === group && !alone(row));
    if (isWhole) {
      if (members.length > 0) opened.push(rows[members[0]].time);
      continue;
    }
    const times = members.map((row) => rows[row].time).sort((left, right) => left - right);
    times.forEach((time, index) => {
      if (index === 0 || time - times[index - 1] > gapMs) opened.push(time);
    });
  }
  return opened;
}

function sweepOf({ rows, gapMs }: Case): {
  readonly order: Uint32Array;
  readonly sorted: Int32Array;
  readonly sweep: ReturnType<typeof sweepAlerts>;
} {
  const sums = Int32Array.from(rows, ({ sum }) => sum);
  const membership = {
    groups: Int32Array.from(rows, ({ group }) => group),
    groupCount: FIRST_WHOLE + 1,
    times: Float64Array.from(rows, ({ time }) => time),
    gapMs,
    firstWholeGroup: FIRST_WHOLE,
  };
  const alerts = orderForAlerts(membership, rows.length);
  const order = orderBySum(sums);
  const days = Uint32Array.from(order, (row) => (Number.isNaN(rows[row].time) ? 5 : Math.floor(rows[row].time / 10)));
  return { order, sorted: Int32Array.from(order, (row) => sums[row]), sweep: sweepAlerts(alerts, order, days, 5) };
}

describe('sweepAlerts', () => {
  it('counts at every threshold the alerts that grouping the flagged rows gives', () => {
    fc.assert(
      fc.property(someCase, (given) => {
        const { order, sweep } = sweepOf(given);
        for (let flagged = 0; flagged <= order.length; flagged++)
          expect(sweep.alertsUpTo[flagged]).toBe(alertsOf(given, [...order.subarray(0, flagged)]).length);
      }),
    );
  });

  it('counts an alert on the day on which it opens, at every threshold', () => {
    fc.assert(
      fc.property(someCase, (given) => {
        fc.pre(given.gapMs !== Infinity && given.rows.every(({ group }) => group < FIRST_WHOLE));
        const { order, sweep } = sweepOf(given);
        for (let flagged = 0; flagged <= order.length; flagged++) {
          const expected = [0, 0, 0, 0, 0];
          for (const time of alertsOf(given, [...order.subarray(0, flagged)]))
            if (!Number.isNaN(time) && time < 50) expected[Math.floor(time / 10)]++;
          expect([...sweep.openedByDay(flagged)]).toEqual(expected);
        }
      }),
    );
  });

  it('tells the most alerts up to each cut, so that a budget holds although joining makes alerts fewer again', () => {
    fc.assert(
      fc.property(someCase, (given) => {
        const { sorted, sweep } = sweepOf(given);
        const most = mostAlertsUpTo(sweep.alertsUpTo, sorted);
        let expected = 0;
        for (let end = 1; end <= sorted.length; end++) {
          const isCut = end === sorted.length || sorted[end] !== sorted[end - 1];
          if (!isCut) continue;
          expected = Math.max(expected, sweep.alertsUpTo[end]);
          expect(most[end]).toBe(expected);
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeBacklog, simulateBacklog } from './backlog.ts';

describe('backlog of a team', () => {
  it('carries what one day cannot close into the next and says when it is cleared', () => {
    const backlog = simulateBacklog([100, 200, 150, 60, 10], 120);
    expect([...backlog.left]).toEqual([0, 80, 110, 50, 0]);
    expect(backlog).toMatchObject({ daysOver: 2, worst: 110, worstDay: 2, daysToClear: 2 });
    expect(describeBacklog(backlog)).toBe('2 of 5 days over; worst backlog 110 alerts, cleared in 2 days');
  });

  it('does not call a backlog cleared that outlives the stream', () => {
    const backlog = simulateBacklog([10, 500, 10], 120);
    expect(backlog.daysToClear).toBeNull();
    expect(describeBacklog(backlog)).toContain('not cleared by the end');
  });

  it('has nothing over budget on a day exactly at the budget', () => {
    expect(simulateBacklog([120, 120], 120)).toMatchObject({ daysOver: 0, worst: 0, worstDay: -1, daysToClear: 0 });
  });

  it('never loses an alert: what came is what was closed plus what is left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 300 }),
        (days, capacity) => {
          const { left } = simulateBacklog(days, capacity);
          let before = 0;
          for (const [day, came] of days.entries()) {
            const closed = before + came - left[day];
            expect(closed).toBeGreaterThanOrEqual(0);
            expect(closed).toBeLessThanOrEqual(capacity);
            if (left[day] > 0) expect(closed).toBe(capacity);
            before = left[day];
          }
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplayClock } from './replay-clock.ts';

const times = Float64Array.from([0, 1_000, 1_000, NaN, 5_000, 4_000, 60_000]);
const clock = (speed: number | null, isPaused = false): ReplayClock =>
  new ReplayClock({ speed, seekMs: null, isPaused });

describe('the pace of a replay', () => {
  it('keeps the pauses of the recording, divided by the speed', () => {
    const paced = clock(10);
    expect(paced.due(times, 0, 7, 0)).toEqual({ rows: 1, waitMs: 100 });
    expect(paced.due(times, 1, 7, 50)).toEqual({ rows: 0, waitMs: 50 });
    // A row without a time, or with one that lies back, waits for nothing of its own.
    expect(paced.due(times, 1, 7, 100)).toEqual({ rows: 3, waitMs: 400 });
    expect(paced.due(times, 4, 7, 500)).toEqual({ rows: 2, waitMs: 5_500 });
  });

  it('does not make up for the time it was paused, and steps row by row', () => {
    const paced = clock(1);
    expect(paced.due(times, 0, 7, 0).rows).toBe(1);
    paced.obey({ kind: 'pause' });
    expect(paced.due(times, 1, 7, 900_000)).toEqual({ rows: 0, waitMs: Number.POSITIVE_INFINITY });
    paced.obey({ kind: 'step', rows: 2 });
    expect(paced.due(times, 1, 7, 900_000).rows).toBe(2);
    expect(paced.due(times, 3, 7, 900_000).rows).toBe(0);
    paced.obey({ kind: 'resume' });
    expect(paced.due(times, 4, 7, 900_000)).toMatchObject({ rows: 2, waitMs: 55_000 });
  });

  it('goes on to a time at full speed, then at its own', () => {
    const paced = clock(1);
    paced.obey({ kind: 'seek', timeMs: 4_500 });
    expect(paced.due(times, 0, 7, 0).rows).toBe(4);
    expect(paced.seekMs).toBeNull();
    expect(paced.due(times, 4, 7, 0)).toMatchObject({ rows: 2, waitMs: 55_000 });
  });

  it('without event times there is no pace but steps', () => {
    expect(clock(1).due(null, 3, 10, 0)).toEqual({ rows: 7, waitMs: 0 });
  });

  it('lets every row come exactly once, whatever is asked of it', () => {
    const command = fc.oneof(
      fc.constantFrom({ kind: 'pause' } as const, { kind: 'resume' } as const),
      fc.record({ kind: fc.constant('step' as const), rows: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('speed' as const), speed: fc.constantFrom(0.5, 1, 1e6, null) }),
      fc.record({ kind: fc.constant('seek' as const), timeMs: fc.integer({ min: -10, max: 2_000 }) }),
    );
    const moments = fc.array(fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.constant(NaN)), { minLength: 1 });
    fc.assert(
      fc.property(moments, fc.array(command), (given, commands) => {
        const paced = clock(1);
        const all = Float64Array.from(given);
        let came = 0;
        let nowMs = 0;
        for (const each of [...commands, { kind: 'resume' } as const]) {
          paced.obey(each);
          const { rows } = paced.due(all, came, all.length, (nowMs += 7));
          expect(rows).toBeGreaterThanOrEqual(0);
          came += rows;
          expect(came).toBeLessThanOrEqual(all.length);
        }
        paced.obey({ kind: 'speed', speed: null });
        for (let turn = 0; turn < 3 && came < all.length; turn++) came += paced.due(all, came, all.length, nowMs).rows;
        expect(came).toBe(all.length);
      }),
    );
  });
});

import { expect, it, vi } from 'vitest';
import { benchOfFile } from '../bench-of-file.test-support.ts';
import type { Bench } from '../small-recording.test-support.ts';
import type { JobInput, JobResult } from '../../../preload/contract/jobs.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

const context = { signal: new AbortController().signal, report: () => undefined };

async function work(input: Partial<JobInput<'work'>>): Promise<JobResult<'work'>> {
  const ran = await bench.engine.runJob('work', { casePath: bench.casePath, ...input }, context);
  if (!ran.ok) throw new Error(ran.error.message);
  return ran.data;
}

async function judge(key: string, as: 'fraud' | 'legitimate' | 'unsure', by: string): Promise<void> {
  const action: JobInput<'judge'>['action'] = { kind: 'verdict', alerts: [key], as, replace: true };
  const ran = await bench.engine.runJob('judge', { casePath: bench.casePath, by, action }, context);
  if (!ran.ok) throw new Error(ran.error.message);
}

it('counts what stands by the day of the decision, what two judged the same, and minutes of who asks alone', async () => {
  const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 6 });
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const at = (time: string): void => void vi.setSystemTime(new Date(time));
    at('2024-03-01T09:00:00Z');
    await judge(rows[0].key, 'fraud', 'Ana');
    at('2024-03-01T09:02:00Z');
    await judge(rows[1].key, 'legitimate', 'Ana');
    at('2024-03-01T11:00:00Z');
    await judge(rows[2].key, 'fraud', 'Ana');
    at('2024-03-02T08:00:00Z');
    await judge(rows[0].key, 'fraud', 'Ben');
    at('2024-03-02T08:04:00Z');
    await judge(rows[1].key, 'fraud', 'Ben');
    await judge(rows[3].key, 'unsure', 'Ben');
  } finally {
    vi.useRealTimers();
  }
  const seen = await work({});
  // Ben's verdicts stand in the place of Ana's first two.
  expect(
    seen.days.map(({ day, decided, fraud, falseAlarms, unsure }) => [day, decided, fraud, falseAlarms, unsure]),
  ).toEqual([
    ['2024-03-01', 1, 1, 0, 0],
    ['2024-03-02', 3, 2, 0, 1],
  ]);
  expect(seen.agreement).toMatchObject({ alerts: 2, agreed: 1 });
  expect(seen.total.minutes).toBeNull();
  expect(seen.lossPerFraud).toBeCloseTo(seen.total.valueStopped / 3, 6);
  expect(seen.cost).toBeNull();

  const ana = await work({ by: 'Ana', minutes: true, minuteCost: 2 });
  // The two hours before her third decision were no review.
  expect(ana).toMatchObject({ minutesPerAlert: 2, total: { minutes: 2 } });
  // Decisions of one millisecond are told apart by the next one.
  expect((await work({ by: 'Ben', minutes: true })).total.minutes).toBeCloseTo(4, 3);
  const { curve, cheapest } = ana.cost ?? { curve: [], cheapest: null };
  const cost = ({ missedLoss, reviewCost }: (typeof curve)[number]): number => missedLoss + reviewCost;
  expect(cheapest === null ? NaN : cost(cheapest)).toBe(Math.min(...curve.map(cost)));
  expect(curve[0].reviewCost).toBeCloseTo(curve[0].alerts * 4, 6);
});

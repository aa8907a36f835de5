import { groupAlerts } from '../../../engine/case/alerts/alert-groups.ts';
import { drawExplored } from '../../../engine/case/alerts/exploration.ts';
import { estimateMissedFraud, FEWEST_JUDGED } from '../../../engine/evaluation/missed-fraud.ts';
import { randomStream, type RandomStream } from '../../../engine/forest/random.ts';
import { markdownTable } from '../markdown.ts';

/** Weeks of the promise, and those that tell how far chance is in it. */
const [weeks, manyWeeks] = [200, 1000];
/** Seeds before these were looked at while the interval was chosen. */
const firstSeed = 20_000;
const daysOfWeek = 7;
/** Shares of missed fraud: each week has one of its own, even in its logarithm. */
const rates = [
  ['0.5 to 5 %', 0.005, 0.05],
  ['0.1 to 0.5 %', 0.001, 0.005],
] as const;
const teams = [
  { alertsPerDay: 200, share: 0.1 },
  { alertsPerDay: 100, share: 0.2 },
] as const;
/** Of those drawn, as many are not judged or unsure. */
const unjudgedShare = 0.1;

interface Week {
  readonly covered: boolean;
  readonly judged: number;
  readonly truth: number;
  readonly estimate: number;
  readonly width: number;
}

/** Simulated weeks of a team whose queue holds a share from below the line: how often the interval of missed fraud holds the truth. */
export function measureExploration(_seeds: number, report: (line: string) => void): Promise<string> {
  const table = teams.flatMap((team) =>
    rates.map(([name, least, most]) => {
      report(`exploration: ${team.alertsPerDay} alerts a day, missed fraud ${name}`);
      const simulated = Array.from({ length: manyWeeks }, (_, week) =>
        simulateWeek(firstSeed + week, team, least, most),
      );
      const first = simulated.slice(0, weeks);
      const share = (some: readonly Week[]): string =>
        `${((100 * some.filter(({ covered }) => covered).length) / some.length).toFixed(1)} %`;
      const mean = (of: (week: Week) => number): number =>
        simulated.reduce((sum, week) => sum + of(week), 0) / simulated.length;
      return [
        `${team.alertsPerDay}, ${100 * team.share} %`,
        name,
        mean(({ judged }) => judged).toFixed(0),
        share(first),
        share(simulated),
        (mean(({ estimate }) => estimate) / mean(({ truth }) => truth)).toFixed(3),
        `${mean(({ truth }) => truth).toFixed(0)}, ${mean(({ width }) => width).toFixed(0)}`,
      ];
    }),
  );
  return Promise.resolve(
    [
      `Weeks of ${daysOfWeek} days with 2,000 to 4,000 transactions each; what is missed is judged only as far as it was drawn into the queue, less ${100 * unjudgedShare} % at ` +
        `random; seeds ${firstSeed} to ${firstSeed + weeks - 1}, which nothing was chosen by, and to ${firstSeed + manyWeeks - 1} for what chance leaves open in ${weeks}.`,
      markdownTable(
        [
          'alerts a day, share',
          'fraud among what is not flagged',
          'judged a week',
          `truth within, ${weeks} weeks`,
          `truth within, ${manyWeeks.toLocaleString('en')} weeks`,
          'estimate by truth',
          'mean truth, width',
        ],
        table,
      ),
    ].join('\n\n'),
  );
}

function simulateWeek(
  seed: number,
  { alertsPerDay, share }: (typeof teams)[number],
  least: number,
  most: number,
): Week {
  const random = randomStream(seed, Math.round(1e6 * least), 'simulation');
  const rate = least * (most / least) ** random.nextUnit();
  const { sums, labels, dayOf, times } = payments(random, rate);
  const rowCount = sums.length;
  const flaggedCount = Math.round(alertsPerDay * (1 - share) * daysOfWeek);
  const flagged = Uint32Array.from(Array.from(sums.keys()).sort((a, b) => sums[a] - sums[b] || a - b)).subarray(
    0,
    flaggedCount,
  );
  const thresholdUnits = sums[flagged[flagged.length - 1]];
  const { rows, drawnOfDay } = drawExplored({
    groups: groupAlerts(flagged, sums, { groups: null, groupCount: 0, times, gapMs: 0 }),
    ...{ sums, thresholdUnits, share, days: dayOf, suppressed: null },
    modelDigest: (seed + 1).toString(16).padStart(8, '0'),
  });
  const judged = rows.flatMap(({ row }) => {
    const ofDay = drawnOfDay.get(dayOf[row]);
    if (ofDay === undefined || random.nextUnit() < unjudgedShare) return [];
    return [{ isFraud: labels[row] === 1, chance: ofDay.drawn / ofDay.eligible }];
  });
  if (judged.length < FEWEST_JUDGED) throw new Error('A week has too few verdicts.');
  const truth = labels.reduce((sum, label, row) => sum + (sums[row] > thresholdUnits ? label : 0), 0);
  const missed = estimateMissedFraud(rowCount - flagged.length, judged);
  if (missed === null) throw new Error('A week has no estimate.');
  return {
    covered: missed.low <= truth && truth <= missed.high,
    judged: judged.length,
    truth,
    estimate: missed.frauds,
    width: missed.high - missed.low,
  };
}

/** A week of payments by days of different sizes; frauds score lower, half of them not at all. */
function payments(random: RandomStream, rate: number) {
  const perDay = Array.from({ length: daysOfWeek }, () => 2000 + random.nextInteger(2001));
  const dayOf = Int32Array.from(perDay.flatMap((count, day) => Array.from({ length: count }, () => day)));
  const labels = Uint8Array.from(dayOf, (day) => Number(random.nextUnit() < rate * (0.6 + 0.13 * day)));
  const sums = Int32Array.from(labels, (label) => {
    const usual = 1000 + random.nextInteger(1_000_000);
    return label === 1 && random.nextUnit() < 0.5 ? Math.floor(usual / 50) : usual;
  });
  return { sums, labels, dayOf, times: Float64Array.from(dayOf, (day, row) => day * 86_400_000 + row) };
}

import { expect, it } from 'vitest';
import { FRAUD, GENUINE, UNLABELLED } from '../../domain/label.ts';
import { anomalyOfSums, averagePrecision } from '../../evaluation/ranking.ts';
import { randomStream, type RandomStream } from '../../forest/random.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { groupAlerts } from '../alerts/alert-groups.ts';
import { drawChances, drawExplored } from '../alerts/exploration.ts';
import { selectionOf, type DrawnVerdict } from '../alerts/verdict-selection.ts';
import { evaluateScores } from '../model/evaluate-scores.ts';
import { judgedFlags } from './quality.ts';

const weeks = 200;
const daysOfWeek = 7;
const alertsPerWeek = 280;
const share = 0.2;
const everyRow = (): boolean => true;

/** A week of payments by days of different sizes and rates of fraud; half of the frauds score as anything does. */
function payments(random: RandomStream): {
  readonly sums: Int32Array;
  readonly truth: Uint8Array;
  readonly days: Int32Array;
} {
  const days = Int32Array.from(
    Array.from({ length: daysOfWeek }, () => 300 + random.nextInteger(600)).flatMap((count, day) =>
      Array.from({ length: count }, () => day),
    ),
  );
  const rate = 0.01 + 0.04 * random.nextUnit();
  const truth = Uint8Array.from(days, (day) => Number(random.nextUnit() < rate * (0.6 + 0.13 * day)));
  const sums = Int32Array.from(truth, (label) => {
    const usual = 1000 + random.nextInteger(1_000_000);
    return label === FRAUD && random.nextUnit() < 0.5 ? Math.floor(usual / 30) : usual;
  });
  return { sums, truth, days };
}

const judgedWeeks = new Map<number, ReturnType<typeof judgedWeek>>();

/** Simulated once for all tests. */
function weekOf(seed: number): ReturnType<typeof judgedWeek> {
  const known = judgedWeeks.get(seed) ?? judgedWeek(seed);
  judgedWeeks.set(seed, known);
  return known;
}

/** A team judges its whole queue of a week, what was drawn into it from below the line included. */
function judgedWeek(seed: number) {
  const { sums, truth, days } = payments(randomStream(seed, 7, 'simulation'));
  const flagged = Uint32Array.from(Array.from(sums.keys()).sort((a, b) => sums[a] - sums[b] || a - b)).subarray(
    0,
    Math.round(alertsPerWeek * (1 - share)),
  );
  const thresholdUnits = sums[flagged[flagged.length - 1]];
  const times = Float64Array.from(days, (day, row) => day * 86_400_000 + row);
  const explored = drawExplored({
    groups: groupAlerts(flagged, sums, { groups: null, groupCount: 0, times, gapMs: 0 }),
    ...{ sums, thresholdUnits, share, days, suppressed: null },
    modelDigest: (seed + 1).toString(16).padStart(8, '0'),
  });
  const rows = explored.rows.map(({ row }) => row);
  const { chanceOf } = drawChances({ explored, sample: { sequences: [], rowsBelow: 1 }, days, judged: rows });
  const drawn = rows.map((row): DrawnVerdict => ({ row, isFraud: truth[row] === FRAUD, chance: chanceOf(row) }));
  const population = sums.length - flagged.length;
  const labels = new Uint8Array(sums.length).fill(UNLABELLED);
  for (const row of [...flagged, ...rows]) labels[row] = truth[row] === FRAUD ? FRAUD : GENUINE;
  return { sums, truth, labels, thresholdUnits, selection: selectionOf(population, drawn, sums.length) };
}

function countsAt(labels: Uint8Array, sums: Int32Array, units: number) {
  const frauds = Array.from(labels.keys()).filter((row) => labels[row] === FRAUD);
  const flagged = Array.from(labels.keys()).filter((row) => labels[row] !== UNLABELLED && isFlagged(sums[row], units));
  const flaggedFrauds = frauds.filter((row) => isFlagged(sums[row], units)).length;
  return { flaggedFrauds, flagged: flagged.length, frauds: frauds.length };
}

/** At another line than the one that was judged: half as many flags, or three times as many. */
const lines = (sums: Int32Array, units: number): readonly number[] => {
  const sorted = sums.toSorted();
  const at = sorted.lastIndexOf(units) + 1;
  return [units, sorted[Math.floor(at / 2) - 1], sorted[3 * at - 1]];
};

it('holds true recall and precision about as often as it says, at the line that was judged and at others', () => {
  const held = Array.from({ length: 3 }, () => ({ recall: 0, precision: 0, unweighted: 0 }));
  for (let seed = 0; seed < weeks; seed++) {
    const { sums, truth, labels, thresholdUnits, selection } = weekOf(seed);
    lines(sums, thresholdUnits).forEach((units, at) => {
      const counts = countsAt(labels, sums, units);
      const line = { sums, thresholdUnits: units, passes: everyRow };
      const judged = judgedFlags(counts, selection, line);
      const all = countsAt(truth, sums, units);
      const isIn = (value: number, interval: readonly [number, number] | null): number =>
        interval !== null && interval[0] <= value && value <= interval[1] ? 1 : 0;
      held[at].recall += isIn(all.flaggedFrauds / all.frauds, judged.recall);
      held[at].precision += isIn(all.flaggedFrauds / all.flagged, judged.precision);
      held[at].unweighted += isIn(all.flaggedFrauds / all.frauds, judgedFlags(counts, null, line).recall);
    });
  }
  for (const [at, { recall, precision, unweighted }] of held.entries()) {
    expect(recall / weeks, `recall at line ${at}`).toBeGreaterThanOrEqual(0.93);
    expect(precision / weeks, `precision at line ${at}`).toBeGreaterThanOrEqual(0.9);
    // Each verdict for itself calls nearly all fraud found.
    expect(unweighted / weeks, `unweighted recall at line ${at}`).toBeLessThan(0.3);
  }
  // Where one line decides, the interval is no wider than it must be.
  expect(held[0].recall / weeks).toBeLessThanOrEqual(0.985);
});

it('estimates average precision and recall without the bias of verdicts that the queue chose', () => {
  const off = { averagePrecision: 0, unweighted: 0, recall: 0, unweightedRecall: 0 };
  for (let seed = 0; seed < weeks; seed++) {
    const { sums, truth, labels, thresholdUnits, selection } = weekOf(seed);
    const whole = averagePrecision(truth, anomalyOfSums(sums)) ?? NaN;
    const figures = evaluateScores(labels, 'verdicts', sums, thresholdUnits, selection.weights);
    const naive = evaluateScores(labels, 'verdicts', sums, thresholdUnits, null);
    const all = countsAt(truth, sums, thresholdUnits);
    off.averagePrecision += ((figures?.auprc ?? NaN) - whole) / weeks;
    off.unweighted += ((naive?.auprc ?? NaN) - whole) / weeks;
    off.recall += ((figures?.recall ?? NaN) - all.flaggedFrauds / all.frauds) / weeks;
    off.unweightedRecall += ((naive?.recall ?? NaN) - all.flaggedFrauds / all.frauds) / weeks;
  }
  // What is missed stands below a fraction bar, so that a week of few drawn frauds leaves a little.
  expect(off.unweighted).toBeGreaterThan(0.1);
  expect(Math.abs(off.averagePrecision)).toBeLessThan(off.unweighted / 2);
  expect(off.unweightedRecall).toBeGreaterThan(0.3);
  expect(Math.abs(off.recall)).toBeLessThan(off.unweightedRecall / 3);
});

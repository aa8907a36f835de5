import { exploredBeside, USUAL_DRAW } from '../../domain/exploration.ts';
import { randomStream } from '../../forest/random.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { exploredByDay, NO_DAY } from '../../forest/tuning.ts';
import type { AlertGroups, ExploredRow } from './alert-groups.ts';
import { lotsBelowLine } from './below-line-draw.ts';

/** What decides which transactions from below the line stand in the queue. */
export interface ExplorationInput {
  /** The alerts that are there without them. */
  readonly groups: AlertGroups;
  /** Of every row of the case; lower is more anomalous. */
  readonly sums: Int32Array;
  readonly thresholdUnits: number;
  /** Hexadecimal. */
  readonly modelDigest: string;
  /** The day of each row, or NO_DAY; null where the case has none. */
  readonly days: Int32Array | null;
  /** 1 for each row that makes no alert. */
  readonly suppressed: Uint8Array | null;
  /** Of all alerts of the queue. */
  readonly share: number;
}

export interface Explored {
  /** With the sum that each borrows from the alerts beside which it stands. */
  readonly rows: readonly ExploredRow[];
  /** Of each day: how many were drawn of how many that could be. */
  readonly drawnOfDay: ReadonlyMap<number, { readonly drawn: number; readonly eligible: number }>;
}

export const NOTHING_EXPLORED: Explored = { rows: [], drawnOfDay: new Map() };

/** Which rows a model draws from below its line, and with what chance it does each that it could. */
export interface DrawChances {
  readonly isDrawn: (row: number) => boolean;
  readonly chanceOf: (row: number) => number;
}

/**
 * What is drawn into the queue and into the blind sample is one draw, since both take the lowest lots. Where nothing of the sample
 * is judged beyond what stands in the queue, the sample is nobody's choice.
 */
export function drawChances(of: {
  readonly explored: Explored;
  readonly sample: { readonly sequences: readonly number[]; readonly rowsBelow: number };
  readonly days: Int32Array | null;
  /** Rows with a verdict. */
  readonly judged: Iterable<number>;
}): DrawChances {
  const { explored, sample, days } = of;
  const inQueue = new Set(explored.rows.map(({ row }) => row));
  const inSample = new Set(sample.sequences);
  const isSampleJudged = [...of.judged].some((row) => inSample.has(row) && !inQueue.has(row));
  const ofSample = isSampleJudged ? sample.sequences.length / Math.max(1, sample.rowsBelow) : 0;
  return {
    isDrawn: (row) => inQueue.has(row) || (isSampleJudged && inSample.has(row)),
    chanceOf: (row) => {
      const ofDay = inQueue.size === 0 ? undefined : explored.drawnOfDay.get(days?.[row] ?? NO_DAY);
      return Math.max(ofSample, ofDay === undefined ? 0 : ofDay.drawn / ofDay.eligible);
    },
  };
}

/** Where fewer candidates than this pass a first look at their lots, all are looked at. */
const SPARE_CANDIDATES = 50;

/**
 * The transactions from below the line that stand in the queue: on each day as many as make up their share of that day's alerts,
 * those with the lowest lots of the blind sample, so that both are one sample. Where a day has too few, others take their place.
 */
export function drawExplored(input: ExplorationInput): Explored {
  const { groups, sums, share, suppressed, days } = input;
  const dayOf = (row: number): number => days?.[row] ?? NO_DAY;
  const isEligible = (row: number): boolean =>
    !isFlagged(sums[row], input.thresholdUnits) && (suppressed?.[row] ?? 0) === 0;
  const eligible = new Map<number, number>();
  for (let row = 0; row < sums.length; row++)
    if (isEligible(row)) eligible.set(dayOf(row), (eligible.get(dayOf(row)) ?? 0) + 1);
  const wanted = wantedByDay(groups, days, share);

  const lots = new Float64Array(sums.length);
  const nextLot = lotsBelowLine(input.modelDigest, USUAL_DRAW.seed);
  for (let row = 0; row < sums.length; row++) lots[row] = nextLot();
  const byLot = (left: number, right: number): number => lots[left] - lots[right] || left - right;
  const highestOfDay = new Map(
    [...wanted].map(([day, count]) => [day, (2 * count + SPARE_CANDIDATES) / (eligible.get(day) ?? 1)]),
  );
  const candidates = new Map<number, number[]>();
  for (let row = 0; row < sums.length; row++) {
    const day = dayOf(row);
    if (lots[row] > (highestOfDay.get(day) ?? 0) || !isEligible(row)) continue;
    const ofDay = candidates.get(day);
    if (ofDay === undefined) candidates.set(day, [row]);
    else ofDay.push(row);
  }
  const drawn = [...wanted].flatMap(([day, count]) => (candidates.get(day) ?? []).sort(byLot).slice(0, count));
  const missing = exploredBeside(groups.count, share) - drawn.length;
  if (missing > 0) {
    const taken = new Set(drawn);
    const others = Array.from(sums.keys()).filter((row) => !taken.has(row) && isEligible(row));
    drawn.push(...others.sort(byLot).slice(0, missing));
  }
  const drawnOfDay = new Map([...eligible].map(([day, count]) => [day, { drawn: 0, eligible: count }]));
  for (const row of drawn) {
    const ofDay = drawnOfDay.get(dayOf(row));
    if (ofDay !== undefined) ofDay.drawn++;
  }
  return { rows: borrowPlaces(input, drawn), drawnOfDay };
}

/** How many are drawn on each day, in the order of days; rows without a day come last. */
function wantedByDay(groups: AlertGroups, days: Int32Array | null, share: number): ReadonlyMap<number, number> {
  const opened = new Map<number, number>();
  for (let group = 0; group < groups.count; group++) {
    const day = days?.[groups.openingRows[group]] ?? NO_DAY;
    opened.set(day, (opened.get(day) ?? 0) + 1);
  }
  const placeOf = (day: number): number => (day === NO_DAY ? Infinity : day);
  const inOrder = [...opened.keys()].sort((left, right) => placeOf(left) - placeOf(right));
  const counts = exploredByDay(
    inOrder.map((day) => opened.get(day) ?? 0),
    share,
  );
  return new Map(inOrder.map((day, place) => [day, counts[place]]));
}

/**
 * Each takes a place among the alerts of its day, by a draw of its own that nothing else moves: half way between an alert and the next
 * one by their sums, so that neither place nor score tells it from them.
 */
function borrowPlaces(
  { groups, days, thresholdUnits, modelDigest }: ExplorationInput,
  drawn: readonly number[],
): readonly ExploredRow[] {
  const digest = Number.parseInt(modelDigest.slice(0, 8), 16);
  const all = Array.from({ length: groups.count }, (_, group) => group);
  const byDay = Map.groupBy(all, (group) => days?.[groups.openingRows[group]] ?? NO_DAY);
  return drawn.map((row) => {
    const beside = byDay.get(days?.[row] ?? NO_DAY) ?? all;
    const at = randomStream(row, digest, 'exploration').nextInteger(beside.length);
    const sum = groups.sums[beside[at]];
    const next = at + 1 < beside.length ? groups.sums[beside[at + 1]] : Math.max(sum, thresholdUnits);
    return { row, sum: Math.floor((sum + next) / 2) };
  });
}

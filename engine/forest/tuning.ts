import { impossible, usageError } from '../domain/error.ts';
import { exploredBeside } from '../domain/exploration.ts';
import { UNLABELLED } from '../domain/label.ts';
import type { CompiledForest } from '../domain/model.ts';
import { mostAlertsUpTo, sweepAlerts, sweepSingleAlerts, type AlertOrder, type AlertSweep } from './alert-sweep.ts';
import { SUM_LIMIT } from './sum-limit.ts';
import { averagePathLength, leafValueOf } from './path-length.ts';
import { scoreOfSum, unitsOfOne } from './score.ts';
import { budgetOf, countFlagged, orderBySum, thresholdForBudget, thresholdForContamination } from './threshold.ts';

/** The day of a row without an event time. */
export const NO_DAY = -0x80000000;

/** The ways to say one thing: which threshold to use. */
export type ThresholdHandle =
  | { readonly kind: 'contamination'; readonly contamination: number }
  /** The most alerts that keep to a number a day on average, and flag at most `mostShare` of the rows. */
  | { readonly kind: 'alerts-per-day'; readonly alertsPerDay: number; readonly mostShare?: number }
  | { readonly kind: 'alerts'; readonly alerts: number }
  | { readonly kind: 'threshold'; readonly thresholdUnits: number }
  /** Flags every row whose score is at least this. */
  | { readonly kind: 'score'; readonly score: number }
  /** The fewest flagged rows that reach this recall. */
  | { readonly kind: 'recall'; readonly recall: number }
  /** The most flagged rows that keep at least this precision; none where no threshold keeps it. */
  | { readonly kind: 'precision'; readonly precision: number }
  /** The least total of missed frauds and reviews, in one currency; the fewest flagged rows among equals. */
  | { readonly kind: 'cost'; readonly missedFraudCost: number; readonly reviewCost: number };

/** What a threshold means where rows are labelled. Counts are of rows; ratios count each as often as it weighs, and are null where nothing is there to divide by. */
export interface LabelledOutcome {
  readonly positives: number;
  readonly truePositives: number;
  readonly labelledFlagged: number;
  /** Frauds that are not flagged, each as often as it weighs. */
  readonly missed: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** What a threshold means for the rows of the index. */
export interface TuningState {
  /** Rows with a sum not above it are flagged. */
  readonly thresholdUnits: number;
  /** The same threshold as a score: rows with at least this score are flagged. */
  readonly thresholdScore: number;
  readonly flagged: number;
  /** Share of all rows that is really flagged. */
  readonly contamination: number;
  readonly alerts: number;
  /** Mean over the days of the stream; null where no row has a day. */
  readonly alertsPerDay: number | null;
  /** Null where no row is labelled. */
  readonly outcome: LabelledOutcome | null;
}

/** Counts of rows by score: bin i holds edges[i] <= score < edges[i + 1], the last bin its upper edge too. */
export interface ScoreHistogram {
  readonly edges: Float64Array;
  readonly counts: Uint32Array;
  /** Rows labelled as fraud per bin; null where no row is labelled. */
  readonly positives: Uint32Array | null;
}

export interface CurvePoint {
  readonly thresholdUnits: number;
  readonly thresholdScore: number;
  readonly flagged: number;
  readonly precision: number;
  readonly recall: number;
}

/** Scores of one model over one set of rows, sorted once, so that every question about a threshold is a search. */
export interface TuningIndex {
  readonly rowCount: number;
  /** Distinct days that have rows, ascending. */
  readonly days: Int32Array;
  /** @throws AssayError WRONG_USE, NO_LABEL or NO_EVENT_TIME where the handle cannot be used on these rows. */
  tune(handle: ThresholdHandle): TuningState;
  /** Bins of equal width over `range`, or from the least to the greatest score. Rows outside are not counted. */
  histogram(bins: number, range?: { readonly low: number; readonly high: number }): ScoreHistogram;
  /** At most `points` points by rising recall, at steps of equal recall; empty without labelled frauds. */
  precisionRecallCurve(points?: number): CurvePoint[];
  /** Alerts that open on each of `days`. */
  alertsByDay(thresholdUnits: number): Uint32Array;
  /** Flagged rows, most anomalous first, ties in row order: a view, not to be written to. */
  flaggedRows(thresholdUnits: number): Uint32Array;
}

export interface TuningInput {
  readonly forest: CompiledForest;
  /** One per row, as the scorer gave them. */
  readonly sums: Int32Array;
  /** 1 fraud, 0 genuine, UNLABELLED not judged. */
  readonly labels?: Uint8Array;
  /** For how many rows each labelled one stands; each for itself where left out or null. */
  readonly weights?: Float64Array | null;
  /** Day number of each row's event time (any origin), or NO_DAY. */
  readonly dayIndex?: Int32Array;
  /** How rows make alerts; without it each flagged row is one. */
  readonly alertOrder?: AlertOrder;
  /** An index of the same forest, sums, days and alert order under other labels: what does not hang on labels is taken from it. */
  readonly earlier?: TuningIndex;
}

/** What an index keeps of its rows whatever their labels. */
interface SortedRows {
  readonly order: Uint32Array;
  readonly sorted: Int32Array;
  readonly days: Int32Array;
  /** The sweep over at least the first so many rows, which must end a run of ties. */
  readonly sweep: (flagged: number) => CountedSweep;
}

interface CountedSweep extends AlertSweep {
  readonly mostAlerts: Uint32Array;
}

const sortedRowsOf = new WeakMap<TuningIndex, SortedRows>();

const CURVE_POINTS = 500;

/** Sorts the rows by sum and counts labels and days along that order; all later questions are searches in it. */
export function buildTuningIndex(input: TuningInput): TuningIndex {
  const { forest, sums } = input;
  const rowCount = sums.length;
  const rows = (input.earlier && sortedRowsOf.get(input.earlier)) ?? sortRows(input);
  const { order, sorted, days, sweep } = rows;
  const ranked = input.labels === undefined ? null : rankLabels(sorted, order, input.labels, input.weights ?? null);
  const scoreOf = (units: number): number => scoreOfSum(forest, units);

  const labelled = (): RankedLabels =>
    ranked !== null && ranked.positives > 0
      ? ranked
      : raiseNoLabel('This threshold needs rows labelled as fraud, and there are none.');

  const thresholdOf = (handle: ThresholdHandle): number => {
    switch (handle.kind) {
      case 'contamination':
        return thresholdForContamination(sorted, handle.contamination);
      case 'alerts':
        return thresholdForAlerts(rows, handle.alerts);
      case 'alerts-per-day':
        if (days.length === 0) {
          throw usageError(
            'NO_EVENT_TIME',
            'Alerts per day need a day for each transaction, and no event time is known.',
            'Name the time column in the profile, or set the share of the stream to flag (contamination) instead.',
          );
        }
        return Math.min(
          thresholdForAlerts(rows, budgetOf(handle.alertsPerDay, days.length)),
          handle.mostShare === undefined ? Infinity : thresholdForBudget(sorted, handle.mostShare * rowCount),
        );
      case 'threshold':
        return handle.thresholdUnits;
      case 'score':
        return unitsAtScore(forest, handle.score);
      case 'recall':
        return thresholdForCount(sorted, countForRecall(labelled(), handle.recall));
      case 'precision':
        return thresholdForCount(sorted, countForPrecision(labelled(), handle.precision));
      case 'cost':
        return thresholdForCount(sorted, countForCost(labelled(), handle.missedFraudCost, handle.reviewCost));
    }
  };

  const index: TuningIndex = {
    rowCount,
    days,
    tune: (handle) => {
      const thresholdUnits = thresholdOf(handle);
      const flagged = countFlagged(sorted, thresholdUnits);
      const alerts = sweep(flagged).alertsUpTo[flagged];
      return {
        thresholdUnits,
        thresholdScore: scoreOf(thresholdUnits),
        flagged,
        contamination: rowCount === 0 ? 0 : flagged / rowCount,
        alerts,
        alertsPerDay: days.length === 0 ? null : alerts / days.length,
        outcome: ranked === null ? null : outcomeAt(ranked, flagged),
      };
    },
    histogram: (bins, range) => {
      const low = range?.low ?? (rowCount === 0 ? 0 : scoreOf(sorted[rowCount - 1]));
      const high = range?.high ?? (rowCount === 0 ? 1 : scoreOf(sorted[0]));
      return histogramOf(bins, low < high ? { low, high } : { low: 0, high: 1 }, forest, sorted, ranked);
    },
    precisionRecallCurve: (points = CURVE_POINTS) => (ranked === null ? [] : curveOf(ranked, sorted, points, scoreOf)),
    alertsByDay: (thresholdUnits) => {
      const flagged = countFlagged(sorted, thresholdUnits);
      return sweep(flagged).openedByDay(flagged);
    },
    flaggedRows: (thresholdUnits) => order.subarray(0, countFlagged(sorted, thresholdUnits)),
  };
  sortedRowsOf.set(index, rows);
  return index;
}

function sortRows({ sums, dayIndex, alertOrder }: TuningInput): SortedRows {
  const order = orderBySum(sums);
  const sorted = new Int32Array(sums.length);
  for (let i = 0; i < sums.length; i++) sorted[i] = sums[order[i]];
  const { days, dayInOrder } = rankDays(order, dayIndex);
  return { order, sorted, days, sweep: growingSweep(order, sorted, dayInOrder, days.length, alertOrder) };
}

/** The share of the rows that is swept first: thresholds that people can work with lie well within it. */
const FIRST_SWEPT_SHARE = 1 / 16;

/** Sweeps no more rows than the thresholds asked for flag, and eight times as many once that is too few. */
function growingSweep(
  order: Uint32Array,
  sorted: Int32Array,
  dayInOrder: Uint32Array,
  dayCount: number,
  alerts: AlertOrder | undefined,
): SortedRows['sweep'] {
  if (alerts !== undefined && alerts.rowAt.length !== order.length)
    impossible(`${alerts.rowAt.length} places were given for ${order.length} rows.`);
  let swept: CountedSweep | undefined;
  return (flagged) => {
    if (swept !== undefined && flagged < swept.alertsUpTo.length) return swept;
    const share = Math.max(Math.ceil(order.length * FIRST_SWEPT_SHARE), 8 * ((swept?.alertsUpTo.length ?? 1) - 1));
    const wanted = Math.min(order.length, Math.max(flagged, share));
    const count = wanted === 0 ? 0 : countFlagged(sorted, sorted[wanted - 1]);
    const days = dayInOrder.subarray(0, count);
    const sweep =
      alerts === undefined
        ? sweepSingleAlerts(days, dayCount)
        : sweepAlerts(alerts, order.subarray(0, count), days, dayCount);
    const whole = withExplored(sweep, alerts?.exploredShare ?? 0, order.length);
    swept = { ...whole, mostAlerts: mostAlertsUpTo(whole.alertsUpTo, sorted) };
    return swept;
  };
}

/** A sweep with the transactions that are drawn from below each line: on each day what brings the days up to it to their share. */
function withExplored({ alertsUpTo, openedByDay }: AlertSweep, share: number, rowCount: number): AlertSweep {
  if (share === 0) return { alertsUpTo, openedByDay };
  return {
    alertsUpTo: alertsUpTo.map(
      (alerts, flagged) => alerts + Math.min(exploredBeside(alerts, share), rowCount - flagged),
    ),
    openedByDay: (flagged) => {
      const opened = openedByDay(flagged);
      const explored = exploredByDay(opened, share);
      return opened.map((alerts, day) => alerts + explored[day]);
    },
  };
}

/** How many transactions are drawn on each of some days in a row, given the alerts that open on them. */
export function exploredByDay(opened: ArrayLike<number>, share: number): Uint32Array {
  let before = 0;
  return Uint32Array.from(opened, (alerts) => {
    const drawn = exploredBeside(before + alerts, share) - exploredBeside(before, share);
    before += alerts;
    return drawn;
  });
}

/**
 * The largest threshold up to which there are never more than `alerts` alerts; where there never are, the smallest one
 * with the most alerts there can be, because flags beyond it only make alerts larger.
 */
function thresholdForAlerts({ sorted, sweep }: SortedRows, alerts: number): number {
  if (!(alerts >= 0)) throw usageError('WRONG_USE', `The alert budget must be 0 or more; it is ${alerts}.`);
  let { mostAlerts } = sweep(0);
  while (mostAlerts.length <= sorted.length && mostAlerts[mostAlerts.length - 1] <= alerts)
    ({ mostAlerts } = sweep(mostAlerts.length));
  let low = 0;
  let high = mostAlerts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (mostAlerts[middle] <= alerts) low = middle;
    else high = middle - 1;
  }
  if (low < sorted.length) return thresholdForBudget(sorted, low);
  return thresholdForCount(sorted, firstWithAtLeast(mostAlerts, mostAlerts[low]));
}

/** The first place of a rising array that holds at least `wanted`. */
function firstWithAtLeast(rising: Uint32Array | Float64Array, wanted: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function raiseNoLabel(sentence: string): never {
  throw usageError('NO_LABEL', sentence, 'Name the label column in the profile, or write verdicts first.');
}

/** The largest threshold whose score is at least `score`. */
function unitsAtScore(forest: CompiledForest, score: number): number {
  if (forest.leaf === 'score') return unitsAtOwnScore(forest, score);
  if (!(score > 0 && score <= 1))
    throw usageError('WRONG_USE', `A score lies above 0 and at most at 1; it is ${score}.`);
  if (forest.sampleSize <= 1) return score <= 0.5 ? SUM_LIMIT - 1 : -1;
  // A guess by the form of the leaves lies next to the answer; one by another form is millions of steps away.
  const length = (0 - Math.log2(score)) * averagePathLength(forest.sampleSize);
  const guess = Math.round(unitsOfOne(forest) * leafValueOf(forest.leaf, length));
  let units = Math.min(guess, SUM_LIMIT - 1);
  while (scoreOfSum(forest, units) < score) units--;
  while (units < SUM_LIMIT - 1 && scoreOfSum(forest, units + 1) >= score) units++;
  return units;
}

/** The same on the scale of a model made elsewhere, whose scores may be of any size. */
function unitsAtOwnScore(forest: CompiledForest, score: number): number {
  const guess = Math.round((scoreOfSum(forest, 0) - score) * 2 ** forest.shift);
  let units = Math.max(-1, Math.min(guess, SUM_LIMIT - 1));
  while (units >= 0 && scoreOfSum(forest, units) < score) units--;
  while (units < SUM_LIMIT - 1 && scoreOfSum(forest, units + 1) >= score) units++;
  return units;
}

/** The threshold that flags exactly the first `count` rows in score order; `count` must end a run of ties. */
function thresholdForCount(sorted: Int32Array, count: number): number {
  return count === 0 ? thresholdForBudget(sorted, 0) : sorted[count - 1];
}

/** Labels counted along the score order. A "cut" is a count of flagged rows at which no tie is split. */
interface RankedLabels {
  /** Entry c: frauds among the first c rows. */
  readonly positivesUpTo: Uint32Array;
  /** Entry c: labelled rows among the first c rows. */
  readonly labelledUpTo: Uint32Array;
  readonly positives: number;
  /** The same two, each row as often as it weighs: what every ratio is made of. */
  readonly fraudUpTo: RisingCounts;
  readonly judgedUpTo: RisingCounts;
  readonly cutAtOrAfter: (count: number) => number;
  /** Cuts with a better precision than every later cut, from the last to the first; so their precision rises. */
  readonly precisionCuts: Uint32Array;
  /** Cuts on the upper hull of (flagged, frauds found): for any two costs, one of them is cheapest. */
  readonly hullCuts: Uint32Array;
}

type RisingCounts = Uint32Array | Float64Array;

function rankLabels(
  sorted: Int32Array,
  order: Uint32Array,
  labels: Uint8Array,
  weights: Float64Array | null,
): RankedLabels | null {
  const rowCount = order.length;
  if (labels.length !== rowCount) impossible(`${labels.length} labels were given for ${rowCount} rows.`);
  const positivesUpTo = new Uint32Array(rowCount + 1);
  const labelledUpTo = new Uint32Array(rowCount + 1);
  for (let i = 0; i < rowCount; i++) {
    const label = labels[order[i]];
    positivesUpTo[i + 1] = positivesUpTo[i] + (label === 1 ? 1 : 0);
    labelledUpTo[i + 1] = labelledUpTo[i] + (label === UNLABELLED ? 0 : 1);
  }
  if (labelledUpTo[rowCount] === 0) return null;
  const fraudUpTo = weights === null ? positivesUpTo : weightsUpTo(order, weights, (row) => labels[row] === 1);
  const judgedUpTo = weights === null ? labelledUpTo : weightsUpTo(order, weights, (row) => labels[row] !== UNLABELLED);
  const isCut = (count: number): boolean => count === 0 || count === rowCount || sorted[count] !== sorted[count - 1];
  return {
    positivesUpTo,
    labelledUpTo,
    positives: positivesUpTo[rowCount],
    ...{ fraudUpTo, judgedUpTo },
    cutAtOrAfter: (count) => (count === 0 ? 0 : countFlagged(sorted, sorted[count - 1])),
    precisionCuts: findPrecisionCuts(fraudUpTo, judgedUpTo, isCut),
    hullCuts: findHullCuts(fraudUpTo, isCut),
  };
}

function weightsUpTo(order: Uint32Array, weights: Float64Array, counts: (row: number) => boolean): Float64Array {
  const upTo = new Float64Array(order.length + 1);
  for (let i = 0; i < order.length; i++) upTo[i + 1] = upTo[i] + (counts(order[i]) ? weights[order[i]] : 0);
  return upTo;
}

function findPrecisionCuts(
  positivesUpTo: RisingCounts,
  labelledUpTo: RisingCounts,
  isCut: (count: number) => boolean,
): Uint32Array {
  const cuts: number[] = [];
  let best = -1;
  for (let count = positivesUpTo.length - 1; count > 0; count--) {
    const precision = positivesUpTo[count] / labelledUpTo[count];
    if (precision > best && isCut(count)) {
      best = precision;
      cuts.push(count);
    }
  }
  return Uint32Array.from(cuts);
}

/** Upper convex hull by Andrew's monotone chain: the cuts are already sorted by flagged rows. */
function findHullCuts(positivesUpTo: RisingCounts, isCut: (count: number) => boolean): Uint32Array {
  const hull: number[] = [];
  for (let count = 0; count < positivesUpTo.length; count++) {
    if (!isCut(count)) continue;
    while (hull.length >= 2) {
      const last = hull[hull.length - 1];
      const before = hull[hull.length - 2];
      const gainToLast = (positivesUpTo[last] - positivesUpTo[before]) * (count - before);
      const gainToHere = (positivesUpTo[count] - positivesUpTo[before]) * (last - before);
      if (gainToLast > gainToHere) break;
      hull.pop();
    }
    hull.push(count);
  }
  return Uint32Array.from(hull);
}

function checkShare(name: string, share: number): void {
  if (!(share > 0 && share <= 1))
    throw usageError('WRONG_USE', `${name} lies above 0 and at most at 1; it is ${share}.`);
}

function countForRecall(ranked: RankedLabels, recall: number): number {
  checkShare('Recall', recall);
  return ranked.cutAtOrAfter(firstWithAtLeast(ranked.fraudUpTo, wantedFraud(ranked, recall)));
}

/** Frauds to find for a recall, less what rounding can have added to the product or to a sum of weights. */
function wantedFraud({ fraudUpTo }: RankedLabels, recall: number): number {
  const rounding = fraudUpTo instanceof Uint32Array ? 4 * Number.EPSILON : ROUNDING_OF_SUMS;
  return recall * fraudUpTo[fraudUpTo.length - 1] * (1 - rounding);
}

/** More than sums of some million weights can be off by, and less than any recall that is asked for. */
const ROUNDING_OF_SUMS = 1e-9;

function countForPrecision(ranked: RankedLabels, precision: number): number {
  checkShare('Precision', precision);
  const { precisionCuts, fraudUpTo, judgedUpTo } = ranked;
  let low = 0;
  let high = precisionCuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const cut = precisionCuts[middle];
    if (fraudUpTo[cut] / judgedUpTo[cut] < precision) low = middle + 1;
    else high = middle;
  }
  return low < precisionCuts.length ? precisionCuts[low] : 0;
}

function countForCost(ranked: RankedLabels, missedFraudCost: number, reviewCost: number): number {
  if (!(missedFraudCost >= 0 && reviewCost >= 0)) {
    throw usageError('WRONG_USE', 'The cost of a missed fraud and of a review must be 0 or more.');
  }
  const { fraudUpTo } = ranked;
  const whole = fraudUpTo[fraudUpTo.length - 1];
  let cheapest = 0;
  let leastCost = Infinity;
  for (const cut of ranked.hullCuts) {
    const cost = missedFraudCost * (whole - fraudUpTo[cut]) + reviewCost * cut;
    if (cost < leastCost) {
      leastCost = cost;
      cheapest = cut;
    }
  }
  return cheapest;
}

function outcomeAt(ranked: RankedLabels, flagged: number): LabelledOutcome {
  const { positives, fraudUpTo, judgedUpTo } = ranked;
  const found = fraudUpTo[flagged];
  const judged = judgedUpTo[flagged];
  const fraud = fraudUpTo[fraudUpTo.length - 1];
  return {
    positives,
    truePositives: ranked.positivesUpTo[flagged],
    labelledFlagged: ranked.labelledUpTo[flagged],
    missed: fraud - found,
    precision: judged === 0 ? null : found / judged,
    recall: positives === 0 ? null : found / fraud,
    f1: fraud + judged === 0 ? null : (2 * found) / (fraud + judged),
  };
}

function curveOf(
  ranked: RankedLabels,
  sorted: Int32Array,
  points: number,
  scoreOf: (units: number) => number,
): CurvePoint[] {
  const curve: CurvePoint[] = [];
  let previous = 0;
  for (let point = 1; point <= points && ranked.positives > 0; point++) {
    const flagged = countForRecall(ranked, point / points);
    if (flagged === previous) continue;
    previous = flagged;
    const thresholdUnits = thresholdForCount(sorted, flagged);
    const { fraudUpTo, judgedUpTo } = ranked;
    curve.push({
      thresholdUnits,
      thresholdScore: scoreOf(thresholdUnits),
      flagged,
      precision: fraudUpTo[flagged] / judgedUpTo[flagged],
      recall: fraudUpTo[flagged] / fraudUpTo[fraudUpTo.length - 1],
    });
  }
  return curve;
}

function histogramOf(
  bins: number,
  range: { readonly low: number; readonly high: number },
  forest: CompiledForest,
  sorted: Int32Array,
  ranked: RankedLabels | null,
): ScoreHistogram {
  const edges = Float64Array.from({ length: bins + 1 }, (_, bin) =>
    bin === bins ? range.high : range.low + ((range.high - range.low) * bin) / bins,
  );
  const counts = new Uint32Array(bins);
  const positives = ranked === null ? null : new Uint32Array(bins);
  // Scores of path lengths lie above 0 and at most at 1; those of a model made elsewhere anywhere.
  const [least, greatest] = forest.leaf === 'score' ? [-Infinity, Infinity] : [0, 1];
  const countAbove = (score: number): number =>
    score <= least ? sorted.length : countFlagged(sorted, unitsAtScore(forest, Math.min(score, greatest)));
  // The last bin also holds its upper edge, so only rows strictly above it are left out.
  let above = range.high >= greatest ? 0 : countStrictlyAbove(forest, sorted, range.high);
  for (let bin = bins - 1; bin >= 0; bin--) {
    const from = countAbove(edges[bin]);
    counts[bin] = from - above;
    if (ranked !== null && positives !== null) {
      positives[bin] = ranked.positivesUpTo[from] - ranked.positivesUpTo[above];
    }
    above = from;
  }
  return { edges, counts, positives };
}

function countStrictlyAbove(forest: CompiledForest, sorted: Int32Array, score: number): number {
  const units = unitsAtScore(forest, score);
  return countFlagged(sorted, scoreOfSum(forest, units) === score ? units - 1 : units);
}

/** The distinct days, and for each row in score order the position of its day among them (one past the end: none). */
function rankDays(
  order: Uint32Array,
  dayIndex: Int32Array | undefined,
): { readonly days: Int32Array; readonly dayInOrder: Uint32Array } {
  if (dayIndex === undefined) return { days: new Int32Array(0), dayInOrder: new Uint32Array(order.length) };
  if (dayIndex.length !== order.length) impossible(`${dayIndex.length} days were given for ${order.length} rows.`);
  const distinct = new Set<number>();
  let previous = NO_DAY;
  for (const day of dayIndex) {
    if (day !== previous && day !== NO_DAY) distinct.add(day);
    previous = day;
  }
  const days = Int32Array.from(distinct).sort();
  const positions = new Map(Array.from(days, (day, position) => [day, position]));
  const dayInRows = new Uint32Array(dayIndex.length);
  let position = days.length;
  previous = NO_DAY;
  for (let row = 0; row < dayIndex.length; row++) {
    const day = dayIndex[row];
    if (day !== previous) position = positions.get(day) ?? days.length;
    dayInRows[row] = position;
    previous = day;
  }
  const dayInOrder = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) dayInOrder[i] = dayInRows[order[i]];
  return { days, dayInOrder };
}

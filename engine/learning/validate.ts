import { impossible } from '../domain/error.ts';
import { FRAUD } from '../domain/label.ts';
import { averagePrecisionOfRanking, rankRows, type RowWeights } from '../evaluation/ranking.ts';
import { randomStream } from '../forest/random.ts';
import { boost, logOddsOf } from './boost.ts';
import { FOLDS, selectJudged, type JudgedRows, type UnjudgedRows } from './judged-rows.ts';

/** A figure with the middle 95 of 100 replicates, each of which draws entities with replacement and keeps their alerts together. */
export interface FigureWithInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface QueueFigures {
  /** Of the judged alerts, each ranked by its most suspicious transaction. */
  readonly averagePrecision: FigureWithInterval;
  /** Share of fraud in the first half of each day's judged alerts: what half the budget would have found. */
  readonly precisionInFirstHalf: FigureWithInterval;
}

/** The queue by the forest and by what was learned, on alerts that were not learned from. */
export interface Validation {
  /** Judged alerts that were ranked, and how many of them are fraud. */
  readonly alerts: number;
  readonly fraud: number;
  readonly before: QueueFigures;
  readonly after: QueueFigures;
  /** Average precision of alerts, after less before. */
  readonly gain: FigureWithInterval;
  /** The same of transactions: alerts of many transactions rank higher by chance alone, and this does not. */
  readonly transactionGain: FigureWithInterval;
  /** Share of the replicates in which there is more after than before, of alerts and of transactions. */
  readonly wins: number;
  readonly isBetter: boolean;
}

/**
 * Average precision of all, as far as what was drawn from below the line tells: each verdict counts once, those on what was drawn for
 * as many transactions as it was drawn from. Of the forest it is what the case says of it everywhere else.
 */
export interface AllTransactions {
  /** Verdicts on what came by chance. */
  readonly drawn: number;
  readonly before: FigureWithInterval;
  readonly after: FigureWithInterval;
  readonly gain: FigureWithInterval;
}

export interface CrossValidation extends Validation {
  /** Null where too few verdicts came by chance to stand for others. */
  readonly allTransactions: AllTransactions | null;
}

/** Less than this gain of average precision is not called better. */
export const LEAST_GAIN = 0.05;
/** Nor is a gain that fewer of the replicates show. */
export const LEAST_WINS = 0.975;
const REPLICATES = 400;
const TAIL = 0.025;

/** Rows of alerts in one figure: an alert is fraud where one of its rows is, and ranks by its most suspicious one. */
interface AlertTable {
  readonly labels: Uint8Array;
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly entities: Int32Array;
  readonly days: Int32Array;
  /** For how many transactions each stands; one drawn from below the line has one row. */
  readonly weights: Float64Array;
}

/**
 * Learns five times from four fifths of the entities and ranks the alerts of the others: what is learned of an entity never
 * says anything of its own alerts. Yields after each tree.
 */
export function* crossValidate(
  judged: JudgedRows,
  unjudged: UnjudgedRows,
  seed: number,
): Generator<void, CrossValidation> {
  const folds = dealEntities(judged, seed);
  const after = new Float64Array(judged.labels.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const rows = Array.from(after.keys());
    const held = rows.filter((row) => folds[row] === fold);
    const heldRows = selectJudged(judged, held);
    const learned = yield* boost(
      selectJudged(
        judged,
        rows.filter((row) => folds[row] !== fold),
      ),
      unjudged,
    );
    logOddsOf(learned, heldRows).forEach((logOdds, at) => (after[held[at]] = logOdds));
  }
  return { ...compareQueues(judged, after, seed), allTransactions: compareOverAll(judged, after, seed) };
}

/** Learns from the alerts of the earlier days and ranks those of later days, of entities that were not learned from. */
export function* validateForward(
  judged: JudgedRows,
  unjudged: UnjudgedRows,
  seed: number,
): Generator<void, Validation | null> {
  const sortedDays = judged.days.slice().sort();
  const border = sortedDays[Math.floor(sortedDays.length * FORWARD_SHARE)];
  const rows = Array.from(judged.labels.keys());
  const earlier = selectJudged(
    judged,
    rows.filter((row) => judged.days[row] < border),
  );
  const known = new Set(earlier.entities);
  const later = selectJudged(
    judged,
    rows.filter((row) => judged.days[row] >= border && !known.has(judged.entities[row])),
  );
  if (![earlier, later].every(hasBothKinds)) return null;
  const learned = yield* boost(earlier, unjudged);
  return compareQueues(later, logOddsOf(learned, later), seed);
}

/** Share of the judged rows that are learned from where later days are looked at. */
const FORWARD_SHARE = 0.6;

function hasBothKinds({ labels, isExplored }: JudgedRows): boolean {
  const isOf = (kind: boolean): boolean =>
    labels.some((label, row) => isExplored?.[row] !== 1 && (label === FRAUD) === kind);
  return isOf(true) && isOf(false);
}

/** The fold of each row. Entities with fraud are dealt out first, then those with both kinds, so that no fold takes all of a kind. */
function dealEntities({ entities, labels }: JudgedRows, seed: number): Uint8Array {
  const kinds = new Map<number, number>();
  entities.forEach((entity, row) =>
    kinds.set(entity, (kinds.get(entity) ?? 0) | (labels[row] === FRAUD ? FRAUD_KIND : LEGITIMATE_KIND)),
  );
  const random = randomStream(seed, 0, 'learning');
  const dealt = [...kinds].map(([entity, kind]) => ({
    entity,
    group: kind === FRAUD_KIND ? 0 : kind === LEGITIMATE_KIND ? 2 : 1,
    draw: random.nextUnit(),
  }));
  dealt.sort((left, right) => left.group - right.group || left.draw - right.draw || left.entity - right.entity);
  const folds = new Map(dealt.map(({ entity }, place) => [entity, place % FOLDS]));
  return Uint8Array.from(entities, (entity) => folds.get(entity) ?? 0);
}

const FRAUD_KIND = 1;
const LEGITIMATE_KIND = 2;

function alertTable({ labels, sums, alerts, entities, days, weights }: JudgedRows, after: Float64Array): AlertTable {
  const codes = new Map<number, number>();
  for (const alert of alerts) if (!codes.has(alert)) codes.set(alert, codes.size);
  const count = codes.size;
  const table = {
    labels: new Uint8Array(count),
    before: new Float64Array(count).fill(-Infinity),
    after: new Float64Array(count).fill(-Infinity),
    entities: new Int32Array(count),
    days: new Int32Array(count).fill(0x7fff_ffff),
    weights: new Float64Array(count).fill(1),
  };
  alerts.forEach((alert, row) => {
    const at = codes.get(alert) ?? 0;
    if (labels[row] === FRAUD) table.labels[at] = FRAUD;
    table.before[at] = Math.max(table.before[at], -sums[row]);
    table.after[at] = Math.max(table.after[at], after[row]);
    table.entities[at] = entities[row];
    table.days[at] = Math.min(table.days[at], days[row]);
    if (weights !== undefined) table.weights[at] = weights[row];
  });
  return table;
}

function compareQueues(all: JudgedRows, logOddsOfAll: Float64Array, seed: number): Validation {
  const queued = Array.from(all.labels.keys()).filter((row) => all.isExplored?.[row] !== 1);
  const judged = queued.length === all.labels.length ? all : selectJudged(all, queued);
  const logOdds = Float64Array.from(queued, (row) => logOddsOfAll[row]);
  const table = alertTable(judged, logOdds);
  const queues = [queueStatistics(table, table.before), queueStatistics(table, table.after)] as const;
  const rows = [judged.sums.map((sum) => -sum), logOdds].map((anomaly) => rankRows(judged.labels, anomaly));
  const codes = codesOfEntities(judged);
  const codesOf = (entities: Int32Array): Int32Array => entities.map((entity) => codes.get(entity) ?? 0);
  const [alertCodes, rowCodes] = [codesOf(table.entities), codesOf(judged.entities)];
  const figuresBy = (times: Float64Array): Figures | null => {
    const weigh = (of: Int32Array): RowWeights => Float64Array.from(of, (code) => times[code]);
    const [before, after] = queues.map((figures) => figures(weigh(alertCodes)));
    const [rowsBefore, rowsAfter] = rows.map((ranking) => averagePrecisionOfRanking(ranking, weigh(rowCodes)));
    if (before === null || after === null || rowsBefore === null || rowsAfter === null) return null;
    const gain = after.averagePrecision - before.averagePrecision;
    return { before, after, gain, transactionGain: rowsAfter - rowsBefore };
  };
  const whole = figuresBy(new Float64Array(codes.size).fill(1)) ?? impossible('a queue is validated without fraud.');
  const drawn = drawEntities(codes.size, seed, figuresBy);
  const interval = (of: (figures: Figures) => number): FigureWithInterval => withInterval(of(whole), drawn.map(of));
  const queueFigures = (of: (figures: Figures) => QueueValues): QueueFigures => ({
    averagePrecision: interval((figures) => of(figures).averagePrecision),
    precisionInFirstHalf: interval((figures) => of(figures).precisionInFirstHalf),
  });
  const isWon = ({ gain, transactionGain }: Figures): boolean => gain > 0 && transactionGain > 0;
  const wins = drawn.filter(isWon).length / Math.max(drawn.length, 1);
  return {
    alerts: table.labels.length,
    fraud: table.labels.reduce((sum, label) => sum + label, 0),
    before: queueFigures(({ before }) => before),
    after: queueFigures(({ after }) => after),
    gain: interval(({ gain }) => gain),
    transactionGain: interval(({ transactionGain }) => transactionGain),
    wins,
    isBetter: Math.min(whole.gain, whole.transactionGain) >= LEAST_GAIN && wins >= LEAST_WINS,
  };
}

/** Both rankings of all verdicts, those by chance counted for as many as they stand for; null where none stands for others. */
function compareOverAll(judged: JudgedRows, logOdds: Float64Array, seed: number): AllTransactions | null {
  if (judged.weights === undefined) return null;
  const { labels, before, after, entities, weights } = alertTable(judged, logOdds);
  const rankings = [before, after].map((anomaly) => rankRows(labels, anomaly));
  const codes = codesOfEntities(judged);
  const codeOfAlert = entities.map((entity) => codes.get(entity) ?? 0);
  const figuresBy = (times: Float64Array): Readonly<Record<'before' | 'after' | 'gain', number>> | null => {
    const counted = weights.map((weight, alert) => weight * times[codeOfAlert[alert]]);
    const [ofForest, ofLearned] = rankings.map((ranking) => averagePrecisionOfRanking(ranking, counted));
    return ofForest === null || ofLearned === null
      ? null
      : { before: ofForest, after: ofLearned, gain: ofLearned - ofForest };
  };
  const whole = figuresBy(new Float64Array(codes.size).fill(1)) ?? impossible('a queue is validated without fraud.');
  const drawn = drawEntities(codes.size, seed, figuresBy);
  const interval = (name: keyof typeof whole): FigureWithInterval =>
    withInterval(
      whole[name],
      drawn.map((figures) => figures[name]),
    );
  return {
    drawn: judged.isExplored?.reduce((sum, isDrawn) => sum + isDrawn, 0) ?? 0,
    before: interval('before'),
    after: interval('after'),
    gain: interval('gain'),
  };
}

function codesOfEntities({ entities }: JudgedRows): ReadonlyMap<number, number> {
  return new Map([...new Set(entities)].map((entity, code) => [entity, code]));
}

/** Figures of replicates, each of which draws as many entities as there are, with replacement; those without fraud are left out. */
function drawEntities<Drawn>(
  count: number,
  seed: number,
  figuresBy: (times: Float64Array) => Drawn | null,
): readonly Drawn[] {
  const random = randomStream(seed, 1, 'learning');
  const drawn: Drawn[] = [];
  for (let replicate = 0; replicate < REPLICATES; replicate++) {
    const times = new Float64Array(count);
    for (let draw = 0; draw < count; draw++) times[random.nextInteger(count)]++;
    const figures = figuresBy(times);
    if (figures !== null) drawn.push(figures);
  }
  return drawn;
}

/** One queue beside the other, all entities counted as often as they were drawn. */
interface Figures {
  readonly before: QueueValues;
  readonly after: QueueValues;
  readonly gain: number;
  readonly transactionGain: number;
}

interface QueueValues {
  readonly averagePrecision: number;
  readonly precisionInFirstHalf: number;
}

function withInterval(value: number, drawn: readonly number[]): FigureWithInterval {
  const sorted = Float64Array.from(drawn).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? value;
  return { value, low: at(TAIL), high: at(1 - TAIL) };
}

/** Figures of one queue by how often each alert counts; null where no fraud was drawn. Sorting is done once. */
function queueStatistics(
  { labels, days }: AlertTable,
  anomaly: Float64Array,
): (weights: RowWeights) => QueueValues | null {
  const ranking = rankRows(labels, anomaly);
  const byDay = Map.groupBy(ranking.order, (alert) => days[alert]);
  return (weights) => {
    const averagePrecision = averagePrecisionOfRanking(ranking, weights);
    return averagePrecision === null
      ? null
      : { averagePrecision, precisionInFirstHalf: precisionInFirstHalf(labels, [...byDay.values()], weights) };
  };
}

function precisionInFirstHalf(labels: Uint8Array, days: readonly (readonly number[])[], weights: RowWeights): number {
  let found = 0;
  let taken = 0;
  for (const alerts of days) {
    let left = alerts.reduce((sum, alert) => sum + weights[alert], 0) / 2;
    taken += left;
    for (const alert of alerts) {
      if (left <= 0) break;
      found += labels[alert] * Math.min(weights[alert], left);
      left -= weights[alert];
    }
  }
  return taken === 0 ? 0 : found / taken;
}

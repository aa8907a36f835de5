import { impossible } from '../domain/error.ts';
import type { PartSums } from './forest-parts.ts';

/** The chance of fraud by the forest alone, in log odds: `offset` less the slope of each part times its sum. */
export interface Margin {
  readonly offset: number;
  /** Per unit of each part's sum; at least 0, so that no part is ever turned around. */
  readonly slopes: Float64Array;
}

/** All unjudged rows together weigh at most this share of the judged ones. */
const UNJUDGED_SHARE = 0.3;
/** Weight of the ridge on the slope that all parts share, where sums of the forest have the standard deviation 1. */
const RIDGE = 1;
/** The same on what a part's slope differs from the shared one. */
const RIDGE_OF_PARTS = 0.3;
/** Sums are whole numbers: less than this is what rounding leaves of none. */
const LEAST_DEVIATION = 1e-3;
const MOST_STEPS = 50;
const MOST_SWEEPS = 200;
const MOST_HALVINGS = 20;

/**
 * How much the sums of a forest's parts say of fraud: a logistic fit as Platt's ("Probabilistic outputs for support vector
 * machines", 1999) on judged rows and on unjudged ones as legitimate, where each part has its slope and a ridge draws it to a
 * shared one. Judged rows alone are the forest's own choice, among which its sum says too little. The offset is such that
 * the judged rows have their own log odds on average.
 *
 * @param labels 1 fraud, 0 genuine, of the judged rows; both must be there.
 */
export function fitMargin(judged: PartSums, labels: Uint8Array, unjudged: PartSums): Margin {
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  if (frauds === 0 || frauds === labels.length)
    impossible('a margin is fitted where there are frauds and legitimate rows.');
  const table = marginTable(judged, labels, unjudged);
  const slopes = new Float64Array(judged.partCount);
  if (table !== null) {
    const fitted = fit(table, Math.log(frauds / (labels.length - frauds)));
    slopes.set(fitted.subarray(FIRST_PART).map((slope) => slope / table.deviation));
  }
  return { offset: offsetOf(slopes, judged, labels), slopes };
}

/** The same parts at another strength, around the same log odds of the judged rows. */
export function weakenMargin({ slopes }: Margin, strength: number, judged: PartSums, labels: Uint8Array): Margin {
  const weaker = slopes.map((slope) => slope * strength);
  return { offset: offsetOf(weaker, judged, labels), slopes: weaker };
}

/** The log odds of fraud of each row by the forest alone. */
export function marginOf({ offset, slopes }: Margin, { partCount, values }: PartSums): Float64Array {
  const logOdds = new Float64Array(values.length / partCount).fill(offset);
  for (let row = 0; row < logOdds.length; row++)
    for (let part = 0; part < partCount; part++) logOdds[row] -= slopes[part] * values[row * partCount + part];
  return logOdds;
}

export function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

function offsetOf(slopes: Float64Array, judged: PartSums, labels: Uint8Array): number {
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  const below = marginOf({ offset: 0, slopes }, judged).reduce((sum, value) => sum + value, 0) / labels.length;
  return Math.log(frauds / (labels.length - frauds)) - below;
}

/** Rows of the fit: how anomalous each part finds them, in standard deviations of the whole sum. */
interface MarginTable {
  readonly partCount: number;
  readonly anomalies: Float64Array;
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  readonly deviation: number;
}

/** Null where all rows have one sum. */
function marginTable(judged: PartSums, judgedLabels: Uint8Array, unjudged: PartSums): MarginTable | null {
  const { partCount } = judged;
  const [judgedRows, unjudgedRows] = [judgedLabels.length, unjudged.values.length / partCount];
  const unjudgedWeight = unjudgedRows === 0 ? 0 : Math.min(1, judgedRows / unjudgedRows) * UNJUDGED_SHARE;
  const rows = judgedRows + unjudgedRows;
  const weights = new Float64Array(rows).fill(1).fill(unjudgedWeight, judgedRows);
  const labels = new Uint8Array(rows);
  labels.set(judgedLabels);
  const anomalies = new Float64Array(rows * partCount);
  anomalies.set(judged.values);
  anomalies.set(unjudged.values, judged.values.length);
  const means = new Float64Array(partCount);
  const weight = weights.reduce((sum, value) => sum + value, 0);
  for (let at = 0; at < anomalies.length; at++)
    means[at % partCount] += (weights[Math.floor(at / partCount)] * anomalies[at]) / weight;
  let variance = 0;
  for (let row = 0; row < rows; row++) {
    let distance = 0;
    for (let part = 0; part < partCount; part++) distance += anomalies[row * partCount + part] - means[part];
    variance += (weights[row] * distance * distance) / weight;
  }
  const deviation = Math.sqrt(variance);
  if (deviation < LEAST_DEVIATION) return null;
  for (let at = 0; at < anomalies.length; at++) anomalies[at] = (means[at % partCount] - anomalies[at]) / deviation;
  return { partCount, anomalies, labels, weights, deviation };
}

/** Places of what is fitted: the intercept, the slope that parts share, and from there on each part's own. */
const [INTERCEPT, SHARED, FIRST_PART] = [0, 1, 2];

/** Newton's steps, each found by coordinate descent within the bounds and halved until it does not lead up. */
function fit(table: MarginTable, intercept: number): Float64Array {
  let point: Float64Array = new Float64Array(FIRST_PART + table.partCount);
  point[INTERCEPT] = intercept;
  let loss = lossAt(table, point);
  for (let step = 0; step < MOST_STEPS; step++) {
    const aim = leastWithinBounds(expansionAt(table, point), point);
    let next = aim;
    let nextLoss = lossAt(table, next);
    for (let halving = 0; halving < MOST_HALVINGS && nextLoss > loss; halving++) {
      next = next.map((value, place) => (value + point[place]) / 2);
      nextLoss = lossAt(table, next);
    }
    const moved = next.reduce((sum, value, place) => sum + Math.abs(value - point[place]), 0);
    if (!(nextLoss <= loss)) break;
    [point, loss] = [next, nextLoss];
    if (moved < 1e-10) break;
  }
  return point;
}

function logOddsAt({ partCount, anomalies }: MarginTable, row: number, point: Float64Array): number {
  let logOdds = point[INTERCEPT];
  for (let part = 0; part < partCount; part++) logOdds += point[FIRST_PART + part] * anomalies[row * partCount + part];
  return logOdds;
}

function lossAt(table: MarginTable, point: Float64Array): number {
  let loss = (RIDGE / 2) * point[SHARED] ** 2;
  for (let part = 0; part < table.partCount; part++)
    loss += (RIDGE_OF_PARTS / 2) * (point[FIRST_PART + part] - point[SHARED]) ** 2;
  for (let row = 0; row < table.labels.length; row++) {
    const logOdds = logOddsAt(table, row, point);
    // log(1 + e^x) without overflow
    loss +=
      table.weights[row] *
      (Math.max(logOdds, 0) + Math.log1p(Math.exp(-Math.abs(logOdds))) - table.labels[row] * logOdds);
  }
  return loss;
}

/** Gradient and curvatures of the loss, the latter row by row of a square. */
interface Expansion {
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
}

function expansionAt(table: MarginTable, point: Float64Array): Expansion {
  const { partCount, anomalies, labels, weights } = table;
  const size = point.length;
  const gradient = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  const inputs = new Float64Array(size);
  inputs[INTERCEPT] = 1;
  for (let row = 0; row < labels.length; row++) {
    for (let part = 0; part < partCount; part++) inputs[FIRST_PART + part] = anomalies[row * partCount + part];
    const chance = logistic(logOddsAt(table, row, point));
    const residual = weights[row] * (chance - labels[row]);
    const bend = weights[row] * chance * (1 - chance);
    for (let left = 0; left < size; left++) {
      gradient[left] += residual * inputs[left];
      for (let right = 0; right < size; right++) curvature[left * size + right] += bend * inputs[left] * inputs[right];
    }
  }
  curvature[INTERCEPT] += 1e-9;
  gradient[SHARED] += RIDGE * point[SHARED];
  curvature[SHARED * size + SHARED] += RIDGE + RIDGE_OF_PARTS * partCount;
  for (let place = FIRST_PART; place < size; place++) {
    const apart = RIDGE_OF_PARTS * (point[place] - point[SHARED]);
    gradient[place] += apart;
    gradient[SHARED] -= apart;
    curvature[place * size + place] += RIDGE_OF_PARTS;
    curvature[place * size + SHARED] -= RIDGE_OF_PARTS;
    curvature[SHARED * size + place] -= RIDGE_OF_PARTS;
  }
  return { gradient, curvature };
}

/** Where the expansion around `point` is least, with no slope below 0: one coordinate after the other. */
function leastWithinBounds({ gradient, curvature }: Expansion, point: Float64Array): Float64Array {
  const size = point.length;
  const found = point.slice();
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let moved = 0;
    for (let place = 0; place < size; place++) {
      let slope = gradient[place];
      for (let other = 0; other < size; other++)
        slope += curvature[place * size + other] * (found[other] - point[other]);
      const aim = found[place] - slope / curvature[place * size + place];
      const next = place === INTERCEPT ? aim : Math.max(0, aim);
      moved += Math.abs(next - found[place]);
      found[place] = next;
    }
    if (moved < 1e-12) break;
  }
  return found;
}

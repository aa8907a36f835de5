import { impossible } from '../../domain/error.ts';
import { isFlagged } from '../threshold.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { previousFloat32 } from '../float32.ts';
import type { FeatureBackground } from './background.ts';
import { isGraphModel } from '../graph/score-graph.ts';
import { unflagGraph } from '../graph/unflag-graph.ts';
import { explainPathLengths } from './tree-shap.ts';

/** Within which limits one feature may be changed, and what counts as one step of it. */
export interface ChangeLimits {
  readonly lower: number;
  readonly upper: number;
  readonly spread: number;
}

/** A change of one or two features after which a flagged row is not flagged. */
export interface UnflaggingChange {
  readonly changes: readonly { readonly feature: number; readonly from: number; readonly to: number }[];
  /** Sum over the changes of |to - from| in spreads of their features. */
  readonly distance: number;
  /** The row's sum of units after the change; above the threshold. */
  readonly sum: number;
}

/** Pairs are looked for among this many features only: those that make the row most anomalous. */
const PAIR_FEATURES = 40;

/** Limits that keep every change within what the background has shown. */
export function limitsOf(background: readonly FeatureBackground[]): readonly ChangeLimits[] {
  return background.map(({ least, greatest, spread }) => ({ lower: least, upper: greatest, spread }));
}

/**
 * The smallest change of a single feature that unflags a row; where there is none, the smallest change of two features
 * (among the 40 that contribute most); null where there is none either. Ask only for flagged rows.
 *
 * Exact: along a feature the sum changes only at thresholds of the forest, so the values just across them are
 * all that can matter. Features that are NaN or infinite in the row, or whose limits are not numbers, stay as they are.
 *
 * @param thresholdUnits the row is flagged while its sum of units is not above this.
 * @param limits one entry per feature; the new value lies within them.
 * @param options `mostFeatures: 1` leaves out the pairs, which take far longer.
 */
export function smallestChange(
  forest: CompiledForest,
  row: Float32Array,
  thresholdUnits: number,
  limits: readonly ChangeLimits[],
  options: { readonly mostFeatures: 1 | 2 } = { mostFeatures: 2 },
): UnflaggingChange | null {
  if (row.length !== forest.featureCount || limits.length !== forest.featureCount) {
    impossible(`a row of ${row.length} values was given to a forest of ${forest.featureCount} features.`);
  }
  if (isGraphModel(forest)) return unflagGraph(forest, row, thresholdUnits, limits);
  let best: UnflaggingChange | null = null;
  for (let feature = 0; feature < row.length; feature++) {
    if (Number.isFinite(row[feature])) {
      best = smallestInPlane(forest, row, thresholdUnits, limits, feature, null, best);
    }
  }
  if (best !== null || options.mostFeatures === 1) return best;

  const { contributions } = explainPathLengths(forest, row);
  const candidates = Array.from(contributions.keys())
    .filter((feature) => Number.isFinite(row[feature]))
    .sort((a, b) => contributions[a] - contributions[b] || a - b)
    .slice(0, PAIR_FEATURES);
  for (const [index, first] of candidates.entries()) {
    for (const second of candidates.slice(index + 1)) {
      best = smallestInPlane(forest, row, thresholdUnits, limits, first, second, best);
    }
  }
  return best;
}

/** Where a leaf is reached when only the features x and y of the row vary: `fromX < x <= toX`, likewise y. */
interface Box {
  readonly fromX: number;
  readonly toX: number;
  readonly fromY: number;
  readonly toY: number;
  readonly units: number;
}

/**
 * The better of `best` and the smallest change in the plane of features x and y (y null: along x only). Sweeps x away from
 * the row, up and then down, keeping the sum of every band of y up to date.
 */
function smallestInPlane(
  forest: CompiledForest,
  row: Float32Array,
  thresholdUnits: number,
  limits: readonly ChangeLimits[],
  featureX: number,
  featureY: number | null,
  best: UnflaggingChange | null,
): UnflaggingChange | null {
  const { boxes, greatestSum } = boxesOf(forest, row, featureX, featureY);
  if (greatestSum <= thresholdUnits) return best;

  const x = row[featureX];
  const boundsX = boundsOf(boxes, 'fromX');
  const bandX = bandOf(boundsX, x);
  const boundsY = boundsOf(boxes, 'fromY');
  const y = featureY === null ? 0 : row[featureY];
  const bandY = bandOf(boundsY, y);
  const candidatesY = Array.from({ length: boundsY.length + 1 }, (_, band) => {
    if (featureY === null || band === bandY) return { to: y, distance: 0 };
    const to = band > bandY ? nextFloat32(boundsY[band - 1]) : boundsY[band];
    return { to, distance: distanceWithin(limits[featureY], y, to) };
  });

  // Each box enters at one bound of x and leaves at another, in either direction.
  const firstBandX = boxes.map((box) => bandAbove(boundsX, box.fromX));
  const lastBandX = boxes.map((box) => bandBelow(boundsX, box.toX));
  const boxesByFirst = groupBy(firstBandX, boundsX.length + 1);
  const boxesByLast = groupBy(lastBandX, boundsX.length + 1);
  const steps = new Int32Array(boundsY.length + 2);
  const addBox = (index: number, sign: number): void => {
    steps[bandAbove(boundsY, boxes[index].fromY)] += sign * boxes[index].units;
    steps[bandBelow(boundsY, boxes[index].toY) + 1] -= sign * boxes[index].units;
  };

  for (const direction of [1, -1]) {
    steps.fill(0);
    for (const index of boxes.keys()) {
      if (firstBandX[index] <= bandX && bandX <= lastBandX[index]) addBox(index, 1);
    }
    const [leaving, entering] = direction > 0 ? [boxesByLast, boxesByFirst] : [boxesByFirst, boxesByLast];
    for (let band = bandX + direction; band >= 0 && band <= boundsX.length; band += direction) {
      for (const index of leaving[band - direction]) addBox(index, -1);
      for (const index of entering[band]) addBox(index, 1);
      const toX = direction > 0 ? nextFloat32(boundsX[band - 1]) : boundsX[band];
      const distanceX = distanceWithin(limits[featureX], x, toX);
      if (direction > 0 ? toX > limits[featureX].upper : toX < limits[featureX].lower) break;
      if (distanceX === null) continue;
      if (best !== null && distanceX >= best.distance) break;
      let sum = 0;
      for (let bandOnY = 0; bandOnY <= boundsY.length; bandOnY++) {
        sum += steps[bandOnY];
        const distanceY = candidatesY[bandOnY].distance;
        if (isFlagged(sum, thresholdUnits) || distanceY === null) continue;
        const distance = distanceX + distanceY;
        if (best !== null && distance >= best.distance) continue;
        const changes = [{ feature: featureX, from: x, to: toX }];
        if (featureY !== null && bandOnY !== bandY) {
          changes.push({ feature: featureY, from: y, to: candidatesY[bandOnY].to });
        }
        best = { changes, distance, sum };
      }
    }
  }
  return best;
}

/** All leaves that some x and y lead to, with the other features as in the row, and the greatest sum they could give. */
function boxesOf(
  forest: CompiledForest,
  row: Float32Array,
  featureX: number,
  featureY: number | null,
): { readonly boxes: readonly Box[]; readonly greatestSum: number } {
  const boxes: Box[] = [];
  const visit = (node: number, fromX: number, toX: number, fromY: number, toY: number): number => {
    const feature = forest.feature[node];
    const cut = forest.threshold[node];
    const left = forest.left[node];
    const right = forest.right[node];
    if (feature < 0) {
      boxes.push({ fromX, toX, fromY, toY, units: forest.units[node] });
      return forest.units[node];
    }
    if (feature === featureX) {
      const below = fromX < cut ? visit(left, fromX, Math.min(toX, cut), fromY, toY) : 0;
      return Math.max(below, toX > cut ? visit(right, Math.max(fromX, cut), toX, fromY, toY) : 0);
    }
    if (feature === featureY) {
      const below = fromY < cut ? visit(left, fromX, toX, fromY, Math.min(toY, cut)) : 0;
      return Math.max(below, toY > cut ? visit(right, fromX, toX, Math.max(fromY, cut), toY) : 0);
    }
    return visit(row[feature] <= cut ? left : right, fromX, toX, fromY, toY);
  };
  const greatestSum = forest.roots.reduce(
    (sum, root) => sum + visit(root, -Infinity, Infinity, -Infinity, Infinity),
    0,
  );
  return { boxes, greatestSum };
}

/** The distinct finite bounds of the boxes, ascending. Every bound begins some box, because a tree covers the plane. */
function boundsOf(boxes: readonly Box[], side: 'fromX' | 'fromY'): readonly number[] {
  const distinct = new Set(boxes.map((box) => box[side]));
  distinct.delete(-Infinity);
  return [...distinct].sort((a, b) => a - b);
}

/** Band b lies above bound b - 1 and not above bound b. */
function bandOf(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first band above a bound. */
function bandAbove(bounds: readonly number[], bound: number): number {
  return bound === -Infinity ? 0 : bandOf(bounds, bound) + 1;
}

/** The last band not above a bound. */
function bandBelow(bounds: readonly number[], bound: number): number {
  return bound === Infinity ? bounds.length : bandOf(bounds, bound);
}

function groupBy(bands: readonly number[], bandCount: number): readonly (readonly number[])[] {
  const groups = Array.from({ length: bandCount }, (): number[] => []);
  bands.forEach((band, index) => groups[band].push(index));
  return groups;
}

/** Steps from one value to another, or null where the new one is outside the limits. */
function distanceWithin(limits: ChangeLimits, from: number, to: number): number | null {
  const isAllowed = Number.isFinite(to) && to >= limits.lower && to <= limits.upper;
  return isAllowed ? Math.abs(to - from) / limits.spread : null;
}

function nextFloat32(value: number): number {
  return -previousFloat32(-value);
}

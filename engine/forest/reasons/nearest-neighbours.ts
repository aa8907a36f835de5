import type { FeatureMatrix } from '../../domain/model.ts';
import type { FeatureBackground } from './background.ts';

/** A background row near the one asked for. */
export interface Neighbour {
  /** Its position in the matrix. */
  readonly row: number;
  /** Euclidean distance in standard deviations of the background. */
  readonly distance: number;
}

/** A difference in standard deviations that is infinite or unknown counts as this many. */
const FARTHEST = 1e6;

/**
 * The `count` rows of `normal` nearest to `row` on standardised features, nearest first, the earlier row first where two are
 * equally near. Constant features are taken as they are. NaN equals NaN and is far from everything else.
 *
 * @param normal rows that are not flagged, such as a sample of the background.
 * @param background `summariseBackground` of the same rows.
 */
export function nearestNormalNeighbours(
  row: Float32Array,
  normal: FeatureMatrix,
  background: readonly FeatureBackground[],
  count: number,
): readonly Neighbour[] {
  const { featureCount, values } = normal;
  const scales = background.map((feature) => 1 / (feature.standardDeviation || 1));
  const nearest: Neighbour[] = [];
  for (let candidate = 0; candidate < normal.rowCount; candidate++) {
    const base = candidate * featureCount;
    const farthestKept = nearest.length < count ? Infinity : (nearest[nearest.length - 1]?.distance ?? 0) ** 2;
    let squared = 0;
    for (let feature = 0; feature < featureCount && squared < farthestKept; feature++) {
      squared += differenceInSteps(row[feature], values[base + feature], scales[feature]) ** 2;
    }
    if (squared >= farthestKept) continue;
    const distance = Math.sqrt(squared);
    const position = nearest.findIndex((kept) => kept.distance > distance);
    nearest.splice(position < 0 ? nearest.length : position, 0, { row: candidate, distance });
    if (nearest.length > count) nearest.pop();
  }
  return nearest;
}

function differenceInSteps(a: number, b: number, scale: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const steps = Math.abs(a - b) * scale;
  return steps < FARTHEST ? steps : FARTHEST;
}

interface Point {
  readonly precision: number;
  readonly recall: number;
}

export interface Ranking {
  readonly name: string;
  readonly points: readonly Point[];
}

const STEPS = 100;

/**
 * The plain rules that are more precise than the model from the first fraud on, each with the recall up to which they
 * are; null where that is everywhere. Curves rise in recall; between two points the later one counts.
 */
export function beatenBelow(
  model: readonly Point[],
  baselines: readonly Ranking[],
): readonly { readonly name: string; readonly recall: number | null }[] {
  return baselines.flatMap(({ name, points }) => {
    const recalls = Array.from({ length: STEPS }, (_, step) => (step + 1) / STEPS);
    const crossing = recalls.findIndex((recall) => precisionAt(points, recall) <= precisionAt(model, recall));
    if (crossing === 0) return [];
    return [{ name, recall: crossing < 0 ? null : recalls[crossing] }];
  });
}

function precisionAt(points: readonly Point[], recall: number): number {
  return points.find((point) => point.recall >= recall)?.precision ?? 0;
}

/**
 * A curve that also passes through one place on it. A curve has some hundred points, and the line of a model lies at any
 * threshold between two of them; drawn without it, its dot would lie beside its own curve.
 */
export function through<Place extends Point>(curve: readonly Place[], here: Point | null): readonly Point[] {
  if (here === null || curve.length === 0) return curve;
  const after = curve.findIndex(({ recall }) => recall > here.recall);
  const at = after < 0 ? curve.length : after;
  return [...curve.slice(0, at), here, ...curve.slice(at)];
}

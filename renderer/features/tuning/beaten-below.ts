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

import type { FeatureMatrix, ForestParameters } from '../../domain/model.ts';

/** A matrix without some of its columns, in memory that threads share. */
export function matrixWithout(all: FeatureMatrix, left: ReadonlySet<number>): FeatureMatrix {
  const kept = Array.from({ length: all.featureCount }, (_, feature) => feature).filter(
    (feature) => !left.has(feature),
  );
  const featureCount = kept.length;
  const values = new Float32Array(new SharedArrayBuffer(4 * all.rowCount * featureCount));
  for (let row = 0, to = 0; row < all.rowCount; row++)
    for (const feature of kept) values[to++] = all.values[row * all.featureCount + feature];
  return { rowCount: all.rowCount, featureCount, values };
}

/** The same parameters for such a matrix: themes, and what is withheld, name the columns that are left by their new places. */
export function parametersWithout(parameters: ForestParameters, left: ReadonlySet<number>): ForestParameters {
  const { themes, withheld, ...rest } = parameters;
  const placeOf = (feature: number): number => feature - [...left].filter((other) => other < feature).length;
  const placed = (features: readonly number[]): number[] =>
    features.filter((feature) => !left.has(feature)).map(placeOf);
  const kept = placed(withheld ?? []);
  return {
    ...rest,
    ...(themes === undefined
      ? {}
      : {
          themes: themes
            .map(({ theme, features }) => ({ theme, features: placed(features) }))
            .filter(({ features }) => features.length > 0),
        }),
    ...(kept.length === 0 ? {} : { withheld: kept }),
  };
}

import type { CompiledForest, ForestParameters } from '../domain/model.ts';
import { makeTestRows, testParameters } from '../forest/test-rows.ts';
import { randomStream } from '../forest/random.ts';
import { scoreSums } from '../forest/score.ts';
import { growForest } from '../forest/train.ts';
import { compileForest } from '../forest/compile.ts';
import { partsOfForest, partSumsOf, type ForestParts } from './forest-parts.ts';
import { selectJudged, type JudgedRows, type UnjudgedRows } from './judged-rows.ts';

type Themes = NonNullable<ForestParameters['themes']>;

/** Two themes of the four features of a judged stream, so that its forest has three parts. */
export const twoThemes: Themes = [
  { theme: 'amount', features: [0, 1] },
  { theme: 'new', features: [3] },
];

interface JudgedStream {
  readonly forest: CompiledForest;
  readonly parts: ForestParts;
  readonly judged: JudgedRows;
  readonly unjudged: UnjudgedRows;
}

/**
 * Alerts of a forest, one transaction each, three of an entity: the rows it ranks first, and others as unjudged.
 * @param label of a row by its features, its entity and a number from 0 to 1 that is drawn for it
 */
export function judgedStream(
  label: (features: Float32Array, entity: number, drawn: number) => boolean,
  {
    alerts = 600,
    seed = 1,
    themes,
  }: { readonly alerts?: number; readonly seed?: number; readonly themes?: Themes } = {},
): JudgedStream {
  const features = makeTestRows(6000, 4, seed);
  const parameters = testParameters({ trees: 40, ...(themes === undefined ? {} : { themes }) });
  const forest = compileForest(growForest(features, parameters), 4, parameters.sample);
  const sums = new Int32Array(features.rowCount);
  scoreSums(forest, features.values, features.rowCount, sums);
  const random = randomStream(seed, 7, 'simulation');
  const drawn = Float64Array.from({ length: features.rowCount }, () => random.nextUnit());
  const rows = Array.from(sums.keys());
  const parts = partsOfForest(forest, parameters);
  const all: JudgedRows = {
    features,
    sums,
    partSums: partSumsOf(forest, parts, features),
    labels: Uint8Array.from(rows, (row) =>
      Number(label(features.values.subarray(row * 4, row * 4 + 4), row % 200, drawn[row])),
    ),
    entities: Int32Array.from(rows, (row) => row % 200),
    alerts: Int32Array.from(rows),
    days: Int32Array.from(rows, (row) => row % 10),
  };
  const ranked = rows.toSorted((left, right) => sums[left] - sums[right] || left - right);
  return {
    forest,
    parts,
    judged: selectJudged(all, ranked.slice(0, alerts)),
    unjudged: selectJudged(all, ranked.slice(-2000)),
  };
}

/** Runs a generator to its end. */
export function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

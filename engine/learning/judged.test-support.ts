import type { CompiledForest } from '../domain/model.ts';
import { makeTestRows, testParameters } from '../forest/test-rows.ts';
import { randomStream } from '../forest/random.ts';
import { scoreSums } from '../forest/score.ts';
import { growForest } from '../forest/train.ts';
import { compileForest } from '../forest/compile.ts';
import { selectJudged, type JudgedRows, type UnjudgedRows } from './judged-rows.ts';

interface JudgedStream {
  readonly forest: CompiledForest;
  readonly judged: JudgedRows;
  readonly unjudged: UnjudgedRows;
}

/**
 * Alerts of a forest, one transaction each, three of an entity: the rows it ranks first, and others as unjudged.
 * @param label of a row by its features, its entity and a number from 0 to 1 that is drawn for it
 */
export function judgedStream(
  label: (features: Float32Array, entity: number, drawn: number) => boolean,
  { alerts = 600, seed = 1 }: { readonly alerts?: number; readonly seed?: number } = {},
): JudgedStream {
  const features = makeTestRows(6000, 4, seed);
  const parameters = testParameters({ trees: 40 });
  const forest = compileForest(growForest(features, parameters), 4, parameters.sample);
  const sums = new Int32Array(features.rowCount);
  scoreSums(forest, features.values, features.rowCount, sums);
  const random = randomStream(seed, 7, 'simulation');
  const drawn = Float64Array.from({ length: features.rowCount }, () => random.nextUnit());
  const rows = Array.from(sums.keys());
  const all: JudgedRows = {
    features,
    sums,
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

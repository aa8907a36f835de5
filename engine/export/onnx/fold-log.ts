import type { FeatureSpec } from '../../domain/feature-spec.ts';
import { impossible } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { signedLog } from '../../features/row-values.ts';

const word = new DataView(new ArrayBuffer(4));

/** Float32 values as integers in the same order. */
function orderOf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getInt32(0);
  return bits < 0 ? -(bits & 0x7fff_ffff) : bits;
}

function valueAt(order: number): number {
  word.setInt32(0, order < 0 ? -order | 0x8000_0000 : order);
  return word.getFloat32(0);
}

/** The largest finite float32 x whose logarithmic feature is at most `bound`, or -Infinity where there is none. */
export function largestWithLogAtMost(bound: number): number {
  const largest = 3.4028234663852886e38;
  let low = orderOf(-largest) - 1;
  let high = orderOf(largest);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (Math.fround(signedLog(valueAt(middle))) <= bound) low = middle;
    else high = middle - 1;
  }
  return low < orderOf(-largest) ? -Infinity : valueAt(low);
}

/**
 * The same forest on the columns themselves where features are logarithms. A logarithm is monotone, so a
 * split of it is a split of its column at another threshold, and no runtime has to compute a logarithm to the
 * last bit as the engine does.
 */
export function foldLogarithms(forest: CompiledForest, spec: FeatureSpec): CompiledForest {
  const isLog = spec.features.map(({ transform }) => transform.kind === 'log');
  if (!isLog.includes(true)) return forest;
  const threshold = forest.threshold.map((bound, node) =>
    forest.feature[node] >= 0 && isLog[forest.feature[node]] ? largestWithLogAtMost(bound) : bound,
  );
  return { ...forest, threshold };
}

/** A column value that falls on the same side of every split as the imputed logarithm does. */
export function unfoldedImputation(imputed: number): number {
  const value = largestWithLogAtMost(imputed);
  if (Math.fround(signedLog(value)) !== Math.fround(imputed))
    impossible(`no column value has the logarithm ${imputed}, which is imputed.`);
  return value;
}

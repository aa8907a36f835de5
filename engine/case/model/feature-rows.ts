import { impossible } from '../../domain/error.ts';
import type { FeatureMatrix } from '../../domain/model.ts';
import type { ReadableCase } from '../../store/readable-case.ts';

/** The stored features of some rows of a case, in the order of `sequences`. */
export function readFeatureRows(
  openedCase: ReadableCase,
  featureSetId: number,
  featureCount: number,
  sequences: ArrayLike<number>,
): FeatureMatrix {
  const values = new Float32Array(sequences.length * featureCount);
  const order = Array.from(sequences, (sequence, position) => ({ sequence, position })).sort(
    (left, right) => left.sequence - right.sequence,
  );
  let at = 0;
  for (const summary of openedCase.segments()) {
    const end = summary.firstSequence + summary.rowCount;
    if (at >= order.length || order[at].sequence >= end) continue;
    const stored =
      openedCase.readFeatures(featureSetId, summary) ?? impossible('a scored segment has no stored features');
    for (; at < order.length && order[at].sequence < end; at++) {
      const row = order[at].sequence - summary.firstSequence;
      values.set(stored.subarray(row * featureCount, (row + 1) * featureCount), order[at].position * featureCount);
    }
  }
  return { rowCount: sequences.length, featureCount, values };
}

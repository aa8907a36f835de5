import type { DecodedSegment } from '../../domain/columns.ts';
import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import type { OnnxFeed } from '../../export/onnx/onnx-scorer.ts';
import type { OnnxInput } from '../../export/onnx/preprocessing.ts';
import type { Dictionaries } from '../../features/decode-segment.ts';
import { textsOf } from '../../features/segment-access.ts';
import type { SegmentComputer } from '../../features/stream-features.ts';

/**
 * Turns decoded segments, in stream order, into the inputs of an exported model. What the graph does by itself
 * (imputing, times, texts) is left to it; only features over time are computed here, by `compute`.
 */
export function createOnnxFeeder(
  spec: FeatureSpec,
  inputs: readonly OnnxInput[],
  dictionaries: Dictionaries,
  compute: SegmentComputer,
): (segment: DecodedSegment) => ReadonlyMap<string, OnnxFeed> {
  const names = featureNames(spec);
  const needsFeatures = spec.windows !== undefined || inputs.some(({ holds }) => holds === 'feature');
  return (segment) => {
    const { rowCount } = segment;
    const values = new Float32Array(rowCount * names.length);
    if (needsFeatures) compute(segment, values);
    const feeds = new Map<string, OnnxFeed>();
    for (const { name, holds } of inputs) {
      if (holds === 'matrix') feeds.set(name, rawMatrix(spec, segment, values, names.length));
      else if (holds === 'number') feeds.set(name, Float32Array.from(numbersOf(segment, name)));
      else if (holds === 'time') feeds.set(name, numbersOf(segment, name));
      else if (holds === 'text') {
        const text = textsOf(segment, name, dictionaries);
        feeds.set(
          name,
          Array.from({ length: rowCount }, (_, row) => text(row) ?? ''),
        );
      } else {
        const column = names.indexOf(name);
        feeds.set(
          name,
          Float32Array.from({ length: rowCount }, (_, row) => values[row * names.length + column]),
        );
      }
    }
    return feeds;
  };
}

/** All features in one matrix: columns as they are, NaN where missing; features over time as computed. */
function rawMatrix(spec: FeatureSpec, segment: DecodedSegment, computed: Float32Array, stride: number): Float32Array {
  const matrix = computed.slice();
  spec.features.forEach(({ transform }, column) => {
    const numbers = numbersOf(segment, transform.column);
    for (let row = 0; row < segment.rowCount; row++) matrix[row * stride + column] = numbers[row];
  });
  return matrix;
}

/** A numeric or time column of a segment; all missing where it is absent. */
function numbersOf(segment: DecodedSegment, column: string): Float64Array {
  const block = segment.columns.get(column);
  return block?.kind === 'number' || block?.kind === 'time'
    ? block.values
    : new Float64Array(segment.rowCount).fill(NaN);
}

import type { FeatureMatrix } from '../../domain/model.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import { loadRuntime, openSession } from './onnx-scorer.ts';

/**
 * What ONNX Runtime says of some rows: one number a row of one output of a model that Assay did not write.
 * @param rows the columns that the model takes, of all its inputs one after the other
 * @throws AssayError MISSING_DEPENDENCY where ONNX Runtime is not there, MODEL_MISMATCH where it refuses model or rows
 */
export async function runGraph(
  bytes: Uint8Array,
  graph: OnnxGraph,
  output: string,
  rows: FeatureMatrix,
): Promise<Float64Array> {
  const runtime = await loadRuntime();
  const session = await openSession(runtime, bytes, 1);
  try {
    const feeds: Record<string, InstanceType<typeof runtime.Tensor>> = {};
    let first = 0;
    for (const { name, columns, isDouble } of graph.inputs) {
      const values = Float32Array.from(
        { length: rows.rowCount * columns },
        (_, index) => rows.values[Math.floor(index / columns) * rows.featureCount + first + (index % columns)],
      );
      const shape = [rows.rowCount, columns];
      feeds[name] = isDouble
        ? new runtime.Tensor('float64', Float64Array.from(values), shape)
        : new runtime.Tensor('float32', values, shape);
      first += columns;
    }
    const answers = await session.run(feeds, [output]);
    return Float64Array.from(answers[output].data as Float32Array);
  } finally {
    await session.release();
  }
}

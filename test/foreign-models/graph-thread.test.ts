import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import type { ScoreGraph } from '../../engine/domain/model.ts';
import { operator, tensorOf } from '../../engine/export/onnx/export-onnx.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
} from '../../engine/export/onnx/schema/onnx_pb.js';
import { compileGraph } from '../../engine/forest/graph/compile-graph.ts';
import { GraphThread } from '../../engine/forest/graph/graph-thread.ts';
import { explainPathLengths } from '../../engine/forest/reasons/tree-shap.ts';
import { scoreOfSum, scoreSums } from '../../engine/forest/score.ts';
import { autoencoder, constant, graphFile, meanOfColumns, reconstructionError } from './graphs.ts';

function graphOf(bytes: Uint8Array, medians: readonly number[]): ScoreGraph {
  return {
    bytes,
    inputs: [{ name: 'x', columns: medians.length, isDouble: false }],
    isFlat: false,
    output: 'score',
    positions: Int32Array.from(medians.keys()),
    turn: 1,
    batchRows: 64,
    medians: Float32Array.from(medians),
  };
}

it('gives a row the same bits in whatever place, batch and company it is asked', () => {
  const thread = new GraphThread(graphOf(graphFile(autoencoder), [20, 20]));
  onTestFinished(() => thread.close());
  const value = fc.float({ min: 0, max: 1000, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 150 }), (rows) => {
      const together = thread.run(Float32Array.from(rows.flat()), rows.length, 2);
      const alone = rows.map((row) => thread.run(Float32Array.from(row), 1, 2)[0]);
      expect([...together]).toEqual(alone);
      const backwards = thread.run(Float32Array.from(rows.toReversed().flat()), rows.length, 2);
      expect([...backwards.reverse()]).toEqual(alone);
      rows.forEach((row, at) => {
        const expected = reconstructionError(row);
        expect(Math.abs(alone[at] - expected)).toBeLessThan(1e-5 * Math.max(1, expected));
      });
    }),
    { numRuns: 15 },
  );
});

it('gives each column of a sum its own part against the median, and one that is not heeded none', () => {
  const medians = [1, -2, 5, 0];
  const weights = [3, 0.5, 0, -1];
  const graph = graphOf(
    graphFile({
      nodes: [operator('MatMul', ['x', 'weights'], 'score')],
      constants: [constant('weights', [4, 1], weights)],
      inputs: [tensorOf('x', DataType.FLOAT, 4)],
    }),
    medians,
  );
  const model = compileGraph(graph, { featureCount: 4, least: -100, greatest: 100 }, 10);
  const unit = 2 ** -model.shift;
  const value = fc.float({ min: -10, max: 10, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 4, maxLength: 4 }), (values) => {
      const row = Float32Array.from(values);
      const { baseline, contributions } = explainPathLengths(model, row);
      weights.forEach((weight, feature) => {
        // Lower is more anomalous, as of path lengths.
        expect(Math.abs(contributions[feature] + weight * (row[feature] - medians[feature]))).toBeLessThan(2 * unit);
      });
      const sums = new Int32Array(1);
      scoreSums(model, row, 1, sums);
      const total = contributions.reduce((sum, part) => sum + part, baseline);
      expect(-total).toBeCloseTo(scoreOfSum(model, sums[0]), 9);
    }),
    { numRuns: 10 },
  );
});

it('counts what lies beyond the scale as its end, and a later score that is no number as the most anomalous', () => {
  const graph = graphOf(
    graphFile({ nodes: [operator('Sqrt', ['x'], 'root'), meanOfColumns('root', 'score')] }),
    [0, 0],
  );
  const model = compileGraph(graph, { featureCount: 2, least: 0, greatest: 1 }, 10);
  const sums = new Int32Array(4);
  scoreSums(model, Float32Array.of(1, 1, 1e30, 1e30, -1, -1, 0, 0), 4, sums);
  expect(scoreOfSum(model, sums[0])).toBeCloseTo(1, 6);
  expect([...sums.subarray(1, 3)]).toEqual([0, 0]);
  expect(scoreOfSum(model, sums[3])).toBeCloseTo(0, 6);
});

it('ends a graph that never ends, and runs it anew when asked again', () => {
  const endless = create(GraphProtoSchema, {
    name: 'endless',
    node: [operator('Identity', ['going'], 'goes_on'), operator('Add', ['held', 'held'], 'doubled')],
    input: [scalarOf('turn', DataType.INT64), scalarOf('going', DataType.BOOL), tensorOf('held', DataType.FLOAT, 2)],
    output: [scalarOf('goes_on', DataType.BOOL), tensorOf('doubled', DataType.FLOAT, 2)],
  });
  const bytes = graphFile({
    nodes: [
      operator('Loop', ['', 'always', 'x'], 'looped', [{ name: 'body', type: AttributeType.GRAPH, g: endless }]),
      meanOfColumns('looped', 'score'),
    ],
    constants: [create(TensorProtoSchema, { name: 'always', dataType: DataType.BOOL, int32Data: [1] })],
  });
  const thread = new GraphThread(graphOf(bytes, [0, 0]), 5000);
  onTestFinished(() => thread.close());
  for (let time = 0; time < 2; time++)
    expect(() => thread.run(Float32Array.of(1, 1), 1, 2)).toThrow(/does not answer within 5 s/u);
});

function scalarOf(name: string, elementType: DataType): ReturnType<typeof tensorOf> {
  const value = tensorOf(name, elementType, 1);
  if (value.type?.value.case !== 'tensorType') throw new Error('no tensor');
  value.type.value.value.shape?.dim.splice(0);
  return value;
}

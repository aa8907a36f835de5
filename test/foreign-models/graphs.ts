import { create, toBinary } from '@bufbuild/protobuf';
import { operator, tensorOf } from '../../engine/export/onnx/export-onnx.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../engine/export/onnx/schema/onnx_pb.js';

/** A constant of single precision. */
export function constant(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: DataType.FLOAT,
    dims: dims.map(BigInt),
    floatData: [...values],
  });
}

/** Means over columns, one number a row; flat ones have no second dimension. */
export function meanOfColumns(value: string, output: string, isFlat = false): NodeProto {
  return operator('ReduceMean', [value], output, [
    { name: 'axes', type: AttributeType.INTS, ints: [1n] },
    { name: 'keepdims', type: AttributeType.INT, i: isFlat ? 0n : 1n },
  ]);
}

export interface GraphParts {
  readonly nodes: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  readonly inputs?: readonly ValueInfoProto[];
  readonly outputs?: readonly ValueInfoProto[];
}

/** A graph as the bytes of an ONNX file; it takes two columns as `x` and gives `score` where nothing else is said. */
export function graphFile({ nodes, constants = [], inputs, outputs }: GraphParts): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 7n,
      producerName: 'by hand',
      opsetImport: [{ domain: '', version: 13n }],
      graph: {
        name: 'graph',
        node: [...nodes],
        initializer: [...constants],
        input: [...(inputs ?? [tensorOf('x', DataType.FLOAT, 2)])],
        output: [...(outputs ?? [tensorOf('score', DataType.FLOAT, 1)])],
      },
    }),
  );
}

const mean = [30, 35];
const scale = [40, 45];
const encoder = [0.9, -0.7];
const decoder = [0.8, -0.5];

/** An autoencoder of two columns with one hidden number, that gives the mean squared error of what it makes of a row. */
export const autoencoder: Required<Pick<GraphParts, 'nodes' | 'constants'>> = {
  nodes: [
    operator('Sub', ['x', 'mean'], 'centred'),
    operator('Div', ['centred', 'scale'], 'scaled'),
    operator('MatMul', ['scaled', 'encoder'], 'drawn'),
    operator('Tanh', ['drawn'], 'hidden'),
    operator('MatMul', ['hidden', 'decoder'], 'made'),
    operator('Sub', ['made', 'scaled'], 'error'),
    operator('Mul', ['error', 'error'], 'squared'),
    meanOfColumns('squared', 'score'),
  ],
  constants: [
    constant('mean', [2], mean),
    constant('scale', [2], scale),
    constant('encoder', [2, 1], encoder),
    constant('decoder', [1, 2], decoder),
  ],
};

/** What the autoencoder says of a row, in double precision. */
export function reconstructionError(row: readonly number[]): number {
  const scaled = row.map((value, column) => (value - mean[column]) / scale[column]);
  const hidden = Math.tanh(scaled.reduce((sum, value, column) => sum + value * encoder[column], 0));
  return scaled.reduce((sum, value, column) => sum + (hidden * decoder[column] - value) ** 2, 0) / scaled.length;
}

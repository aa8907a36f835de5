import { fromBinary } from '@bufbuild/protobuf';
import { impossible, usageError } from '../../domain/error.ts';
import { ModelProtoSchema, TensorProto_DataType as DataType } from './schema/onnx_pb.js';
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from './schema/onnx_pb.js';

/** A value that a graph takes or gives: one row of `columns` numbers a transaction. */
export interface GraphValue {
  readonly name: string;
  /** 1 also where the rows have no second dimension, and are flat. */
  readonly columns: number;
  readonly isFlat: boolean;
  /** Rows that it is made for; null for any number. */
  readonly rows: number | null;
}

export interface GraphInput extends GraphValue {
  /** Double precision instead of single. */
  readonly isDouble: boolean;
}

export interface GraphOutput extends GraphValue {
  /** Whether it is of floating-point numbers, as scores are; classes are not. */
  readonly isScore: boolean;
}

/** A graph of somebody else, with what is asked of it again and again. */
export interface OnnxGraph {
  /** Who wrote it, such as `skl2onnx 1.20.0`. */
  readonly producer: string;
  readonly nodes: readonly NodeProto[];
  /** Those of its branches, loops and functions. */
  readonly inner: readonly NodeProto[];
  /** What it takes, in its order, without what it brings along. */
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly GraphOutput[];
  /** The node that gives a value; absent for inputs and constants. */
  readonly maker: ReadonlyMap<string, NodeProto>;
  readonly constants: ReadonlyMap<string, TensorProto>;
}

/**
 * Reads a model that Assay did not write. Nothing of it is run.
 * @throws AssayError MODEL_MISMATCH where it is no model of numbers, row by row, that lies in one file
 */
export function readOnnxGraph(bytes: Uint8Array): OnnxGraph {
  const model = parse(bytes);
  const { graph } = model;
  if (graph === undefined || graph.node.length === 0) throw notRead('holds no graph');
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const node of graph.node)
    if (node.opType === 'Constant') {
      const tensor = node.attribute.find(({ name }) => name === 'value')?.t;
      if (tensor !== undefined) constants.set(node.output[0], tensor);
    }
  const held = everyGraph(graph).flatMap(({ initializer }) => initializer);
  const outside = [...constants.values(), ...held].find(({ externalData }) => externalData.length > 0);
  if (outside !== undefined) throw notRead('keeps its weights in another file; save it as one');
  return {
    producer: [model.producerName, model.producerVersion].filter((part) => part !== '').join(' ') || 'unknown',
    nodes: graph.node,
    inner: [
      ...everyGraph(graph)
        .slice(1)
        .flatMap(({ node }) => node),
      ...model.functions.flatMap(({ node }) => node),
    ],
    inputs: graph.input.filter(({ name }) => !constants.has(name)).map(inputOf),
    outputs: graph.output.flatMap((value) => {
      const read = valueOf(value);
      return read === undefined ? [] : [{ ...read, isScore: numberTypes.has(elementTypeOf(value)) }];
    }),
    maker: new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const))),
    constants,
  };
}

/** A graph and those inside of its branches and loops. */
function everyGraph(graph: GraphProto): readonly GraphProto[] {
  const inner = graph.node.flatMap(({ attribute }) =>
    attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs])),
  );
  return [graph, ...inner.flatMap(everyGraph)];
}

const chanceOperators = /^(?:Random(?:Normal|Uniform)(?:Like)?|Multinomial|Bernoulli)$/u;

/** An operation by which a graph draws at random, where it has one. */
export function drawnByChance({ nodes, inner }: OnnxGraph): string | undefined {
  return [...nodes, ...inner].find(({ opType }) => chanceOperators.test(opType))?.opType;
}

/** @throws AssayError MODEL_MISMATCH */
export function notRead(what: string): Error {
  return usageError(
    'MODEL_MISMATCH',
    `The model ${what}.`,
    'docs/user-guide.md lists what a model from elsewhere may be made of.',
  );
}

function parse(bytes: Uint8Array): ReturnType<typeof fromBinary<typeof ModelProtoSchema>> {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch {
    throw notRead('cannot be read as ONNX');
  }
}

const numberTypes: ReadonlySet<number> = new Set([DataType.FLOAT, DataType.DOUBLE]);

function inputOf(value: ValueInfoProto): GraphInput {
  const read = valueOf(value);
  const elementType = elementTypeOf(value);
  if (read === undefined || !numberTypes.has(elementType))
    throw notRead(`takes '${value.name}', which is not rows of floating-point numbers of a stated width`);
  return { ...read, isDouble: elementType === DataType.DOUBLE };
}

function elementTypeOf({ type }: ValueInfoProto): number {
  return type?.value.case === 'tensorType' ? type.value.value.elemType : DataType.UNDEFINED;
}

/** Undefined where its shape is not rows by a known width. */
function valueOf({ name, type }: ValueInfoProto): GraphValue | undefined {
  if (type?.value.case !== 'tensorType') return undefined;
  const sizes = type.value.value.shape?.dim ?? [];
  const [height, width] = sizes;
  if (sizes.length > 2 || sizes.length === 0) return undefined;
  const rows = height.value.case === 'dimValue' && height.value.value > 0n ? Number(height.value.value) : null;
  if (sizes.length === 1) return { name, columns: 1, isFlat: true, rows };
  return width.value.case === 'dimValue' && width.value.value > 0n
    ? { name, columns: Number(width.value.value), isFlat: false, rows }
    : undefined;
}

export function attributeOf(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((attribute) => attribute.name === name);
}

/** A list of whole numbers or of floating-point ones, however the node's version writes it; empty where absent. */
export function numbersOf(node: NodeProto, ...names: readonly string[]): readonly number[] {
  for (const name of names) {
    const attribute = attributeOf(node, name);
    if (attribute === undefined) continue;
    if (attribute.t !== undefined) return tensorNumbers(attribute.t);
    return attribute.ints.length > 0 ? attribute.ints.map(Number) : attribute.floats;
  }
  return [];
}

const utf8 = new TextDecoder();

export function textsOf(node: NodeProto, name: string): readonly string[] {
  return (attributeOf(node, name)?.strings ?? []).map((text) => utf8.decode(text));
}

export function textOf(node: NodeProto, name: string): string {
  return utf8.decode(attributeOf(node, name)?.s ?? new Uint8Array());
}

/** The numbers of a constant, in its order. @throws AssayError MODEL_MISMATCH for those that are no numbers */
export function tensorNumbers(tensor: TensorProto): readonly number[] {
  const { rawData, floatData, doubleData, int32Data, int64Data } = tensor;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const raw = (bytes: number, read: (at: number) => number): readonly number[] =>
    Array.from({ length: rawData.byteLength / bytes }, (_, index) => read(index * bytes));
  const isRaw = rawData.byteLength > 0;
  switch (tensor.dataType as DataType) {
    case DataType.FLOAT:
      return isRaw ? raw(4, (at) => view.getFloat32(at, true)) : floatData;
    case DataType.DOUBLE:
      return isRaw ? raw(8, (at) => view.getFloat64(at, true)) : doubleData;
    case DataType.INT64:
      return isRaw ? raw(8, (at) => Number(view.getBigInt64(at, true))) : int64Data.map(Number);
    case DataType.INT32:
      return isRaw ? raw(4, (at) => view.getInt32(at, true)) : int32Data;
    default:
      throw notRead(`has the constant '${tensor.name}', which is not of numbers`);
  }
}

/**
 * Which of the model's columns (those of its inputs, one input after the other) a value holds, in order.
 * Ask only where `isOfInputs` says that it does.
 */
export function columnsOf(graph: OnnxGraph, value: string): readonly number[] {
  return columnsBehind(graph, value) ?? impossible(`'${value}' is changed on its way`);
}

/** Whether a value holds columns of the model as they came. */
export function isOfInputs(graph: OnnxGraph, value: string): boolean {
  return columnsBehind(graph, value) !== null;
}

function columnsBehind(graph: OnnxGraph, value: string): readonly number[] | null {
  let first = 0;
  for (const { name, columns } of graph.inputs) {
    if (name === value) return Array.from({ length: columns }, (_, column) => first + column);
    first += columns;
  }
  const node = graph.maker.get(value);
  const axis = node === undefined ? undefined : attributeOf(node, 'axis')?.i;
  if (node?.opType === 'Cast' || node?.opType === 'Identity') return columnsBehind(graph, node.input[0]);
  if (node?.opType === 'Concat' && (axis === 1n || axis === -1n)) {
    const parts = node.input.map((input) => columnsBehind(graph, input));
    return parts.every((part) => part !== null) ? parts.flat() : null;
  }
  const chosen = node === undefined ? undefined : graph.constants.get(node.input[1]);
  if (
    chosen !== undefined &&
    ((node?.opType === 'Gather' && axis === 1n) || node?.opType === 'ArrayFeatureExtractor')
  ) {
    const columns = columnsBehind(graph, node.input[0]);
    return columns === null ? null : tensorNumbers(chosen).map((column) => columns[column]);
  }
  return null;
}

import { create, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { impossible, usageError } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { averagePathLength, CONVEX_EDGES } from '../../forest/path-length.ts';
import { scoreOfSum, unitsAtHalf, unitsOfOne } from '../../forest/score.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  TensorProto_DataType as DataType,
  ValueInfoProtoSchema,
} from './schema/onnx_pb.js';
import type { AttributeProtoSchema, NodeProto, TensorProto, ValueInfoProto } from './schema/onnx_pb.js';
import { treeEnsembleNode } from './tree-ensemble.ts';

/** Graph nodes that turn a model's own inputs into the forest's features. */
export interface OnnxPreprocessing {
  readonly inputs: readonly ValueInfoProto[];
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  /** Name of the value that holds the features: float32, rows by features. It must not be one of the `outputNames`. */
  readonly features: string;
  /** Version of ai.onnx.ml that the nodes need; 1 when absent. */
  readonly machineLearningOpset?: 1 | 2;
}

export interface OnnxExportOptions {
  /** In the order of the forest's columns. */
  readonly featureNames: readonly string[];
  /** A row is an anomaly when its sum of units is not above this. */
  readonly thresholdUnits: number;
  /** Written into the model as they are, beside what Assay itself notes there (`metadataKeys`). */
  readonly metadata: Readonly<Record<string, string>>;
  /** Left out, the model's only input is `features`: float32, rows by features. */
  readonly preprocessing?: OnnxPreprocessing;
}

/** What a model gives back, each of shape [rows, 1]. */
export const outputNames = {
  /** float: 0 to 1, higher is more anomalous; of a model made elsewhere on that model's own scale, so turned too. */
  score: 'score',
  /** float: above 0 exactly for anomalies; the score's distance from the threshold, in its exponent. */
  decision: 'decision',
  /** int64: 1 for anomalies, else 0. */
  isAnomaly: 'is_anomaly',
  /** float that holds an exact integer: the sum of leaf units. */
  units: 'path_length_units',
} as const;

/** Keys of the model's metadata that Assay writes and reads. */
export const metadataKeys = {
  featureNames: 'assay.feature_names',
  thresholdUnits: 'assay.threshold_units',
  digest: 'assay.model_digest',
  trees: 'assay.trees',
  sampleSize: 'assay.sample_size',
  shift: 'assay.shift',
  profile: 'assay.profile',
  featureSpec: 'assay.feature_spec',
  inputs: 'assay.inputs',
} as const;

/** Sums of leaf units and the threshold stay in this range, where float32 holds every integer. */
const EXACT_LIMIT = 2 ** 24;

/**
 * Writes the exact forest as an ONNX model (IR 7, ai.onnx 13, ai.onnx.ml 1, so that ONNX Runtime 1.7 and later run it).
 *
 * One TreeEnsembleRegressor adds up integer leaf weights in float32, exactly and in any order; the flag compares that sum with the
 * threshold. Flags are therefore those of the engine in any batch and on any number of threads; scores differ from the
 * engine's only in the last float32 digits. NaN goes right, as in the engine.
 *
 * @throws AssayError WRONG_USE where names or threshold do not fit the forest, NO_MODEL for a forest grown on single rows.
 */
export function exportOnnx(forest: CompiledForest, options: OnnxExportOptions): Uint8Array {
  checkOptions(forest, options);
  const preprocessing = options.preprocessing ?? rawFeatures(forest.featureCount);
  const perUnit = forest.leaf === 'score' ? 2 ** -forest.shift : 1 / unitsAtHalf(forest);
  const score = scoreOfUnits(forest);
  const nodes = [
    ...preprocessing.nodes,
    treeEnsembleNode(forest, preprocessing.features, outputNames.units),
    ...score.nodes,
    // The difference of integers is exact, and adding a half keeps its sign: above 0 only where sum <= threshold.
    operator('Sub', ['threshold_units', outputNames.units], 'margin_units'),
    operator('Add', ['margin_units', 'half'], 'decision_units'),
    operator('Mul', ['decision_units', 'exponent_per_unit'], outputNames.decision),
    operator('LessOrEqual', [outputNames.units, 'threshold_units'], 'is_flagged'),
    operator('Cast', ['is_flagged'], outputNames.isAnomaly, [
      { name: 'to', type: AttributeType.INT, i: BigInt(DataType.INT64) },
    ]),
  ];
  const notes: Readonly<Record<string, string>> = {
    ...options.metadata,
    [metadataKeys.featureNames]: JSON.stringify(options.featureNames),
    [metadataKeys.thresholdUnits]: String(options.thresholdUnits),
    [metadataKeys.digest]: forest.digest,
    [metadataKeys.trees]: String(forest.treeCount),
    [metadataKeys.sampleSize]: String(forest.sampleSize),
    [metadataKeys.shift]: String(forest.shift),
  };
  const model = create(ModelProtoSchema, {
    irVersion: 7n,
    opsetImport: [
      { domain: '', version: 13n },
      { domain: 'ai.onnx.ml', version: BigInt(preprocessing.machineLearningOpset ?? 1) },
    ],
    producerName: 'assay',
    graph: {
      name: 'isolation_forest',
      node: nodes,
      initializer: [
        ...preprocessing.initializers,
        ...score.initializers,
        scalar('exponent_per_unit', perUnit),
        scalar('threshold_units', options.thresholdUnits),
        scalar('half', 0.5),
      ],
      input: [...preprocessing.inputs],
      output: [
        tensorOf(outputNames.score, DataType.FLOAT, 1),
        tensorOf(outputNames.decision, DataType.FLOAT, 1),
        tensorOf(outputNames.isAnomaly, DataType.INT64, 1),
        tensorOf(outputNames.units, DataType.FLOAT, 1),
      ],
      // ai.onnx.ml 1 infers no shapes, so the checker needs to be told what goes into the forest.
      valueInfo:
        preprocessing.nodes.length === 0 ? [] : [tensorOf(preprocessing.features, DataType.FLOAT, forest.featureCount)],
    },
    metadataProps: Object.entries(notes).map(([key, value]) => ({ key, value })),
  });
  return toBinary(ModelProtoSchema, model);
}

/** The score of `scoreOfSum`: a power of two of the sum, or a power of what convex leaves leave of one. */
function scoreOfUnits(forest: CompiledForest): Pick<OnnxPreprocessing, 'nodes' | 'initializers'> {
  if (forest.leaf === 'score')
    return {
      nodes: [
        operator('Mul', [outputNames.units, 'score_per_unit'], 'score_short'),
        operator('Sub', ['greatest_score', 'score_short'], outputNames.score),
      ],
      initializers: [scalar('score_per_unit', 2 ** -forest.shift), scalar('greatest_score', scoreOfSum(forest, 0))],
    };
  if (forest.leaf === 'path-length')
    return {
      nodes: [
        operator('Mul', [outputNames.units, 'log_score_per_unit'], 'log_score'),
        operator('Exp', ['log_score'], outputNames.score),
      ],
      initializers: [scalar('log_score_per_unit', -Math.LN2 / unitsAtHalf(forest))],
    };
  return {
    nodes: [
      operator('Sub', ['units_of_one', outputNames.units], 'units_left'),
      operator('Div', ['units_left', 'units_of_one'], 'share_left'),
      operator('Pow', ['share_left', 'edges_per_length'], outputNames.score),
    ],
    initializers: [
      scalar('units_of_one', unitsOfOne(forest)),
      scalar('edges_per_length', CONVEX_EDGES / averagePathLength(forest.sampleSize)),
    ],
  };
}

function checkOptions(forest: CompiledForest, options: OnnxExportOptions): void {
  if (options.featureNames.length !== forest.featureCount) {
    throw usageError(
      'WRONG_USE',
      `The model has ${forest.featureCount} features, but ${options.featureNames.length} names were given for its export.`,
    );
  }
  if (!Number.isInteger(options.thresholdUnits) || Math.abs(options.thresholdUnits) > EXACT_LIMIT) {
    throw usageError(
      'WRONG_USE',
      `The threshold must be a whole number of units within 2^24; it is ${options.thresholdUnits}.`,
    );
  }
  if (forest.sampleSize <= 1 && forest.leaf !== 'score') {
    throw usageError(
      'NO_MODEL',
      'A forest grown on single rows tells nothing apart, so it is not exported.',
      'Train with a sample of at least 2 rows.',
    );
  }
  const names = options.preprocessing?.inputs.map(({ name }) => name) ?? [];
  if (new Set(names).size !== names.length) impossible('two inputs of the preprocessing have the same name.');
}

function rawFeatures(featureCount: number): OnnxPreprocessing {
  const features = 'features';
  return { inputs: [tensorOf(features, DataType.FLOAT, featureCount)], nodes: [], initializers: [], features };
}

/** Declares a value of shape [rows, columns] with any number of rows. */
export function tensorOf(name: string, elementType: DataType, columns: number): ValueInfoProto {
  const dim = [
    { value: { case: 'dimParam', value: 'rows' } as const },
    { value: { case: 'dimValue', value: BigInt(columns) } as const },
  ];
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: elementType, shape: { dim } } } },
  });
}

/** A node of the standard operator set. */
export function operator(
  opType: string,
  input: readonly string[],
  output: string,
  attribute: readonly MessageInitShape<typeof AttributeProtoSchema>[] = [],
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    name: output,
    input: [...input],
    output: [output],
    attribute: [...attribute],
  });
}

/** A float32 constant that broadcasts over rows. */
function scalar(name: string, value: number): TensorProto {
  return create(TensorProtoSchema, { name, dataType: DataType.FLOAT, floatData: [value] });
}

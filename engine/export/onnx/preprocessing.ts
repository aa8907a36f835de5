import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { usageError } from '../../domain/error.ts';
import { featureNames, type Feature, type FeatureSpec } from '../../domain/feature-spec.ts';
import { operator, tensorOf, type OnnxPreprocessing } from './export-onnx.ts';
import { unfoldedImputation } from './fold-log.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProtoSchema,
  TensorProto_DataType as DataType,
  type AttributeProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema/onnx_pb.js';

const largestFloat32 = 3.4028234663852886e38;
const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** What one input of an exported model holds, so that a recording can be fed to it. */
export interface OnnxInput {
  readonly name: string;
  /**
   * `matrix`: all features, NaN where missing. `number`: a numeric column, NaN where missing. `time`: epoch
   * milliseconds, NaN where missing. `text`: empty where missing. `feature`: a finished feature.
   */
  readonly holds: 'matrix' | 'number' | 'time' | 'text' | 'feature';
  readonly columns: number;
}

export interface SpecPreprocessing {
  readonly preprocessing: OnnxPreprocessing;
  readonly inputs: readonly OnnxInput[];
}

/**
 * The part of the graph in front of the forest. Where all features are numbers, one input `features` (rows by
 * features, float32, NaN where missing) is imputed and clipped as the engine does it. Where times or texts are
 * transformed, each source column is an input of its own. Features over time, and times told in a zone other
 * than UTC, cannot be computed from one row and are inputs as they are.
 */
export function preprocessingOf(spec: FeatureSpec): SpecPreprocessing {
  const isNumeric = spec.features.every(({ transform }) => transform.kind === 'identity' || transform.kind === 'log');
  return isNumeric ? matrixPreprocessing(spec) : columnPreprocessing(spec);
}

/** The value that stands for a missing cell, in the units of what the forest sees. */
function imputedValue({ transform, imputation }: Feature): number {
  return transform.kind === 'log' ? unfoldedImputation(imputation.value) : imputation.value;
}

function matrixPreprocessing(spec: FeatureSpec): SpecPreprocessing {
  const columns = featureNames(spec).length;
  const windowCount = columns - spec.features.length;
  const imputed = [...spec.features.map(imputedValue), ...new Array<number>(windowCount).fill(0)];
  return {
    inputs: [{ name: 'features', holds: 'matrix', columns }],
    preprocessing: {
      inputs: [tensorOf('features', DataType.FLOAT, columns)],
      nodes: cleanNumbers('features', 'prepared_features', 'imputed_values'),
      initializers: [...clipLimits(), floats('imputed_values', imputed, [1, columns])],
      features: 'prepared_features',
    },
  };
}

/** Clips to the finite float32 range, then puts the imputed value where the number is missing. */
function cleanNumbers(input: string, output: string, imputed: string): readonly NodeProto[] {
  return [
    operator('IsNaN', [input], `${output}_missing`),
    operator('Clip', [input, 'least_float', 'greatest_float'], `${output}_clipped`),
    operator('Where', [`${output}_missing`, imputed, `${output}_clipped`], output),
  ];
}

function clipLimits(): readonly TensorProto[] {
  return [floats('least_float', [-largestFloat32], []), floats('greatest_float', [largestFloat32], [])];
}

function columnPreprocessing(spec: FeatureSpec): SpecPreprocessing {
  const inputs = new Map<string, OnnxInput>();
  const declared: ValueInfoProto[] = [];
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [...clipLimits(), ...timeConstants()];
  const parts: string[] = [];
  let usesText = false;

  const declare = (name: string, holds: OnnxInput['holds'], type: DataType): string => {
    if (!inputs.has(name)) {
      inputs.set(name, { name, holds, columns: 1 });
      declared.push(tensorOf(name, type, 1));
    }
    return name;
  };

  spec.features.forEach((feature, position) => {
    const { transform } = feature;
    const part = `feature_${position}`;
    const imputed = `${part}_imputed`;
    parts.push(part);
    switch (transform.kind) {
      case 'identity':
      case 'log':
        initializers.push(floats(imputed, [imputedValue(feature)], [1, 1]));
        nodes.push(...cleanNumbers(declare(transform.column, 'number', DataType.FLOAT), part, imputed));
        return;
      case 'hour':
      case 'weekday':
      case 'night':
      case 'weekend':
        if (spec.timeZone !== 'UTC') {
          nodes.push(operator('Identity', [declare(feature.name, 'feature', DataType.FLOAT)], part));
          return;
        }
        initializers.push(floats(imputed, [feature.imputation.value], [1, 1]));
        nodes.push(
          ...timeFeature(transform.kind, declare(transform.column, 'time', DataType.DOUBLE), part),
          operator('IsNaN', [transform.column], `${part}_missing`),
          operator('Where', [`${part}_missing`, imputed, `${part}_value`], part),
        );
        return;
      case 'frequency':
      case 'one-hot': {
        usesText = true;
        const known =
          transform.kind === 'frequency' ? Object.entries(transform.shares) : [[transform.value, 1] as const];
        if (known.some(([text]) => text === '')) throw emptyText(transform.column);
        nodes.push(
          lookup(declare(transform.column, 'text', DataType.STRING), part, [...known, ['', feature.imputation.value]]),
        );
        return;
      }
    }
  });
  for (const { name } of spec.windows?.features ?? []) {
    parts.push(`${declare(name, 'feature', DataType.FLOAT)}`);
  }
  nodes.push(operator('Concat', parts, 'prepared_features', [{ name: 'axis', type: AttributeType.INT, i: 1n }]));
  return {
    inputs: [...inputs.values()],
    preprocessing: {
      inputs: declared,
      nodes,
      initializers,
      features: 'prepared_features',
      ...(usesText ? { machineLearningOpset: 2 } : {}),
    },
  };
}

function emptyText(column: string): Error {
  return usageError('WRONG_USE', `The column '${column}' has an empty text among its values and cannot be exported.`);
}

/** Double arithmetic in the engine's own order of operations, so that every bit is the same. */
function timeFeature(kind: 'hour' | 'weekday' | 'night' | 'weekend', time: string, part: string): readonly NodeProto[] {
  const step = (name: string): string => `${part}_${name}`;
  const toFloat = (from: string): NodeProto =>
    operator('Cast', [from], `${part}_value`, [{ name: 'to', type: AttributeType.INT, i: BigInt(DataType.FLOAT) }]);
  const wholeDays = [
    operator('Div', [time, 'day_ms'], step('days')),
    operator('Floor', [step('days')], step('whole_days')),
  ];
  if (kind === 'hour' || kind === 'night') {
    const hour = [
      ...wholeDays,
      operator('Mul', [step('whole_days'), 'day_ms'], step('day_start')),
      operator('Sub', [time, step('day_start')], step('since_midnight')),
      operator('Div', [step('since_midnight'), 'hour_ms'], step('hour')),
    ];
    return kind === 'hour'
      ? [...hour, toFloat(step('hour'))]
      : [...hour, operator('Less', [step('hour'), 'night_ends'], step('is_night')), toFloat(step('is_night'))];
  }
  const weekday = [
    ...wholeDays,
    operator('Add', [step('whole_days'), 'thursday'], step('shifted')),
    operator('Div', [step('shifted'), 'week'], step('weeks')),
    operator('Floor', [step('weeks')], step('whole_weeks')),
    operator('Mul', [step('whole_weeks'), 'week'], step('week_start')),
    operator('Sub', [step('shifted'), step('week_start')], step('weekday')),
  ];
  return kind === 'weekday'
    ? [...weekday, toFloat(step('weekday'))]
    : [...weekday, operator('Less', ['friday', step('weekday')], step('is_weekend')), toFloat(step('is_weekend'))];
}

/** The epoch began on a Thursday, day 3 of a week that starts on Monday; Friday is day 4. */
function timeConstants(): readonly TensorProto[] {
  const constants = { day_ms: dayMs, hour_ms: hourMs, night_ends: 7, thursday: 3, week: 7, friday: 4 };
  return Object.entries(constants).map(([name, value]) =>
    create(TensorProtoSchema, { name, dataType: DataType.DOUBLE, doubleData: [value] }),
  );
}

function lookup(input: string, output: string, entries: readonly (readonly [string, number])[]): NodeProto {
  const encoder = new TextEncoder();
  const attributes: MessageInitShape<typeof AttributeProtoSchema>[] = [
    { name: 'keys_strings', type: AttributeType.STRINGS, strings: entries.map(([text]) => encoder.encode(text)) },
    { name: 'values_floats', type: AttributeType.FLOATS, floats: entries.map(([, value]) => value) },
    { name: 'default_float', type: AttributeType.FLOAT, f: 0 },
  ];
  const node = operator('LabelEncoder', [input], output, attributes);
  node.domain = 'ai.onnx.ml';
  return node;
}

function floats(name: string, values: readonly number[], dims: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: DataType.FLOAT,
    dims: dims.map(BigInt),
    floatData: [...values],
  });
}

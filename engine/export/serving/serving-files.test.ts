import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { FeatureSpec, RowTransform } from '../../domain/feature-spec.ts';
import { trainForest } from '../../forest/train.ts';
import { exportOnnx } from '../onnx/export-onnx.ts';
import { preprocessingOf, type OnnxInput } from '../onnx/preprocessing.ts';
import { ModelProtoSchema, TensorProto_DataType as DataType, type ValueInfoProto } from '../onnx/schema/onnx_pb.js';
import { servingFiles, tritonConfig } from './serving-files.ts';

const transforms: readonly RowTransform[] = [
  { kind: 'hour', column: 'time' },
  { kind: 'identity', column: 'amount "net"' },
  { kind: 'one-hot', column: 'channel', value: 'pos' },
];

const spec = (kept: readonly RowTransform[]): FeatureSpec => ({
  version: 1,
  timeZone: 'UTC',
  features: kept.map((transform, index) => ({
    name: `f${index}`,
    description: '',
    transform,
    imputation: { rule: 'zero', value: 0, missingCount: 0 },
    usesLabels: false,
  })),
  leftOut: [],
});

/** A small model that takes what a spec's features are computed from. */
async function modelOf(
  kept: readonly RowTransform[],
): Promise<{ readonly bytes: Uint8Array; readonly inputs: readonly OnnxInput[] }> {
  const featureCount = kept.length;
  const values = Float32Array.from({ length: 40 * featureCount }, (_, at) => (at * 37) % 11);
  const forest = await trainForest(
    { rowCount: 40, featureCount, values },
    { trees: 3, sample: 8, featuresPerTree: null, seed: 1, grower: 'assay' },
    { threads: 1, signal: new AbortController().signal },
  );
  const { inputs, preprocessing } = preprocessingOf(spec(kept));
  const names = kept.map((_, index) => `f${index}`);
  return { bytes: exportOnnx(forest, { featureNames: names, thresholdUnits: 1, metadata: {}, preprocessing }), inputs };
}

/** Inputs or outputs as the ONNX file declares them, in Triton's words. */
function declared(values: readonly ValueInfoProto[]): readonly string[] {
  const types = new Map([
    [DataType.FLOAT, 'TYPE_FP32'],
    [DataType.DOUBLE, 'TYPE_FP64'],
    [DataType.STRING, 'TYPE_STRING'],
    [DataType.INT64, 'TYPE_INT64'],
  ]);
  return values.map(({ name, type }) => {
    const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
    const dims = tensor?.shape?.dim.map(({ value }) => (value.case === 'dimValue' ? value.value : -1)) ?? [];
    return `{ name: ${JSON.stringify(name)} data_type: ${types.get(tensor?.elemType ?? 0)} dims: [ ${dims.join(', ')} ] }`;
  });
}

describe('the Triton configuration', () => {
  it.each([
    ['columns of every kind', transforms],
    ['one matrix of numbers', [transforms[1], { kind: 'log', column: 'other' } as const]],
  ])(
    'names every input and output of the ONNX file with type and shape, as Triton refuses any other: %s',
    async (_, kept) => {
      const { bytes, inputs } = await modelOf(kept);
      const { graph } = fromBinary(ModelProtoSchema, bytes);
      const config = tritonConfig({ name: 'cards', inputs });
      const [inputPart, outputPart] = config.slice(config.indexOf('input [')).split('output [');
      expect(inputPart.match(/\{.*\}/g)).toEqual(declared(graph?.input ?? []));
      expect(outputPart.split('instance_group')[0].match(/\{.*\}/g)).toEqual(declared(graph?.output ?? []));
    },
  );
});

describe('the KServe manifests', () => {
  it('point both runtimes at their own folder, and hold the names they were given', () => {
    const files = servingFiles({
      name: 'cards',
      namespace: 'fraud',
      onnx: new Uint8Array(3),
      inputs: [],
      tritonUri: 's3://m/triton',
      mlflowUri: 's3://m/mlflow',
    });
    expect([...files.keys()]).toContain('triton/cards/1/model.onnx');
    for (const [file, format, storageUri] of [
      ['inference-service-triton.yaml', 'onnx', 's3://m/triton'],
      ['inference-service-mlflow.yaml', 'mlflow', 's3://m/mlflow'],
    ])
      expect(parse(String(files.get(file)))).toMatchObject({
        metadata: { name: 'cards', namespace: 'fraud' },
        spec: { predictor: { model: { modelFormat: { name: format }, storageUri, protocolVersion: 'v2' } } },
      });
  });
});

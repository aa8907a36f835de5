import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { FeatureSpec, RowTransform } from '../../domain/feature-spec.ts';
import { preprocessingOf } from '../onnx/preprocessing.ts';
import { TensorProto_DataType as DataType } from '../onnx/schema/onnx_pb.js';
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

describe('the Triton configuration', () => {
  it.each([
    ['columns of every kind', transforms],
    ['one matrix of numbers', [transforms[1], { kind: 'log', column: 'other' } as const]],
  ])('names every input of the graph with its type and width, as Triton refuses any other: %s', (_, kept) => {
    const { inputs, preprocessing } = preprocessingOf(spec(kept));
    const types = new Map([
      [DataType.FLOAT, 'TYPE_FP32'],
      [DataType.DOUBLE, 'TYPE_FP64'],
      [DataType.STRING, 'TYPE_STRING'],
    ]);
    const expected = preprocessing.inputs.map(({ name, type }) => {
      const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
      const width = tensor?.shape?.dim[1].value;
      return `{ name: ${JSON.stringify(name)} data_type: ${types.get(tensor?.elemType ?? 0)} dims: [ -1, ${width?.case === 'dimValue' ? width.value : ''} ] }`;
    });
    const config = tritonConfig({ name: 'cards', inputs });
    const written = config.slice(config.indexOf('input ['), config.indexOf('output [')).match(/\{.*\}/g);
    expect(written).toEqual(expected);
  });
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

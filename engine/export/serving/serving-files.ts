import { stringify } from 'yaml';
import { outputNames } from '../onnx/export-onnx.ts';
import type { OnnxInput } from '../onnx/preprocessing.ts';

export interface ServedModel {
  /** A Kubernetes name (RFC 1123 label): it is the service's and the Triton model's name. */
  readonly name: string;
  readonly namespace: string;
  readonly onnx: Uint8Array;
  readonly inputs: readonly OnnxInput[];
  /** Where the cluster finds the Triton repository, such as s3://bucket/models. */
  readonly tritonUri: string;
  /** Where the cluster finds the MLflow model directory: the artifact store's own address, not `mlflow-artifacts:`. */
  readonly mlflowUri: string;
}

const tritonTypes: Readonly<Record<OnnxInput['holds'], string>> = {
  matrix: 'TYPE_FP32',
  number: 'TYPE_FP32',
  feature: 'TYPE_FP32',
  time: 'TYPE_FP64',
  text: 'TYPE_STRING',
};

/** The Triton repository and the manifests of three ways to serve the model. */
export function servingFiles(model: ServedModel): ReadonlyMap<string, Uint8Array | string> {
  return new Map<string, Uint8Array | string>([
    [`triton/${model.name}/1/model.onnx`, model.onnx],
    [`triton/${model.name}/config.pbtxt`, tritonConfig(model)],
    ['inference-service-triton.yaml', manifest(model, 'onnx', '1', model.tritonUri)],
    ['inference-service-mlflow.yaml', manifest(model, 'mlflow', '2', model.mlflowUri)],
  ]);
}

/** Every input and output with its type and shape. Batches come as the first dimension, so Triton adds none. */
export function tritonConfig({ name, inputs }: Pick<ServedModel, 'name' | 'inputs'>): string {
  const tensors = (entries: readonly (readonly [string, string, number])[]): string =>
    entries
      .map(([tensor, type, columns]) => `  { name: ${protoText(tensor)} data_type: ${type} dims: [ -1, ${columns} ] }`)
      .join(',\n');
  return [
    `name: ${protoText(name)}`,
    'platform: "onnxruntime_onnx"',
    'max_batch_size: 0',
    'input [',
    tensors(inputs.map((input) => [input.name, tritonTypes[input.holds], input.columns])),
    ']',
    'output [',
    tensors([
      [outputNames.score, 'TYPE_FP32', 1],
      [outputNames.decision, 'TYPE_FP32', 1],
      [outputNames.isAnomaly, 'TYPE_INT64', 1],
      [outputNames.units, 'TYPE_FP32', 1],
    ]),
    ']',
    'instance_group [ { kind: KIND_CPU } ]',
    '',
  ].join('\n');
}

/** A string of protobuf's text format. */
function protoText(value: string): string {
  return `"${value.replace(/[\\"]/g, (mark) => `\\${mark}`).replace(/\n/g, '\\n')}"`;
}

function manifest(model: ServedModel, format: 'onnx' | 'mlflow', version: string, storageUri: string): string {
  return stringify({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: model.name, namespace: model.namespace },
    spec: {
      predictor: {
        model: {
          modelFormat: { name: format, version },
          protocolVersion: 'v2',
          storageUri,
          resources: {
            requests: { cpu: '500m', memory: '512Mi' },
            limits: { cpu: '1', memory: '1Gi' },
          },
        },
      },
    },
  });
}

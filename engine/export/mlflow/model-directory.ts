import { stringify } from 'yaml';
import { encodeForest } from '../../forest/compile.ts';
import { outputNames } from '../onnx/export-onnx.ts';
import { caseModelFiles, encodeCaseModel } from './case-model.ts';
import type { DescribedModel } from './described-model.ts';
import { loaderModule, loaderSource } from './loader-source.ts';
import { modelCard } from './model-card.ts';
import { modelColumns, type ModelColumn } from './model-inputs.ts';
import { histogramSvg, precisionRecallSvg } from './score-charts.ts';

/** Files by path inside a directory, with forward slashes. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** What a tracking server adds to a model directory. */
export interface ModelOrigin {
  readonly runId: string;
  /** MLflow 3 only. */
  readonly modelId: string | null;
}

/** Versions that the directory was tested with; `any` columns need MLflow 2.19. */
const python = '3.11.7';
const requirements = ['mlflow>=2.19,<4', 'numpy>=1.26', 'onnx>=1.15,<2', 'onnxruntime>=1.17,<2', 'pandas>=2.0,<4'];
const testedMlflow = '3.17.2';
const testedOnnx = '1.23.2';

/** The MLflow model directory: flavors `onnx` and `python_function`, and what people need beside them. */
export function modelDirectory(model: DescribedModel): Files {
  const chosen = {
    precision: model.metrics['precision'] ?? null,
    recall: model.metrics['recall'] ?? null,
    threshold: model.thresholdScore,
  };
  const files: Record<string, string | Uint8Array> = {
    'model.onnx': model.onnx,
    [`code/${loaderModule}.py`]: loaderSource,
    'requirements.txt': `${requirements.join('\n')}\n`,
    'conda.yaml': stringify({
      name: 'mlflow-env',
      channels: ['conda-forge'],
      dependencies: [`python=${python}`, 'pip', { pip: requirements }],
    }),
    'python_env.yaml': stringify({
      python,
      build_dependencies: ['pip', 'setuptools', 'wheel'],
      dependencies: ['-r requirements.txt'],
    }),
    'input_example.json': json(model.example),
    'serving_input_payload.json': json({ dataframe_split: model.example }),
    'feature_spec.json': json(model.spec),
    'profile.json': json(model.profile),
    'metrics.json': json(model.metrics),
    [caseModelFiles.notes]: encodeCaseModel(model),
    [caseModelFiles.forest]: encodeForest(model.forest),
    'MODEL_CARD.md': modelCard(model),
    'charts/score_histogram.json': json({ threshold: model.thresholdScore, bins: model.histogram }),
    'charts/score_histogram.svg': histogramSvg(model.histogram, model.thresholdScore),
    ...(model.precisionRecall.length === 0
      ? {}
      : {
          'charts/precision_recall.json': json({ chosen, points: model.precisionRecall }),
          'charts/precision_recall.svg': precisionRecallSvg(model.precisionRecall, chosen),
        }),
  };
  const encoder = new TextEncoder();
  const encoded = new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? encoder.encode(content) : content,
    ]),
  );
  const bytes = [...encoded.values()].reduce((total, { length }) => total + length, 0);
  encoded.set('MLmodel', encoder.encode(stringify(mlmodel(model, bytes), { lineWidth: 0, version: '1.1' })));
  return encoded;
}

/** The same files, with the run and the logged model they belong to written into `MLmodel`. */
export function withOrigin(files: Files, { runId, modelId }: ModelOrigin): Files {
  const description = new TextDecoder().decode(files.get('MLmodel'));
  const origin = { run_id: runId, ...(modelId === null ? {} : { model_id: modelId }) };
  return new Map([...files, ['MLmodel', new TextEncoder().encode(description + stringify(origin))]]);
}

function mlmodel(model: DescribedModel, bytes: number): object {
  const environment = { conda: 'conda.yaml', virtualenv: 'python_env.yaml' };
  return {
    flavors: {
      onnx: {
        code: 'code',
        data: 'model.onnx',
        onnx_session_options: null,
        onnx_version: testedOnnx,
        providers: ['CPUExecutionProvider'],
      },
      python_function: {
        code: 'code',
        data: 'model.onnx',
        env: environment,
        loader_module: loaderModule,
        python_version: python,
      },
    },
    is_signature_from_type_hint: false,
    metadata: {
      assay_version: model.assayVersion,
      history: model.history,
      model_digest: model.digest,
      threshold_score: model.thresholdScore,
      threshold_units: model.thresholdUnits,
    },
    mlflow_version: testedMlflow,
    model_size_bytes: bytes,
    model_uuid: model.digest.slice(0, 32),
    saved_input_example_info: {
      artifact_path: 'input_example.json',
      pandas_orient: 'split',
      serving_input_path: 'serving_input_payload.json',
      type: 'dataframe',
    },
    signature: {
      inputs: JSON.stringify(modelColumns(model.spec, model.inputs).map(inputType)),
      outputs: JSON.stringify([
        { type: 'float', name: outputNames.score, required: true },
        { type: 'float', name: outputNames.decision, required: true },
        { type: 'long', name: outputNames.isAnomaly, required: true },
        { type: 'float', name: outputNames.units, required: true },
      ]),
      params: null,
    },
    type_hint_from_example: false,
    utc_time_created: new Date(model.trainedAtMs).toISOString().replace('T', ' ').replace('Z', '000'),
  };
}

/**
 * MLflow refuses whole numbers, such as counted payments, where it was promised `double`, and knows no time written in
 * several ways. Columns are therefore `any`, and the loader reads them as the engine does.
 */
function inputType({ name }: ModelColumn): object {
  return { type: 'any', name, required: true };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

import { resolve } from 'node:path';
import { impossible, usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { uploadPipeline } from '../../export/kubeflow/pipelines-client.ts';
import { pipelineFiles } from '../../export/kubeflow/pipeline-files.ts';
import { parseTrackingUri } from '../../export/mlflow/tracking-client.ts';
import { sparkFiles } from '../../export/spark/spark-job.ts';
import { serviceFiles } from '../../export/serving/service-files.ts';
import { servingFiles } from '../../export/serving/serving-files.ts';
import { scoreOfSum } from '../../forest/score.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { chosenModel, type ChosenModel } from '../../case/model/chosen-model.ts';
import { onnxOfModel } from './write-onnx.ts';
import { openCaseToRead } from '../../case/opening.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { recipeOf } from '../training/recipe.ts';
import { withHistory } from './history-of-export.ts';
import { claimFolder } from './output.ts';

/** The `export kserve` job: a Triton repository and InferenceService manifests for one model. */
export function exportKserve(
  input: ParsedJobInput<'exportKserve'>,
  context: WorkContext,
): Promise<JobResult<'exportKserve'>> {
  return writeFrom('export kserve', input, context, (openedCase, chosen) => {
    const { bytes, inputs } = onnxOfModel(openedCase, chosen);
    return servingFiles({ ...input, onnx: bytes, inputs });
  });
}

/**
 * The `export kubeflow` job: a pipeline that trains, weighs, registers and redeploys on a schedule as this model was; uploaded,
 * scheduled and started where a server was named. The files are written first, so that they are there where it cannot be reached.
 */
export async function exportKubeflow(
  input: ParsedJobInput<'exportKubeflow'>,
  context: WorkContext,
): Promise<JobResult<'exportKubeflow'>> {
  const { upload, start, name, namespace, schedule } = input;
  // What is written into manifests can be read by many.
  parseTrackingUri(input.trackingUri);
  if (start && upload === undefined)
    throw usageError('WRONG_USE', 'A run is started at a server, and none was named.', 'Add --upload ADDRESS.');
  let pipeline = '';
  const written = await writeFrom('export kubeflow', input, context, (openedCase, { stored }) => {
    const recipe = recipeOf(openedCase, stored, context);
    const isLabelled = Object.values(recipe.overrides.columns ?? {}).some(({ role }) => role === 'label');
    const files = pipelineFiles({ ...input, recipe: JSON.stringify(recipe), isLabelled });
    pipeline = files.get('pipeline.yaml') ?? impossible('the pipeline has no file');
    return files;
  });
  if (upload === undefined) return { ...written, uploaded: null };
  const server = { address: upload, token: process.env['KUBEFLOW_TOKEN'] ?? null, signal: context.signal };
  return { ...written, uploaded: await uploadPipeline(server, { name, namespace, pipeline, schedule, start }) };
}

/** The `export service` job: what a cluster needs to run `assay serve --score` with this model. */
export function exportService(
  input: ParsedJobInput<'exportService'>,
  context: WorkContext,
): Promise<JobResult<'exportService'>> {
  const { modelUri, trackingUri, volumeClaim, leastReplicas, mostReplicas } = input;
  if ((modelUri === undefined) !== (trackingUri === undefined))
    throw usageError(
      'WRONG_USE',
      'A registered model and its tracking server belong together.',
      'Give both --model-uri and --tracking-uri, or neither to keep the model on a volume.',
    );
  if (trackingUri !== undefined) parseTrackingUri(trackingUri);
  if (mostReplicas < leastReplicas)
    throw usageError('WRONG_USE', `At most ${mostReplicas} replicas are fewer than at least ${leastReplicas}.`);
  return writeFrom('export service', input, context, (openedCase, chosen) =>
    serviceFiles({
      ...input,
      model:
        modelUri === undefined || trackingUri === undefined
          ? { kind: 'volume', claim: volumeClaim, onnx: onnxOfModel(openedCase, chosen).bytes }
          : { kind: 'registered', uri: modelUri, trackingUri },
    }),
  );
}

/** The `export spark` job: features over time, scoring, training and scoring of a topic as PySpark jobs. */
export function exportSpark(
  input: ParsedJobInput<'exportSpark'>,
  context: WorkContext,
): Promise<JobResult<'exportSpark'>> {
  return writeFrom('export spark', input, context, (openedCase, chosen) => {
    const { bytes, profile, spec } = onnxOfModel(openedCase, chosen);
    const { parameters, threshold } = chosen.stored;
    return sparkFiles({
      onnx: bytes,
      profile,
      spec,
      parameters,
      digest: chosen.forest.digest,
      threshold: {
        ...threshold.details,
        rule: threshold.rule,
        score: scoreOfSum(chosen.forest, threshold.units),
      },
    });
  });
}

async function writeFrom(
  command: string,
  input: {
    readonly casePath: string;
    readonly model?: string | undefined;
    readonly output: string;
    readonly force: boolean;
  },
  context: WorkContext,
  filesOf: (openedCase: ReadableCase, chosen: ChosenModel) => ReadonlyMap<string, Uint8Array | string>,
): Promise<JobResult<'exportKserve'>> {
  const output = await claimFolder(input.output, command, { reads: [input.casePath], force: input.force });
  const openedCase = openCaseToRead(input.casePath);
  try {
    throwIfCancelled(context.signal);
    const chosen = chosenModel(openedCase, input.model);
    const files = withHistory(filesOf(openedCase, chosen), openedCase);
    await output.write(files);
    return {
      output: output.path,
      files: [...files.keys()],
      digest: chosen.forest.digest,
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}

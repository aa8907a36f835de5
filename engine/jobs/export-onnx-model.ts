import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { AssayError } from '../domain/error.ts';
import { featureNames } from '../domain/feature-spec.ts';
import type { WorkContext } from '../domain/progress.ts';
import { exportOnnx, metadataKeys } from '../export/onnx/export-onnx.ts';
import { foldLogarithms } from '../export/onnx/fold-log.ts';
import { preprocessingOf } from '../export/onnx/preprocessing.ts';
import { scoreOfSum } from '../forest/score.ts';
import { openCaseToRead } from './open-case-to-read.ts';
import type { JobResult, ParsedJobInput } from '../../preload/contract/jobs.ts';
import { throwIfCancelled } from './cancelled.ts';
import { chooseModel } from './choose-model.ts';

/**
 * The `export onnx` job: one model of a case as an ONNX file with what is needed to score with it alone: names,
 * threshold, profile and feature spec in its metadata.
 */
export async function exportOnnxModel(
  input: ParsedJobInput<'exportOnnx'>,
  context: WorkContext,
): Promise<JobResult<'exportOnnx'>> {
  const openedCase = openCaseToRead(input.casePath);
  try {
    throwIfCancelled(context.signal);
    const { stored, forest } = chooseModel(openedCase, input.model);
    const profile = openedCase.profile();
    const spec = openedCase.featureSpec(stored.featureSetId);
    const { preprocessing, inputs } = preprocessingOf(spec);
    const bytes = exportOnnx(foldLogarithms(forest, spec), {
      featureNames: featureNames(spec),
      thresholdUnits: stored.threshold.units,
      metadata: {
        'assay.threshold': String(scoreOfSum(forest, stored.threshold.units)),
        'assay.parameters': JSON.stringify(stored.parameters),
        'assay.threshold_rule': JSON.stringify({ rule: stored.threshold.rule, ...stored.threshold.details }),
        [metadataKeys.profile]: JSON.stringify(profile),
        [metadataKeys.featureSpec]: JSON.stringify(spec),
        [metadataKeys.inputs]: JSON.stringify(inputs),
      },
      preprocessing,
    });
    const output =
      extname(input.output) === '.onnx' ? resolve(input.output) : join(resolve(input.output), 'model.onnx');
    await writeWhole(output, bytes);
    const windows = spec.windows?.features.length ?? 0;
    return {
      output,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      digest: forest.digest,
      inputs: inputs.map(({ name, holds, columns }) => ({ name, type: holds, columns })),
      notices:
        windows === 0
          ? []
          : [
              `${windows} features look back over time; the model takes them as finished numbers. \`assay score --model\` computes them from a recording.`,
            ],
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}

/** Writes beside the target and renames, so that a half-written model is never found under the name. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(partial, bytes);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    throw new AssayError(
      isFull ? 'DISK_FULL' : 'PERMISSION_DENIED',
      isFull ? 'failure' : 'usage',
      `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      { nextStep: 'Name a folder that you may write to, with room for the file.', cause: error },
    );
  }
}

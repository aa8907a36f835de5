import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dictionary } from '../../domain/columns.ts';
import { TextDictionary } from '../../domain/dictionary.ts';
import type { z } from 'zod';
import { AssayError, usageError } from '../../domain/error.ts';
import { featureSpecSchema, type FeatureSpec } from '../../domain/feature-spec.ts';
import { profileSchema, type Profile } from '../../domain/profile.ts';
import { metadataKeys } from '../../export/onnx/export-onnx.ts';
import { noteOf } from '../../export/onnx/read-onnx.ts';
import { inputsOf, openOnnxScorer, type OnnxScorer } from '../../export/onnx/onnx-scorer.ts';
import type { OnnxInput } from '../../export/onnx/preprocessing.ts';
import { dictionaryColumns } from '../../features/decode-segment.ts';
import { threadsToUse } from '../threads.ts';

/** An exported model with what its notes say of how a recording is read. */
export interface OnnxModel {
  readonly scorer: OnnxScorer;
  readonly profile: Profile;
  readonly spec: FeatureSpec;
  readonly inputs: readonly OnnxInput[];
}

/** @throws AssayError MODEL_MISMATCH where Assay did not write the bytes; `where` names them in the sentence. */
export async function openOnnxModel(bytes: Uint8Array, where: string): Promise<OnnxModel> {
  const scorer = await openOnnxScorer(bytes, { threads: threadsToUse() });
  const note = <T>(key: string, schema: z.ZodType<T>, what: string): T => {
    const text = scorer.notes.metadata.get(key);
    if (text === undefined)
      throw usageError(
        'MODEL_MISMATCH',
        `${where} does not say how a recording is read (${key}).`,
        'Export it again with `assay export onnx`.',
      );
    return noteOf(text, schema, what);
  };
  try {
    const profile = note(metadataKeys.profile, profileSchema, 'its columns');
    const spec = note(metadataKeys.featureSpec, featureSpecSchema, 'its features');
    return { scorer, profile, spec, inputs: inputsOf(scorer.notes) };
  } catch (error) {
    await scorer.close();
    throw error;
  }
}

/** A forest of ten thousand trees takes far less. */
const mostModelBytes = 1 << 30;

/**
 * The bytes of an ONNX file, or of `model.onnx` in a folder that was exported.
 * @throws AssayError FILE_NOT_FOUND where it cannot be read, TOO_LARGE where it is no model of ours by its size alone.
 */
export async function readOnnxFile(path: string): Promise<Uint8Array> {
  try {
    const file = (await stat(path)).isDirectory() ? join(path, 'model.onnx') : path;
    const { size } = await stat(file);
    if (size <= mostModelBytes) return await readFile(file);
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The model ${path} cannot be read.`, {
      nextStep: 'Check the path given with --model.',
      cause,
    });
  }
  throw usageError('TOO_LARGE', `${path} is larger than any model of Assay.`, 'Check the path given with --model.');
}

/** True for a file or folder that was exported; a case is a file of another kind. */
export async function isOnnxModel(path: string): Promise<boolean> {
  if (path.endsWith('.onnx')) {
    if (!existsSync(path))
      throw new AssayError('FILE_NOT_FOUND', 'usage', `There is no file ${path}.`, {
        nextStep: 'Check the path given with --model.',
        missingPath: path,
      });
    return true;
  }
  return existsSync(path) && (await stat(path)).isDirectory() && existsSync(join(path, 'model.onnx'));
}

/** A dictionary without texts for each column that needs one. */
export function emptyDictionaries(profile: Profile): Map<string, Dictionary> {
  return new Map(dictionaryColumns(profile).map((column) => [column, new TextDictionary()]));
}

import { z } from 'zod';
import { AssayError } from '../../domain/error.ts';
import { featureNames, featureSpecSchema, type FeatureSpec } from '../../domain/feature-spec.ts';
import {
  forestParametersSchema,
  type CompiledForest,
  type FeatureMatrix,
  type ForestParameters,
} from '../../domain/model.ts';
import { profileSchema, type Profile } from '../../domain/profile.ts';
import { decodeForest } from '../../forest/compile.ts';

/** What a case keeps of a model, beside what scores with it: from these files another case takes it over. */
export const caseModelFiles = { notes: 'case_model.json', forest: 'case_forest.bin' } as const;

/** What a tracking server notes of a version and of a run, by which files are known to be those that were published. */
export const modelTags = {
  digest: 'assay.model_digest',
  /** SHA-256 of `case_model.json`. */
  caseModel: 'assay.case_model_sha256',
} as const;

/** The line of a model, and the rule that set it. */
const thresholdSchema = z.object({
  units: z.number().int(),
  rule: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** A model with all that a case keeps of it. */
export interface CaseModel {
  readonly name: string;
  readonly parameters: ForestParameters;
  readonly threshold: z.infer<typeof thresholdSchema>;
  readonly trainedRows: number;
  readonly profile: Profile;
  readonly spec: FeatureSpec;
  readonly forest: CompiledForest;
  /** What each feature was like in the rows that it was grown from; null where that is not known any more. */
  readonly training: FeatureMatrix | null;
}

const notesSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  parameters: forestParametersSchema,
  threshold: thresholdSchema,
  trainedRows: z.number().int().min(0),
  profile: profileSchema,
  spec: featureSpecSchema,
  training: z.object({ rowCount: z.number().int().min(1), values: z.base64() }).nullable(),
});

/**
 * The notes of a model as bytes. Of the training each feature's values go along, each sorted by itself: drift is measured
 * feature by feature, and no row can be put together from them.
 */
export function encodeCaseModel(model: CaseModel): Uint8Array {
  const { name, parameters, threshold, trainedRows, profile, spec, training } = model;
  const sorted = training === null ? null : sortedColumns(training);
  const content: z.input<typeof notesSchema> = {
    version: 1,
    name,
    parameters,
    threshold,
    trainedRows,
    profile,
    spec,
    training:
      sorted === null
        ? null
        : {
            rowCount: sorted.rowCount,
            values: Buffer.from(sorted.values.buffer, sorted.values.byteOffset, sorted.values.byteLength).toString(
              'base64',
            ),
          },
  };
  return new TextEncoder().encode(`${JSON.stringify(content)}\n`);
}

function sortedColumns({ rowCount, featureCount, values }: FeatureMatrix): FeatureMatrix {
  const sorted = new Float32Array(values.length);
  for (let feature = 0; feature < featureCount; feature++) {
    const column = Float32Array.from({ length: rowCount }, (_, row) => values[row * featureCount + feature]).sort();
    column.forEach((value, row) => (sorted[row * featureCount + feature] = value));
  }
  return { rowCount, featureCount, values: sorted };
}

/**
 * A model from its two files, whose digests were compared with what the server has noted.
 * @throws AssayError MODEL_MISMATCH where they are no model that fits together; `where` names their place
 */
export function decodeCaseModel(notes: Uint8Array, forest: CompiledForest, where: string): CaseModel {
  const { version: _, training, ...known } = notesOf(notes, where);
  const featureCount = featureNames(known.spec).length;
  const bytes = training === null ? null : Uint8Array.from(Buffer.from(training.values, 'base64'));
  const isWhole = training === null || bytes?.length === 4 * training.rowCount * featureCount;
  if (forest.featureCount !== featureCount || !isWhole)
    throw changed(`${caseModelFiles.notes} and ${caseModelFiles.forest} of ${where} do not belong together`);
  return {
    ...known,
    forest,
    training:
      training === null || bytes === null
        ? null
        : { rowCount: training.rowCount, featureCount, values: new Float32Array(bytes.buffer) },
  };
}

function notesOf(bytes: Uint8Array, where: string): z.infer<typeof notesSchema> {
  try {
    return notesSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw changed(`${caseModelFiles.notes} of ${where} is not as this version of Assay writes it`, cause);
  }
}

/** @throws AssayError MODEL_MISMATCH where the bytes are not the whole forest that has the digest */
export function decodeNotedForest(bytes: Uint8Array, digest: string, where: string): CompiledForest {
  let found: CompiledForest;
  try {
    found = decodeForest(bytes);
  } catch (cause) {
    throw changed(`${caseModelFiles.forest} of ${where} is not the file that was published`, cause);
  }
  if (found.digest !== digest)
    throw changed(
      `${where} is noted as the model ${digest.slice(0, 12)}, and its ${caseModelFiles.forest} is the model ${found.digest.slice(0, 12)}`,
    );
  return found;
}

/** What to say of a file that is not as it was published. */
export function changed(what: string, cause?: unknown): AssayError {
  return new AssayError('MODEL_MISMATCH', 'failure', `${what}.`, {
    nextStep: 'Its artifacts were changed after it was published: publish it into another experiment.',
    cause,
  });
}

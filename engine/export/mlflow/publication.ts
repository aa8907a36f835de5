import { createHash } from 'node:crypto';
import { z } from 'zod';
import { impossible, usageError } from '../../domain/error.ts';
import { caseModelFiles, modelTags } from './case-model.ts';
import type { DescribedModel } from './described-model.ts';
import { modelCard } from './model-card.ts';
import { modelDirectory, type Files } from './model-directory.ts';
import { modelColumns } from './model-inputs.ts';

/** Where a model is to be published. */
export const destinationSchema = z.object({
  trackingUri: z.string(),
  experiment: z.string().min(1).max(500),
  /** Name of the registered model; null registers nothing. */
  register: z.string().min(1).max(250).nullable(),
  /** Alias that is to point at the new version; null sets none. */
  alias: z
    .string()
    .regex(/^(?!v\d+$)(?!latest$)[\w-]{1,255}$/, 'letters, digits, _ and -; not "latest" and not "v1"')
    .nullable(),
  /** Figure that must be at least the present holder's for the alias to move; null moves it always. */
  unlessWorse: z.string().min(1).max(250).nullable().default(null),
  /** Whether a person asked for the alias anew after the version had arrived, as for a roll back: it moves then, too. */
  asksAliasAnew: z.boolean().default(false),
});
export type Destination = z.infer<typeof destinationSchema>;

const textPairs = z.record(z.string(), z.string());

/** What is said of a run beside its files. */
const runSchema = z.object({
  name: z.string(),
  params: textPairs,
  metrics: z.record(z.string(), z.number()),
  tags: textPairs,
  /** The model card, for the server's own page. */
  description: z.string(),
  dataset: z.object({
    name: z.string(),
    digest: z.string().max(36),
    source: z.string(),
    schema: z.string(),
    profile: z.string(),
  }),
});

export const publicationSchema = z.object({
  version: z.literal(1),
  /** Tells this publication from every other one, on the server too. */
  publishId: z.uuid(),
  createdAtMs: z.number().int(),
  digest: z.string(),
  run: runSchema,
  /** SHA-256 of every file, by path. */
  checksums: textPairs,
});
export type PublicationNotes = z.infer<typeof publicationSchema>;

/** One model, complete and never changed: what is said of it, and its files. */
export interface Publication {
  readonly notes: PublicationNotes;
  readonly files: Files;
}

/** Name of the file that holds the notes in a folder carried by hand. */
export const publicationFile = 'publication.json';

const longestParam = 6000;
const longestTag = 5000;

/** Makes the publication of a model. Equal models given the same id and time are equal byte for byte. */
export function publicationOf(model: DescribedModel, publishId: string, createdAtMs: number): Publication {
  const files = modelDirectory(model);
  const digest = createHash('sha256');
  for (const { fingerprint, rows } of model.recordings) digest.update(`${fingerprint}\n${rows}\n`);
  const columns = modelColumns(model.spec, model.inputs);
  const notes: PublicationNotes = {
    version: 1,
    publishId,
    createdAtMs,
    digest: model.digest,
    run: {
      name: model.name,
      params: {
        ...paramsOfForest(model),
        features: columns
          .map(({ name }) => name)
          .join(', ')
          .slice(0, longestParam),
        feature_count: String(model.spec.features.length + (model.spec.windows?.features.length ?? 0)),
        threshold_rule: model.threshold.rule,
        ...Object.fromEntries(
          Object.entries(model.threshold.details).map(([name, value]) => [`threshold_${name}`, String(value)]),
        ),
        threshold_units: String(model.thresholdUnits),
        model_digest: model.digest,
        assay_version: model.assayVersion,
      },
      metrics: model.metrics,
      tags: {
        'mlflow.source.name': 'assay',
        'mlflow.source.type': 'LOCAL',
        [modelTags.digest]: model.digest,
        [modelTags.caseModel]: sha256(files.get(caseModelFiles.notes) ?? impossible('a publication lacks its notes')),
        'assay.history': model.history,
        ...tagsOfOrigin(model),
      },
      description: modelCard(model).slice(0, longestTag),
      dataset: {
        name: model.recordings
          .map(({ name }) => name)
          .join(', ')
          .slice(0, 500),
        digest: digest.digest('hex').slice(0, 32),
        source: JSON.stringify({ recordings: model.recordings }),
        schema: JSON.stringify({
          mlflow_colspec: model.profile.columns.map(({ name, kind }) => ({
            type: kind === 'number' ? 'double' : kind === 'time' ? 'datetime' : 'string',
            name,
            required: false,
          })),
        }),
        profile: JSON.stringify({
          num_rows: model.rows,
          num_elements: model.rows * model.profile.columns.length,
        }),
      },
    },
    checksums: Object.fromEntries([...files].map(([path, bytes]) => [path, sha256(bytes)])),
  };
  return { notes, files };
}

/** How the trees came to be: grown from rows, or made elsewhere. */
function paramsOfForest({ parameters, treeCount, sampleSize, trainedRows }: DescribedModel): Record<string, string> {
  const { imported, featuresPerTree, seed, grower } = parameters;
  if (imported !== undefined)
    return {
      trees: String(treeCount),
      grower: 'elsewhere',
      made_by: imported.producer.slice(0, longestParam),
      made_from_file: imported.file.slice(0, longestParam),
      made_from_sha256: imported.sha256,
      made_from_output: imported.output.slice(0, longestParam),
      score_direction: imported.direction,
    };
  return {
    trees: String(parameters.trees),
    sample: String(sampleSize),
    features_per_tree: String(featuresPerTree ?? 'all'),
    seed: String(seed),
    grower,
    trained_rows: String(trainedRows),
  };
}

function tagsOfOrigin({ parameters: { imported } }: DescribedModel): Record<string, string> {
  if (imported === undefined) return {};
  return {
    'assay.made_by': imported.producer.slice(0, longestTag),
    'assay.made_from_sha256': imported.sha256,
    'assay.score_direction': imported.direction,
  };
}

/** The files of a publication as a folder carried by hand, its notes among them. */
export function publicationFolder({ notes, files }: Publication): Files {
  return new Map([...files, [publicationFile, new TextEncoder().encode(`${JSON.stringify(notes, null, 2)}\n`)]]);
}

/** @throws AssayError MODEL_MISMATCH where a file is missing or is not what was exported. */
export function checkFiles({ notes, files }: Publication, where: string): void {
  for (const [path, checksum] of Object.entries(notes.checksums)) {
    const bytes = files.get(path);
    if (bytes === undefined || sha256(bytes) !== checksum)
      throw usageError(
        'MODEL_MISMATCH',
        `${path} in ${where} ${bytes === undefined ? 'is missing' : 'is not the file that was exported'}.`,
        'Export the model again, or carry the folder again.',
      );
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

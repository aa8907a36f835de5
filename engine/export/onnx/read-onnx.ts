import { fromBinary } from '@bufbuild/protobuf';
import { z } from 'zod';
import { usageError } from '../../domain/error.ts';
import { metadataKeys, outputNames } from './export-onnx.ts';
import { ModelProtoSchema } from './schema/onnx_pb.js';
import type { ModelProto } from './schema/onnx_pb.js';

/** JSON text in the notes of a model. @throws AssayError MODEL_MISMATCH where it is not what the schema says. */
export function noteOf<T>(text: string, schema: z.ZodType<T>, what: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw notOurs(`is an ONNX model, but its note of ${what} is not as Assay writes it.`);
  }
}

/** What one of our models says of itself. */
export interface OnnxModelNotes {
  readonly featureNames: readonly string[];
  readonly thresholdUnits: number;
  readonly digest: string;
  /** All metadata, ours included. */
  readonly metadata: ReadonlyMap<string, string>;
}

const notesSchema = z.object({
  featureNames: z.string().transform((text, context): string[] => {
    try {
      return z.array(z.string()).min(1).parse(JSON.parse(text));
    } catch {
      context.addIssue('the feature names are not a list');
      return z.NEVER;
    }
  }),
  thresholdUnits: z.coerce.number().int(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * Reads the notes of a model that `exportOnnx` wrote.
 *
 * @throws AssayError MODEL_MISMATCH where the bytes are no ONNX model, or one that Assay did not write.
 */
export function readOnnxNotes(bytes: Uint8Array): OnnxModelNotes {
  const model = parse(bytes);
  const metadata = new Map(model.metadataProps.map(({ key, value }) => [key, value]));
  const notes = notesSchema.safeParse({
    featureNames: metadata.get(metadataKeys.featureNames),
    thresholdUnits: metadata.get(metadataKeys.thresholdUnits),
    digest: metadata.get(metadataKeys.digest),
  });
  const given = new Set(model.graph?.output.map(({ name }) => name));
  if (!notes.success || !Object.values(outputNames).every((name) => given.has(name))) {
    throw notOurs('is an ONNX model, but was not written by Assay: its names, threshold or outputs are missing.');
  }
  return { ...notes.data, metadata };
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch {
    throw notOurs('cannot be read as an ONNX model.');
  }
}

function notOurs(what: string): Error {
  return usageError('MODEL_MISMATCH', `The file ${what}`, 'Give a model that `assay export onnx` wrote.');
}

import { z } from 'zod';
import { messageFrames } from '../domain/message-frame.ts';
import type { RecordingFormat } from '../domain/record-batch.ts';
import { corrupt } from './store-error.ts';
import type { JsonValue, StoredThreshold } from './types.ts';

/**
 * JSON as a case keeps it, held against what may stand there: a case can come by mail.
 * @throws AssayError CASE_CORRUPT naming `what`.
 */
export function storedJson<T>(path: string, text: string, schema: z.ZodType<T>, what: string): T {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw corrupt(path, `its ${what} is no JSON`, cause);
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw corrupt(
    path,
    `its ${what} is not as Assay writes it (${[...issue.path, issue.message].map(String).join(': ')})`,
  );
}

export const jsonValueSchema: z.ZodType<JsonValue> = z.json();

export const columnNamesSchema: z.ZodType<readonly string[]> = z.array(z.string());

export const thresholdSchema: z.ZodType<StoredThreshold> = z.object({
  units: z.number().int(),
  rule: z.string(),
  details: z.record(z.string(), jsonValueSchema),
});

/** Null for a topic. Entries that only some formats have are passed on as they are once their types fit. */
export const recordingFormatSchema: z.ZodType<RecordingFormat | null> = z
  .object({
    kind: z.enum(['csv', 'ndjson', 'kcat', 'parquet']),
    compression: z.enum(['none', 'gzip', 'zstd']),
    delimiter: z.string().length(1).exactOptional(),
    header: z.boolean().exactOptional(),
    quote: z.literal("'").exactOptional(),
    backslashEscapes: z.literal(true).exactOptional(),
    jsonLayout: z.enum(['objects', 'wrapped']).exactOptional(),
    frame: z.enum(messageFrames).exactOptional(),
    encoding: z.string(),
    encodingStated: z.literal(true).exactOptional(),
    lineEnd: z.literal('next-line').exactOptional(),
  })
  .nullable();

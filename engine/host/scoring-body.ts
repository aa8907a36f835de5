import { z } from 'zod';
import { AssayError, usageError } from '../domain/error.ts';
import { scoreRecords, type FeaturesOverTime } from '../jobs/scoring/score-request.ts';
import type { ServedModel } from '../jobs/scoring/served-model.ts';
import { parseJsonText } from '../stream/json-records.ts';
import { nameOfRepeat, repeatedKeys, repeatReason } from '../stream/json-repeats.ts';
import { reportOf } from './error-report.ts';

/** What a request for scores comes to, as it goes out, and what figures count of it. */
export interface ScoringReply {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  readonly scores: Float64Array;
  /** 1 where the record is flagged. */
  readonly flagged: Uint8Array;
}

const nothing = { scores: new Float64Array(0), flagged: new Uint8Array(0) };

const batchSchema = z.strictObject({
  inputs: z.array(z.unknown()),
  featuresOverTime: z.enum(['given', 'from-inputs']).default('given'),
});

/** Parses and scores the body of one request, whatever its length: not in the thread that answers others. Never throws. */
export async function scoreBody(model: ServedModel, bytes: Uint8Array, isSingle: boolean): Promise<ScoringReply> {
  try {
    const text = textOf(bytes);
    const value = jsonOf(text);
    const { inputs, featuresOverTime } = isSingle ? single(value) : batch(value);
    const scored = await scoreRecords(model, inputs, featuresOverTime, repeatsIn(text, value, isSingle));
    const { name, digest, threshold, thresholdUnits } = model;
    const answer = isSingle
      ? scored[0]
      : { model: { name, digest, threshold, thresholdSum: thresholdUnits }, scores: scored };
    return {
      status: 200,
      body: JSON.stringify(answer),
      scores: Float64Array.from(scored, ({ score }) => score),
      flagged: Uint8Array.from(scored, ({ flagged }) => (flagged ? 1 : 0)),
    };
  } catch (error) {
    return { status: statusOf(error), body: problemOf(error), ...nothing };
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usageError('WRONG_USE', 'The body is not UTF-8.');
  }
}

/** Why records are none in which a key stands twice, by their index. @throws AssayError WRONG_USE for a key of the batch itself. */
function repeatsIn(text: string, value: unknown, isSingle: boolean): ReadonlyMap<number, string> {
  const faults = new Map<number, string>();
  for (const repeated of repeatedKeys(text, value)) {
    const [, row, ...within] = isSingle ? ['inputs', 0, ...repeated.way] : repeated.way;
    const reason = repeatReason(nameOfRepeat({ key: repeated.key, way: within }));
    if (typeof row !== 'number') throw usageError('WRONG_USE', `The request is not a batch: ${reason}`);
    if (!faults.has(row)) faults.set(row, reason);
  }
  return faults;
}

function jsonOf(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError('WRONG_USE', `The body is not JSON: ${reason}.`);
  }
}

function single(body: unknown): { readonly inputs: readonly unknown[]; readonly featuresOverTime: FeaturesOverTime } {
  return { inputs: [body], featuresOverTime: 'given' };
}

function batch(body: unknown): z.infer<typeof batchSchema> {
  const parsed = batchSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw usageError(
    'WRONG_USE',
    `The request is not a batch: ${[...path, message].join(': ')}.`,
    'Send {"inputs": [RECORD, ...]}, or one record to /score/single.',
  );
}

/** The body of an answer that says what went wrong. */
export function problemOf(error: unknown): string {
  const { code, message, nextStep } = reportOf(error, null);
  const words = { code, message: code === 'INTERNAL' ? 'An unexpected fault in Assay itself.' : message };
  return JSON.stringify({ error: nextStep === undefined ? words : { ...words, nextStep } });
}

/** The HTTP status of a failure that has none of its own. */
export function statusOf(error: unknown): number {
  if (!(error instanceof AssayError) || error.kind === 'failure') return 500;
  return error.code === 'TOO_LARGE' ? 413 : 400;
}

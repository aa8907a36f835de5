import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { AssayError, usageError } from '../../domain/error.ts';
import type { FeatureMatrix } from '../../domain/model.ts';
import { z } from 'zod';
import { metadataKeys, outputNames } from './export-onnx.ts';
import type { OnnxInput } from './preprocessing.ts';
import { noteOf, readOnnxNotes } from './read-onnx.ts';
import type { OnnxModelNotes } from './read-onnx.ts';

export type OnnxRuntime = typeof import('onnxruntime-node');

/** One entry per row. */
export interface OnnxScores {
  readonly sums: Int32Array;
  readonly scores: Float32Array;
  /** 1 for anomalies, else 0. */
  readonly flags: Uint8Array;
}

/** One of our exported models, loaded into ONNX Runtime. */
export interface OnnxScorer {
  readonly notes: OnnxModelNotes;
  /** Scores finished features. @throws AssayError MODEL_MISMATCH where the rows have another number of them. */
  score(matrix: FeatureMatrix): Promise<OnnxScores>;
  /** Scores rows given input by input, as the model's notes name them. */
  scoreInputs(feeds: ReadonlyMap<string, OnnxFeed>, rowCount: number): Promise<OnnxScores>;
  close(): Promise<void>;
}

export interface OnnxScorerOptions {
  readonly threads: number;
  /** Rows given to ONNX Runtime at a time; the answers do not depend on it. */
  readonly batchRows?: number;
  /** How ONNX Runtime is loaded; tests replace it. */
  readonly load?: () => Promise<OnnxRuntime>;
}

const DEFAULT_BATCH_ROWS = 16_384;

/**
 * Loads a model that `exportOnnx` wrote into ONNX Runtime, an optional package.
 *
 * @throws AssayError MISSING_DEPENDENCY where onnxruntime-node is not installed or does not run here, MODEL_MISMATCH where
 * the bytes are not such a model or ONNX Runtime refuses them.
 */
export async function openOnnxScorer(bytes: Uint8Array, options: OnnxScorerOptions): Promise<OnnxScorer> {
  const notes = readOnnxNotes(bytes);
  const runtime = await loadRuntime(options.load);
  const session = await openSession(runtime, bytes, options.threads);
  const batchRows = options.batchRows ?? DEFAULT_BATCH_ROWS;
  return {
    notes,
    score: async ({ rowCount, featureCount, values }) => {
      const [input, ...others] = session.inputNames;
      if (featureCount !== notes.featureNames.length || input === undefined || others.length > 0)
        throw usageError(
          'MODEL_MISMATCH',
          `The model takes ${notes.featureNames.length} features from ${session.inputNames.length} input(s), the rows have ${featureCount} features in one.`,
        );
      const inputs = [{ name: input, holds: 'matrix', columns: featureCount } as const];
      return scoreInBatches(runtime, session, inputs, new Map([[input, values]]), rowCount, batchRows);
    },
    scoreInputs: (feeds, rowCount) => scoreInBatches(runtime, session, inputsOf(notes), feeds, rowCount, batchRows),
    close: () => session.release(),
  };
}

/** The inputs as the model's notes list them. */
export function inputsOf(notes: OnnxModelNotes): readonly OnnxInput[] {
  const text = notes.metadata.get(metadataKeys.inputs);
  if (text === undefined) return [{ name: 'features', holds: 'matrix', columns: notes.featureNames.length }];
  const schema = z.array(
    z.object({
      name: z.string(),
      holds: z.enum(['matrix', 'number', 'time', 'text', 'feature']),
      columns: z.number().int().min(1),
    }),
  );
  return noteOf(text, schema, 'its inputs');
}

/**
 * ONNX Runtime as Assay uses it. From 1.29 on it reports models and machine to its maker unless this variable is set
 * before its first session: nothing of a case leaves this machine unasked.
 */
export function importOnnxRuntime(): Promise<OnnxRuntime> {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  return import('onnxruntime-node');
}

/** @throws AssayError MISSING_DEPENDENCY where it is not installed or does not run here. */
export async function loadRuntime(load: () => Promise<OnnxRuntime> = importOnnxRuntime): Promise<OnnxRuntime> {
  try {
    return await load();
  } catch (cause) {
    throw new AssayError(
      'MISSING_DEPENDENCY',
      'failure',
      'Scoring with an ONNX model needs ONNX Runtime, which is not installed or does not run on this machine.',
      { nextStep: 'Install it: npm install --ignore-scripts onnxruntime-node@1.30.0', cause },
    );
  }
}

/** @throws AssayError MODEL_MISMATCH where ONNX Runtime refuses the model. */
export async function openSession(runtime: OnnxRuntime, bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Errors are thrown; what it would print beside them belongs on nobody's screen.
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw new AssayError('MODEL_MISMATCH', 'usage', 'ONNX Runtime refuses the model.', { cause });
  }
}

/** One input of a model for some rows: numbers, or texts, one per row and column. */
export type OnnxFeed = Float32Array | Float64Array | readonly string[];

async function scoreInBatches(
  runtime: OnnxRuntime,
  session: InferenceSession,
  inputs: readonly OnnxInput[],
  feeds: ReadonlyMap<string, OnnxFeed>,
  rowCount: number,
  batchRows: number,
): Promise<OnnxScores> {
  const sums = new Int32Array(rowCount);
  const scores = new Float32Array(rowCount);
  const flags = new Uint8Array(rowCount);
  for (let start = 0; start < rowCount; start += batchRows) {
    const end = Math.min(start + batchRows, rowCount);
    const batch = Object.fromEntries(
      inputs.map(({ name, columns }) => [name, tensorOf(runtime, feeds.get(name), start, end, columns, name)]),
    );
    const answers = await session.run(batch, [outputNames.units, outputNames.score, outputNames.isAnomaly]);
    sums.set(answers[outputNames.units].data as Float32Array, start);
    scores.set(answers[outputNames.score].data as Float32Array, start);
    flags.set(Array.from(answers[outputNames.isAnomaly].data as BigInt64Array, Number), start);
  }
  return { sums, scores, flags };
}

function tensorOf(
  runtime: OnnxRuntime,
  feed: OnnxFeed | undefined,
  start: number,
  end: number,
  columns: number,
  name: string,
): Tensor {
  if (feed === undefined)
    throw usageError('MODEL_MISMATCH', `The model needs the input '${name}', which the rows do not have.`);
  const shape = [end - start, columns];
  if (feed instanceof Float32Array)
    return new runtime.Tensor('float32', feed.subarray(start * columns, end * columns), shape);
  if (feed instanceof Float64Array)
    return new runtime.Tensor('float64', feed.subarray(start * columns, end * columns), shape);
  return new runtime.Tensor('string', feed.slice(start * columns, end * columns), shape);
}

import type { WorkContext } from '../../domain/progress.ts';
import { throwIfCancelled } from '../../domain/progress.ts';
import { AssayError } from '../../domain/error.ts';
import type { CompiledForest, FeatureMatrix, ScoreDirection, ScoreGraph } from '../../domain/model.ts';
import { drawnByChance, notRead, type OnnxGraph } from '../../export/onnx/onnx-graph.ts';
import { compileGraph } from '../../forest/graph/compile-graph.ts';
import { GraphThread } from '../../forest/graph/graph-thread.ts';
import { summariseFeature } from '../../forest/reasons/background.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { featureBlocks, type StoredFeatures } from './case-features.ts';
import type { MappedFeatures } from './mapped-features.ts';

/** Rows that a graph is given at a time where it takes any number. */
const BATCH_ROWS = 64;
const MOST_BATCH_ROWS = 4096;
/** Larger ones are no models of rows, and each case would carry one. */
const MOST_GRAPH_BYTES = 64 << 20;
/** Rows scored before the job looks whether it was stopped. */
const ROWS_A_TURN = 4096;

/** What a graph is run with. @throws AssayError MODEL_MISMATCH, TOO_LARGE, for one that no line could be drawn through */
export function graphToRun(
  bytes: Uint8Array,
  graph: OnnxGraph,
  output: string,
  { columns }: Pick<MappedFeatures, 'columns'>,
  direction: ScoreDirection,
  sample: FeatureMatrix,
): ScoreGraph {
  if (bytes.length > MOST_GRAPH_BYTES)
    throw new AssayError(
      'TOO_LARGE',
      'usage',
      `The model has ${bytes.length} bytes; one that is run as it is may have 67108864.`,
      {
        nextStep: 'Make it smaller, or score with the program that made it.',
      },
    );
  const chance = drawnByChance(graph);
  if (chance !== undefined) throw notRead(`draws by chance (${chance}), so that a row has no one score`);
  const stated = [...new Set(graph.inputs.map(({ rows }) => rows))];
  const [batchRows] = stated;
  if (stated.length !== 1 || (batchRows ?? 0) > MOST_BATCH_ROWS)
    throw notRead(`takes inputs of ${stated.map((rows) => rows ?? 'any number of').join(', ')} rows at a time`);
  const dimensions = new Set(graph.inputs.map(({ isFlat }) => isFlat));
  if (dimensions.size !== 1) throw notRead('takes inputs of one dimension beside others of two');
  return {
    bytes,
    inputs: graph.inputs.map(({ name, columns: width, isDouble }) => ({ name, columns: width, isDouble })),
    isFlat: dimensions.has(true),
    output,
    positions: Int32Array.from(columns, ({ position }) => position),
    turn: direction === 'higher-is-anomalous' ? 1 : -1,
    batchRows: batchRows ?? BATCH_ROWS,
    medians: Float32Array.from({ length: sample.featureCount }, (_, feature) => {
      const { median } = summariseFeature(sample, feature);
      return Number.isFinite(median) ? median : 0;
    }),
  };
}

/**
 * What ONNX Runtime says of some rows, asked in their order and backwards.
 * @throws AssayError MODEL_MISMATCH where a number is none, or hangs on what else is asked
 */
export function numbersOfRows(graph: ScoreGraph, rows: FeatureMatrix): Float64Array {
  const thread = new GraphThread(graph);
  try {
    const numbers = thread.run(rows.values, rows.rowCount, rows.featureCount);
    refuseNoNumbers(numbers, 0);
    const backwards = new Float32Array(rows.rowCount * rows.featureCount);
    for (let row = 0; row < rows.rowCount; row++) {
      const from = (rows.rowCount - 1 - row) * rows.featureCount;
      backwards.set(rows.values.subarray(from, from + rows.featureCount), row * rows.featureCount);
    }
    const again = thread.run(backwards, rows.rowCount, rows.featureCount).reverse();
    const other = numbers.findIndex((number, row) => number !== again[row]);
    if (other >= 0)
      throw notRead(
        `gives row ${other + 1} of those it was asked about ${numbers[other]}, and beside other rows ${again[other]}: a score must be of its row alone`,
      );
    return numbers;
  } finally {
    thread.close();
  }
}

/** The model of a graph on the scale that all rows of the case give it. */
export async function compileImportedGraph(
  openedCase: ReadableCase,
  features: StoredFeatures,
  graph: ScoreGraph,
  context: WorkContext,
): Promise<CompiledForest> {
  const { featureCount, rowCount } = features;
  const thread = new GraphThread(graph);
  let [least, greatest] = [Infinity, -Infinity];
  try {
    for (const { firstSequence, rowCount: rows, values } of featureBlocks(openedCase, features))
      for (let start = 0; start < rows; start += ROWS_A_TURN) {
        throwIfCancelled(context.signal);
        const length = Math.min(ROWS_A_TURN, rows - start);
        const numbers = thread.run(values.subarray(start * featureCount), length, featureCount);
        refuseNoNumbers(numbers, firstSequence + start);
        for (const number of numbers) {
          least = Math.min(least, graph.turn * number);
          greatest = Math.max(greatest, graph.turn * number);
        }
        context.report({ phase: 'score', done: firstSequence + start + length, total: rowCount, unit: 'rows' });
        await new Promise(setImmediate);
      }
  } finally {
    thread.close();
  }
  return compileGraph(graph, { featureCount, least, greatest }, rowCount);
}

function refuseNoNumbers(numbers: Float64Array, before: number): void {
  const found = numbers.findIndex((number) => !Number.isFinite(number));
  if (found >= 0)
    throw notRead(
      `gives the score ${numbers[found]} in ONNX Runtime for row ${before + found + 1} of those it was asked about; every row needs a number`,
    );
}

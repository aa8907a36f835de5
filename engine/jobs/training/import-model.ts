import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { CaseSession } from '../../case/case-session.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { AssayError, usageError } from '../../domain/error.ts';
import type { CompiledForest, FeatureMatrix, Imported, ScoreDirection } from '../../domain/model.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { notRead, readOnnxGraph, type OnnxGraph } from '../../export/onnx/onnx-graph.ts';
import { readForest, type ReadIsolationForest, type ReadTreeEnsemble } from '../../export/onnx/read-forest.ts';
import { steersMissing } from '../../export/onnx/read-trees.ts';
import { compileForest } from '../../forest/compile.ts';
import { compileScores } from '../../forest/compile-scores.ts';
import { scoreOfSum } from '../../forest/score.ts';
import { openCase } from '../../store/open-case.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { describeOrder, storeCaseFeatures, type StoredFeatures } from './case-features.ts';
import { compileImportedGraph, graphToRun, numbersOfRows } from './imported-graph.ts';
import { mapFeatures, type MappedFeatures } from './mapped-features.ts';
import { scoreAndKeep, scoreMatrix } from './train-model.ts';

type Input = ParsedJobInput<'importModel'>;
type Result = JobResult<'importModel'>;

/** Rows, at even distances, that stand for all where scores are compared and splits are counted. */
const SAMPLE_ROWS = 4096;
/** What scores of float32 arithmetic may differ by, of the largest there is. */
const DIFFERENCE_ALLOWED = 1e-4;
const MOST_BYTES = 1 << 30;
const operationsTold = 12;

type ReadModel = ReadIsolationForest | ReadTreeEnsemble;
/** What a forest that is grown in its place takes. */
const inItsPlace = { trees: 300, sample: 256, featuresPerTree: null, seed: 1, grower: 'assay' } as const;

/**
 * The `importModel` job: a model that was made elsewhere becomes one of the case, with every row scored, beside the champion or as the
 * first. Trees are read into the exact forest; anything else is run as it is, on a scale of whole units, so that all that follows treats it
 * as one that was grown here.
 * @throws AssayError FILE_NOT_FOUND, MODEL_MISMATCH where it cannot be read exactly, UNKNOWN_COLUMN and WRONG_USE for the mapping
 */
export async function importModel(input: Input, context: WorkContext): Promise<Result> {
  const bytes = await readModelFile(input.file);
  const graph = readOnnxGraph(bytes);
  const openedCase = openCase(input.casePath);
  try {
    return await importInto(openedCase, input, bytes, graph, context);
  } finally {
    openedCase.close();
  }
}

async function importInto(
  openedCase: WritableCase,
  input: Input,
  bytes: Uint8Array,
  graph: OnnxGraph,
  context: WorkContext,
): Promise<Result> {
  const profile = openedCase.profile();
  if (profile === undefined || openedCase.counts().rows === 0)
    throw usageError(
      'EMPTY_RECORDING',
      'The case holds no transactions.',
      'Read a recording into it with `assay ingest`.',
    );
  const output = scoreOutput(graph, input.output);
  const read = readForest(graph, output);
  const direction = directionOf(read, input.direction);
  const mapped = mapFeatures(openedCase, profile, graph, input.map, context);
  const features = await storeCaseFeatures(openedCase, profile, mapped.spec, context);
  const sample = sampleRows(openedCase, features);
  const run = graphToRun(bytes, graph, output, mapped, direction, sample);
  const theirs = numbersOfRows(run, sample);
  const forest =
    read === null
      ? await compileImportedGraph(openedCase, features, run, context)
      : compileRead(read, mapped, features, direction, sample);
  const greatestDifference = differenceFrom(
    theirs,
    read,
    direction,
    Float64Array.from(await scoreMatrix(forest, sample, context), (sum) => scoreOfSum(forest, sum)),
  );
  const imported: Imported = {
    file: basename(input.file),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    producer: graph.producer,
    kind: read?.kind ?? 'graph',
    output,
    direction,
    greatestDifference,
  };
  const session = new CaseSession(openedCase);
  const parameters = { ...inItsPlace, imported };
  const kept = await scoreAndKeep(
    session,
    { name: `${basename(input.file)} ${forest.digest.slice(0, 8)}`, forest, features, parameters },
    input.threshold,
    context,
  );
  const { state, line, days, modelId } = kept;
  return {
    rows: features.rowCount,
    columns: mapped.columns.map(({ input: name, feature }) => ({ input: name, feature })),
    imported,
    checkedRows: sample.rowCount,
    alerts: state.alerts,
    alertsPerDay: state.alertsPerDay,
    flagged: state.flagged,
    threshold: state.thresholdScore,
    thresholdUnits: state.thresholdUnits,
    contamination: state.contamination,
    days,
    line,
    model: session.modelSummary(modelId),
    isChampion: session.model(modelId).isChampion,
    notices: [
      ...graphNotices(read, graph),
      ...missingNotices(graph, mapped),
      ...describeOrder(profile, features),
      ...kept.notices,
    ],
    case: resolve(input.casePath),
  };
}

/** What becomes of the way that a model has for missing values: cells are filled before any tree is asked. */
function missingNotices(graph: OnnxGraph, { spec }: MappedFeatures): readonly string[] {
  if (!steersMissing(graph)) return [];
  const missing = spec.features.reduce((sum, { imputation }) => sum + imputation.missingCount, 0);
  const here =
    missing === 0
      ? 'none of its features has any in this case'
      : `its features have ${missing} in this case, and for those rows its maker's own scores may be others`;
  return [
    `The file says which way missing values go. They are filled before its trees are asked, as for any model: ${here}.`,
  ];
}

async function readModelFile(path: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size <= MOST_BYTES) return await readFile(path);
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The model ${path} cannot be read.`, { missingPath: path, cause });
  }
  throw usageError('TOO_LARGE', `${path} is larger than any model that Assay reads.`);
}

/** The output that is the score: the one named, or the only one of one floating-point number a row. */
function scoreOutput(graph: OnnxGraph, named: string | undefined): string {
  const possible = graph.outputs.filter(({ columns, isScore }) => columns === 1 && isScore).map(({ name }) => name);
  if (named !== undefined && possible.includes(named)) return named;
  if (named === undefined && possible.length === 1) return possible[0];
  throw usageError(
    'WRONG_USE',
    named === undefined
      ? `The model gives ${possible.length === 0 ? 'no output of one number a row' : `several: ${possible.join(', ')}`}.`
      : `The model has no output '${named}' of one number a row.`,
    possible.length === 0 ? undefined : `Name its score with --output: ${possible.join(', ')}.`,
  );
}

/** What a model that is run as it is does not get, and what it is made of. */
function graphNotices(read: ReadModel | null, { nodes }: OnnxGraph): readonly string[] {
  if (read !== null) return [];
  const kinds = [...new Set(nodes.map(({ opType }) => opType))];
  const told = kinds.slice(0, operationsTold).join(', ');
  return [
    `It is no trees alone (${told}${kinds.length > operationsTold ? ' and others' : ''}): ONNX Runtime runs it as it is, and its reasons are by perturbation.`,
  ];
}

/** @throws AssayError WRONG_USE where nothing says it, or what was said is not so */
function directionOf(read: ReadModel | null, stated: ScoreDirection | undefined): ScoreDirection {
  const known =
    read?.kind !== 'isolation-forest' ? undefined : read.factor > 0 ? 'higher-is-anomalous' : 'lower-is-anomalous';
  if (known !== undefined && stated !== undefined && stated !== known)
    throw usageError('WRONG_USE', `Of this isolation forest, ${known.replaceAll('-', ' ')}.`, 'Leave --direction out.');
  const direction = known ?? stated;
  if (direction !== undefined) return direction;
  throw usageError(
    'WRONG_USE',
    'Nothing says whether high or low scores of the model are anomalous.',
    'Add --direction higher-is-anomalous, or --direction lower-is-anomalous.',
  );
}

/** Rows at even distances over the case. */
function sampleRows(openedCase: WritableCase, { featureSetId, featureCount, rowCount }: StoredFeatures): FeatureMatrix {
  const count = Math.min(rowCount, SAMPLE_ROWS);
  const rows = Array.from({ length: count }, (_, place) => Math.floor((place * rowCount) / count));
  return readFeatureRows(openedCase, featureSetId, featureCount, rows);
}

/** The exact forest over the features of the case. */
function compileRead(
  read: ReadModel,
  { columns }: MappedFeatures,
  { featureCount }: StoredFeatures,
  direction: ScoreDirection,
  sample: FeatureMatrix,
): CompiledForest {
  const overFeatures = (feature: Int32Array): Int32Array =>
    feature.map((column) => (column < 0 ? column : columns[column].position));
  if (read.kind === 'isolation-forest')
    return compileForest(
      read.trees.map((tree) => ({ ...tree, feature: overFeatures(tree.feature) })),
      featureCount,
      read.sampleSize,
    );
  const turn = direction === 'higher-is-anomalous' ? 1 : -1;
  return compileScores(
    read.trees.map((tree) => ({
      ...tree,
      feature: overFeatures(tree.feature),
      weight: tree.weight.map((weight) => turn * read.factor * weight),
    })),
    turn * read.base,
    sample,
  );
}

/**
 * Greatest difference of the model's scores from those that ONNX Runtime gives for the file itself.
 * @throws AssayError MODEL_MISMATCH where they are not the same model's
 */
function differenceFrom(
  theirs: Float64Array,
  read: ReadModel | null,
  direction: ScoreDirection,
  scores: Float64Array,
): number {
  // An isolation forest's own score is that of the output without what was added to it; others are turned.
  const [base, factor] =
    read?.kind === 'isolation-forest' ? [read.base, read.factor] : [0, direction === 'higher-is-anomalous' ? 1 : -1];
  const differences = theirs.map((score, row) => Math.abs(score - (base + factor * scores[row])));
  const greatest = differences.reduce((most, difference) => Math.max(most, difference), 0);
  const largest = theirs.reduce((most, score) => Math.max(most, Math.abs(score)), 1);
  if (greatest > DIFFERENCE_ALLOWED * largest)
    throw notRead(
      `was read, but ONNX Runtime gives other scores for the same rows: they differ by up to ${greatest.toPrecision(3)}`,
    );
  return greatest;
}

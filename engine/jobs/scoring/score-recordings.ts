import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isFlagged } from '../../forest/threshold.ts';
import type { DecodedSegment, Dictionary } from '../../domain/columns.ts';
import { AssayError, impossible } from '../../domain/error.ts';
import { historyMark } from '../../domain/history-mark.ts';
import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { RecordBatch } from '../../domain/record-batch.ts';
import { createSegmentDecoder, type DecodedBatch } from '../../features/decode-segment.ts';
import { idsOf } from '../../features/segment-access.ts';
import {
  mostSortedRows,
  ReceivedOrder,
  WholeStream,
  type SegmentComputer,
  type StreamFeatures,
} from '../../features/stream-features.ts';
import { createScoringPool } from '../../forest/kernel/scoring-pool.ts';
import { scoreOfSum } from '../../forest/score.ts';
import { openCaseToRead } from '../../case/opening.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { openRecording } from '../../stream/open-recording.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { segmentsOf } from '../../case/case-arrays.ts';
import { withStreamFeatures } from '../window-threads.ts';
import { computerOfCase, describeOrder, inTurns } from '../training/case-features.ts';
import { chosenModel } from '../../case/model/chosen-model.ts';
import { withholdingOf } from '../privacy/withheld-batches.ts';
import { watchColumns } from '../reading/column-watch.ts';
import { findColumns, type LookedInto } from '../reading/match-columns.ts';
import { csvCell } from '../exporting/csv-cell.ts';
import { createOnnxFeeder } from './onnx-feeds.ts';
import { exportedModelAt } from './exported-model.ts';
import { emptyDictionaries, type OnnxModel } from './open-onnx.ts';
import { claimFile, writeChunk, type ClaimedFile } from '../exporting/output.ts';
import { textKind } from '../exporting/output-kind.ts';

const header = 'id,score,flagged\n';

/**
 * The `score` job: recordings through a stored model into a CSV of id, score and flag, in input order. The file
 * appears under its name only when it is whole. The model comes from a case or from an exported ONNX file.
 */
export async function scoreRecordings(
  input: ParsedJobInput<'score'>,
  context: WorkContext,
): Promise<JobResult<'score'>> {
  const output = await claimFile(input.output, textKind('a CSV of scores', header), {
    reads: [...input.recordings, input.model, join(input.model, 'model.onnx')],
    force: input.force,
  });
  const exported = await exportedModelAt(input, context.signal);
  const scorer = exported === null ? caseScorer(input) : onnxScorer(exported);
  try {
    const { recordings, notices } = await lookInto(scorer, input, context);
    const result = await scoreInOrder({ scorer, recordings, output, context });
    return { ...result, notices: [...notices, ...result.notices] };
  } finally {
    await scorer.close();
  }
}

/** A model ready to score decoded segments. */
interface Scorer {
  readonly profile: Profile;
  readonly spec: FeatureSpec;
  readonly dictionaries: Map<string, Dictionary>;
  readonly digest: string;
  /** Head of the history of the case; null of an exported model, whose own files name it. */
  readonly history: string | null;
  readonly thresholdUnits: number;
  /** Sums, and the scores for people, of one segment whose features `compute` makes. */
  readonly score: (
    segment: DecodedSegment,
    compute: SegmentComputer,
    signal: AbortSignal,
  ) => Promise<{ readonly sums: Int32Array; readonly scoreAt: (row: number) => number }>;
  /** Lets features over time go on from what came before, where the recordings begin after it; says so. */
  readonly goOnFrom: (features: StreamFeatures, earliestMs: number, context: WorkContext) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

interface Scoring {
  readonly scorer: Scorer;
  readonly recordings: readonly LookedInto[];
  readonly output: ClaimedFile;
  readonly context: WorkContext;
}

type ScoreResult = JobResult<'score'>;

function caseScorer(input: ParsedJobInput<'score'>): Scorer {
  const openedCase = openCaseToRead(input.model);
  try {
    const { stored, forest } = chosenModel(openedCase, input.modelChoice);
    const profile = openedCase.profile() ?? impossible('a case with a model has no profile');
    const spec = openedCase.featureSpec(stored.featureSetId);
    const featureCount = featureNames(spec).length;
    const pool = createScoringPool(forest, { threads: 1 });
    const scorer: Scorer = {
      profile,
      spec,
      dictionaries: openedCase.dictionaries(),
      digest: forest.digest,
      history: historyMark(openedCase.decisions.head()),
      thresholdUnits: stored.threshold.units,
      score: async (segment, compute, signal) => {
        const values = new Float32Array(segment.rowCount * featureCount);
        compute(segment, values);
        const sums = new Int32Array(segment.rowCount);
        await pool.score(values, segment.rowCount, sums, signal);
        return { sums, scoreAt: (row) => scoreOfSum(forest, sums[row]) };
      },
      goOnFrom: (features, earliestMs, context) => goOnFromCase(input.model, scorer, features, earliestMs, context),
      close: () => pool.close(),
    };
    return scorer;
  } finally {
    openedCase.close();
  }
}

/** An exported model: its own notes say how to read a recording and how to feed it. */
function onnxScorer({ scorer, profile, spec, inputs }: OnnxModel): Scorer {
  const dictionaries = emptyDictionaries(profile);
  return {
    profile,
    spec,
    dictionaries,
    digest: scorer.notes.digest,
    history: null,
    thresholdUnits: scorer.notes.thresholdUnits,
    score: async (segment, compute) => {
      const feeds = createOnnxFeeder(spec, inputs, dictionaries, compute)(segment);
      const { sums, scores } = await scorer.scoreInputs(feeds, segment.rowCount);
      return { sums, scoreAt: (row) => scores[row] };
    },
    goOnFrom: () => Promise.resolve([]),
    close: () => scorer.close(),
  };
}

/** The recordings with the names that the profile gives their columns; one without a header is matched by position. */
async function lookInto(
  { profile, spec }: Scorer,
  { recordings, format, model }: ParsedJobInput<'score'>,
  { signal }: WorkContext,
): Promise<{ readonly recordings: readonly LookedInto[]; readonly notices: readonly string[] }> {
  const reference = { path: `the recordings of ${model}`, columnNames: profile.columns.map(({ name }) => name) };
  const notices: string[] = [];
  const named: LookedInto[] = [];
  for (const path of recordings) {
    const reader = await openRecording(path, { stated: format, signal });
    try {
      const looked = { path, format: reader.format, layout: reader.layout, columnNames: reader.columnNames };
      const { columnNames, notice } = await findColumns(profile, reference, looked, signal);
      refuseOtherColumns(profile, spec, columnNames, path);
      named.push({ ...looked, columnNames });
      if (notice !== undefined) notices.push(notice);
    } finally {
      await reader.close();
    }
  }
  return { recordings: named, notices };
}

/** Ends an attempt to score a stream as it comes: a row is older than the one before. */
class OutOfOrder extends Error {}

/**
 * Scores a stream as it comes; where it does not come in the order of its event time, again, with features over time computed in
 * that order. The rows of the output keep the order of the input.
 */
async function scoreInOrder(scoring: Scoring): Promise<ScoreResult> {
  const { profile, spec, dictionaries } = scoring.scorer;
  const needsOrder = spec.windows !== undefined && columnWithRole(profile, 'event_time') !== undefined;
  const result = await withStreamFeatures(profile, spec, dictionaries, (features) =>
    scoreAsReceived(scoring, features, needsOrder),
  );
  return result ?? withStreamFeatures(profile, spec, dictionaries, (features) => scorePutInOrder(scoring, features));
}

/** Scores a stream as it comes; null where the order of its event time is needed and it does not come in it. */
async function scoreAsReceived(
  scoring: Scoring,
  features: StreamFeatures,
  needsOrder: boolean,
): Promise<ScoreResult | null> {
  const { scorer, context } = scoring;
  const notices = needsOrder ? await scorer.goOnFrom(features, await firstTime(scoring), context) : [];
  try {
    return await writeScores(scoring, features, features.compute, notices, needsOrder);
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
    return null;
  }
}

async function scorePutInOrder(scoring: Scoring, features: StreamFeatures): Promise<ScoreResult> {
  const { scorer, context } = scoring;
  const whole = new WholeStream(scorer.profile, scorer.spec, scorer.dictionaries);
  const isWhole = await forEachBatch(scoring, ({ segment }) => {
    whole.add(segment);
    return whole.rowCount <= mostSortedRows;
  });
  const notices = await scorer.goOnFrom(features, whole.earliestMs, context);
  const compute = isWhole ? await inTurns(features.takeWhole(whole), context.signal) : features.compute;
  return writeScores(scoring, features, compute, notices, false);
}

/** Where the recordings begin at or after the last event of the case, features over time go on from it. */
async function goOnFromCase(
  casePath: string,
  { profile, spec, dictionaries }: Scorer,
  features: StreamFeatures,
  earliestMs: number,
  context: WorkContext,
): Promise<readonly string[]> {
  const openedCase = openCaseToRead(casePath);
  try {
    if (!Number.isFinite(earliestMs) || earliestMs < latestTime(openedCase, profile)) return [];
    const featureCount = featureNames(spec).length;
    const compute = await computerOfCase(openedCase, profile, spec, features, dictionaries, context);
    // Rows that were put in order have been taken as a whole; others are taken as they came.
    if (compute === features.compute)
      for (const segment of segmentsOf(openedCase)) {
        throwIfCancelled(context.signal);
        compute(segment, new Float32Array(segment.rowCount * featureCount));
        await new Promise(setImmediate);
      }
    return ['The recording follows the stream of the case, so features over time go on from it.'];
  } finally {
    openedCase.close();
  }
}

function latestTime(openedCase: ReadableCase, profile: Profile): number {
  const time = columnWithRole(profile, 'event_time')?.name ?? '';
  let latest = Number.NEGATIVE_INFINITY;
  for (const { columns } of segmentsOf(openedCase, [time])) {
    const block = columns.get(time);
    if (block?.kind === 'time') for (const instant of block.values) if (instant > latest) latest = instant;
  }
  return latest;
}

/** The first event time there is: the earliest, where the recordings come in order; Infinity where there is none. */
async function firstTime(scoring: Scoring): Promise<number> {
  const time = columnWithRole(scoring.scorer.profile, 'event_time')?.name ?? '';
  let first: number | undefined;
  await forEachBatch(scoring, ({ segment }) => {
    const block = segment.columns.get(time);
    if (block?.kind === 'time') first = block.values.find((instant) => !Number.isNaN(instant));
    return first === undefined;
  });
  return first ?? Number.POSITIVE_INFINITY;
}

interface ScoredBatch {
  readonly batch: RecordBatch;
  readonly decoded: DecodedBatch;
  readonly segment: DecodedSegment;
  readonly path: string;
}

/** The batches of all recordings as one stream, until `take` wants no more; false where it did not want all. */
async function forEachBatch(
  { scorer: { profile, dictionaries }, recordings, context }: Scoring,
  take: (scored: ScoredBatch) => boolean | Promise<boolean>,
): Promise<boolean> {
  const decode = createSegmentDecoder(profile, dictionaries);
  // Entities are known by their tokens where the case holds those.
  const withholding = withholdingOf(profile);
  let rows = 0;
  for (const { path, format, layout, columnNames } of recordings) {
    const reader = await openRecording(path, { format, layout, columnNames, signal: context.signal });
    try {
      for await (const received of reader.batches()) {
        throwIfCancelled(context.signal);
        const batch = withholding.take(received, format);
        const decoded = decode(batch, rows);
        rows += decoded.segment.rowCount;
        if (!(await take({ batch, decoded, segment: decoded.segment, path }))) return false;
      }
    } finally {
      await reader.close();
    }
  }
  return true;
}

/** @throws OutOfOrder, where `needsOrder`, at the first step back in event time. */
async function writeScores(
  scoring: Scoring,
  features: StreamFeatures,
  compute: SegmentComputer,
  notices: readonly string[],
  needsOrder: boolean,
): Promise<ScoreResult> {
  const { scorer, output, context } = scoring;
  const { profile, spec, dictionaries, thresholdUnits } = scorer;
  const time = columnWithRole(profile, 'event_time')?.name ?? '';
  const received = new ReceivedOrder();
  const hash = createHash('sha256');
  const totals = { rows: 0, quarantined: 0, flagged: 0 };
  const columns = watchColumns(profile, 'they have no score');
  await output.stream(async (file) => {
    await writeChunk(file, header);
    await forEachBatch(scoring, async ({ batch, decoded, segment, path }) => {
      const times = segment.columns.get(time);
      if (times?.kind === 'time') received.note(times.values);
      if (needsOrder && received.stepsBack > 0) throw new OutOfOrder();
      columns.note(batch, decoded, path);
      const { sums, scoreAt } = await scorer.score(segment, compute, context.signal);
      const idOf = idsOf(profile, segment, dictionaries);
      const lines: string[] = [];
      for (let row = 0; row < segment.rowCount; row++) {
        const id = idOf(row) ?? String(totals.rows + row + 1);
        const flagged = isFlagged(sums[row], thresholdUnits) ? 1 : 0;
        totals.flagged += flagged;
        lines.push(`${csvCell(id)},${scoreAt(row)},${flagged}\n`);
        hash.update(`${id}\n${sums[row]}\n${flagged}\n`);
      }
      await writeChunk(file, lines.join(''));
      totals.rows += segment.rowCount;
      totals.quarantined += batch.rejected.length + decoded.invalid.length;
      context.report({ phase: 'score', done: totals.rows, total: null, unit: 'rows' });
      return true;
    });
  });
  const { order } = features;
  return {
    ...totals,
    digest: scorer.digest,
    history: scorer.history,
    flagsDigest: hash.digest('hex'),
    order,
    output: output.path,
    notices: [...notices, ...describeOrder(profile, { spec, order }), ...columns.sentences()],
  };
}

/** A recording that lacks a column the model needs is the wrong recording, not one with missing values. */
function refuseOtherColumns(profile: Profile, spec: FeatureSpec, columns: readonly string[], recording: string): void {
  const needed = new Set(spec.features.map(({ transform }) => transform.column));
  const missing = profile.columns
    .filter(({ name }) => needed.has(name) && !columns.includes(name))
    .map(({ name }) => name);
  if (missing.length > 0)
    throw new AssayError(
      'MODEL_MISMATCH',
      'usage',
      `${recording} lacks ${missing.join(', ')}, which the model needs.`,
      {
        nextStep: `It has: ${columns.join(', ')}. Score a recording with the columns the model was trained on.`,
      },
    );
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isFlagged } from '../../forest/threshold.ts';
import type { DecodedSegment, Dictionary } from '../../domain/columns.ts';
import { AssayError } from '../../domain/error.ts';
import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { createSegmentDecoder, type Dictionaries } from '../../features/decode-segment.ts';
import { idsOf } from '../../features/segment-access.ts';
import { createScoringPool } from '../../forest/kernel/scoring-pool.ts';
import { scoreOfSum } from '../../forest/score.ts';
import { openCaseToRead } from '../../case/opening.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { openRecording } from '../../stream/open-recording.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { segmentsOf } from '../../case/case-arrays.ts';
import { createSegmentComputer } from '../training/case-features.ts';
import { chosenModel } from '../../case/model/chosen-model.ts';
import { watchColumns } from '../reading/column-watch.ts';
import { csvCell } from '../exporting/csv-cell.ts';
import { createOnnxFeeder } from './onnx-feeds.ts';
import { emptyDictionaries, isOnnxModel, openOnnxModel, readOnnxFile } from './open-onnx.ts';
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
  const scorer = (await isOnnxModel(input.model)) ? await onnxScorer(input.model) : await caseScorer(input, context);
  try {
    return await writeScores(scorer, input, output, context);
  } finally {
    await scorer.close();
  }
}

/** A model ready to score decoded segments in stream order. */
interface Scorer {
  readonly profile: Profile;
  readonly spec: FeatureSpec;
  readonly dictionaries: Map<string, Dictionary>;
  readonly digest: string;
  readonly thresholdUnits: number;
  readonly notices: readonly string[];
  /** Sums, and the scores for people, of one segment. */
  readonly score: (
    segment: DecodedSegment,
    signal: AbortSignal,
  ) => Promise<{ readonly sums: Int32Array; readonly scoreAt: (row: number) => number }>;
  readonly close: () => Promise<void>;
}

async function caseScorer(input: ParsedJobInput<'score'>, context: WorkContext): Promise<Scorer> {
  const openedCase = openCaseToRead(input.model);
  try {
    const { stored, forest } = chosenModel(openedCase, input.modelChoice);
    const profile = openedCase.profile();
    if (profile === undefined) throw new Error('Impossible: a case with a model has no profile.');
    const spec = openedCase.featureSpec(stored.featureSetId);
    const dictionaries = openedCase.dictionaries();
    const featureCount = featureNames(spec).length;
    const compute = createSegmentComputer(profile, spec, dictionaries);
    const notices: string[] = [];
    if (spec.windows !== undefined && (await followsTheCase(openedCase, profile, input, dictionaries))) {
      notices.push('The recording follows the stream of the case, so features over time go on from it.');
      for (const segment of segmentsOf(openedCase)) {
        throwIfCancelled(context.signal);
        compute(segment, new Float32Array(segment.rowCount * featureCount));
        await new Promise(setImmediate);
      }
    }
    const pool = createScoringPool(forest, { threads: 1 });
    return {
      profile,
      spec,
      dictionaries,
      digest: forest.digest,
      thresholdUnits: stored.threshold.units,
      notices,
      score: async (segment, signal) => {
        const values = new Float32Array(segment.rowCount * featureCount);
        compute(segment, values);
        const sums = new Int32Array(segment.rowCount);
        await pool.score(values, segment.rowCount, sums, signal);
        return { sums, scoreAt: (row) => scoreOfSum(forest, sums[row]) };
      },
      close: () => pool.close(),
    };
  } finally {
    openedCase.close();
  }
}

/** An exported model: its own notes say how to read a recording and how to feed it. */
async function onnxScorer(path: string): Promise<Scorer> {
  const model = await openOnnxModel(await readOnnxFile(path), path);
  const { scorer, profile, spec, inputs } = model;
  const dictionaries = emptyDictionaries(profile);
  const feedsOf = createOnnxFeeder(profile, spec, inputs, dictionaries);
  return {
    profile,
    spec,
    dictionaries,
    digest: scorer.notes.digest,
    thresholdUnits: scorer.notes.thresholdUnits,
    notices: [],
    score: async (segment) => {
      const { sums, scores } = await scorer.scoreInputs(feedsOf(segment), segment.rowCount);
      return { sums, scoreAt: (row) => scores[row] };
    },
    close: () => scorer.close(),
  };
}

/** True where the recording begins at or after the last event of the case: then it continues the same stream. */
async function followsTheCase(
  openedCase: ReadableCase,
  profile: Profile,
  { recordings, format }: ParsedJobInput<'score'>,
  dictionaries: Dictionaries,
): Promise<boolean> {
  const time = columnWithRole(profile, 'event_time');
  if (time === undefined) return false;
  let latest = Number.NEGATIVE_INFINITY;
  for (const segment of segmentsOf(openedCase, [time.name])) {
    const block = segment.columns.get(time.name);
    if (block?.kind === 'time') for (const instant of block.values) if (instant > latest) latest = instant;
  }
  const decode = createSegmentDecoder(profile, dictionaries);
  const reader = await openRecording(recordings[0], { stated: format });
  try {
    for await (const batch of reader.batches()) {
      const block = decode(batch, 0).segment.columns.get(time.name);
      if (block?.kind !== 'time') return false;
      const first = block.values.find((instant) => !Number.isNaN(instant));
      if (first !== undefined) return first >= latest;
    }
    return false;
  } finally {
    await reader.close();
  }
}

async function writeScores(
  scorer: Scorer,
  { recordings, format }: ParsedJobInput<'score'>,
  output: ClaimedFile,
  context: WorkContext,
): Promise<JobResult<'score'>> {
  const { profile, spec, dictionaries, thresholdUnits } = scorer;
  const decode = createSegmentDecoder(profile, dictionaries);
  const hash = createHash('sha256');
  const totals = { rows: 0, quarantined: 0, flagged: 0 };
  const columns = watchColumns(profile, 'they have no score');
  await output.stream(async (file) => {
    await writeChunk(file, header);
    for (const recording of recordings) {
      const reader = await openRecording(recording, { stated: format, signal: context.signal });
      try {
        refuseOtherColumns(profile, spec, reader.columnNames, recording);
        for await (const batch of reader.batches()) {
          throwIfCancelled(context.signal);
          const decoded = decode(batch, totals.rows);
          columns.note(batch, decoded, recording);
          const { segment, invalid } = decoded;
          const { sums, scoreAt } = await scorer.score(segment, context.signal);
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
          totals.quarantined += batch.rejected.length + invalid.length;
          context.report({ phase: 'score', done: totals.rows, total: null, unit: 'rows' });
        }
      } finally {
        await reader.close();
      }
    }
  });
  return {
    ...totals,
    digest: scorer.digest,
    flagsDigest: hash.digest('hex'),
    output: output.path,
    notices: [...scorer.notices, ...columns.sentences()],
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

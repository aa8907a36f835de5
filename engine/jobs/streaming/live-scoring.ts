import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import type { DecodedSegment } from '../../domain/columns.ts';
import type { CompiledForest } from '../../domain/model.ts';
import type { Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { TimeOrder } from '../../domain/window-feature.ts';
import type { Dictionaries } from '../../features/decode-segment.ts';
import { createScoringPool, type ScoringPool } from '../../forest/kernel/scoring-pool.ts';
import type { LiveScores, RowRange, StoredModel, WindowCheckpoint } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { StreamFeatures, type SegmentComputer } from '../../features/stream-features.ts';
import { isWindowSnapshot } from '../../features/windows/window-engine.ts';
import { computerOfCase } from '../training/case-features.ts';
import { chosenModel } from '../../case/model/chosen-model.ts';
import { threadsToUse } from '../threads.ts';

/** A model that scores segments as they arrive. */
export interface LiveScoring {
  readonly model: StoredModel;
  readonly forest: CompiledForest;
  readonly spec: FeatureSpec;
  /** Features and sums of the next segment of the stream. */
  score(segment: DecodedSegment): Promise<LiveScores>;
  /** What the window features remember after the segments so far. */
  windowState(): Uint8Array<ArrayBuffer>;
  /** How the rows came in time; null where there are no features over time. */
  order(): TimeOrder | null;
  close(): Promise<void>;
}

/**
 * The champion of a case, ready for the row after the last one stored. Rows that came in after
 * the model are scored first. Window features start from the state stored last and see the rows after it again.
 */
export async function openLiveScoring(
  openedCase: WritableCase,
  profile: Profile,
  dictionaries: Dictionaries,
  context: WorkContext,
): Promise<LiveScoring> {
  const { stored: model, forest } = chosenModel(openedCase, undefined);
  const spec = openedCase.featureSpec(model.featureSetId);
  const features = new StreamFeatures(profile, spec, dictionaries);
  const pool = createScoringPool(forest, { threads: threadsToUse() });
  const scoring = liveScoring(model, forest, spec, features, pool);
  await catchUp(openedCase, profile, scoring, features, dictionaries, context);
  return scoring;
}

function liveScoring(
  model: StoredModel,
  forest: CompiledForest,
  spec: FeatureSpec,
  features: StreamFeatures,
  pool: ScoringPool,
): LiveScoring & {
  readonly scoreBy: (segment: DecodedSegment, compute: SegmentComputer) => Promise<LiveScores>;
  readonly scoreFeatures: (features: Float32Array, rowCount: number) => Promise<Int32Array>;
} {
  const featureCount = featureNames(spec).length;
  const scoreFeatures = async (values: Float32Array, rowCount: number): Promise<Int32Array> => {
    const sums = new Int32Array(rowCount);
    if (rowCount > 0) await pool.score(values, rowCount, sums);
    return sums;
  };
  const scoreBy = async (segment: DecodedSegment, compute: SegmentComputer): Promise<LiveScores> => {
    const values = new Float32Array(segment.rowCount * featureCount);
    compute(segment, values);
    const sums = await scoreFeatures(values, segment.rowCount);
    return { modelId: model.id, featureSetId: model.featureSetId, features: values, sums };
  };
  return {
    model,
    forest,
    spec,
    score: (segment) => scoreBy(segment, features.compute),
    scoreBy,
    scoreFeatures,
    windowState: () => features.snapshot(),
    // Rows that come one by one are never put in order; those that were there before may have been.
    order: () => features.order && { ...features.order, isSorted: false },
    close: () => pool.close(),
  };
}

/** Scores the rows that came in after the model, in the order of their event time, and lets window features know all rows. */
async function catchUp(
  openedCase: WritableCase,
  profile: Profile,
  scoring: ReturnType<typeof liveScoring>,
  features: StreamFeatures,
  dictionaries: Dictionaries,
  context: WorkContext,
): Promise<void> {
  const { model, spec } = scoring;
  await scoreStoredFeatures(openedCase, scoring, context);
  const unscored = new Set(openedCase.segmentsWithoutScores(model.id).map(({ firstSequence }) => firstSequence));
  const compute =
    unscored.size === 0
      ? features.compute
      : await computerOfCase(openedCase, profile, spec, features, dictionaries, context);
  const knowsAll = compute !== features.compute;
  const checkpoint = openedCase.windowCheckpoint(model.featureSetId);
  const usable =
    !knowsAll && checkpoint !== undefined && checkpoint.nextSequence <= Math.min(...unscored) && isReadable(checkpoint);
  if (usable) features.restore(checkpoint.state);
  const needsHistory = spec.windows !== undefined && !knowsAll;
  const from = usable ? checkpoint.nextSequence : 0;
  for (const segment of openedCase.segments()) {
    const isUnscored = unscored.has(segment.firstSequence);
    if (!needsHistory && !isUnscored) continue;
    // The state may be that within a segment: what came after it was merged with what came before.
    const rows = rowsFrom(segment, from);
    if (rows.rowCount <= 0) continue;
    throwIfCancelled(context.signal);
    const scores = await scoring.scoreBy(openedCase.readSegmentColumns(rows), compute);
    if (!isUnscored) continue;
    openedCase.inTransaction(() => {
      openedCase.writeFeatures(scores.featureSetId, rows, scores.features);
      openedCase.writeScores(scores.modelId, rows, scores.sums);
    });
    await new Promise(setImmediate);
  }
}

/** Rows whose features another model with the same features has left are scored by them, whatever the window features remember. */
async function scoreStoredFeatures(
  openedCase: WritableCase,
  { model, scoreFeatures }: ReturnType<typeof liveScoring>,
  context: WorkContext,
): Promise<void> {
  for (const rows of openedCase.segmentsWithoutScores(model.id)) {
    const features = openedCase.readFeatures(model.featureSetId, rows);
    if (features === undefined) continue;
    throwIfCancelled(context.signal);
    openedCase.writeScores(model.id, rows, await scoreFeatures(features, rows.rowCount));
  }
}

/** A state of an earlier Assay is not read; it is computed again from the rows. */
function isReadable({ state }: WindowCheckpoint): boolean {
  return state.length === 0 || isWindowSnapshot(state);
}

function rowsFrom({ firstSequence, rowCount }: RowRange, from: number): RowRange {
  const first = Math.max(firstSequence, from);
  return { firstSequence: first, rowCount: firstSequence + rowCount - first };
}

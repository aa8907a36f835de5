import { basename } from 'node:path';
import type { DecodedSegment, Dictionary } from '../../domain/columns.ts';
import { impossible } from '../../domain/error.ts';
import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import type { Profile } from '../../domain/profile.ts';
import { createScoringPool } from '../../forest/kernel/scoring-pool.ts';
import { scoreOfSum } from '../../forest/score.ts';
import type { SegmentComputer } from '../../features/stream-features.ts';
import { chosenModel } from '../../case/model/chosen-model.ts';
import { createOnnxFeeder } from './onnx-feeds.ts';
import { exportedModelAt, type ModelPlace } from './exported-model.ts';
import type { OnnxModel } from './open-onnx.ts';
import { openCaseToRead } from '../../case/opening.ts';
import { threadsToUse } from '../threads.ts';

/** Where a model comes from, and which. */
export interface ModelSource extends ModelPlace {
  /** Number or digest of one of a case's models; the champion when absent. */
  readonly modelChoice?: string;
}

/** One integer sum, and the score that people read, per row. */
export interface RowScores {
  readonly sums: Int32Array;
  readonly scores: Float64Array;
}

/** A model ready to score requests that know nothing of each other. */
export interface ServedModel {
  readonly name: string;
  readonly digest: string;
  readonly profile: Profile;
  readonly spec: FeatureSpec;
  readonly thresholdUnits: number;
  /** Score from which a transaction is flagged, for people; flags compare integers. */
  readonly threshold: number;
  /** Scores one segment whose features `compute` makes from texts in `dictionaries`. */
  score(
    segment: DecodedSegment,
    dictionaries: ReadonlyMap<string, Dictionary>,
    compute: SegmentComputer,
  ): Promise<RowScores>;
  close(): Promise<void>;
}

/**
 * Opens a model. Nothing is kept open but the model itself, so that a case can be worked on meanwhile.
 * @throws AssayError FILE_NOT_FOUND, NO_MODEL, MODEL_MISMATCH and those of the tracking server.
 */
export async function openServedModel(source: ModelSource, signal: AbortSignal): Promise<ServedModel> {
  const exported = await exportedModelAt(source, signal);
  return exported === null ? fromCase(source) : fromOnnx(exported, source.model);
}

function fromCase({ model, modelChoice }: ModelSource): ServedModel {
  const openedCase = openCaseToRead(model);
  try {
    const { stored, forest } = chosenModel(openedCase, modelChoice);
    const profile = openedCase.profile() ?? impossible('a case with a model has no profile');
    const spec = openedCase.featureSpec(stored.featureSetId);
    const featureCount = featureNames(spec).length;
    const pool = createScoringPool(forest, { threads: threadsToUse() });
    return {
      name: stored.name,
      digest: forest.digest,
      profile,
      spec,
      thresholdUnits: stored.threshold.units,
      threshold: scoreOfSum(forest, stored.threshold.units),
      score: async (segment, _, compute) => {
        const features = new Float32Array(segment.rowCount * featureCount);
        compute(segment, features);
        const sums = new Int32Array(segment.rowCount);
        await pool.score(features, segment.rowCount, sums);
        return { sums, scores: Float64Array.from(sums, (sum) => scoreOfSum(forest, sum)) };
      },
      close: () => pool.close(),
    };
  } finally {
    openedCase.close();
  }
}

function fromOnnx({ scorer, profile, spec, inputs }: OnnxModel, where: string): ServedModel {
  const { digest, thresholdUnits, metadata } = scorer.notes;
  return {
    name: basename(where),
    digest,
    profile,
    spec,
    thresholdUnits,
    threshold: Number(metadata.get('assay.threshold')),
    score: async (segment, dictionaries, compute) => {
      const feeds = createOnnxFeeder(spec, inputs, dictionaries, compute)(segment);
      const { sums, scores } = await scorer.scoreInputs(feeds, segment.rowCount);
      return { sums, scores: Float64Array.from(scores) };
    },
    close: () => scorer.close(),
  };
}

import { resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import type { CompiledForest, FeatureMatrix, ForestParameters } from '../../domain/model.ts';
import { FRAUD } from '../../domain/label.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { defaultSettings } from '../../domain/settings.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { withGroupEnds, type RowWeights } from '../../evaluation/ranking.ts';
import { encodeForest } from '../../forest/compile.ts';
import { createScoringPool } from '../../forest/kernel/scoring-pool.ts';
import { drawSubSamples, planGather } from '../../forest/sub-sample.ts';
import { trainForest } from '../../forest/train.ts';
import type { TuningIndex } from '../../forest/tuning.ts';
import { openCase } from '../../store/open-case.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { StoredThreshold } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import type { ParsedJobInput } from '../../../preload/contract/jobs.ts';
import type { ForestChoice } from '../../../preload/contract/models.ts';
import type { TrainResult } from '../../../preload/contract/training.ts';
import type { ThresholdHandle } from '../../../preload/contract/tuning.ts';
import { CaseSession } from '../../case/case-session.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { lineOf, storedThreshold, indexHandle, usualHandle } from '../../case/line/threshold-handle.ts';
import { againstBaselines, lossSentences } from '../../case/model/against-baselines.ts';
import { themeNames } from '../../case/model/reason-phrase.ts';
import { findModel, modelSummary } from '../../case/model/chosen-model.ts';
import {
  featureBlocks,
  describeOrder,
  fitCaseSpec,
  ReadSegments,
  storeCaseFeatures,
  withoutFeatures,
  type LeftOutByChoice,
  type StoredFeatures,
} from './case-features.ts';
import { forestParametersOf, planDetection, type DetectionChoice } from './detection-choice.ts';
import { evaluateScores } from '../../case/model/evaluate-scores.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { threadsToUse } from '../threads.ts';
import { changedRoles, reprofileCase } from '../reading/reprofile-case.ts';

/** The `train` job: a model on the rows of a case, with every row scored and flagged. */
export async function trainModel(input: ParsedJobInput<'train'>, context: WorkContext): Promise<TrainResult> {
  const openedCase = openCase(input.casePath);
  const startedMs = performance.now();
  try {
    const before = openedCase.profile();
    const profile = await reprofileCase(openedCase, input.overrides, doingOf(context));
    const trained = await trainOnCase(openedCase, profile, input, context, { readMs: 0, storeMs: 0, startedMs });
    return { ...trained, notices: [...changedRoles(before ?? profile, profile), ...trained.notices] };
  } finally {
    openedCase.close();
  }
}

/** What was spent before training began, so that one set of timings covers a whole run. */
export interface TimeBefore {
  readonly readMs: number;
  readonly storeMs: number;
  readonly startedMs: number;
}

export interface TrainingChoice extends DetectionChoice, LeftOutByChoice {
  readonly casePath: string;
  readonly forest: ForestChoice;
  /** Where absent the champion's handle holds on; in a new case the asker's budget, within bounds. */
  readonly threshold?: ThresholdHandle | undefined;
}

/** Features, forest, scores, threshold and flags of one case, stored together. */
export async function trainOnCase(
  openedCase: WritableCase,
  profile: Profile,
  choice: TrainingChoice,
  context: WorkContext,
  before: TimeBefore,
): Promise<TrainResult> {
  const counts = openedCase.counts();
  if (counts.rows === 0)
    throw usageError(
      'EMPTY_RECORDING',
      'The case holds no transactions.',
      'Read a recording into it with `assay ingest`.',
    );
  if (choice.threshold?.kind === 'alerts-per-day') refuseWithoutDays(profile);
  const notices: string[] = [];
  const session = new CaseSession(openedCase);
  const clock = stopwatch();

  const planned = planDetection(profile, choice);
  const read = new ReadSegments(openedCase);
  const fitted = fitCaseSpec(openedCase, profile, planned.windows, planned.options, context, read);
  const spec = withoutFeatures(fitted, choice);
  if (planned.missing.length > 0)
    notices.push(
      `Not looked for: ${planned.missing.map(({ theme, reason }) => `${themeNames[theme]} (${reason})`).join(', ')}.`,
    );
  const parameters = forestParametersOf(choice.forest, spec, planned.byTheme);
  const features = await storeCaseFeatures(openedCase, profile, spec, context, read);
  notices.push(...describeOrder(profile, features));
  const featureMs = clock();

  const forest = await growForest(openedCase, features, parameters, context, notices);
  const trainMs = clock();

  const model = { name: `forest ${forest.digest.slice(0, 8)}`, forest, features, parameters };
  const kept = await scoreAndKeep(session, model, choice.threshold, context);
  const { labels, weights, sums, state, line, days, scoreMs, storeMs } = kept;
  notices.push(...kept.notices);
  const { isChampion } = session.model(kept.modelId);

  const { basis } = session.labels;
  const evaluation =
    labels === null || basis === null
      ? null
      : evaluateScores(labels, basis, sums, state.thresholdUnits, weights, withGroupEnds(kept.order, sums));
  if (labels !== null) notices.push(...lossSentences(againstBaselines(session.arrays, labels, sums, weights)));
  if (evaluation !== null && 2 * evaluation.positives > evaluation.labelled)
    notices.push(
      `The label calls ${evaluation.positives.toLocaleString('en-US')} of ${evaluation.labelled.toLocaleString('en-US')} transactions fraud. If that is wrong, name another with --label, or state its positiveValues in a profile file.`,
    );
  return {
    rows: counts.rows,
    quarantined: counts.quarantined,
    features: [...featureNames(spec)],
    leftOut: [...spec.leftOut],
    imputed: spec.features.map(({ name, imputation }) => ({
      feature: name,
      rule: imputation.rule,
      cells: imputation.missingCount,
    })),
    alerts: state.alerts,
    alertsPerDay: state.alertsPerDay,
    flagged: state.flagged,
    threshold: state.thresholdScore,
    thresholdUnits: state.thresholdUnits,
    contamination: state.contamination,
    order: features.order,
    days,
    line,
    model: modelSummary({ stored: session.model(kept.modelId), forest }),
    isChampion,
    ...(evaluation === null ? {} : { evaluation }),
    notices,
    timings: {
      readMs: before.readMs,
      featureMs,
      trainMs,
      scoreMs,
      storeMs: before.storeMs + storeMs,
      totalMs: performance.now() - before.startedMs,
    },
    case: resolve(choice.casePath),
  };
}

/** A model before it is stored. */
interface MadeModel {
  readonly name: string;
  readonly forest: CompiledForest;
  readonly features: StoredFeatures;
  readonly parameters: ForestParameters;
  /** The rows it was grown from, ascending, over which its line is drawn too; all where absent. */
  readonly among?: Uint32Array;
}

interface KeptModel {
  readonly modelId: number;
  readonly sums: Int32Array;
  /** All rows, most anomalous first. */
  readonly order: Uint32Array;
  /** As figures of quality take them; null where nothing is known. */
  readonly labels: Uint8Array | null;
  readonly weights: RowWeights | null;
  readonly state: ReturnType<TuningIndex['tune']>;
  readonly line: TrainResult['line'];
  readonly days: number | null;
  readonly notices: readonly string[];
  readonly scoreMs: number;
  readonly storeMs: number;
}

/**
 * Scores every row of a case with a model, draws its line and keeps it beside the others: it is the champion only where it
 * is the first.
 * @param threshold where absent the champion's handle holds on
 */
export async function scoreAndKeep(
  session: CaseSession,
  model: MadeModel,
  threshold: ThresholdHandle | undefined,
  context: WorkContext,
): Promise<KeptModel> {
  const clock = stopwatch();
  const openedCase = session.writableCase;
  const sums = await scoreCase(openedCase, model.features, model.forest, context);
  openedCase.letGoOfFeatures();
  const { labels, weights, index } = session.indexOf(model.forest, sums);
  const handle = threshold ?? lineThatGoesOn(session, index.days.length > 0, context);
  const state = index.tune(
    model.among === undefined
      ? indexHandle(handle)
      : { kind: 'threshold', thresholdUnits: unitsOver(session, model.forest, sums, model.among, handle) },
  );
  const line = lineOf(index, state.thresholdUnits, handle);
  const scoreMs = clock();

  throwIfCancelled(context.signal);
  const countsOfLine = { of: session.countedOver, flagged: state.flagged, alerts: state.alerts };
  const stored = storedThreshold(state.thresholdUnits, handle, countsOfLine);
  const modelId = storeModel(openedCase, model, sums, stored, doingOf(context));
  session.modelsChanged();
  const notices = session.model(modelId).isChampion
    ? []
    : [
        `Model ${modelId} is not the champion; ${session.chosenModel(undefined).name} stays it until \`assay promote --case FILE --model ${modelId}\`.`,
      ];
  const days = index.days.length === 0 ? null : index.days.length;
  const order = index.flaggedRows(Infinity);
  return { modelId, sums, order, labels, weights, state, line, days, notices, scoreMs, storeMs: clock() };
}

/** The line that a handle gives over some rows alone: what was before must not say how much is flagged from now on. */
function unitsOver(
  session: CaseSession,
  forest: CompiledForest,
  sums: Int32Array,
  among: Uint32Array,
  handle: ThresholdHandle,
): number {
  return session.indexOfRows(forest, sums, among).tune(indexHandle(handle)).thresholdUnits;
}

/**
 * Grows the forest from those rows that its sub-samples draw; no others are read.
 * @param among the rows to draw from, ascending; all where absent
 */
export async function growForest(
  openedCase: ReadableCase,
  features: StoredFeatures,
  parameters: ForestParameters,
  context: WorkContext,
  notices: string[],
  among?: Uint32Array,
): Promise<CompiledForest> {
  const { featureCount, featureSetId } = features;
  const rowCount = among?.length ?? features.rowCount;
  if (parameters.sample > rowCount)
    notices.push(
      `The sample of ${parameters.sample} rows a tree is more than the ${rowCount} rows there are; all of them are used.`,
    );
  const plan = planGather(drawSubSamples(rowCount, parameters));
  const rows = among === undefined ? plan.rows : plan.rows.map((place) => among[place]);
  return trainForest(readFeatureRows(openedCase, featureSetId, featureCount, rows), parameters, {
    threads: threadsToUse(),
    signal: context.signal,
    subSamples: plan.subSamples,
    onTree: (grown) => context.report({ phase: 'train', done: grown, total: parameters.trees, unit: 'trees' }),
  });
}

/** Blocks given to the scoring threads before the first is awaited, so that reading and scoring overlap. */
const blocksInFlight = 4;

/** The sum of every row of a case, on all cores; features pass through memory block by block. */
export async function scoreCase(
  openedCase: ReadableCase,
  features: StoredFeatures,
  forest: CompiledForest,
  context: WorkContext,
): Promise<Int32Array> {
  const sums = new Int32Array(features.rowCount);
  const pool = createScoringPool(forest, { threads: threadsToUse() });
  const pending: Promise<void>[] = [];
  try {
    for (const { firstSequence, rowCount, values } of featureBlocks(openedCase, features)) {
      throwIfCancelled(context.signal);
      if (pending.length >= blocksInFlight) await pending.shift();
      pending.push(
        pool.score(values, rowCount, sums.subarray(firstSequence, firstSequence + rowCount), context.signal),
      );
      context.report({ phase: 'score', done: firstSequence, total: features.rowCount, unit: 'rows' });
    }
    await Promise.all(pending);
    return sums;
  } finally {
    await Promise.allSettled(pending);
    await pool.close();
  }
}

/** The sum of every row of a matrix in memory, on all cores. */
export async function scoreMatrix(
  forest: CompiledForest,
  matrix: FeatureMatrix,
  context: WorkContext,
): Promise<Int32Array> {
  const sums = new Int32Array(new SharedArrayBuffer(4 * matrix.rowCount));
  const pool = createScoringPool(forest, { threads: threadsToUse() });
  try {
    context.report({ phase: 'score', done: 0, total: matrix.rowCount, unit: 'rows' });
    await pool.score(matrix.values, matrix.rowCount, sums, context.signal);
    return sums;
  } finally {
    await pool.close();
  }
}

/** The champion's handle, where it can be used on the rows there are; in a new case the asker's budget. */
function lineThatGoesOn(session: CaseSession, hasDays: boolean, { asker }: WorkContext): ThresholdHandle {
  const budget = asker?.alertsPerDay ?? defaultSettings.analysts * defaultSettings.alertsPerAnalystPerDay;
  const handle = usualHandle(findModel(session.models, undefined), hasDays, budget);
  const needsFraud = handle.kind === 'recall' || handle.kind === 'precision' || handle.kind === 'cost';
  const isPossible = needsFraud ? session.labels.rows?.includes(FRAUD) === true : hasDays;
  return handle.kind === 'contamination' || isPossible ? handle : usualHandle(undefined, hasDays, budget);
}

/** Model, scores and threshold in one transaction: a case never holds a model without its scores. */
function storeModel(
  openedCase: WritableCase,
  { name, forest, features, parameters, among }: MadeModel,
  sums: Int32Array,
  threshold: StoredThreshold,
  doing: Doing,
): number {
  const encoded = encodeForest(forest);
  return openedCase.inTransaction(() => {
    const modelId = openedCase.saveModel(
      {
        digest: forest.digest,
        name,
        parameters,
        featureSetId: features.featureSetId,
        forest: encoded,
        threshold,
        trainedRows: among?.length ?? features.rowCount,
      },
      doing,
    );
    openedCase.writeScores(modelId, { firstSequence: 0, rowCount: sums.length }, sums);
    return modelId;
  });
}

function refuseWithoutDays(profile: Profile): void {
  if (columnWithRole(profile, 'event_time') === undefined)
    throw usageError(
      'NO_EVENT_TIME',
      'Alerts per day need an event time, and no column was found to be one.',
      'Name it with --time COLUMN, or use --contamination instead.',
    );
}

/** Milliseconds since the last call. */
export function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const elapsed = now - last;
    last = now;
    return elapsed;
  };
}

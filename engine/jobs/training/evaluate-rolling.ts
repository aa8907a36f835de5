import { resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import type { CompiledForest, FeatureMatrix, ForestParameters } from '../../domain/model.ts';
import type { Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { TimeOrder } from '../../domain/window-feature.ts';
import { bootstrapOverDays } from '../../evaluation/bootstrap.ts';
import { cardPrecisionTopK } from '../../evaluation/card-precision.ts';
import { anomalyOfSums, auroc, averagePrecision } from '../../evaluation/ranking.ts';
import { segmentOfRows } from '../../features/decode-segment.ts';
import { FeatureFitter } from '../../features/fit-feature-spec.ts';
import { textsOf } from '../../features/segment-access.ts';
import { forestParametersOf, planDetection, type PlannedDetection } from './detection-choice.ts';
import { randomStream } from '../../forest/random.ts';
import { trainForest } from '../../forest/train.ts';
import { NO_DAY } from '../../forest/tuning.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { CaseArrays, segmentsOf } from '../../case/case-arrays.ts';
import { withStreamFeatures } from '../window-threads.ts';
import { computerOfCase, describeOrder, withoutFeatures } from './case-features.ts';
import { openCaseToRead } from '../../case/opening.ts';
import { threadsToUse } from '../threads.ts';
import { scoreMatrix } from './train-model.ts';

const bootstrapReplicates = 1000;
const bootstrapLevel = 0.95;
const bootstrapSeed = 1;
const dayMs = 86_400_000;

type Input = ParsedJobInput<'rolling'>;
type Result = JobResult<'rolling'>;

/** What is known of every row before any model is trained. */
interface Stream {
  readonly labels: Uint8Array;
  readonly days: Int32Array;
  readonly cards: Int32Array | null;
  readonly matrix: FeatureMatrix;
  readonly order: TimeOrder | null;
}

interface Fold {
  readonly trainFrom: number;
  readonly testFrom: number;
  readonly testTo: number;
}

/**
 * The `rolling` job: train on a period, wait for the labels' delay, test on the next period, roll forward (Fraud
 * Detection Handbook, chapter 5, prequential validation). What row features are fitted on lies before the first
 * test day; features over time see only what was known at each transaction's own time.
 */
export async function evaluateRolling(input: Input, context: WorkContext): Promise<Result> {
  const openedCase = openCaseToRead(input.casePath);
  try {
    const profile = openedCase.profile();
    if (profile === undefined)
      throw usageError('BAD_PROFILE', 'The case has no profile yet.', 'Read a recording first.');
    const { labels, days, entity } = new CaseArrays(openedCase);
    if (labels === null)
      throw usageError(
        'NO_LABEL',
        'No column of this case says which transactions are fraud.',
        'Read it with --label COLUMN.',
      );
    if (days === null)
      throw usageError(
        'NO_EVENT_TIME',
        'Rolling evaluation needs an event time.',
        'Read the recording with --time COLUMN.',
      );
    const folds = foldsOf(days, input);
    const planned = planDetection(profile, input);
    const spec = fitBefore(openedCase, profile, days, folds[0].testFrom, planned, input);
    const parameters = forestParametersOf(input.forest, spec, planned.byTheme);
    const stream: Stream = {
      labels,
      days,
      cards: entity?.codes ?? null,
      ...(await computeMatrix(openedCase, profile, spec, context)),
    };
    const scored = await scoreFolds(stream, folds, parameters, input, context);
    return {
      folds: scored.map(({ fold, trainRows, rows, sums }) => foldFigures(stream, fold, trainRows, rows, sums, input)),
      ...dayFigures(stream, scored, input),
      perScenario: scenarioFigures(openedCase, profile, stream, scored),
      features: [...featureNames(spec)],
      order: stream.order,
      notices: [...describeOrder(profile, { spec, order: stream.order })],
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}

function foldsOf(days: Int32Array, input: Input): readonly Fold[] {
  const first = days.reduce((least, day) => (day !== NO_DAY && day < least ? day : least), Number.MAX_SAFE_INTEGER);
  const last = days.reduce((greatest, day) => Math.max(greatest, day), NO_DAY);
  const folds: Fold[] = [];
  for (let trainFrom = first + input.firstDay; ; trainFrom += input.testDays) {
    const testFrom = trainFrom + input.trainDays + input.delayDays;
    if (testFrom + input.testDays - 1 > last) break;
    folds.push({ trainFrom, testFrom, testTo: testFrom + input.testDays });
  }
  if (folds.length === 0)
    throw usageError(
      'WRONG_USE',
      `The stream of ${last - first + 1} days is too short for ${input.firstDay} days before, ${input.trainDays} of training, ${input.delayDays} of delay and ${input.testDays} of test.`,
      'Use fewer days, for example --first-day 0 --train-days 7 --delay-days 0 --test-days 7.',
    );
  return folds;
}

/** Row features fitted on what came before the first test day. */
function fitBefore(
  openedCase: ReadableCase,
  profile: Profile,
  days: Int32Array,
  testFrom: number,
  { windows, options }: PlannedDetection,
  input: Input,
): FeatureSpec {
  const fitter = new FeatureFitter(profile, openedCase.dictionaries(), options);
  for (const segment of segmentsOf(openedCase)) {
    const rows = Uint32Array.from({ length: segment.rowCount }, (_, row) => row).filter(
      (row) => days[segment.firstSequence + row] < testFrom,
    );
    if (rows.length > 0) fitter.add(segmentOfRows(segment, rows));
  }
  const spec = fitter.finish();
  return withoutFeatures(windows === undefined || windows.features.length === 0 ? spec : { ...spec, windows }, input);
}

async function computeMatrix(
  openedCase: ReadableCase,
  profile: Profile,
  spec: FeatureSpec,
  context: WorkContext,
): Promise<Pick<Stream, 'matrix' | 'order'>> {
  const featureCount = featureNames(spec).length;
  const rowCount = openedCase.nextSequence();
  const values = new Float32Array(rowCount * featureCount);
  const dictionaries = openedCase.dictionaries();
  return withStreamFeatures(profile, spec, dictionaries, async (features) => {
    features.expectRows(rowCount);
    const compute = await computerOfCase(openedCase, profile, spec, features, dictionaries, context);
    for (const segment of segmentsOf(openedCase)) {
      throwIfCancelled(context.signal);
      const start = segment.firstSequence * featureCount;
      compute(segment, values.subarray(start, start + segment.rowCount * featureCount));
      context.report({ phase: 'features', done: segment.firstSequence, total: rowCount, unit: 'rows' });
    }
    return { matrix: { rowCount, featureCount, values }, order: features.order };
  });
}

interface ScoredFold {
  readonly fold: Fold;
  readonly trainRows: number;
  /** Test rows, by sequence. */
  readonly rows: Uint32Array;
  readonly sums: Int32Array;
}

async function scoreFolds(
  stream: Stream,
  folds: readonly Fold[],
  parameters: ForestParameters,
  input: Input,
  context: WorkContext,
): Promise<readonly ScoredFold[]> {
  const scored: ScoredFold[] = [];
  for (const [index, fold] of folds.entries()) {
    throwIfCancelled(context.signal);
    const trainRows = rowsOfDays(stream.days, fold.trainFrom, fold.trainFrom + input.trainDays);
    const rows = testRows(stream, fold, input);
    if (trainRows.length > 0 && rows.length > 0) {
      const forest: CompiledForest = await trainForest(gather(stream.matrix, trainRows), parameters, {
        threads: threadsToUse(),
        signal: context.signal,
      });
      const sums = await scoreMatrix(forest, gather(stream.matrix, rows), context);
      scored.push({ fold, trainRows: trainRows.length, rows, sums });
    }
    context.report({ phase: 'evaluate', done: index + 1, total: folds.length, unit: 'steps' });
  }
  if (scored.length === 0) throw usageError('WRONG_USE', 'No period has both training and test transactions.');
  return scored;
}

function rowsOfDays(days: Int32Array, from: number, to: number): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < days.length; row++) if (days[row] >= from && days[row] < to) rows.push(row);
  return Uint32Array.from(rows);
}

/** Test rows; without those of cards whose fraud was known by then, since nobody needs a model to find them. */
function testRows(stream: Stream, fold: Fold, input: Input): Uint32Array {
  const rows = rowsOfDays(stream.days, fold.testFrom, fold.testTo);
  const { cards, labels, days } = stream;
  if (input.keepKnown || cards === null) return rows;
  const knownFrom = new Map<number, number>();
  for (const row of rowsOfDays(days, fold.trainFrom, fold.testTo)) {
    if (labels[row] !== FRAUD) continue;
    const earlier = knownFrom.get(cards[row]);
    if (earlier === undefined || days[row] < earlier) knownFrom.set(cards[row], days[row]);
  }
  return rows.filter((row) => {
    const fraudDay = knownFrom.get(cards[row]);
    return fraudDay === undefined || fraudDay >= days[row] - input.delayDays;
  });
}

function gather({ featureCount, values }: FeatureMatrix, rows: Uint32Array): FeatureMatrix {
  const gathered = new Float32Array(new SharedArrayBuffer(4 * rows.length * featureCount));
  rows.forEach((row, position) =>
    gathered.set(values.subarray(row * featureCount, (row + 1) * featureCount), position * featureCount),
  );
  return { rowCount: rows.length, featureCount, values: gathered };
}

function foldFigures(
  stream: Stream,
  fold: Fold,
  trainRows: number,
  rows: Uint32Array,
  sums: Int32Array,
  input: Input,
): Result['folds'][number] {
  const labels = Uint8Array.from(rows, (row) => stream.labels[row]);
  const anomaly = anomalyOfSums(sums);
  return {
    trainFrom: dayText(fold.trainFrom),
    testFrom: dayText(fold.testFrom),
    testTo: dayText(fold.testTo - 1),
    trainRows,
    testRows: rows.length,
    frauds: countFraud(labels),
    auroc: auroc(labels, anomaly),
    auprc: averagePrecision(labels, anomaly),
    cardPrecision: cardPrecisionOf(stream, rows, sums, input).mean,
  };
}

function cardPrecisionOf(
  stream: Stream,
  rows: Uint32Array,
  sums: Int32Array,
  input: Input,
): ReturnType<typeof cardPrecisionTopK> {
  const { cards } = stream;
  if (cards === null) return { mean: null, perDay: [] };
  return cardPrecisionTopK({
    labels: Uint8Array.from(rows, (row) => stream.labels[row]),
    anomaly: anomalyOfSums(sums),
    cards: Int32Array.from(rows, (row) => cards[row]),
    days: Int32Array.from(rows, (row) => stream.days[row]),
    k: input.cardsPerDay,
  });
}

/** Figures of every day tested, and their means with intervals by resampling days. */
function dayFigures(stream: Stream, scored: readonly ScoredFold[], input: Input): Pick<Result, 'perDay' | 'overall'> {
  const perDay = scored.flatMap(({ fold, rows, sums }) => {
    const cardDays = new Map(
      cardPrecisionOf(stream, rows, sums, input).perDay.map((entry) => [entry.day, entry.precision]),
    );
    return Array.from({ length: fold.testTo - fold.testFrom }, (_, offset) => {
      const day = fold.testFrom + offset;
      const positions = Array.from(rows.keys()).filter((position) => stream.days[rows[position]] === day);
      const labels = Uint8Array.from(positions, (position) => stream.labels[rows[position]]);
      const anomaly = Int32Array.from(positions, (position) => -sums[position]);
      return {
        day: dayText(day),
        frauds: countFraud(labels),
        auroc: auroc(labels, anomaly),
        auprc: averagePrecision(labels, anomaly),
        cardPrecision: cardDays.get(day) ?? null,
      };
    });
  });
  const overall: Result['overall'] = {};
  for (const name of ['auroc', 'auprc', 'cardPrecision'] as const) {
    const figures = perDay.flatMap((entry) => entry[name] ?? []);
    const interval = meanInterval(figures);
    if (interval !== null) overall[name] = interval;
  }
  return { perDay, overall };
}

function meanInterval(figures: readonly number[]): Result['overall'][string] | null {
  const random = randomStream(bootstrapSeed, 0, 'bootstrap');
  const weightedMean = (weights: Float64Array): number | null => {
    const weight = weights.reduce((sum, value) => sum + value, 0);
    return weight === 0 ? null : figures.reduce((sum, figure, day) => sum + figure * weights[day], 0) / weight;
  };
  const mean = weightedMean(new Float64Array(figures.length).fill(1));
  const interval = bootstrapOverDays(Int32Array.from(figures.keys()), weightedMean, {
    replicates: bootstrapReplicates,
    level: bootstrapLevel,
    drawIndex: (bound) => random.nextInteger(bound),
  });
  return mean === null || interval === null
    ? null
    : { mean, low: interval.low, high: interval.high, days: figures.length };
}

/** AUROC of the frauds of each known scenario against all legitimate transactions, over all test rows. */
function scenarioFigures(
  openedCase: ReadableCase,
  profile: Profile,
  stream: Stream,
  scored: readonly ScoredFold[],
): Result['perScenario'] {
  const column = profile.columns.find(
    ({ name, role, kind }) => /scenario/i.test(name) && role === 'ignored' && kind === 'category',
  );
  if (column === undefined) return [];
  const scenarios: (string | undefined)[] = [];
  const dictionaries = openedCase.dictionaries();
  for (const segment of segmentsOf(openedCase, [column.name])) {
    const text = textsOf(segment, column.name, dictionaries);
    for (let row = 0; row < segment.rowCount; row++) scenarios.push(text(row));
  }
  const rows = scored.flatMap((fold) => [...fold.rows]);
  const anomaly = Int32Array.from(scored.flatMap((fold) => Array.from(fold.sums, (sum) => -sum)));
  const known = [
    ...new Set(rows.filter((row) => stream.labels[row] === FRAUD).map((row) => scenarios[row] ?? '')),
  ].sort();
  return known.map((scenario) => {
    const labels = Uint8Array.from(rows, (row) =>
      stream.labels[row] === FRAUD ? ((scenarios[row] ?? '') === scenario ? FRAUD : UNLABELLED) : stream.labels[row],
    );
    return { scenario, frauds: countFraud(labels), auroc: auroc(labels, anomaly) };
  });
}

function countFraud(labels: Uint8Array): number {
  return labels.reduce((total, label) => total + (label === FRAUD ? 1 : 0), 0);
}

function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

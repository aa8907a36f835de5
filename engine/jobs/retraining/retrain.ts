import { resolve } from 'node:path';
import { CaseSession } from '../../case/case-session.ts';
import { challengersKept, keepChallengers, removeOldChallengers } from '../../case/challengers.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { handleOf } from '../../case/line/threshold-handle.ts';
import { isBrought } from '../../case/model/brought-sample.ts';
import { CARDS_PER_DAY } from '../../case/model/baselines.ts';
import { forestBeneath } from '../../case/model/chosen-model.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { alertsAndFlags } from '../../case/model/model-list.ts';
import { setChampion } from '../../case/model/promotion.ts';
import { rowsOfTraining, splitRecent, type RecentSplit } from '../../case/model/recent-rows.ts';
import { impossible } from '../../domain/error.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import type { FeatureMatrix } from '../../domain/model.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { dueBy, type SinceTraining } from '../../domain/retraining.ts';
import { defaultSettings } from '../../domain/settings.ts';
import { bootstrapOverDays } from '../../evaluation/bootstrap.ts';
import { cardPrecisionTopK } from '../../evaluation/card-precision.ts';
import { anomalyOfSums, averagePrecisionOfRanking, rankRows } from '../../evaluation/ranking.ts';
import { randomStream } from '../../forest/random.ts';
import { flagOverlap } from '../../forest/stability.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { openCase } from '../../store/open-case.ts';
import type { JsonValue, StoredModel } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import type { ThresholdHandle } from '../../../preload/contract/tuning.ts';
import { openLiveScoring } from '../streaming/live-scoring.ts';
import { growForest, scoreAndKeep, scoreMatrix, stopwatch } from '../training/train-model.ts';
import { judgeGate, type JudgedModels } from './gate.ts';
import { evenly, greatestDrift, sampleOfRows, trainingSample } from './training-sample.ts';

type Input = ParsedJobInput<'retrain'>;
type Result = JobResult<'retrain'>;

/** Setting of a case: what the last retraining came to, for metrics and the next one. */
export const RETRAINING_SETTING = 'retraining.last';

/** Forests of other seeds that the challenger's flags are compared with. */
const OTHER_SEEDS = 2;
/** Later rows that these are compared on at most. */
const MOST_COMPARED_ROWS = 100_000;
const usualAsker = {
  by: '',
  alertsPerDay: defaultSettings.analysts * defaultSettings.alertsPerAnalystPerDay,
};
const bootstrapReplicates = 200;
const seedLimit = 2 ** 32;

/**
 * The `retrain` job: a challenger made of recent rows like the champion, both judged on the same later rows by a gate. The
 * features stay those of the champion, so that a running stream can change over at once. It is promoted only where that was asked for and the gate lets it pass.
 * @throws AssayError NO_MODEL, and WRONG_USE or NO_EVENT_TIME where there are too few rows
 */
export async function retrain(input: Input, context: WorkContext): Promise<Result> {
  const openedCase = openCase(input.casePath);
  try {
    await scoreWhatCame(openedCase, context);
    return await retrainOnCase(new CaseSession(openedCase), input, context);
  } finally {
    openedCase.close();
  }
}

/** Rows that came in after the champion scored are scored by it first, as a stream would. */
async function scoreWhatCame(openedCase: WritableCase, context: WorkContext): Promise<void> {
  const session = new CaseSession(openedCase);
  const champion = session.chosenModel(undefined);
  if (openedCase.segmentsWithoutScores(champion.id).length === 0) return;
  const scoring = await openLiveScoring(openedCase, session.arrays.profile, openedCase.dictionaries(), context);
  await scoring.close();
}

async function retrainOnCase(session: CaseSession, input: Input, given: WorkContext): Promise<Result> {
  const context =
    input.by === undefined ? given : { ...given, asker: { ...(given.asker ?? usualAsker), by: input.by } };
  const startedMs = performance.now();
  const clock = stopwatch();
  const champion = session.chosenModel(undefined);
  const base = forestBeneath(session.models, champion);
  const due =
    input.when === undefined
      ? { isDue: true, sentence: 'It was asked for.' }
      : dueBy(input.when, sinceTraining(session, champion, input.when.kind === 'drift'));
  if (!due.isDue) return nothingDone(session, champion, due.sentence, input, startedMs);

  const split = splitRecent(session, input.recent, input.withoutFraud);
  const { featureSetId } = base;
  const features = {
    featureSetId,
    rowCount: session.arrays.rowCount,
    featureCount: featureNames(session.openCase.featureSpec(featureSetId)).length,
  };
  const notices: string[] = [];
  // A challenger of a model made elsewhere is grown here, on the features that it takes.
  const { imported, ...like } = base.parameters;
  if (imported !== undefined)
    notices.push(`${base.name} was made elsewhere; the challenger is a forest that Assay grew on the same features.`);
  const parameters = {
    ...like,
    seed: input.seed ?? like.seed,
    retrained: { ...split.retrained, before: champion.digest },
  };
  const forest = await growForest(session.openCase, features, parameters, context, notices, split.trained);
  if (base !== champion)
    notices.push('What the champion learned from verdicts is not in the challenger; `assay learn` adds it anew.');
  const seenBefore = rowsOfTraining(session, champion)?.at(-1) ?? -1;
  if (seenBefore >= split.judged[0])
    notices.push('The champion was trained on some of the later rows too, which favours it.');
  const trainMs = clock();
  const common = {
    isDue: true,
    due: due.sentence,
    champion: session.modelSummary(champion.id),
    trained: { ...spanOf(session, split.trained), withoutFraud: split.withoutFraud, digest: split.retrained.rows },
    case: resolve(input.casePath),
  };
  const judged = { ...spanOf(session, split.judged), ...countLabels(session, split.judged) };
  if (forest.digest === champion.digest && featureSetId === champion.featureSetId) {
    notices.push('These rows give the champion itself, so that there is nothing to promote.');
    const timings = { trainMs, scoreMs: 0, gateMs: 0, totalMs: performance.now() - startedMs };
    return { ...common, model: null, judged, gate: null, isChampion: false, notices, timings };
  }
  const made = { name: `forest ${forest.digest.slice(0, 8)}`, forest, features, parameters, among: split.trained };
  const kept = await scoreAndKeep(session, made, handleToFollow(session, champion, split.trained), context);
  const scoreMs = clock();
  const challenger = session.model(kept.modelId);
  const gate = judgeGate(await judgeBoth(session, champion, challenger, kept.sums, split, context));
  throwIfCancelled(context.signal);
  const doing = doingOf(context);
  const isPromoted = input.promote && gate.passed;
  keepGate(session.writableCase, doing, { champion, challenger, gate, isPromoted, seenRow: split.retrained.seenRow });
  if (isPromoted)
    setChampion(session, doing, { modelId: challenger.id, reason: `gate: ${gate.sentence}`.slice(0, 2000) });
  else notices.push(...kept.notices);
  if (input.keepChallengers !== undefined && input.keepChallengers !== challengersKept(session))
    keepChallengers(session, input.keepChallengers, doing);
  const staying = challengersKept(session);
  const removedModels = removeOldChallengers(session, staying, doing);
  if (removedModels > 0)
    notices.push(
      `${removedModels} older ${removedModels === 1 ? 'challenger was' : 'challengers were'} removed: the newest ${staying} stay, beside whatever was the champion, was published or was judged by.`,
    );
  return {
    ...common,
    model: session.modelSummary(challenger.id),
    judged,
    gate,
    isChampion: session.model(challenger.id).isChampion,
    notices,
    timings: { trainMs, scoreMs, gateMs: clock(), totalMs: performance.now() - startedMs },
  };
}

/** The history and the setting tell the same, in one transaction. */
function keepGate(
  openedCase: WritableCase,
  doing: ReturnType<typeof doingOf>,
  {
    champion,
    challenger,
    gate,
    isPromoted,
    seenRow,
  }: {
    readonly champion: StoredModel;
    readonly challenger: StoredModel;
    readonly gate: NonNullable<Result['gate']>;
    readonly isPromoted: boolean;
    readonly seenRow: number;
  },
): void {
  openedCase.change(doing, () => {
    const checks = gate.checks.map(({ name, champion: before, challenger: after, passed }) => ({
      name,
      before,
      after,
      passed,
    }));
    openedCase.setSetting(RETRAINING_SETTING, {
      atMs: doing.atMs,
      seenRow,
      modelDigest: challenger.digest,
      passed: gate.passed,
      isPromoted,
      checks,
    } satisfies JsonValue);
    return {
      what: `gate ${gate.passed ? 'passed' : 'held back'}: ${challenger.name}`,
      details: { modelDigest: challenger.digest, championDigest: champion.digest, gate: gate.sentence },
      result: undefined,
    };
  });
}

/** What came since a model was made, kept or not: the champion may be older than the last attempt. */
export function sinceTraining(session: CaseSession, champion: StoredModel, withDrift: boolean): SinceTraining {
  const { numbers, rowCount, times } = session.arrays;
  const isOfThisCase = ({ digest, trainedRows }: StoredModel): boolean =>
    trainedRows <= rowCount && !isBrought(session.openCase, digest);
  const seen = Math.max(
    0,
    ...session.models.map((model) =>
      model.parameters.retrained === undefined
        ? isOfThisCase(model)
          ? model.trainedRows
          : 0
        : model.parameters.retrained.seenRow,
    ),
  );
  const from = Math.min(rowCount, numbers.sequenceFrom(seen));
  const newest = (rows: Float64Array): number => rows.reduce((most, time) => (time > most ? time : most), -Infinity);
  const passedMs = times === null || from === 0 ? null : newest(times) - newest(times.subarray(0, from));
  const newRows = Uint32Array.from({ length: rowCount - from }, (_, at) => from + at);
  const reference = withDrift && newRows.length > 0 ? trainingSample(session, champion) : null;
  return {
    rows: newRows.length,
    passedMs,
    drift:
      reference === null
        ? null
        : greatestDrift(
            featureNames(session.openCase.featureSpec(champion.featureSetId)),
            reference,
            sampleOfRows(session, champion.featureSetId, newRows),
          ),
  };
}

function nothingDone(
  session: CaseSession,
  champion: StoredModel,
  due: string,
  input: Input,
  startedMs: number,
): Result {
  return {
    isDue: false,
    due,
    champion: session.modelSummary(champion.id),
    model: null,
    trained: { rows: 0, withoutFraud: 0, fromMs: null, toMs: null, digest: '' },
    judged: { rows: 0, fromMs: null, toMs: null, labelled: 0, frauds: 0 },
    gate: null,
    isChampion: false,
    notices: [],
    timings: { trainMs: 0, scoreMs: 0, gateMs: 0, totalMs: performance.now() - startedMs },
    case: resolve(input.casePath),
  };
}

/** The champion's handle; its share of flags where a score set it, or where it asks for frauds that the rows lack. */
function handleToFollow(session: CaseSession, champion: StoredModel, rows: Uint32Array): ThresholdHandle {
  const handle = handleOf(champion.threshold);
  const needsFraud = handle?.kind === 'recall' || handle?.kind === 'precision' || handle?.kind === 'cost';
  const hasFraud = rows.some((row) => session.labels.rows?.[row] === FRAUD);
  if (handle !== null && (!needsFraud || hasFraud)) return handle;
  const { flagged } = alertsAndFlags(session, champion);
  return { kind: 'contamination', value: Math.min(0.5, Math.max(1, flagged) / session.arrays.rowCount) };
}

function spanOf(
  { arrays: { times } }: CaseSession,
  rows: Uint32Array,
): { readonly rows: number; readonly fromMs: number | null; readonly toMs: number | null } {
  if (times === null) return { rows: rows.length, fromMs: null, toMs: null };
  let fromMs = Infinity;
  let toMs = -Infinity;
  for (const row of rows) {
    fromMs = Math.min(fromMs, times[row]);
    toMs = Math.max(toMs, times[row]);
  }
  return { rows: rows.length, fromMs, toMs };
}

function countLabels(
  { labels }: CaseSession,
  rows: Uint32Array,
): { readonly labelled: number; readonly frauds: number } {
  let labelled = 0;
  let frauds = 0;
  for (const row of rows) {
    const label = labels.rows?.[row] ?? UNLABELLED;
    if (label !== UNLABELLED) labelled++;
    if (label === FRAUD) frauds++;
  }
  return { labelled, frauds };
}

/** Both models on the later rows. */
async function judgeBoth(
  session: CaseSession,
  champion: StoredModel,
  challenger: StoredModel,
  challengerSums: Int32Array,
  { trained, judged }: RecentSplit,
  context: WorkContext,
): Promise<JudgedModels> {
  const championSums = session.view(champion.id).sums;
  const names = featureNames(session.openCase.featureSpec(challenger.featureSetId));
  const later = sampleOfRows(session, challenger.featureSetId, judged);
  const reference = trainingSample(session, champion);
  const before = takeRows(championSums, judged);
  const after = takeRows(challengerSums, judged);
  const share = (sums: Int32Array, units: number): number =>
    sums.reduce((count, sum) => count + (isFlagged(sum, units) ? 1 : 0), 0) / sums.length;
  const compared = evenly(judged, MOST_COMPARED_ROWS);
  const flags = Math.max(1, Math.round(share(before, champion.threshold.units) * compared.length));
  const run = (sums: Int32Array): { readonly sums: Int32Array; readonly thresholdUnits: number } => ({
    sums,
    thresholdUnits: sums.toSorted()[flags - 1] ?? impossible('a share of rows is at most all of them'),
  });
  const own = run(takeRows(challengerSums, compared));
  const overlaps: number[] = [];
  const rows: FeatureMatrix = readFeatureRows(session.openCase, challenger.featureSetId, names.length, compared);
  const features = { featureSetId: challenger.featureSetId, rowCount: 0, featureCount: names.length };
  for (let turn = 1; turn <= OTHER_SEEDS; turn++) {
    throwIfCancelled(context.signal);
    const parameters = { ...challenger.parameters, seed: (challenger.parameters.seed + turn) % seedLimit };
    const other = await growForest(session.openCase, features, parameters, context, [], trained);
    overlaps.push(flagOverlap(own, run(await scoreMatrix(other, rows, context))) ?? 0);
  }
  context.report({ phase: 'evaluate', done: 0, total: 1, unit: 'steps' });
  const { labelled, frauds } = countLabels(session, judged);
  return {
    judgedRows: judged.length,
    frauds,
    others: labelled - frauds,
    expectedShare: share(takeRows(challengerSums, trained), challenger.threshold.units),
    flaggedShare: {
      champion: share(before, champion.threshold.units),
      challenger: share(after, challenger.threshold.units),
    },
    drift: {
      champion: reference === null ? null : greatestDrift(names, reference, later),
      challenger: greatestDrift(names, sampleOfRows(session, challenger.featureSetId, trained), later),
    },
    comparedFlags: flags,
    stability: overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length,
    overlap: flagOverlap(own, run(takeRows(championSums, compared))),
    ...qualityOf(session, judged, before, after),
  };
}

function takeRows(sums: Int32Array, rows: Uint32Array): Int32Array {
  return Int32Array.from(rows, (row) => sums[row]);
}

/** Average precision and card precision of both models on the same rows, as far as labels are known. */
function qualityOf(
  session: CaseSession,
  judged: Uint32Array,
  before: Int32Array,
  after: Int32Array,
): Pick<JudgedModels, 'averagePrecision' | 'cardPrecision'> {
  const { arrays } = session;
  const { rows: known } = session.labels;
  const nothing = { champion: null, challenger: null };
  if (known === null) return { averagePrecision: { ...nothing, gain: null }, cardPrecision: nothing };
  const labels = Uint8Array.from(judged, (row) => known[row]);
  const rankings = [before, after].map((sums) => rankRows(labels, anomalyOfSums(sums)));
  const ofAll = session.verdictSelection(true)?.weights;
  const weights = ofAll === undefined ? undefined : Float64Array.from(judged, (row) => ofAll[row]);
  const [champion, challenger] = rankings.map((ranking) => averagePrecisionOfRanking(ranking, weights));
  const { days, entity } = arrays;
  const judgedDays = days === null ? null : Int32Array.from(judged, (row) => days[row]);
  const random = randomStream(1, 0, 'bootstrap');
  const gain =
    judgedDays === null || champion === null
      ? null
      : bootstrapOverDays(
          judgedDays,
          (timesDrawn) => {
            const counts = weights === undefined ? timesDrawn : timesDrawn.map((times, at) => times * weights[at]);
            const [first, second] = rankings.map((ranking) => averagePrecisionOfRanking(ranking, counts));
            return first === null || second === null ? null : second - first;
          },
          { replicates: bootstrapReplicates, level: 0.95, drawIndex: (bound) => random.nextInteger(bound) },
        );
  const cardPrecision = (sums: Int32Array): number | null =>
    judgedDays === null || entity === null
      ? null
      : cardPrecisionTopK({
          labels,
          anomaly: anomalyOfSums(sums),
          cards: Int32Array.from(judged, (row) => entity.codes[row]),
          days: judgedDays,
          k: CARDS_PER_DAY,
          weights,
        }).mean;
  return {
    averagePrecision: { champion, challenger, gain: gain && { low: gain.low, high: gain.high } },
    cardPrecision: { champion: cardPrecision(before), challenger: cardPrecision(after) },
  };
}

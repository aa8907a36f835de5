import { resolve } from 'node:path';
import { FRAUD } from '../../domain/label.ts';
import type { LearningSource } from '../../domain/model.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { CaseSession } from '../../case/case-session.ts';
import { forestBeneath, refuseImported } from '../../case/model/chosen-model.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { judgedTransactions, type JudgedTransactions } from '../../case/model/judged-transactions.ts';
import type { ModelView } from '../../case/model/model-view.ts';
import { randomStream } from '../../forest/random.ts';
import { drawWithoutReplacement } from '../../forest/sub-sample.ts';
import { boost } from '../../learning/boost.ts';
import { partsOfForest, partSumsOf, type ForestParts } from '../../learning/forest-parts.ts';
import { joinForest } from '../../learning/join-forest.ts';
import {
  countJudged,
  ENOUGH_ALERTS,
  isEnoughToLearn,
  type JudgedRows,
  type UnjudgedRows,
} from '../../learning/judged-rows.ts';
import { crossValidate, validateForward } from '../../learning/validate.ts';
import { openCase } from '../../store/open-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { gateOf } from './learning-gate.ts';
import { inTurns } from './case-features.ts';
import { scoreAndKeep, stopwatch } from './train-model.ts';

type Result = JobResult<'learn'>;

/** Rows learned from at most, so that learning takes seconds where a label column speaks of all. */
const MOST_ROWS = 4000;
/** Rows drawn at random to say what is usual. */
const UNJUDGED_ROWS = 2000;

/**
 * The `learn` job: small trees learned from what is known of transactions, added to the forest that ranked them. The model is kept
 * beside the champion; nothing that was decided is changed or scored again.
 * @throws AssayError FEW_VERDICTS below the least number, NO_MODEL without a forest
 */
export async function learnFromVerdicts(input: ParsedJobInput<'learn'>, context: WorkContext): Promise<Result> {
  const openedCase = openCase(input.casePath);
  try {
    return await learnOnCase(new CaseSession(openedCase), input, context);
  } finally {
    openedCase.close();
  }
}

async function learnOnCase(
  session: CaseSession,
  input: ParsedJobInput<'learn'>,
  context: WorkContext,
): Promise<Result> {
  const startedMs = performance.now();
  const clock = stopwatch();
  const base = forestBeneath(session.models, session.chosenModel(input.model));
  refuseImported(base, 'learned on top of');
  const view = session.view(base.id);
  const transactions = judgedTransactions(session, view, input.from, MOST_ROWS);
  const counts = countJudged(transactions);
  const isEnough = isEnoughToLearn(counts, session.arrays.days !== null);
  const parts = partsOfForest(view.forest, base.parameters);
  const judged = judgedRows(session, view, parts, transactions, input.from);
  const unjudged = unjudgedRows(session, view, parts, transactions, input.seed);

  const steps = { done: 0, total: 3 };
  const next = (): void => context.report({ phase: 'train', done: steps.done++, total: steps.total, unit: 'steps' });
  next();
  const validation = await inTurns(crossValidate(judged, unjudged, input.seed), context.signal);
  next();
  const forward = await inTurns(validateForward(judged, unjudged, input.seed), context.signal);
  next();
  const notices: string[] = [];
  if (!isEnough)
    notices.push(`${counts.alerts} judged alerts give figures only; from ${ENOUGH_ALERTS} on there is a model.`);
  const learned = isEnough ? await inTurns(boost(judged, unjudged), context.signal) : null;
  throwIfCancelled(context.signal);
  const learnMs = clock();

  const forest = learned === null ? null : joinForest(view.forest, parts, learned, judged, unjudged);
  const kept =
    learned === null || forest === null
      ? null
      : await scoreAndKeep(
          session,
          {
            name: `learned ${forest.digest.slice(0, 8)}`,
            forest,
            features: {
              featureSetId: base.featureSetId,
              rowCount: session.arrays.rowCount,
              featureCount: view.featureCount,
            },
            parameters: {
              ...base.parameters,
              learning: {
                forest: base.digest,
                from: input.from,
                verdicts: transactions.digest,
                alerts: counts.alerts,
                fraud: counts.fraud,
                boostedTrees: learned.trees.length,
                seed: input.seed,
              },
            },
          },
          undefined,
          context,
        );
  if (kept !== null) notices.push(...kept.notices);
  return {
    model: kept === null ? null : session.modelSummary(kept.modelId),
    forest: session.modelSummary(base.id),
    verdicts: {
      from: input.from,
      alerts: counts.alerts,
      fraud: counts.fraud,
      legitimate: counts.legitimate,
      transactions: counts.rows,
      entities: counts.entities,
      days: counts.days,
      digest: transactions.digest,
    },
    before: validation.before,
    after: validation.after,
    allTransactions: validation.allTransactions,
    gate: gateOf(validation, forward, input.from),
    forward:
      forward === null
        ? null
        : { alerts: forward.alerts, fraud: forward.fraud, before: forward.before, after: forward.after },
    isChampion: kept !== null && session.model(kept.modelId).isChampion,
    notices,
    timings: {
      learnMs,
      scoreMs: kept?.scoreMs ?? 0,
      storeMs: kept?.storeMs ?? 0,
      totalMs: performance.now() - startedMs,
    },
    case: resolve(input.casePath),
  };
}

function judgedRows(
  session: CaseSession,
  view: ModelView,
  parts: ForestParts,
  transactions: JudgedTransactions,
  from: LearningSource,
): JudgedRows {
  const { openCase } = session;
  const { rows, labels, entities, alerts, days } = transactions;
  const selection = from === 'labels' ? null : session.verdictSelection(from === 'both');
  const byChance = selection?.drawn.map(({ row }) => row) ?? [];
  // What one of the models drew from below its line: whoever ranked it, it was no alert.
  const explored = new Set([...session.models.flatMap(({ id }) => exploredRows(session, id)), ...byChance]);
  const learnedFrom = new Set(rows);
  // Where only the first alerts are learned from, what was drawn stands for nothing.
  const standing = selection !== null && byChance.every((row) => learnedFrom.has(row)) ? selection.weights : null;
  const features = readFeatureRows(openCase, view.featureSetId, view.featureCount, rows);
  return {
    features,
    sums: Int32Array.from(rows, (row) => view.sums[row]),
    partSums: partSumsOf(view.forest, parts, features),
    labels,
    entities,
    alerts,
    days,
    ...(explored.size === 0 ? {} : { isExplored: Uint8Array.from(rows, (row) => Number(explored.has(row))) }),
    ...(standing === null ? {} : { weights: Float64Array.from(rows, (row) => standing[row]) }),
  };
}

function exploredRows(session: CaseSession, modelId: number): readonly number[] {
  const scoresAll = session.openCase.segmentsWithoutScores(modelId).length === 0;
  return scoresAll ? session.exploredAtMost(modelId).rows.map(({ row }) => row) : [];
}

/** Rows drawn from the whole stream, less those that are learned from or known to be fraud. */
function unjudgedRows(
  { arrays, labels, openCase }: CaseSession,
  view: ModelView,
  parts: ForestParts,
  { rows }: JudgedTransactions,
  seed: number,
): UnjudgedRows {
  const judged = new Set(rows);
  const drawn = drawWithoutReplacement(
    arrays.rowCount,
    Math.min(arrays.rowCount, UNJUDGED_ROWS),
    randomStream(seed, 2, 'learning'),
  ).filter((row) => !judged.has(row) && labels.rows?.[row] !== FRAUD);
  const features = readFeatureRows(openCase, view.featureSetId, view.featureCount, drawn);
  return {
    features,
    sums: Int32Array.from(drawn, (row) => view.sums[row]),
    partSums: partSumsOf(view.forest, parts, features),
  };
}

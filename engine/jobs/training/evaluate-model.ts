import { usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { precisionRecallAt } from '../../evaluation/at-threshold.ts';
import { bootstrapOverDays } from '../../evaluation/bootstrap.ts';
import { cellWeights, dayCells } from '../../evaluation/day-cells.ts';
import { cardPrecisionTopK } from '../../evaluation/card-precision.ts';
import {
  anomalyOfSums,
  aurocOfRanking,
  averagePrecisionOfRanking,
  precisionAtKOfRanking,
  rankRows,
  type Ranking,
  type RowWeights,
} from '../../evaluation/ranking.ts';
import { randomStream } from '../../forest/random.ts';
import type { Evaluation, LabelBasis } from '../../../preload/contract/evaluations.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import type { CaseArrays } from '../../case/case-arrays.ts';
import type { CaseSession } from '../../case/case-session.ts';
import { labelsOfVerdicts } from '../../case/labels.ts';
import { againstBaselines } from '../../case/model/against-baselines.ts';
import { CARDS_PER_DAY, trivialBaselines } from '../../case/model/baselines.ts';
import { qualityAt } from '../../case/line/quality.ts';
import { labelConflicts } from '../../case/case-overview.ts';
import { evaluateScores } from '../../case/model/evaluate-scores.ts';
import { withCase } from '../../case/opening.ts';
import { changedRoles, profileWith } from '../reading/reprofile-case.ts';

const bootstrapReplicates = 200;
const bootstrapLevel = 0.95;
const bootstrapSeed = 1;

/**
 * The `evaluate` job: a model's scores against what is known, with intervals over days and trivial baselines beside. A
 * label column that is named counts for this once; the case is not changed.
 */
export function evaluateModel(input: ParsedJobInput<'evaluate'>, context: WorkContext): Promise<JobResult<'evaluate'>> {
  return withCase(input.casePath, 'read', async (session) => {
    const { profile: own } = session.arrays;
    const supposed = await profileWith(session.openCase, input.overrides);
    session.suppose(supposed);
    const notices = changedRoles(own, supposed);
    return {
      ...(await evaluateIn(session, input.model, context)),
      notices: notices.length === 0 ? [] : [...notices, 'This counts for this evaluation only; the case is as it was.'],
    };
  });
}

/** A model of an open case against labels and verdicts. @throws AssayError NO_LABEL where nothing is known. */
export async function evaluateIn(
  session: CaseSession,
  choice: string | undefined,
  context: WorkContext,
): Promise<Omit<JobResult<'evaluate'>, 'notices'>> {
  const { id, threshold } = session.chosenModel(choice);
  const { arrays } = session;
  const { groups } = session.alerts(id);
  const view = session.view(id);
  const { labels, verdicts, weights } = session.counted(view);
  const { basis } = session.labels;
  const figuresOf = (known: Uint8Array, of: LabelBasis): Evaluation | null => {
    const weightsOf = of === 'labels' ? null : session.verdictSelection(of === 'both')?.weights;
    return evaluateScores(known, of, view.sums, threshold.units, weightsOf ?? null);
  };
  const evaluation = labels === null || basis === null ? null : figuresOf(labels, basis);
  if (labels === null || evaluation === null)
    throw usageError(
      'NO_LABEL',
      'No column and no verdict of this case says which transactions are fraud.',
      'Name the column with --label COLUMN, or judge some alerts first.',
    );
  const anomaly = anomalyOfSums(view.sums);
  const ranking = rankRows(labels, anomaly);
  throwIfCancelled(context.signal);
  context.report({ phase: 'evaluate', done: 0, total: 2, unit: 'steps' });
  await new Promise(setImmediate);
  const { days, entity, labels: columnLabels, rowCount } = arrays;
  const outcome = precisionRecallAt(labels, anomaly, -threshold.units, weights ?? undefined);
  const positives = outcome.truePositives + outcome.falseNegatives;
  const byBasis = [
    ['labels', columnLabels],
    ['verdicts', labelsOfVerdicts(verdicts, rowCount)],
  ] as const;
  return {
    model: session.modelSummary(id),
    rows: rowCount,
    alerts: groups.count,
    flagged: groups.rows.length - groups.explored.length,
    evaluations: [
      ...byBasis.flatMap(([each, known]) => {
        if (each === basis) return [];
        const figures = known === null ? null : figuresOf(known, each);
        return figures === null ? [] : [figures];
      }),
      evaluation,
    ],
    evaluation: {
      ...evaluation,
      f1: outcome.f1,
      precisionAtPositives: positives === 0 ? null : precisionAtKOfRanking(ranking, positives, weights ?? undefined),
      cardPrecisionTop100:
        days === null || entity === null
          ? null
          : cardPrecisionTopK({
              ...{ labels, anomaly, cards: entity.codes, days, k: CARDS_PER_DAY },
              weights: weights ?? undefined,
            }).mean,
      intervals: {
        ...(days === null ? {} : intervalsOverDays(ranking, days, weights ?? undefined)),
        ...intervalsAtLine(session, id),
      },
    },
    judgedByChance: basis === 'labels' ? 0 : (session.verdictSelection(true)?.drawn.length ?? 0),
    baselines: baselineFigures(arrays, labels, weights ?? undefined),
    againstBaselines: againstBaselines(arrays, labels, view.sums, weights),
    conflicts: [...labelConflicts(session, { limit: session.labels.conflicts.length })],
    case: session.path,
  };
}

/** Intervals by resampling whole days. */
function intervalsOverDays(
  ranking: Ranking,
  days: Int32Array,
  weights: RowWeights | undefined,
): Record<string, [number, number]> {
  const cells = dayCells(ranking, days, weights);
  const intervals: Record<string, [number, number]> = {};
  for (const [name, statistic] of Object.entries({ auroc: aurocOfRanking, auprc: averagePrecisionOfRanking })) {
    const random = randomStream(bootstrapSeed, 0, 'bootstrap');
    const interval = bootstrapOverDays(cells.days, (drawn) => statistic(cells.ranking, cellWeights(cells, drawn)), {
      replicates: bootstrapReplicates,
      level: bootstrapLevel,
      drawIndex: (bound) => random.nextInteger(bound),
    });
    if (interval !== null) intervals[name] = [interval.low, interval.high];
  }
  return intervals;
}

/** Intervals of precision and recall at a model's line, by the counts they stand on. */
function intervalsAtLine(session: CaseSession, modelId: number): Record<string, [number, number]> {
  const { units: thresholdUnits } = session.model(modelId).threshold;
  const state = session.tuningIndex(modelId).tune({ kind: 'threshold', thresholdUnits });
  const quality = qualityAt(session, modelId, state, () => true);
  const judged = quality.find(({ basis }) => basis === session.labels.basis)?.judged;
  const intervals: Record<string, [number, number]> = {};
  for (const name of ['precision', 'recall'] as const) {
    const interval = judged?.[name];
    if (interval != null) intervals[name] = [interval[0], interval[1]];
  }
  return intervals;
}

/** The figures of the rankings a model must beat. */
function baselineFigures(
  { amounts, times, entity, rowCount }: CaseArrays,
  labels: Uint8Array,
  weights: RowWeights | undefined,
): JobResult<'evaluate'>['baselines'] {
  const baselines = trivialBaselines({
    rowCount,
    amounts,
    times,
    entity: entity === null ? null : { role: entity.column.role, codes: entity.codes },
  });
  return baselines.flatMap(({ name, values }) => {
    const ranking = rankRows(labels, values);
    const auroc = aurocOfRanking(ranking, weights);
    const auprc = averagePrecisionOfRanking(ranking, weights);
    return auroc === null || auprc === null ? [] : [{ name, auroc, auprc }];
  });
}

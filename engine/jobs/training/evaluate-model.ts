import { resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { precisionRecallAt } from '../../evaluation/at-threshold.ts';
import { bootstrapOverDays } from '../../evaluation/bootstrap.ts';
import { cardPrecisionTopK } from '../../evaluation/card-precision.ts';
import {
  anomalyOfSums,
  aurocOfRanking,
  averagePrecisionOfRanking,
  precisionAtKOfRanking,
  rankRows,
  type Anomaly,
  type Ranking,
} from '../../evaluation/ranking.ts';
import { randomStream } from '../../forest/random.ts';
import { openCase } from '../../store/open-case.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { CARDS_PER_DAY, trivialBaselines } from '../../case/model/baselines.ts';
import { payerColumn, readCodes, readDays, readLabels, readNumbers } from '../../case/case-columns.ts';
import { chooseModel, modelSummary, readSums } from '../../case/model/choose-model.ts';
import { evaluateScores } from '../../case/model/evaluate-scores.ts';
import { changedRoles, reprofileCase } from '../reading/reprofile-case.ts';

const bootstrapReplicates = 200;
const bootstrapLevel = 0.95;
const bootstrapSeed = 1;

/** The `evaluate` job: a model's scores against labels, with intervals over days and trivial baselines beside. */
export async function evaluateModel(
  input: ParsedJobInput<'evaluate'>,
  context: WorkContext,
): Promise<JobResult<'evaluate'>> {
  const openedCase = openCase(input.casePath);
  try {
    const chosen = chooseModel(openedCase, input.model);
    const before = openedCase.profile();
    const profile = await reprofileCase(openedCase, input.overrides);
    const labels = readLabels(openedCase, profile);
    const sums = readSums(openedCase, chosen.stored);
    const thresholdUnits = chosen.stored.threshold.units;
    const evaluation = labels === null ? null : evaluateScores(labels, sums, thresholdUnits);
    if (labels === null || evaluation === null)
      throw usageError(
        'NO_LABEL',
        'No column of this case says which transactions are fraud.',
        'Name it with --label COLUMN.',
      );

    const anomaly = anomalyOfSums(sums);
    const ranking = rankRows(labels, anomaly);
    const days = readDays(openedCase, profile);
    throwIfCancelled(context.signal);
    context.report({ phase: 'evaluate', done: 0, total: 2, unit: 'steps' });
    const outcome = precisionRecallAt(labels, anomaly, -thresholdUnits);
    return {
      model: modelSummary(chosen),
      rows: sums.length,
      flagged: sums.reduce((total, sum) => total + (sum <= thresholdUnits ? 1 : 0), 0),
      evaluation: {
        ...evaluation,
        f1: outcome.f1,
        precisionAtPositives: evaluation.positives === 0 ? null : precisionAtKOfRanking(ranking, evaluation.positives),
        cardPrecisionTop100: days === null ? null : cardPrecision(openedCase, profile, labels, anomaly, days),
        intervals: days === null ? {} : intervalsOverDays(ranking, days),
      },
      baselines: baselineFigures(openedCase, profile, labels),
      notices: [...changedRoles(before ?? profile, profile)],
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}

function cardPrecision(
  openedCase: ReadableCase,
  profile: Profile,
  labels: Uint8Array,
  anomaly: Anomaly,
  days: Int32Array,
): number | null {
  const card = payerColumn(profile);
  if (card === undefined) return null;
  return cardPrecisionTopK({ labels, anomaly, cards: readCodes(openedCase, card.name), days, k: CARDS_PER_DAY }).mean;
}

/** Equal scores are one rank; beyond this many, neighbouring ranks share one, which moves a figure by far less than its interval. */
const bootstrapBins = 2000;

/**
 * Intervals by resampling whole days. Rows of the same day, label and score bin count together, so that a replicate
 * costs as much for a million transactions as for a thousand.
 */
function intervalsOverDays(ranking: Ranking, days: Int32Array): Record<string, [number, number]> {
  const cells = new Map<string, { label: number; bin: number; day: number; rows: number }>();
  const groupsPerBin = Math.ceil(ranking.groupEnds.length / bootstrapBins);
  let position = 0;
  ranking.groupEnds.forEach((end, group) => {
    const bin = Math.floor(group / groupsPerBin);
    for (; position < end; position++) {
      const day = days[ranking.order[position]];
      const label = ranking.labels[position];
      const key = `${bin} ${day} ${label}`;
      const cell = cells.get(key);
      if (cell === undefined) cells.set(key, { label, bin, day, rows: 1 });
      else cell.rows++;
    }
  });
  const list = [...cells.values()];
  const cellRanking = rankRows(
    Uint8Array.from(list, ({ label }) => label),
    Int32Array.from(list, ({ bin }) => -bin),
  );
  const cellDays = Int32Array.from(list, ({ day }) => day);
  const intervals: Record<string, [number, number]> = {};
  for (const [name, statistic] of Object.entries({ auroc: aurocOfRanking, auprc: averagePrecisionOfRanking })) {
    const random = randomStream(bootstrapSeed, 0, 'bootstrap');
    const interval = bootstrapOverDays(
      cellDays,
      (weights) =>
        statistic(
          cellRanking,
          weights.map((weight, cell) => weight * list[cell].rows),
        ),
      { replicates: bootstrapReplicates, level: bootstrapLevel, drawIndex: (bound) => random.nextInteger(bound) },
    );
    if (interval !== null) intervals[name] = [interval.low, interval.high];
  }
  return intervals;
}

/** The figures of the rankings a model must beat. */
function baselineFigures(
  openedCase: ReadableCase,
  profile: Profile,
  labels: Uint8Array,
): JobResult<'evaluate'>['baselines'] {
  const amount = columnWithRole(profile, 'amount');
  const entity = payerColumn(profile);
  const baselines = trivialBaselines({
    rowCount: labels.length,
    amounts: amount === undefined ? null : readNumbers(openedCase, amount.name),
    entity: entity === undefined ? null : { role: entity.role, codes: readCodes(openedCase, entity.name) },
  });
  return baselines.flatMap(({ name, values }) => {
    const ranking = rankRows(labels, values);
    const auroc = aurocOfRanking(ranking);
    const auprc = averagePrecisionOfRanking(ranking);
    return auroc === null || auprc === null ? [] : [{ name, auroc, auprc }];
  });
}

import { resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import type { FeatureMatrix } from '../../domain/model.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { LeadingTheme } from '../../domain/window-feature.ts';
import { bootstrapOverDays } from '../../evaluation/bootstrap.ts';
import { cellWeights, dayCells } from '../../evaluation/day-cells.ts';
import {
  anomalyOfSums,
  averagePrecision,
  averagePrecisionOfRanking,
  rankRows,
  type RowWeights,
} from '../../evaluation/ranking.ts';
import { wilsonInterval } from '../../evaluation/wilson-interval.ts';
import { randomStream } from '../../forest/random.ts';
import { trainForest } from '../../forest/train.ts';
import type { StoredModel } from '../../store/types.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { alertRows, alertsInOrder } from '../../case/alerts/alert-list.ts';
import { flaggedRowsOf, groupAlerts, type AlertGroups } from '../../case/alerts/alert-groups.ts';
import type { CaseSession } from '../../case/case-session.ts';
import { forestBeneath } from '../../case/model/chosen-model.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { computeAllReasons } from '../../case/model/reason-words.ts';
import { knownLeadingTheme, themesOfWords } from '../../case/model/theme-shares.ts';
import { withCase } from '../../case/opening.ts';
import { threadsToUse } from '../threads.ts';
import { scoreMatrix } from './train-model.ts';
import { matrixWithout, parametersWithout } from './without-columns.ts';

/** Alerts whose leading theme is looked at, most anomalous first: explaining one takes some milliseconds. */
const mostExplained = 2000;
const listedExamples = 3;
const bootstrapReplicates = 200;
const bootstrapLevel = 0.95;
const bootstrapSeed = 1;

type Result = JobResult<'themes'>;
type AtBudget = Result['all'];

/**
 * The `themes` job: what each theme of a model is worth. Each is left out in turn: a forest with the same parameters and seed is grown on
 * the other features and given a line with as many alerts. With labels it is told what is lost, without them what each leads and
 * what only it brings. Nothing is stored.
 */
export function worthOfThemes(input: ParsedJobInput<'themes'>, context: WorkContext): Promise<Result> {
  return withCase(input.casePath, 'read', async (session) => {
    const stored = forestBeneath(session.models, session.chosenModel(input.model));
    const { view, groups } = session.alerts(stored.id);
    const present = themesOfWords(view.words);
    if (present.length === 0)
      throw usageError(
        'WRONG_USE',
        `Model ${stored.id} has no themes.`,
        'Train one by what analysts look for: it needs a column of the time and one of a card, customer, account, terminal or merchant.',
      );
    const led = await ledBy(session, stored.id, context);
    const known = session.counted(view);
    const all = readFeatureRows(
      session.openCase,
      stored.featureSetId,
      view.featureCount,
      Uint32Array.from({ length: view.sums.length }, (_, row) => row),
    );
    const themes: Result['themes'] = [];
    for (const [index, theme] of present.entries()) {
      throwIfCancelled(context.signal);
      context.report({ phase: 'train', done: index, total: present.length, unit: 'forests' });
      const columns = [...view.words.keys()].filter((column) => (view.words[column].theme ?? 'other') === theme);
      const isAll = columns.length === view.featureCount;
      themes.push({
        theme,
        features: columns.map((column) => view.words[column].name),
        led: led.alerts.get(theme)?.length ?? 0,
        examples: examplesOf(session, stored.id, led.alerts.get(theme) ?? []),
        ...(isAll
          ? { onlyWith: null, without: null }
          : await withoutTheme({ session, stored, groups, all, known }, new Set(columns), context)),
      });
    }
    return {
      model: session.modelSummary(stored.id),
      alerts: groups.count,
      explained: led.explained,
      basis: session.labels.basis,
      all: atBudget(groups, known, view.sums),
      themes,
      case: resolve(input.casePath),
    };
  });
}

/** The alerts that each theme leads, among the most anomalous. */
async function ledBy(
  session: CaseSession,
  modelId: number,
  context: WorkContext,
): Promise<{ readonly explained: number; readonly alerts: ReadonlyMap<LeadingTheme | null, readonly number[]> }> {
  const choice = { modelId, filter: {}, sort: [{ by: 'score' as const, descending: true }] };
  const { view, groups, alerts } = alertsInOrder(session, choice, Date.now());
  const looked = [...alerts.subarray(0, mostExplained)];
  await computeAllReasons(
    view,
    looked.map((group) => groups.topSequences[group]),
    context,
  );
  const byTheme = new Map<LeadingTheme | null, number[]>();
  for (const group of looked) {
    const theme = knownLeadingTheme(view, groups.topSequences[group]) ?? null;
    byTheme.set(theme, [...(byTheme.get(theme) ?? []), group]);
  }
  return { explained: looked.length, alerts: byTheme };
}

function examplesOf(
  session: CaseSession,
  modelId: number,
  led: readonly number[],
): Result['themes'][number]['examples'] {
  const { view, groups } = session.alerts(modelId);
  return alertRows(session, view, groups, led.slice(0, listedExamples)).map(({ key, entity, topId, firstReason }) => ({
    key,
    entity: entity === '' ? topId : entity,
    reason: firstReason,
  }));
}

interface LeaveOut {
  readonly session: CaseSession;
  readonly stored: StoredModel;
  readonly groups: AlertGroups;
  readonly all: FeatureMatrix;
  readonly known: Known;
}

/** What is known of transactions, and for how many each of them stands; null where each stands for itself. */
interface Known {
  readonly labels: Uint8Array | null;
  readonly weights: RowWeights | null;
}

async function withoutTheme(
  { session, stored, groups, all, known }: LeaveOut,
  left: ReadonlySet<number>,
  context: WorkContext,
): Promise<Pick<Result['themes'][number], 'onlyWith' | 'without'>> {
  const matrix = matrixWithout(all, left);
  const quiet = { ...context, report: () => undefined };
  const forest = await trainForest(matrix, parametersWithout(stored.parameters, left), {
    threads: threadsToUse(),
    signal: context.signal,
  });
  const sums = await scoreMatrix(forest, matrix, quiet);
  const { index } = session.indexOf(forest, sums);
  const { thresholdUnits } = index.tune({ kind: 'alerts', alerts: groups.count });
  const others = groupAlerts(index.flaggedRows(thresholdUnits), sums, session.alertMembership);
  const queue = Array.from({ length: groups.count }, (_, group) => group);
  const onlyWith = queue.filter((group) =>
    flaggedRowsOf(groups, group).every((row) => others.groupOfRow(row) < 0),
  ).length;
  const lost = precisionLost(session, known, session.view(stored.id).sums, sums);
  return { onlyWith, without: { digest: forest.digest, ...atBudget(others, known, sums), lost } };
}

/** Alerts of a line, by what is known of their flagged transactions. */
function atBudget(groups: AlertGroups, { labels, weights }: Known, sums: Int32Array): AtBudget {
  if (labels === null) return { averagePrecision: null, judgedAlerts: null, fraudAlerts: null, interval: null };
  let judgedAlerts = 0;
  let fraudAlerts = 0;
  for (let group = 0; group < groups.count; group++) {
    const known = flaggedRowsOf(groups, group).filter((row) => labels[row] !== UNLABELLED);
    if (known.length > 0) judgedAlerts++;
    if (known.some((row) => labels[row] === FRAUD)) fraudAlerts++;
  }
  const interval = wilsonInterval(fraudAlerts, judgedAlerts);
  return {
    averagePrecision: averagePrecision(labels, anomalyOfSums(sums), weights ?? undefined),
    judgedAlerts,
    fraudAlerts,
    interval: interval === null ? null : [...interval],
  };
}

/** What average precision falls by from one ranking to another; its interval draws the same days for both. */
function precisionLost(
  { arrays: { days } }: CaseSession,
  { labels, weights: known }: Known,
  withIt: Int32Array,
  without: Int32Array,
): NonNullable<Result['themes'][number]['without']>['lost'] {
  if (labels === null) return null;
  const weights = known ?? undefined;
  const rankings = [withIt, without].map((sums) => rankRows(labels, anomalyOfSums(sums)));
  const [first, second] = rankings.map((ranking) => averagePrecisionOfRanking(ranking, weights));
  if (first === null || second === null) return null;
  const mean = first - second;
  if (days === null) return { mean, low: null, high: null };
  const [cells, otherCells] = rankings.map((ranking) => dayCells(ranking, days, weights));
  const random = randomStream(bootstrapSeed, 0, 'bootstrap');
  const bothDays = Int32Array.from([...cells.days, ...otherCells.days]);
  const interval = bootstrapOverDays(
    bothDays,
    (drawn) => {
      const one = averagePrecisionOfRanking(cells.ranking, cellWeights(cells, drawn));
      const ofOther = drawn.subarray(cells.days.length);
      const other = averagePrecisionOfRanking(otherCells.ranking, cellWeights(otherCells, ofOther));
      return one === null || other === null ? null : one - other;
    },
    { replicates: bootstrapReplicates, level: bootstrapLevel, drawIndex: (bound) => random.nextInteger(bound) },
  );
  return { mean, low: interval?.low ?? null, high: interval?.high ?? null };
}

import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import type { CompiledForest } from '../../domain/model.ts';
import type { RowWeights } from '../../evaluation/ranking.ts';
import { scoreOfSum } from '../../forest/score.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { TuningIndex } from '../../forest/tuning.ts';
import type { StoredModel } from '../../store/types.ts';
import type { ModelComparison, SwappedAlert } from '../../../preload/contract/comparisons.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { flaggedRowsOf, groupAlerts, type AlertGroups } from '../alerts/alert-groups.ts';
import { numberAt, textAt } from '../alerts/alert-list.ts';
import type { CaseSession } from '../case-session.ts';
import { judgedFlags } from '../line/quality.ts';
import type { ModelView } from './model-view.ts';
import { firstReason } from './reason-words.ts';

/** One of two models that are compared. */
interface Compared {
  readonly forest: CompiledForest;
  readonly sums: Int32Array;
  readonly labels: Uint8Array | null;
  readonly weights: RowWeights | null;
  readonly index: TuningIndex;
  readonly thresholdUnits: number;
}

/** What two models are at the lines they are compared at. */
export interface ComparedModels {
  readonly comparison: ModelComparison;
  readonly first: Compared;
  readonly second: Compared;
}

/**
 * Two models over the leading rows that both have scored: each at its own threshold, or the second at the line that gives
 * as many alerts as the first one has.
 */
export function compareModels(
  session: CaseSession,
  firstId: number,
  secondId: number,
  at: ModelComparison['at'],
): ComparedModels {
  const { openCase } = session;
  const firstModel = session.model(firstId);
  const secondModel = session.model(secondId);
  const firstSums = openCase.readLeadingScores(firstId);
  const secondSums = openCase.readLeadingScores(secondId);
  const rows = Math.min(firstSums.length, secondSums.length);
  const first = comparedAt(session, firstModel, firstSums.subarray(0, rows), null);
  const second = comparedAt(
    session,
    secondModel,
    secondSums.subarray(0, rows),
    at === 'own-threshold' ? null : alertsOf(first),
  );
  return {
    comparison: { at, rows, caseRows: session.arrays.rowCount, ...partsOf(session, first, second) },
    first,
    second,
  };
}

/** The alerts of each of two models that share no transaction with any of the other's, each with its strongest reason. */
export function swappedAlerts(
  session: CaseSession,
  input: ParsedRequestInput<'models.swapAlerts'>,
  explain: (view: ModelView, sequences: readonly number[]) => number,
): RequestOutput<'models.swapAlerts'> {
  const { firstModelId, secondModelId, at, limit } = input;
  const { first, second } = compareModels(session, firstModelId, secondModelId, at);
  const sides = [
    { id: firstModelId, compared: first, groups: groupsOf(session, first) },
    { id: secondModelId, compared: second, groups: groupsOf(session, second) },
  ] as const;
  const listed = sides.map(({ id, compared, groups }, index) => {
    const other = sides[1 - index];
    const alone = Array.from({ length: groups.count }, (_, group) => group)
      .filter((group) => flaggedRowsOf(groups, group).every((row) => other.groups.groupOfRow(row) < 0))
      .sort((left, right) => groups.sums[left] - groups.sums[right] || left - right);
    const shown = alone.slice(0, limit);
    const view = session.view(id);
    const rows = shown.map((group) => groups.topSequences[group]);
    const reasonsPending = explain(view, rows);
    const { units } = session.model(id).threshold;
    const ids = session.arrays.ids(rows);
    const known = session.labels.rows;
    const alerts = rows.map((row, place): SwappedAlert => ({
      id: ids[place],
      entity: textAt(session.arrays.entity, row) ?? '',
      score: scoreOfSum(compared.forest, compared.sums[row]),
      otherScore: scoreOfSum(other.compared.forest, other.compared.sums[row]),
      amount: numberAt(session.arrays.amounts, row),
      timeMs: numberAt(session.arrays.times, row),
      transactions: flaggedRowsOf(groups, shown[place]).length,
      isFraud: known === null || known[row] === UNLABELLED ? null : known[row] === FRAUD,
      reason: view.knownReasons(row) === undefined ? '' : firstReason(view, row),
      isListed: isFlagged(compared.sums[row], units),
    }));
    return { alerts, total: alone.length, reasonsPending };
  });
  const [onlyFirst, onlySecond] = listed;
  return {
    onlyFirst: onlyFirst.alerts,
    onlySecond: onlySecond.alerts,
    totals: { onlyFirst: onlyFirst.total, onlySecond: onlySecond.total },
    reasonsPending: onlyFirst.reasonsPending + onlySecond.reasonsPending,
  };
}

function comparedAt(session: CaseSession, model: StoredModel, sums: Int32Array, alerts: number | null): Compared {
  const { forest } = session.view(model.id);
  const { labels, weights, index } = session.indexOf(forest, sums);
  const { thresholdUnits } = index.tune(
    alerts === null ? { kind: 'threshold', thresholdUnits: model.threshold.units } : { kind: 'alerts', alerts },
  );
  return { forest, sums, labels, weights, index, thresholdUnits };
}

function alertsOf({ index, thresholdUnits }: Compared): number {
  return index.tune({ kind: 'threshold', thresholdUnits }).alerts;
}

function partsOf(
  session: CaseSession,
  first: Compared,
  second: Compared,
): Omit<ModelComparison, 'at' | 'rows' | 'caseRows'> {
  const flagged = { both: 0, onlyFirst: 0, onlySecond: 0 };
  const fraud = { both: 0, onlyFirst: 0, onlySecond: 0 };
  const known = session.labels.rows;
  for (let row = 0; row < first.sums.length; row++) {
    const byFirst = isFlagged(first.sums[row], first.thresholdUnits);
    const bySecond = isFlagged(second.sums[row], second.thresholdUnits);
    if (!byFirst && !bySecond) continue;
    const part = byFirst && bySecond ? 'both' : byFirst ? 'onlyFirst' : 'onlySecond';
    flagged[part]++;
    if ((known?.[row] ?? UNLABELLED) === FRAUD) fraud[part]++;
  }
  const union = flagged.both + flagged.onlyFirst + flagged.onlySecond;
  const firstAlerts = groupsOf(session, first);
  const secondAlerts = groupsOf(session, second);
  const outcomes = { first: judgedOf(session, first), second: judgedOf(session, second) };
  return {
    alerts: {
      first: firstAlerts.count,
      second: secondAlerts.count,
      both: sharedAlerts(firstAlerts, secondAlerts),
      drawn: { first: alertsOf(first) - firstAlerts.count, second: alertsOf(second) - secondAlerts.count },
    },
    flagged,
    overlap: union === 0 ? 1 : flagged.both / union,
    fraud: known === null ? null : fraud,
    basis: session.labels.basis,
    judged:
      outcomes.first === null || outcomes.second === null ? null : { first: outcomes.first, second: outcomes.second },
    thresholdUnits: { first: first.thresholdUnits, second: second.thresholdUnits },
  };
}

function groupsOf(session: CaseSession, { index, sums, thresholdUnits }: Compared): AlertGroups {
  return groupAlerts(index.flaggedRows(thresholdUnits), sums, session.alertMembership);
}

function sharedAlerts(first: AlertGroups, second: AlertGroups): number {
  let shared = 0;
  for (let group = 0; group < first.count; group++)
    if (flaggedRowsOf(first, group).some((row) => second.groupOfRow(row) >= 0)) shared++;
  return shared;
}

function judgedOf(
  session: CaseSession,
  { index, sums, thresholdUnits }: Compared,
): NonNullable<ModelComparison['judged']>['first'] | null {
  const { outcome } = index.tune({ kind: 'threshold', thresholdUnits });
  if (outcome === null) return null;
  const { truePositives, labelledFlagged, positives } = outcome;
  return judgedFlags(
    { flaggedFrauds: truePositives, flagged: labelledFlagged, frauds: positives },
    session.verdictSelection(true),
    { sums, thresholdUnits, passes: () => true },
  );
}

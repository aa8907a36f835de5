import { labelOfVerdict } from '../../domain/verdict.ts';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import type { AlertGroups } from './alert-groups.ts';
import { decidedAlerts, stateOfAlerts, textAt } from './alert-list.ts';
import { keyOfRow } from './alert-keys.ts';
import type { CaseSession } from '../case-session.ts';
import type { ModelView } from '../model/model-view.ts';
import { computeReasons } from '../model/reason-words.ts';

const listedAlerts = 5;
const comparedAlerts = 500;
const explainBudgetMs = 25;
const openBudgetMs = 10;
const strongFeatures = 3;
/** Reasons at least this alike, by their cosine, are the same reasons. */
const SAME_REASONS = 0.95;

/**
 * The alerts explained most alike: those already decided first, then earlier ones; an unsure verdict decides nothing. And the
 * open alerts of the queue that have the same reasons. Alerts whose reasons were not computed yet are explained as far as a
 * short time allows, the others are compared the next time.
 */
export function similarAlerts(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  group: number,
): AlertDetail['similar'] {
  const { decisions } = decidedAlerts(session, groups);
  const isJudged = (other: number): boolean => {
    const kind = decisions.get(other)?.verdict.kind;
    return kind !== undefined && labelOfVerdict(kind) !== null;
  };
  const decided = [...decisions.keys()].filter((other) => other !== group && isJudged(other)).slice(-comparedAlerts);
  const stateOf = stateOfAlerts(session, groups, Date.now());
  const open = Array.from({ length: Math.min(groups.count, comparedAlerts) }, (_, other) => other).filter(
    (other) => other !== group && stateOf(other) === 'none',
  );
  const explain = (others: readonly number[], budgetMs: number): readonly number[] =>
    computeReasons(
      view,
      others.map((other) => groups.topSequences[other]),
      budgetMs,
    );
  explain(decided, explainBudgetMs);
  const unexplained = explain(open, openBudgetMs).length;
  const top = groups.topSequences[group];
  const known = Array.from({ length: groups.count }, (_, other) => other).filter(
    (other) => other !== group && groups.topSequences[other] < top && view.knownReasons(groups.topSequences[other]),
  );
  const own = view.reasons(top).contributions;
  const isDecided = new Set(decided);
  const nearest = [...new Set([...decided, ...known])]
    .flatMap((other) => {
      const reasons = view.knownReasons(groups.topSequences[other]);
      return reasons === undefined ? [] : [{ other, alike: cosine(own, reasons.contributions) }];
    })
    .sort(
      (left, right) =>
        Number(isDecided.has(right.other)) - Number(isDecided.has(left.other)) || right.alike - left.alike,
    )
    .slice(0, listedAlerts);
  const hasSameReasons = (other: number): boolean => {
    const reasons = view.knownReasons(groups.topSequences[other]);
    return reasons !== undefined && cosine(own, reasons.contributions) >= SAME_REASONS;
  };
  const { arrays } = session;
  const ids = arrays.ids(nearest.map(({ other }) => groups.topSequences[other]));
  const alerts = nearest.map(({ other }, index) => {
    const verdict = decisions.get(other)?.verdict;
    return {
      key: keyOfRow(session.arrays, groups.topSequences[other]),
      name: textAt(arrays.entity, groups.topSequences[other]) ?? ids[index],
      score: view.scoreOf(view.sums[groups.topSequences[other]]),
      sharedReasons: sharedReasons(view, own, view.reasons(groups.topSequences[other]).contributions),
      verdict: verdict?.kind ?? null,
      reason: verdict?.reason ?? null,
    };
  });
  return {
    alerts,
    decided: alerts.filter(({ verdict }) => verdict !== null && labelOfVerdict(verdict) !== null).length,
    fraud: alerts.filter(({ verdict }) => verdict === 'fraud').length,
    open: open.filter(hasSameReasons).map((other) => keyOfRow(arrays, groups.topSequences[other])),
    unexplained,
  };
}

/** The features that are among the strongest reasons of both, in words. */
function sharedReasons(view: ModelView, first: Float64Array, second: Float64Array): string {
  const other = new Set(strongest(second));
  const shared = strongest(first).filter((feature) => other.has(feature));
  return shared.length === 0
    ? 'No strong reason in common'
    : shared.map((feature) => view.words[feature].label).join('; ');
}

function strongest(contributions: Float64Array): readonly number[] {
  return Array.from(contributions.keys())
    .filter((feature) => contributions[feature] < 0)
    .sort((left, right) => contributions[left] - contributions[right] || left - right)
    .slice(0, strongFeatures);
}

function cosine(first: Float64Array, second: Float64Array): number {
  let product = 0;
  let firstSquared = 0;
  let secondSquared = 0;
  for (let index = 0; index < first.length; index++) {
    product += first[index] * second[index];
    firstSquared += first[index] ** 2;
    secondSquared += second[index] ** 2;
  }
  return firstSquared === 0 || secondSquared === 0 ? 0 : product / Math.sqrt(firstSquared * secondSquared);
}

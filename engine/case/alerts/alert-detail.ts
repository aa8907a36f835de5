import { usageError } from '../../domain/error.ts';
import type { StoredVerdict } from '../../store/decision-log.ts';
import { meanPathLength, unitsOfOne } from '../../forest/score.ts';
import { limitsOf, smallestChange } from '../../forest/reasons/smallest-change.ts';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import type { ParsedRequestInput } from '../../../preload/contract/requests.ts';
import { capitalised } from '../model/feature-words.ts';
import { flaggedRowsOf, type AlertGroups } from './alert-groups.ts';
import { alertFacts } from './alert-facts.ts';
import { amountStrip } from './amount-strip.ts';
import { alertRows, decidedAlerts, entityRowsOf, noteKeysOf, numberAt, textAt } from './alert-list.ts';
import { keyOfRow, rowOfKey } from './alert-keys.ts';
import type { CaseArrays } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import type { ModelView } from '../model/model-view.ts';
import { recommendationsOn } from '../decisions/four-eyes.ts';
import { normalOf, rowsBefore } from './own-normal.ts';
import { changeSentence, describedReasons, featureValueText, statedThemes } from '../model/reason-words.ts';
import { similarAlerts } from './similar-alerts.ts';
import { themeEvidence } from './theme-evidence.ts';

const listedTransactions = 200;
const listedReasons = 5;
/** Of a theme that adds less of what raises the score, its sentence is enough. */
const leastShareWithEvidence = 0.2;
const stripMs = 15 * 86_400_000;

/** Everything the detail pane shows of one alert. @throws AssayError WRONG_USE where the model has no such alert. */
export function alertDetail(session: CaseSession, input: ParsedRequestInput<'alerts.detail'>): AlertDetail {
  const { arrays, openCase } = session;
  const { view, groups, group } = findAlert(session, input);
  const sequence = groups.topSequences[group];
  const flagged = flaggedRowsOf(groups, group);
  const entityRows = entityRowsOf(arrays, sequence, flagged);
  const keys = noteKeysOf(arrays, flagged);
  const described = describedReasons(view, sequence, listedReasons);
  const [row] = alertRows(session, view, groups, [group]);
  return {
    row,
    rank: group + 1,
    of: group < groups.count ? groups.count : groups.total,
    decision: decisionOf(session, view, groups, group),
    recommendations: recommendationsOn(session, flagged).map(({ by, atMs, kind, reason, signedBy }) => ({
      ...{ by, atMs, kind, reason, signedBy },
    })),
    earlier: earlierVerdicts(session, flagged, entityRows),
    facts: alertFacts({ session, view, sequence, entityRows, flagged: row.flaggedTransactions }),
    ...contributionsOf(view, sequence, view.sums[sequence]),
    themes: statedThemes(view, sequence).map((stated) => ({
      ...stated,
      evidence:
        stated.share < leastShareWithEvidence ? [] : themeEvidence(session, input.modelId, sequence, stated.theme),
    })),
    sentence: described.reasons
      .slice(0, 3)
      .map((reason) => reason.sentence)
      .join(' '),
    smallestChanges: smallestChanges(session, view, input.modelId, sequence),
    strip: stripOf(session, input.modelId, sequence, entityRows),
    transactions: transactionsOf(session, view, groups, group, entityRows),
    similar: similarAlerts(session, view, groups, group),
    received: receivedText(session, sequence),
    history: openCase.decisions.history(keys).map(({ atMs, by, what }) => ({ atMs, by, what })),
    notes: openCase.decisions
      .notes(keys)
      .map((note) => ({ id: note.id, text: note.text, writtenAtMs: note.atMs, writtenBy: note.by })),
  };
}

/** One alert of a model at its threshold. @throws AssayError WRONG_USE where the model has no such alert. */
export function findAlert(
  session: CaseSession,
  { modelId, key }: ParsedRequestInput<'alerts.detail'>,
): { readonly view: ModelView; readonly groups: AlertGroups; readonly group: number } {
  const { view, groups } = session.alerts(modelId);
  const group = groups.groupOfRow(rowOfKey(session.arrays, key));
  if (group < 0)
    throw usageError(
      'WRONG_USE',
      `'${key}' is not an alert of model ${modelId} at its threshold.`,
      'It may have left the list when the threshold moved; reload the list.',
    );
  return { view, groups, group };
}

function decisionOf(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  group: number,
): AlertDetail['decision'] {
  const decision = decidedAlerts(session, groups).decisions.get(group);
  if (decision === undefined) return null;
  const { kind, reason, atMs, by, score, modelDigest, closedUntilMs } = decision.verdict;
  const { verdictOfRow } = session.decisions;
  return {
    kind,
    reason,
    decidedAtMs: atMs,
    decidedBy: by,
    scoreAtDecision: score,
    isSameModel: modelDigest === view.digest,
    transactions: flaggedRowsOf(groups, group).reduce((count, row) => count + (verdictOfRow.has(row) ? 1 : 0), 0),
    newSequences: decision.newSequences.map((row) => session.arrays.numbers.numberOf(row)),
    closedUntilMs,
  };
}

/** Verdicts that stand on other transactions of the entity, newest first. */
function earlierVerdicts(
  { arrays, decisions }: CaseSession,
  flagged: Uint32Array,
  entityRows: Uint32Array,
): AlertDetail['earlier'] {
  const own = new Set(flagged);
  const others = new Map<number, { verdict: StoredVerdict; rows: number[] }>();
  for (const row of entityRows) {
    const verdict = own.has(row) ? undefined : decisions.verdictOfRow.get(row);
    if (verdict === undefined || verdict.sequences.some((covered) => own.has(covered))) continue;
    const known = others.get(verdict.id) ?? { verdict, rows: [] };
    known.rows.push(row);
    others.set(verdict.id, known);
  }
  return [...others.values()]
    .sort((left, right) => right.verdict.id - left.verdict.id)
    .map(({ verdict, rows }) => ({
      kind: verdict.kind,
      reason: verdict.reason,
      decidedAtMs: verdict.atMs,
      decidedBy: verdict.by,
      key: keyOfRow(arrays, rows[0]),
      timeMs: numberAt(arrays.times, rows[0]),
      transactions: rows.length,
    }));
}

/** At most five reasons with their share of the path length, which with the rest add up to the whole. */
function contributionsOf(
  view: ModelView,
  sequence: number,
  sum: number,
): Pick<AlertDetail, 'unit' | 'contributions' | 'restContribution' | 'restCount' | 'baseline' | 'pathLength'> {
  const { baseline, contributions } = view.reasons(sequence);
  const pathLength = meanPathLength(view.forest, sum / unitsOfOne(view.forest));
  const values = view.featureRow(sequence);
  const words = view.words;
  const listed = Array.from(contributions.keys())
    .filter((feature) => contributions[feature] < 0)
    .sort((left, right) => contributions[left] - contributions[right] || left - right)
    .slice(0, listedReasons)
    .map((feature) => ({
      feature: words[feature].name,
      label: words[feature].label,
      description: capitalised(words[feature].description),
      value: featureValueText(words[feature], values[feature]),
      number: Number.isNaN(values[feature]) ? null : values[feature],
      amount: -contributions[feature],
    }));
  return {
    unit: unitOf(view),
    contributions: listed,
    // What is left of the exact whole, so that rounding never shows as a gap.
    restContribution: listed.reduce((rest, { amount }) => rest - amount, baseline - pathLength),
    restCount: contributions.length - listed.length,
    baseline,
    pathLength,
  };
}

function unitOf({ forest }: ModelView): AlertDetail['unit'] {
  if (forest.graph !== undefined) return 'score-by-perturbation';
  return forest.leaf === 'score' ? 'score' : 'path-length';
}

function smallestChanges(session: CaseSession, view: ModelView, modelId: number, sequence: number): readonly string[] {
  const units = session.model(modelId).threshold.units + view.shiftOf(sequence);
  const change = smallestChange(view.forest, view.featureRow(sequence), units, limitsOf(view.background), {
    mostFeatures: 1,
  });
  return change === null
    ? ['No change of a single feature within what was seen would unflag it.']
    : [changeSentence(view, change)];
}

function stripOf(
  session: CaseSession,
  modelId: number,
  sequence: number,
  entityRows: Uint32Array,
): AlertDetail['strip'] {
  const { times, amounts } = session.arrays;
  const centre = times?.[sequence] ?? NaN;
  const fromMs = centre - stripMs;
  const toMs = centre + stripMs;
  const rows = Array.from(entityRows)
    .filter((row) => times !== null && times[row] >= fromMs && times[row] <= toMs)
    .sort((left, right) => (times?.[left] ?? 0) - (times?.[right] ?? 0) || left - right);
  const earlier = rowsBefore(entityRows, times, sequence);
  const normal = normalOf(
    Float64Array.from(earlier, (row) => amounts?.[row] ?? NaN),
    amounts?.[sequence] ?? NaN,
  );
  const isTimed = !Number.isNaN(centre);
  return amountStrip(session, { modelId, fromMs: isTimed ? fromMs : 0, toMs: isTimed ? toMs : 0, rows, normal });
}

/** Flagged ones first, most anomalous first; then those nearest in time. */
function transactionsOf(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  group: number,
  entityRows: Uint32Array,
): AlertDetail['transactions'] {
  const { arrays } = session;
  const { times } = arrays;
  const isFlagged = new Set(flaggedRowsOf(groups, group));
  const rows = flaggedThenNearest(arrays, groups, group, entityRows).slice(0, listedTransactions);
  const ids = arrays.ids(rows);
  return rows.map((row, index) => ({
    sequence: arrays.numbers.numberOf(row),
    id: ids[index],
    timeMs: numberAt(times, row),
    amount: numberAt(arrays.amounts, row),
    counterpart: textAt(arrays.counterpart, row),
    score: view.scoreOf(view.sums[row]),
    flagged: isFlagged.has(row),
    verdict: session.decisions.verdictOfRow.get(row)?.kind ?? null,
  }));
}

/** The rows of an alert's entity in the order in which they are listed. */
export function flaggedThenNearest(
  { times }: CaseArrays,
  groups: AlertGroups,
  group: number,
  entityRows: Uint32Array,
): readonly number[] {
  const flagged = flaggedRowsOf(groups, group);
  const isFlagged = new Set(flagged);
  const top = groups.topSequences[group];
  const distance = (row: number): number => {
    const apart = Math.abs((times?.[row] ?? row) - (times?.[top] ?? top));
    return Number.isNaN(apart) ? Infinity : apart;
  };
  const others = Array.from(entityRows)
    .filter((row) => !isFlagged.has(row))
    .map((row) => ({ row, apart: distance(row) }))
    .sort((left, right) => (left.apart === right.apart ? left.row - right.row : left.apart < right.apart ? -1 : 1))
    .map(({ row }) => row);
  return [...flagged, ...others];
}

function receivedText(session: CaseSession, sequence: number): AlertDetail['received'] {
  const record = session.openCase.readRaw(sequence);
  return {
    text: new TextDecoder().decode(record.bytes),
    source: record.sourcePath,
    line: record.line,
    byteOffset: record.byteOffset,
  };
}

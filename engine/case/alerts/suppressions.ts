import { z } from 'zod';
import { usageError } from '../../domain/error.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import { FRAUD } from '../../domain/label.ts';
import { dayText } from '../../domain/time-zone.ts';
import { suppressionSchema, type Suppression, type SuppressionPattern } from '../../domain/suppression.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type {
  HiddenAlerts,
  ListedSuppression,
  SuppressionChoice,
  SuppressionPreview,
} from '../../../preload/contract/suppressions.ts';
import type { CaseSession } from '../case-session.ts';
import type { RowCondition } from '../row-conditions.ts';
import { flaggedRowsOf, type AlertGroups } from './alert-groups.ts';
import { keyOfRow } from './alert-keys.ts';
import { numberAt, textAt } from './alert-list.ts';

const SUPPRESSIONS_SETTING = 'suppressions';
const DAY_MS = 86_400_000;
const LISTED_FRAUDS = 20;

type Reach = SuppressionPattern & Pick<Suppression, 'fromMs' | 'untilMs' | 'featureSetId'>;

/** Every pattern that was ever suppressed in a case, oldest first. */
export function readSuppressions(openedCase: ReadableCase): readonly Suppression[] {
  return z.array(suppressionSchema).parse(openedCase.setting(SUPPRESSIONS_SETTING) ?? []);
}

/**
 * Which transactions make no alert: those of a pattern that was not lifted, with an event time within it, that no verdict
 * speaks for. Null where there are none. Queue, counts, budget, exports and flags sent on all go by this.
 */
export function suppressedRows(
  session: Pick<CaseSession, 'arrays' | 'decisions' | 'openCase'>,
  suppressions: readonly Suppression[],
): Uint8Array | null {
  const standing = suppressions.filter(({ lifted }) => lifted === null);
  if (standing.length === 0) return null;
  const rows = new Uint8Array(session.arrays.rowCount);
  for (const suppression of standing) markRows(session, suppression, rows);
  for (const row of session.decisions.verdictOfRow.keys()) rows[row] = 0;
  return rows.includes(1) ? rows : null;
}

/** Marks the rows of a pattern. A row without a time, or without a feature that is asked for, is none of them. */
function markRows(
  { arrays, openCase }: Pick<CaseSession, 'arrays' | 'openCase'>,
  reach: Reach,
  rows: Uint8Array,
): void {
  const { times, entity, counterpart } = arrays;
  const isOneOf = (column: typeof entity, texts: readonly string[]): RowCondition => {
    const codes = new Set(texts.map((text) => column?.dictionary.find(text) ?? -1).filter((code) => code >= 0));
    return (row) => codes.has(column?.codes[row] ?? -1);
  };
  const conditions: RowCondition[] = [
    (row) => times !== null && times[row] >= reach.fromMs && times[row] < reach.untilMs,
    ...(reach.entities.length === 0 ? [] : [isOneOf(entity, reach.entities)]),
    ...(reach.counterparts.length === 0 ? [] : [isOneOf(counterpart, reach.counterparts)]),
  ];
  const { featureSetId } = reach;
  const names = featureSetId === null ? [] : featureNames(openCase.featureSpec(featureSetId));
  // Features are float32, and a bound is met by the value that it was read from.
  const ranges = reach.features.map(({ name, from, to }) => ({
    feature: names.indexOf(name),
    from: Math.fround(from ?? -Infinity),
    to: Math.fround(to ?? Infinity),
  }));
  for (const segment of arrays.segments) {
    const end = Math.min(segment.firstSequence + segment.rowCount, rows.length);
    let features: Float32Array | undefined;
    for (let row = segment.firstSequence; row < end; row++) {
      if (rows[row] === 1 || !conditions.every((condition) => condition(row))) continue;
      if (featureSetId !== null) {
        features ??= openCase.readFeatures(featureSetId, segment) ?? new Float32Array();
        const start = (row - segment.firstSequence) * names.length;
        const values = features.subarray(start, start + names.length);
        if (!ranges.every(({ feature, from, to }) => values[feature] >= from && values[feature] <= to)) continue;
      }
      rows[row] = 1;
    }
  }
}

/** Every pattern, newest first, with what it hides now. */
export function listSuppressions(session: CaseSession, modelId: number): readonly ListedSuppression[] {
  const { groups } = session.alerts(modelId);
  const last = session.arrays.timeSpan?.last ?? -Infinity;
  return session.suppressions
    .map((suppression): ListedSuppression => {
      const rows = new Uint8Array(session.arrays.rowCount);
      if (suppression.lifted === null) markRows(session, suppression, rows);
      const hidden = Array.from({ length: groups.total - groups.count }, (_, place) => groups.count + place).filter(
        (group) => flaggedRowsOf(groups, group).some((row) => rows[row] === 1),
      );
      return {
        ...suppression,
        words: wordsOf(session, suppression),
        untilDay: dayText(session.arrays.clock, suppression.untilMs),
        isStanding: suppression.lifted === null && suppression.untilMs > last,
        hides: hiddenAlerts(session, modelId, groups, hidden),
      };
    })
    .reverse();
}

/** What a pattern would hide of the days that lie behind, known fraud and decided alerts included; nothing is stored. */
export function previewSuppression(
  session: CaseSession,
  modelId: number,
  choice: Omit<SuppressionChoice, 'reason'>,
): SuppressionPreview {
  const reach = reachOf(session, modelId, choice);
  const { groups } = session.alerts(modelId);
  const rows = new Uint8Array(session.arrays.rowCount);
  markRows(session, reach, rows);
  // What was drawn from below the line is drawn anew, as many as before: none of it leaves the queue.
  const drawn = new Set(groups.explored);
  const hidden = Array.from({ length: groups.total }, (_, group) => group).filter((group) =>
    flaggedRowsOf(groups, group).every((row) => rows[row] === 1 && !drawn.has(row)),
  );
  const { verdictOfRow } = session.decisions;
  const isDecided = (group: number): boolean => flaggedRowsOf(groups, group).some((row) => verdictOfRow.has(row));
  return {
    ...hiddenAlerts(session, modelId, groups, hidden),
    decided: hidden.filter(isDecided).length,
    leaveTheQueue: hidden.filter((group) => group < groups.count && !isDecided(group)).length,
    words: wordsOf(session, reach),
    fromMs: reach.fromMs,
    untilMs: reach.untilMs,
    fromDay: dayText(session.arrays.clock, reach.fromMs),
    untilDay: dayText(session.arrays.clock, reach.untilMs),
  };
}

/** Silences a pattern. @throws AssayError WRONG_USE where it names nothing, or what the case does not have */
export function addSuppression(session: CaseSession, doing: Doing, modelId: number, choice: SuppressionChoice): number {
  const reach = reachOf(session, modelId, choice);
  return changeSuppressions(session, doing, (before) => {
    const id = 1 + before.reduce((greatest, other) => Math.max(greatest, other.id), 0);
    const made = { ...reach, id, reason: choice.reason, owner: doing.by, madeAtMs: doing.atMs, lifted: null };
    return {
      after: [...before, made],
      what: `suppressed: ${wordsOf(session, reach)} (${choice.reason})`,
      changed: made,
    };
  });
}

/** Lifts one; its alerts are in the queue again. @throws AssayError WRONG_USE where there is none to lift */
export function liftSuppression(session: CaseSession, doing: Doing, id: number): number {
  return changeSuppressions(session, doing, (before) => {
    const found = before.find((other) => other.id === id && other.lifted === null);
    if (found === undefined)
      throw usageError(
        'WRONG_USE',
        `No pattern ${id} is suppressed in this case.`,
        '`assay suppress list --case FILE` shows the numbers.',
      );
    const changed = { ...found, lifted: { atMs: doing.atMs, by: doing.by } };
    return {
      after: before.map((other) => (other === found ? changed : other)),
      what: `suppression lifted: ${wordsOf(session, found)}`,
      changed,
    };
  });
}

function changeSuppressions(
  session: CaseSession,
  doing: Doing,
  change: (before: readonly Suppression[]) => {
    readonly after: readonly Suppression[];
    readonly what: string;
    readonly changed: Suppression;
  },
): number {
  const openedCase = session.writableCase;
  const id = openedCase.change(doing, () => {
    const { after, what, changed } = change(readSuppressions(openedCase));
    openedCase.setSetting(SUPPRESSIONS_SETTING, z.array(suppressionSchema).parse(after));
    return { what, details: { suppression: suppressionSchema.parse(changed) }, result: changed.id };
  });
  session.suppressionsChanged();
  return id;
}

/** @throws AssayError NO_EVENT_TIME without a time to expire by, WRONG_USE where the case does not have what is named */
function reachOf(
  session: CaseSession,
  modelId: number,
  { pattern, pastDays, forDays }: Omit<SuppressionChoice, 'reason'>,
): Reach {
  const { timeSpan, entity, counterpart } = session.arrays;
  if (timeSpan === null)
    throw usageError(
      'NO_EVENT_TIME',
      'A suppression expires by the time of events, and no event time is known.',
      'Name the time column in the profile, or judge the alerts.',
    );
  const { entities, counterparts, features } = pattern;
  if (entities.length + counterparts.length + features.length === 0)
    throw usageError('WRONG_USE', 'It was not said what is suppressed.', 'Name an entity, a counterpart or a feature.');
  for (const [column, texts, what] of [
    [entity, entities, 'entity'],
    [counterpart, counterparts, 'counterpart'],
  ] as const)
    for (const text of texts)
      if ((column?.dictionary.find(text) ?? -1) < 0)
        throw usageError('WRONG_USE', `The case has no ${what} '${text}'.`, 'Write it as the recording does.');
  const { spec, featureSetId } = session.view(modelId);
  const names = featureNames(spec);
  for (const { name } of features)
    if (!names.includes(name))
      throw usageError('WRONG_USE', `The model has no feature '${name}'.`, `It has: ${names.join(', ')}.`);
  return {
    ...pattern,
    fromMs: timeSpan.last - pastDays * DAY_MS,
    // The newest event itself lies within what was chosen.
    untilMs: timeSpan.last + Math.max(forDays * DAY_MS, 1),
    featureSetId: features.length === 0 ? null : featureSetId,
  };
}

function hiddenAlerts(
  session: CaseSession,
  modelId: number,
  groups: AlertGroups,
  hidden: readonly number[],
): HiddenAlerts {
  const { arrays, labels } = session;
  const view = session.view(modelId);
  const isFraud = (row: number): boolean => labels.rows?.[row] === FRAUD;
  const frauds = hidden.filter((group) => flaggedRowsOf(groups, group).some(isFraud));
  const listed = frauds.slice(0, LISTED_FRAUDS).map((group) => groups.topSequences[group]);
  const ids = arrays.ids(listed);
  return {
    alerts: hidden.length,
    transactions: hidden.reduce((sum, group) => sum + flaggedRowsOf(groups, group).length, 0),
    fraud: frauds.length,
    frauds: listed.map((row, place) => ({
      key: keyOfRow(arrays, row),
      entity: textAt(arrays.entity, row) ?? ids[place],
      id: ids[place],
      amount: numberAt(arrays.amounts, row),
      timeMs: numberAt(arrays.times, row),
      score: view.scoreOf(view.sums[row]),
    })),
  };
}

/** `card K1 or K2 at terminal T3, amount up to 20`. */
function wordsOf({ arrays }: CaseSession, { entities, counterparts, features }: SuppressionPattern): string {
  const roleOf = (column: typeof arrays.entity, other: string): string =>
    column?.column.role.replaceAll('_', ' ') ?? other;
  const parts = [
    ...(entities.length === 0 ? [] : [`${roleOf(arrays.entity, 'entity')} ${entities.join(' or ')}`]),
    ...(counterparts.length === 0 ? [] : [`${roleOf(arrays.counterpart, 'counterpart')} ${counterparts.join(' or ')}`]),
    ...features.map(({ name, from, to }) =>
      [name, from === null ? '' : `from ${from}`, to === null ? '' : `up to ${to}`].filter(Boolean).join(' '),
    ),
  ];
  return parts.join(', ');
}

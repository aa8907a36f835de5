import { usageError } from '../../domain/error.ts';
import type { VerdictKind } from '../../domain/verdict.ts';
import { NO_DAY } from '../../forest/tuning.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { alertsInOrderOf } from './alert-order.ts';
import { passingAlerts, type PassingAlerts } from './alert-filter.ts';
import {
  cursorAt,
  flaggedRowsOf,
  positionAfter,
  type AlertCursor,
  type AlertGroups,
  type SortKey,
} from './alert-groups.ts';
import { keyOfRow, keysOfRow, rowOfKey } from './alert-keys.ts';
import { rowsOfCode, UNKNOWN_CODE, type CaseArrays } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import { decisionOfRows, type AlertDecision, type DecisionState } from '../decisions/decision-state.ts';
import type { ModelView } from '../model/model-view.ts';
import { firstReason, knownFirstFeature } from '../model/reason-words.ts';
import { knownLeadingTheme } from '../model/theme-shares.ts';

const DAY_MS = 86_400_000;

/** Decisions laid over the alerts of one threshold. */
interface DecidedAlerts {
  readonly of: DecisionState;
  /** What was decided of each alert that a verdict touches. */
  readonly decisions: ReadonlyMap<number, AlertDecision>;
  readonly snoozedUntil: ReadonlyMap<number, number>;
}

const decidedAlertsOf = new WeakMap<AlertGroups, DecidedAlerts>();

/**
 * One page of alerts. `total` counts what passes the whole filter; `counts` and `decided` what passes all of it but the
 * choice of verdicts, so that they tell what each choice would show.
 *
 * @param explain computes reasons of the page's rows beforehand, and returns how many are left for later.
 */
export function alertsPage(
  session: CaseSession,
  input: ParsedRequestInput<'alerts.page'>,
  nowMs: number,
  explain: (view: ModelView, sequences: readonly number[]) => number,
): RequestOutput<'alerts.page'> {
  const { view, groups, keys, order, counts, isChosen, passing } = chooseAlerts(session, input, nowMs);
  const chosen = order.filter(isChosen);

  const page: number[] = [];
  let next: string | null = null;
  const start = input.after === undefined ? 0 : positionAfter(groups, keys, order, parseCursor(input.after, keys));
  for (let position = start; position < order.length; position++) {
    const group = order[position];
    if (!isChosen(group)) continue;
    if (page.length === input.limit) {
      next = writeCursor(cursorAt(groups, keys, page[page.length - 1]));
      break;
    }
    page.push(group);
  }
  const explained = hangsOnReasons(input) ? groupsHangingOnReasons(session, view, groups, input.filter) : page;
  const reasonsPending = explain(
    view,
    explained.map((group) => groups.topSequences[group]),
  );
  return {
    rows: alertRows(session, view, groups, page, { passing, columns: input.columns }),
    next,
    total: chosen.length,
    transactions: chosen.reduce((sum, group) => sum + groups.starts[group + 1] - groups.starts[group], 0),
    decided: counts.fraud + counts.legitimate + counts.valuable + counts.unsure,
    counts,
    reasonsPending,
  };
}

/** Whether which alerts are listed, or where, depends on reasons. */
function hangsOnReasons({ filter: { firstReasons, themes }, sort }: Pick<AlertChoice, 'filter' | 'sort'>): boolean {
  return (
    firstReasons !== undefined || themes !== undefined || sort.some(({ by }) => by === 'firstReason' || by === 'theme')
  );
}

/** Alerts that pass all of a filter but what hangs on reasons: these must be known of all of them. */
function groupsHangingOnReasons(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  filter: AlertChoice['filter'],
): readonly number[] {
  const { firstReasons: _reasons, themes: _themes, verdict: _verdict, ...others } = filter;
  const { rows } = passingAlerts(session, view, groups, others);
  return Array.from(rows.keys()).filter((group) => rows[group] >= 0);
}

/** The rows whose reasons a list of alerts hangs on, whatever page of it is shown; none where it hangs on no reasons. */
export function rowsHangingOnReasons(
  session: CaseSession,
  choice: AlertChoice,
): { readonly view: ModelView; readonly rows: readonly number[] } {
  const { view, groups } = session.alerts(choice.modelId);
  if (!hangsOnReasons(choice)) return { view, rows: [] };
  const hanging = groupsHangingOnReasons(session, view, groups, choice.filter);
  return { view, rows: hanging.map((group) => groups.topSequences[group]) };
}

type AlertState = VerdictKind | 'none' | 'snoozed' | 'suppressed';

/** In the order of a sort by verdict. */
const stateRanks: Readonly<Record<AlertState, number>> = {
  ...{ fraud: 5, unsure: 4, valuable: 3, legitimate: 2, snoozed: 1, none: 0, suppressed: -1 },
};

/** Which alerts of a model, and in which order. */
export type AlertChoice = Pick<ParsedRequestInput<'alerts.page'>, 'modelId' | 'filter' | 'sort'>;

interface ChosenAlerts {
  readonly view: ModelView;
  readonly groups: AlertGroups;
  readonly keys: readonly SortKey[];
  /** Every alert, sorted; those that pass are told by `isChosen`. */
  readonly order: Uint32Array;
  readonly isChosen: (group: number) => boolean;
  readonly passing: PassingAlerts;
  /** How many alerts pass all of the filter but its verdicts, by what was decided of them. */
  readonly counts: Readonly<Record<AlertState, number>>;
}

function chooseAlerts(session: CaseSession, { modelId, filter, sort }: AlertChoice, nowMs: number): ChosenAlerts {
  const { view, groups } = session.alerts(modelId);
  const { verdict: wantedVerdicts, ...rowFilter } = filter;
  const passing = passingAlerts(session, view, groups, rowFilter);
  const stateOf = stateOfAlerts(session, groups, nowMs);
  const wanted = wantedVerdicts === undefined ? null : new Set<AlertState>(wantedVerdicts);
  const counts: Record<AlertState, number> = {
    ...{ fraud: 0, legitimate: 0, valuable: 0, unsure: 0, none: 0, snoozed: 0, suppressed: 0 },
  };
  // What is asked for by name is shown, suppressed or not.
  const isShown = (group: number): boolean =>
    wanted === null ? group < groups.count || filter.anyOf !== undefined : wanted.has(stateOf(group));
  for (let group = 0; group < groups.total; group++) if (passing.rows[group] >= 0) counts[stateOf(group)]++;
  return {
    view,
    groups,
    ...alertsInOrderOf(
      {
        ...{ session, view, groups },
        shownRows: passing.isFiltered ? passing.rows : groups.topSequences,
        stateRank: (group) => stateRanks[stateOf(group)],
      },
      sort,
      passing.isFiltered ? JSON.stringify(rowFilter) : null,
    ),
    passing,
    isChosen: (group) => passing.rows[group] >= 0 && isShown(group),
    counts,
  };
}

/** What was decided of each alert, or that it is put aside or suppressed. */
export function stateOfAlerts(session: CaseSession, groups: AlertGroups, nowMs: number): (group: number) => AlertState {
  const { decisions, snoozedUntil } = decidedAlerts(session, groups);
  return (group) => {
    if (group >= groups.count) return 'suppressed';
    const decision = decisions.get(group);
    if (decision?.newSequences.length === 0) return decision.verdict.kind;
    return (snoozedUntil.get(group) ?? 0) > nowMs ? 'snoozed' : 'none';
  };
}

/** The queue by the days on which alerts open: how many pass a filter, and what is decided of them. */
export function alertDays(
  session: CaseSession,
  { modelId, filter }: ParsedRequestInput<'alerts.days'>,
  nowMs: number,
): RequestOutput<'alerts.days'> {
  const { arrays } = session;
  const { view, groups } = session.alerts(modelId);
  const { verdict: _verdict, dayMs: _day, ...rest } = filter;
  const passing = passingAlerts(session, view, groups, rest);
  const stateOf = stateOfAlerts(session, groups, nowMs);
  const days = new Map(Array.from(arrays.distinctDays, (day) => [day, { alerts: 0, decided: 0, snoozed: 0 }]));
  for (let group = 0; group < groups.count; group++) {
    const day = passing.rows[group] < 0 ? undefined : days.get(arrays.days?.[groups.openingRows[group]] ?? NO_DAY);
    if (day === undefined) continue;
    const state = stateOf(group);
    day.alerts++;
    if (state === 'snoozed') day.snoozed++;
    else if (state !== 'none') day.decided++;
  }
  return Array.from(days, ([day, counts]) => ({
    dayMs: arrays.clock.instantOfLocal(day * DAY_MS),
    ...counts,
  })).reverse();
}

/** All alerts that pass a filter, in order. */
export function alertsInOrder(
  session: CaseSession,
  choice: AlertChoice,
  nowMs: number,
): { readonly view: ModelView; readonly groups: AlertGroups; readonly alerts: Uint32Array } {
  const { view, groups, order, isChosen } = chooseAlerts(session, choice, nowMs);
  return { view, groups, alerts: order.filter(isChosen) };
}

/**
 * The rows of some alerts. Their first reasons are filled in where they were computed before.
 * @param shown by which transactions they passed a filter, and which further columns they have
 */
export function alertRows(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  alerts: readonly number[],
  shown: { readonly passing: PassingAlerts; readonly columns: readonly string[] } | null = null,
): readonly AlertRow[] {
  const { arrays } = session;
  const passedBy = shown?.passing.isFiltered === true ? shown.passing.rows : null;
  const matches =
    passedBy === null
      ? null
      : matchedRows(
          arrays,
          alerts.map((group) => passedBy[group]),
        );
  const cells = cellsOf(arrays, shown?.columns ?? []);
  const { keysWithNotes } = session.decisions;
  const explored = new Set(groups.explored);
  const { decisions, snoozedUntil } = decidedAlerts(session, groups);
  const ids = arrays.ids(alerts.map((group) => groups.topSequences[group]));
  return alerts.map((group, index): AlertRow => {
    const sequence = groups.topSequences[group];
    const flagged = flaggedRowsOf(groups, group);
    const decision = decisions.get(group);
    const isOpenAgain = decision !== undefined && decision.newSequences.length > 0;
    return {
      key: keyOfRow(arrays, sequence),
      entity: textAt(arrays.entity, sequence) ?? '',
      score: view.scoreOf(view.sums[sequence]),
      topSequence: arrays.numbers.numberOf(sequence),
      topId: ids[index],
      amount: numberAt(arrays.amounts, sequence),
      currency: currencyOf(arrays, sequence),
      timeMs: numberAt(arrays.times, sequence),
      opensMs: numberAt(arrays.times, groups.openingRows[group]),
      counterpart: textAt(arrays.counterpart, sequence),
      flaggedTransactions: flagged.length,
      transactions: entityRowsOf(arrays, sequence, flagged).length,
      firstReason: view.knownReasons(sequence) === undefined ? '' : firstReason(view, sequence),
      firstFeature: knownFirstFeature(view, sequence) ?? null,
      theme: knownLeadingTheme(view, sequence) ?? null,
      cells: cells(passedBy?.[group] ?? sequence),
      verdict: decision === undefined || isOpenAgain ? null : decision.verdict.kind,
      reopened: isOpenAgain
        ? {
            kind: decision.verdict.kind,
            decidedAtMs: decision.verdict.atMs,
            newTransactions: decision.newSequences.length,
          }
        : null,
      snoozedUntilMs: snoozedUntil.get(group) ?? null,
      isSuppressed: group >= groups.count,
      isFromBelowLine: decision !== undefined && explored.has(sequence),
      hasNote: noteKeysOf(arrays, flagged).some((key) => keysWithNotes.has(key)),
      matched: matches?.[index] ?? null,
    };
  });
}

function matchedRows(arrays: CaseArrays, sequences: readonly number[]): readonly NonNullable<AlertRow['matched']>[] {
  const ids = arrays.ids(sequences);
  return sequences.map((sequence, index) => ({
    sequence: arrays.numbers.numberOf(sequence),
    id: ids[index],
    timeMs: numberAt(arrays.times, sequence),
    amount: numberAt(arrays.amounts, sequence),
    counterpart: textAt(arrays.counterpart, sequence),
  }));
}

/** Reads some stored columns of a row. @throws AssayError UNKNOWN_COLUMN where the case has no such column */
function cellsOf(arrays: CaseArrays, columns: readonly string[]): (row: number) => AlertRow['cells'] {
  const readers = columns.map((name): ((row: number) => string | number | null) => {
    const column = arrays.decodedColumns.find((other) => other.name === name);
    if (column?.kind === 'text') return (row) => arrays.ids([row])[0];
    if (column?.kind === 'category') {
      const coded = arrays.coded(name);
      return (row) => textAt(coded, row);
    }
    const values = arrays.valuesOf(name);
    return (row) => numberAt(values, row);
  });
  return (row) => readers.map((read) => read(row));
}

/** All transactions of a row's entity in stream order; the alert's own where it has none. */
export function entityRowsOf(arrays: CaseArrays, row: number, flagged: Uint32Array): Uint32Array {
  const code = arrays.entity?.codes[row] ?? UNKNOWN_CODE;
  return code === UNKNOWN_CODE || arrays.rowsByEntity === null ? flagged : rowsOfCode(arrays.rowsByEntity, code);
}

/** The keys under which notes on an alert may stand: those of its transactions, and its entity's. */
export function noteKeysOf(arrays: CaseArrays, flagged: Uint32Array): readonly string[] {
  return [...new Set(Array.from(flagged).flatMap((row) => keysOfRow(arrays, row)))];
}

/** A number of one row; null where it is missing. */
export function numberAt(values: Float64Array | null, row: number): number | null {
  const value = values?.[row] ?? NaN;
  return Number.isNaN(value) ? null : value;
}

/** A category text of one row; null where it is missing. */
export function textAt(column: CaseArrays['counterpart'], row: number): string | null {
  const code = column?.codes[row] ?? -1;
  return code < 0 ? null : (column?.dictionary.textOf(code) ?? null);
}

/** What people call an alert: its entity, else the id of its transaction; the key where no transaction has it. */
export function nameOfKey(arrays: CaseArrays, key: string): string {
  const row = rowOfKey(arrays, key);
  return row < 0 ? key : (textAt(arrays.entity, row) ?? arrays.ids([row])[0]);
}

/** The currency code of one row, or the one that all rows share; null where none is known. */
export function currencyOf(arrays: CaseArrays, row: number): string | null {
  return textAt(arrays.currency, row);
}

/** For the filter of one category column: the texts among flagged rows, and how many alerts have each, most first. */
export function columnValues(
  session: CaseSession,
  input: ParsedRequestInput<'alerts.columnValues'>,
): RequestOutput<'alerts.columnValues'> {
  const { groups } = session.alerts(input.modelId);
  const { codes, dictionary } = session.arrays.coded(input.column);
  const alerts = new Uint32Array(dictionary.size);
  const lastSeenIn = new Int32Array(dictionary.size).fill(-1);
  for (let group = 0; group < groups.count; group++)
    for (const row of flaggedRowsOf(groups, group)) {
      const code = codes[row];
      if (code < 0 || lastSeenIn[code] === group) continue;
      lastSeenIn[code] = group;
      alerts[code]++;
    }
  return Array.from(alerts.keys())
    .filter((code) => alerts[code] > 0)
    .sort((left, right) => alerts[right] - alerts[left] || left - right)
    .slice(0, input.limit)
    .map((code) => ({ text: dictionary.textOf(code), alerts: alerts[code] }));
}

/** What was decided of each alert; computed anew only after a decision. */
export function decidedAlerts(session: CaseSession, groups: AlertGroups): DecidedAlerts {
  const { arrays, decisions: state } = session;
  const known = decidedAlertsOf.get(groups);
  if (known?.of === state) return known;
  const decisions = new Map<number, AlertDecision>();
  for (const row of state.verdictOfRow.keys()) {
    const group = groups.groupOfRow(row);
    if (group < 0 || decisions.has(group)) continue;
    const decision = decisionOfRows(state, flaggedRowsOf(groups, group), arrays.times);
    if (decision !== null) decisions.set(group, decision);
  }
  const made = { of: state, decisions, snoozedUntil: snoozedAlerts(session, groups) };
  decidedAlertsOf.set(groups, made);
  return made;
}

function snoozedAlerts({ arrays, decisions }: CaseSession, groups: AlertGroups): ReadonlyMap<number, number> {
  const until = new Map<number, number>();
  const snooze = (group: number, untilMs: number): void => {
    if (group >= 0) until.set(group, Math.max(untilMs, until.get(group) ?? 0));
  };
  const ofEntities = new Map<string, number>();
  for (const [key, untilMs] of decisions.snoozes) {
    const row = rowOfKey(arrays, key);
    if (row >= 0) snooze(groups.groupOfRow(row), untilMs);
    else ofEntities.set(key, untilMs);
  }
  if (ofEntities.size > 0)
    groups.topSequences.forEach((row, group) => {
      for (const key of keysOfRow(arrays, row)) snooze(ofEntities.has(key) ? group : -1, ofEntities.get(key) ?? 0);
    });
  return until;
}

function writeCursor(cursor: AlertCursor): string {
  return Buffer.from(JSON.stringify([cursor.topSequence, ...cursor.values])).toString('base64url');
}

function parseCursor(text: string, keys: readonly SortKey[]): AlertCursor {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === keys.length + 1 && parts.every(isSortValue)) {
      const [topSequence, ...values] = parts;
      if (topSequence !== null) return { topSequence, values };
    }
  } catch {
    // Not a cursor at all: told below.
  }
  throw usageError('WRONG_USE', 'The place to go on from does not belong to this list.', 'Ask for the first page.');
}

function isSortValue(value: unknown): value is number | null {
  return value === null || typeof value === 'number';
}

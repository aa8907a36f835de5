import { usageError } from '../../domain/error.ts';
import { localDay } from '../../domain/time-zone.ts';
import type { VerdictKind } from '../../domain/verdict.ts';
import type { AlertFilter } from '../../../preload/contract/alert-choice.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import {
  cursorAt,
  flaggedRowsOf,
  positionAfter,
  rankTexts,
  sortAlerts,
  type AlertCursor,
  type AlertGroups,
  type SortKey,
} from './alert-groups.ts';
import { keyOfRow, keysOfRow, rowOfKey } from './alert-keys.ts';
import { rowsOfCode, UNKNOWN_CODE, type CaseArrays } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import { decisionOfRows, type AlertDecision, type DecisionState } from '../decisions/decision-state.ts';
import { keepNewest, type ModelView } from '../model/model-view.ts';
import { firstReason } from '../model/reason-words.ts';

type Sort = ParsedRequestInput<'alerts.page'>['sort'][number];
type RowCondition = (row: number) => boolean;

const cachedOrders = 8;
/** Raw text looked at per row when searching; a longer row is found by its beginning. */
const searchedBytes = 4096;

/** What is known of the alerts of one threshold, made once. */
interface ListCache {
  readonly orders: Map<string, { readonly keys: readonly SortKey[]; readonly order: Uint32Array }>;
  readonly passing: Map<string, PassingAlerts>;
  entityRanks?: Float64Array;
  searchTexts?: ReadonlyMap<number, string>;
  state?: DecidedAlerts;
}

/** Decisions laid over the alerts of one threshold. */
interface DecidedAlerts {
  readonly of: DecisionState;
  /** What was decided of each alert that a verdict touches. */
  readonly decisions: ReadonlyMap<number, AlertDecision>;
  readonly snoozedUntil: ReadonlyMap<number, number>;
}

/** Which alerts pass a filter of transactions. */
interface PassingAlerts {
  /** Per alert the row by which it passes, or -1. */
  readonly rows: Int32Array;
  /** Whether the filter asks for anything, so that the row says more than that it is the most anomalous. */
  readonly isFiltered: boolean;
}

const caches = new WeakMap<AlertGroups, ListCache>();

function cacheOf(groups: AlertGroups): ListCache {
  let cache = caches.get(groups);
  if (cache === undefined) {
    cache = { orders: new Map(), passing: new Map() };
    caches.set(groups, cache);
  }
  return cache;
}

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
  const reasonsPending = explain(
    view,
    page.map((group) => groups.topSequences[group]),
  );
  return {
    rows: alertRows(session, view, groups, page, passing),
    next,
    total: chosen.length,
    transactions: chosen.reduce((sum, group) => sum + groups.starts[group + 1] - groups.starts[group], 0),
    decided: counts.fraud + counts.legitimate + counts.valuable + counts.unsure,
    counts,
    reasonsPending,
  };
}

type AlertState = VerdictKind | 'none' | 'snoozed';

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
  const passing = passingAlerts(session, groups, rowFilter);
  const { decisions, snoozedUntil } = decidedAlerts(session, groups);
  const stateOf = (group: number): AlertState => {
    const decision = decisions.get(group);
    if (decision?.newSequences.length === 0) return decision.verdict.kind;
    return (snoozedUntil.get(group) ?? 0) > nowMs ? 'snoozed' : 'none';
  };
  const wanted = wantedVerdicts === undefined ? null : new Set<AlertState>(wantedVerdicts);
  const counts: Record<AlertState, number> = { fraud: 0, legitimate: 0, valuable: 0, unsure: 0, none: 0, snoozed: 0 };
  for (let group = 0; group < groups.count; group++) if (passing.rows[group] >= 0) counts[stateOf(group)]++;
  return {
    view,
    groups,
    ...sorted(session, groups, sort),
    passing,
    isChosen: (group) => passing.rows[group] >= 0 && (wanted === null || wanted.has(stateOf(group))),
    counts,
  };
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
 * @param passing by which transactions they passed a filter
 */
export function alertRows(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  alerts: readonly number[],
  passing: PassingAlerts | null = null,
): readonly AlertRow[] {
  const { arrays } = session;
  const matches = passing?.isFiltered === true ? matchedRows(arrays, alerts, passing) : null;
  const { keysWithNotes } = session.decisions;
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
      score: view.scoreOf(groups.sums[group]),
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
      verdict: decision === undefined || isOpenAgain ? null : decision.verdict.kind,
      reopened: isOpenAgain
        ? {
            kind: decision.verdict.kind,
            decidedAtMs: decision.verdict.atMs,
            newTransactions: decision.newSequences.length,
          }
        : null,
      snoozedUntilMs: snoozedUntil.get(group) ?? null,
      hasNote: noteKeysOf(arrays, flagged).some((key) => keysWithNotes.has(key)),
      matched: matches?.[index] ?? null,
    };
  });
}

function matchedRows(
  arrays: CaseArrays,
  alerts: readonly number[],
  { rows }: PassingAlerts,
): readonly NonNullable<AlertRow['matched']>[] {
  const sequences = alerts.map((group) => rows[group]);
  const ids = arrays.ids(sequences);
  return sequences.map((sequence, index) => ({
    sequence: arrays.numbers.numberOf(sequence),
    id: ids[index],
    timeMs: numberAt(arrays.times, sequence),
    amount: numberAt(arrays.amounts, sequence),
    counterpart: textAt(arrays.counterpart, sequence),
  }));
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

function sorted(
  session: CaseSession,
  groups: AlertGroups,
  sort: readonly Sort[],
): { readonly keys: readonly SortKey[]; readonly order: Uint32Array } {
  const cache = cacheOf(groups);
  const name = JSON.stringify(sort);
  const known = cache.orders.get(name);
  if (known !== undefined) return known;
  const keys = sort.map(({ by, descending }) => ({
    values: sortValues(session.arrays, groups, cache, by),
    descending,
  }));
  const made = { keys, order: sortAlerts(groups, keys) };
  keepNewest(cache.orders, cachedOrders - 1);
  cache.orders.set(name, made);
  return made;
}

function sortValues(arrays: CaseArrays, groups: AlertGroups, cache: ListCache, by: Sort['by']): Float64Array {
  const tops = groups.topSequences;
  switch (by) {
    case 'score':
      return Float64Array.from(groups.sums, (sum) => -sum);
    case 'amount':
      return Float64Array.from(tops, (row) => arrays.amounts?.[row] ?? NaN);
    case 'time':
      return Float64Array.from(tops, (row) => arrays.times?.[row] ?? row);
    case 'transactions':
      return Float64Array.from(tops, (_, group) => groups.starts[group + 1] - groups.starts[group]);
    case 'entity':
      cache.entityRanks ??= rankTexts(Array.from(tops, (row) => textAt(arrays.entity, row) ?? keyOfRow(arrays, row)));
      return cache.entityRanks;
  }
}

/** Alerts that open on the day of the filter, and of which some flagged transaction meets all its other conditions at once. */
function passingAlerts(session: CaseSession, groups: AlertGroups, filter: AlertFilter): PassingAlerts {
  const cache = cacheOf(groups);
  const name = JSON.stringify(filter);
  const known = cache.passing.get(name);
  if (known !== undefined) return known;
  const { arrays } = session;
  const conditions = rowConditions(session, groups, cache, filter);
  const day = filter.dayMs === undefined ? null : localDay(arrays.clock, filter.dayMs);
  const isFiltered = conditions.length > 0 || day !== null;
  const rows = new Int32Array(groups.count).fill(-1);
  for (let group = 0; group < groups.count; group++) {
    const opening = groups.openingRows[group];
    if (day !== null && arrays.days?.[opening] !== day) continue;
    rows[group] =
      conditions.length === 0
        ? opening
        : (flaggedRowsOf(groups, group).find((row) => conditions.every((condition) => condition(row))) ?? -1);
  }
  const passing = { rows, isFiltered };
  keepNewest(cache.passing, cachedOrders - 1);
  cache.passing.set(name, passing);
  return passing;
}

function rowConditions(
  session: CaseSession,
  groups: AlertGroups,
  cache: ListCache,
  filter: AlertFilter,
): readonly RowCondition[] {
  const { arrays } = session;
  const { times, amounts } = arrays;
  const conditions: RowCondition[] = [];
  conditions.push(...withinRange(times, filter.fromMs, filter.toMs));
  conditions.push(...withinRange(amounts, filter.minimumAmount, filter.maximumAmount));
  for (const [name, texts] of Object.entries(filter.columns ?? {})) {
    const { codes, dictionary } = arrays.coded(name);
    const wanted = new Set(texts.map((text) => dictionary.find(text)).filter((code) => code >= 0));
    conditions.push((row) => wanted.has(codes[row]));
  }
  if (filter.anyOf !== undefined) conditions.push(isAnyOf(arrays, groups, filter.anyOf));
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) {
    cache.searchTexts ??= searchTexts(session, groups);
    const texts = cache.searchTexts;
    conditions.push((row) => {
      const text = texts.get(row) ?? '';
      return words.every((word) => text.includes(word));
    });
  }
  return conditions;
}

function withinRange(
  values: Float64Array | null,
  least: number | undefined,
  greatest: number | undefined,
): readonly RowCondition[] {
  if (least === undefined && greatest === undefined) return [];
  if (values === null) return [() => false];
  return [(row) => values[row] >= (least ?? -Infinity) && values[row] <= (greatest ?? Infinity)];
}

/** Rows whose id, entity or counterpart is one of the texts, and the rows of alerts whose key is one. */
function isAnyOf(arrays: CaseArrays, groups: AlertGroups, texts: readonly string[]): RowCondition {
  const wanted = new Set(texts.map((text) => text.trim()).filter(Boolean));
  const ids = arrays.ids(groups.rows);
  const rows = new Set<number>();
  ids.forEach((id, index) => {
    if (wanted.has(id)) rows.add(groups.rows[index]);
  });
  for (const text of wanted) {
    const group = groups.groupOfRow(rowOfKey(arrays, text));
    if (group >= 0) for (const row of flaggedRowsOf(groups, group)) rows.add(row);
  }
  const codesIn = (column: CaseArrays['entity']): ReadonlySet<number> =>
    new Set([...wanted].map((text) => column?.dictionary.find(text) ?? -1).filter((code) => code >= 0));
  const entities = codesIn(arrays.entity);
  const counterparts = codesIn(arrays.counterpart);
  return (row) =>
    rows.has(row) ||
    entities.has(arrays.entity?.codes[row] ?? -1) ||
    counterparts.has(arrays.counterpart?.codes[row] ?? -1);
}

/** What a search looks at, in lower case: each flagged row as received; its id and entity are part of it. */
function searchTexts(session: CaseSession, groups: AlertGroups): ReadonlyMap<number, string> {
  const decoder = new TextDecoder();
  const texts = new Map<number, string>();
  for (const row of groups.rows.slice().sort()) {
    const { bytes } = session.openCase.readRaw(row);
    texts.set(row, decoder.decode(bytes.subarray(0, searchedBytes)).toLowerCase());
  }
  return texts;
}

/** What was decided of each alert; computed anew only after a decision. */
export function decidedAlerts(session: CaseSession, groups: AlertGroups): DecidedAlerts {
  const cache = cacheOf(groups);
  const { arrays, decisions: state } = session;
  if (cache.state?.of === state) return cache.state;
  const decisions = new Map<number, AlertDecision>();
  for (const row of state.verdictOfRow.keys()) {
    const group = groups.groupOfRow(row);
    if (group < 0 || decisions.has(group)) continue;
    const decision = decisionOfRows(state, flaggedRowsOf(groups, group), arrays.times);
    if (decision !== null) decisions.set(group, decision);
  }
  const made = { of: state, decisions, snoozedUntil: snoozedAlerts(session, groups) };
  cache.state = made;
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

import { zonedText } from '../../domain/time-zone.ts';
import { usageError } from '../../domain/error.ts';
import { reasonsOf, type VerdictKind } from '../../domain/verdict.ts';
import type { Doing, NewVerdicts } from '../../store/decision-log.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { flaggedRowsOf, type AlertGroups } from '../alerts/alert-groups.ts';
import { keyOfRow, rowOfKey } from '../alerts/alert-keys.ts';
import type { CaseSession } from '../case-session.ts';
import type { ModelView } from '../model/model-view.ts';
import type { Recommendation } from '../../domain/four-eyes.ts';
import { decisionOfRows } from './decision-state.ts';
import { fourEyesOf, keepRecommendations, secondedBy } from './four-eyes.ts';
import { appendToJournal, recordingsDigest, type JournalEntry } from './decision-journal.ts';

type DecidedAlert = NewVerdicts['alerts'][number];

type VerdictInput = ParsedRequestInput<'verdicts.set'> & {
  /** Judged each alone, whatever alert they are in. */
  readonly transactions?: readonly number[];
  readonly note?: string | undefined;
};

/**
 * A verdict on one or many alerts, or on single transactions: one action, undone as one. Of an outcome that needs a second person,
 * what nobody else recommended is kept as a recommendation.
 */
export function setVerdicts(session: CaseSession, doing: Doing, input: VerdictInput): RequestOutput<'verdicts.set'> {
  refuseForeignReason(input);
  const { decisions } = session.writableCase;
  const { kind, reason, closedUntilMs, note } = input;
  const { action, recommended } = decide(session, input.modelId, ({ groups }) => {
    // What is kept is the score that the model gave, whatever was shown.
    const view = session.view(input.modelId);
    const alerts = alertsToDecide(session, view, groups, input);
    if (!input.replace) refuseDecidedByOthers(session, alerts, doing.by);
    const { digest: modelDigest } = view;
    const given = alerts.map((alert) => ({ ...alert, sequences: numbersOf(session, alert.sequences) }));
    const common = { ...doing, kind, reason, modelDigest, closedUntilMs };
    const recommended = wordsThatWait(session, common, given);
    keepRecommendations(session, doing, recommended);
    const stored = given.filter(({ key }) => !recommended.some((word) => word.key === key));
    const keys = recommended.map(({ key }) => key);
    const decided = stored.length === 0 ? null : decisions.addVerdicts({ ...common, alerts: stored });
    const entries: UnsignedEntry[] = [];
    if (decided !== null)
      entries.push({
        ...doing,
        action: decided,
        kind: 'verdict',
        verdict: kind,
        reason,
        modelDigest,
        closedUntilMs,
        alerts: stored.map((alert) => ({ ...alert, sequences: [...alert.sequences] })),
      });
    if (note !== undefined && note !== '')
      for (const { key } of alerts)
        entries.push({
          ...doing,
          key,
          text: note,
          kind: 'note',
          action: decisions.addNote({ ...doing, key, text: note }),
        });
    return { result: { action: decided, recommended: keys }, entries };
  });
  return {
    recommended,
    verdicts: (action === null ? [] : decisions.verdictsOfAction(action)).map((verdict) => ({
      id: verdict.id,
      alertKey: verdict.alertKey,
      kind: verdict.kind,
      reason: verdict.reason,
      transactions: verdict.sequences.length,
      closedUntilMs: verdict.closedUntilMs,
      decidedAtMs: verdict.atMs,
      decidedBy: verdict.by,
      scoreAtDecision: verdict.score,
      modelDigest: verdict.modelDigest,
    })),
    undoDepth: decisions.undoDepth(doing.by),
  };
}

/** What of a verdict only recommends, since its outcome needs a second person and nobody else said the same. */
function wordsThatWait(
  session: CaseSession,
  { kind, ...common }: Omit<NewVerdicts, 'alerts' | 'takenOver'>,
  alerts: readonly DecidedAlert[],
): readonly Recommendation[] {
  if (!fourEyesOf(session).outcomes.includes(kind)) return [];
  return alerts
    .map(({ key, score, sequences }) => ({ ...common, kind, key, score, transactions: [...sequences], signedBy: null }))
    .filter((word) => secondedBy(session, word) === undefined);
}

function alertsToDecide(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  { keys, sequences, transactions = [], kind }: VerdictInput,
): readonly DecidedAlert[] {
  if (sequences !== undefined) return [decidedTransactions(session, view, keys[0], knownNumbers(session, sequences))];
  return decidedOnce([
    ...transactions.map((row) => decidedTransactions(session, view, keyOfRow(session.arrays, row), [row])),
    ...keys.map((key) => decidedAlert(session, view, groups, kind, key)),
  ]);
}

/**
 * What somebody else has decided is replaced only by saying so.
 * @throws AssayError ALREADY_DECIDED, with who and when
 */
function refuseDecidedByOthers(session: CaseSession, alerts: readonly DecidedAlert[], by: string): void {
  const others = alerts.flatMap(({ sequences }) => {
    const decision = decisionOfRows(session.decisions, sequences, session.arrays.times);
    return decision === null || decision.verdict.by === by || decision.newSequences.length > 0
      ? []
      : [decision.verdict];
  });
  const [first] = others;
  if (first === undefined) return;
  const when = zonedText(session.arrays.clock, first.atMs).replace('T', ' ').slice(0, 16);
  const zone = session.arrays.clock.timeZone;
  const which = alerts.length === 1 ? 'This alert' : `${others.length} of these ${alerts.length} alerts`;
  throw usageError(
    'ALREADY_DECIDED',
    `${which} ${others.length === 1 ? 'was' : 'were'} decided by ${first.by} as ${first.kind} (${when} ${zone}).`,
    'Look at it again. "Replace", or --replace, puts another verdict in its place.',
  );
}

/** Several keys may name one alert; an alert holds the transaction that gives it its key. */
function decidedOnce(alerts: readonly DecidedAlert[]): readonly DecidedAlert[] {
  return [...new Map(alerts.map((alert) => [alert.key, alert])).values()];
}

/** The extent of a verdict on an alert, or on the one transaction that nobody flagged. */
function decidedAlert(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  kind: VerdictKind,
  key: string,
): DecidedAlert {
  const row = knownRow(session, key);
  const group = groups.groupOfRow(row);
  if (group < 0)
    return { key: keyOfRow(session.arrays, row), score: view.scoreOf(view.sums[row]), sequences: Uint32Array.of(row) };
  return {
    key: keyOfRow(session.arrays, groups.topSequences[group]),
    score: view.scoreOf(view.sums[groups.topSequences[group]]),
    sequences: rowsToJudge(session, flaggedRowsOf(groups, group), kind).sort(),
  };
}

/**
 * Of the flagged transactions of an alert those that a verdict speaks for: the ones that none was shown, with those that
 * were judged the same before (it is extended, or gets its reason); all of them where there are neither.
 */
function rowsToJudge({ decisions }: CaseSession, flagged: Uint32Array, kind: VerdictKind): Uint32Array {
  const ownRows = flagged.filter((row) => (decisions.verdictOfRow.get(row)?.kind ?? kind) === kind);
  return ownRows.length > 0 ? ownRows : flagged.slice();
}

/** One verdict on some transactions alone, kept under the alert that they were chosen in. */
function decidedTransactions(
  session: CaseSession,
  view: ModelView,
  key: string,
  chosen: readonly number[],
): DecidedAlert {
  const rows = Uint32Array.from(new Set(chosen)).sort();
  const top = rows.reduce((least, row) => (view.sums[row] < view.sums[least] ? row : least));
  return { key: knownKey(session, key), score: view.scoreOf(view.sums[top]), sequences: rows };
}

/** @throws AssayError WRONG_USE where the key names no transaction of the case. */
function knownRow({ arrays }: CaseSession, key: string): number {
  const row = rowOfKey(arrays, key);
  if (row >= 0) return row;
  throw usageError('WRONG_USE', `'${key}' is neither an alert nor a transaction of this case.`, 'Reload the list.');
}

/** A key as decisions keep it. */
function knownKey(session: CaseSession, key: string): string {
  return keyOfRow(session.arrays, knownRow(session, key));
}

/** The rows with these numbers; throws as `knownRow` does. */
function knownNumbers(session: CaseSession, numbers: readonly number[]): readonly number[] {
  return numbers.map((number) => knownRow(session, `#${number}`));
}

/** Decisions name rows by their numbers, whatever is taken away before them. */
function numbersOf({ arrays }: CaseSession, rows: Iterable<number>): Uint32Array {
  return Uint32Array.from(rows, (row) => arrays.numbers.numberOf(row));
}

/** Makes some flagged transactions of an alert one of their own. */
export function splitAlert(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'alerts.split'>,
): RequestOutput<'alerts.split'> {
  return regroup(session, doing, input.modelId, 'split', (groups) => {
    const group = groups.groupOfRow(knownRow(session, input.key));
    const own = new Set(group < 0 ? [] : flaggedRowsOf(groups, group));
    const sequences = [...new Set(knownNumbers(session, input.sequences))];
    if (sequences.length >= own.size || sequences.some((row) => !own.has(row)))
      throw usageError(
        'WRONG_USE',
        'Only some of the flagged transactions of one alert can be split from it.',
        'Choose those that are another story, and leave at least one.',
      );
    return sequences;
  });
}

/** Makes one alert of several. */
export function joinAlerts(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'alerts.join'>,
): RequestOutput<'alerts.join'> {
  return regroup(session, doing, input.modelId, 'join', (groups) => {
    const joined = new Set(input.keys.map((key) => groups.groupOfRow(knownRow(session, key))));
    if (joined.has(-1) || joined.size < 2)
      throw usageError(
        'WRONG_USE',
        'Two alerts or more are needed to join them.',
        'Choose several alerts of the list.',
      );
    return [...joined].flatMap((group) => [...flaggedRowsOf(groups, group)]);
  });
}

function regroup(
  session: CaseSession,
  doing: Doing,
  modelId: number,
  how: 'split' | 'join',
  choose: (groups: AlertGroups) => readonly number[],
): RequestOutput<'alerts.split'> {
  const { decisions } = session.writableCase;
  const key = decide(session, modelId, ({ view, groups }) => {
    const rows = [...choose(groups)].sort((left, right) => left - right);
    const top = rows.reduce((least, row) => (view.sums[row] < view.sums[least] ? row : least));
    const key = keyOfRow(session.arrays, top);
    const sequences = numbersOf(session, rows);
    const action = decisions.addGrouping({ ...doing, kind: how, key, sequences });
    return { result: key, entries: [{ ...doing, kind: 'grouping', action, how, key, sequences: [...sequences] }] };
  });
  return { key, undoDepth: decisions.undoDepth(doing.by) };
}

/** Takes back the last verdict, note, snooze, split or join of a person. */
export function undoLast(session: CaseSession, doing: Doing): RequestOutput<'actions.undo'> {
  const { decisions } = session.writableCase;
  const undone = store(session, () => {
    const result = decisions.undoLast(doing);
    return { result, entries: result === null ? [] : [{ ...doing, kind: 'undo', action: result.actionId }] };
  });
  return { undone: undone?.what ?? null, keys: undone?.keys ?? [], undoDepth: decisions.undoDepth(doing.by) };
}

export function addNote(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'notes.add'>,
): RequestOutput<'notes.add'> {
  const { decisions } = session.writableCase;
  const note = { ...doing, key: knownKey(session, input.key), text: input.text };
  store(session, () => {
    decisions.writeDraft(input.key, '', doing.atMs);
    const action = decisions.addNote(note);
    return { result: action, entries: [{ ...note, kind: 'note', action }] };
  });
  return { undoDepth: decisions.undoDepth(doing.by) };
}

export function snoozeAlerts(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'alerts.snooze'>,
): RequestOutput<'alerts.snooze'> {
  const { decisions } = session.writableCase;
  const keys = [...new Set(input.keys.map((key) => knownKey(session, key)))];
  const snooze = { ...doing, keys, untilMs: Math.round(input.untilMs) };
  store(session, () => {
    const action = decisions.addSnooze(snooze);
    return { result: action, entries: [{ ...snooze, kind: 'snooze', action }] };
  });
  return { undoDepth: decisions.undoDepth(doing.by) };
}

export function writeDraft(session: CaseSession, { atMs }: Doing, input: ParsedRequestInput<'drafts.write'>): null {
  session.writableCase.decisions.writeDraft(input.key, input.text, atMs);
  return null;
}

export function readDraft(session: CaseSession, input: ParsedRequestInput<'drafts.read'>): { readonly text: string } {
  return { text: session.openCase.decisions.draft(input.key) };
}

type WithoutCommon<Entry> = Entry extends JournalEntry ? Omit<Entry, 'format' | 'recordings'> : never;
export type UnsignedEntry = WithoutCommon<JournalEntry>;

interface Decided<T> {
  readonly entries: readonly UnsignedEntry[];
  readonly result: T;
}

/**
 * Decides by what the alerts of a model are when nobody else can decide any more: what others did since the case was
 * looked at counts.
 */
function decide<T>(
  session: CaseSession,
  modelId: number,
  work: (alerts: ReturnType<CaseSession['alerts']>) => Decided<T>,
): T {
  // Read beforehand, so that nobody waits for it; within the transaction only what changed since is read again.
  session.alerts(modelId);
  return store(session, () => {
    session.refresh();
    return work(session.alerts(modelId));
  });
}

/** Stores decisions and their lines in the journal together. */
export function store<T>(session: CaseSession, work: () => Decided<T>): T {
  const openedCase = session.writableCase;
  const decided = openedCase.inTransaction(() => {
    const { entries, result } = work();
    const recordings = recordingsDigest(openedCase);
    for (const entry of entries) appendToJournal(session.path, { ...entry, format: 1, recordings });
    return result;
  });
  session.decisionsChanged();
  return decided;
}

function refuseForeignReason({ kind, reason }: ParsedRequestInput<'verdicts.set'>): void {
  const fitting = reasonsOf(kind);
  if (reason === null || fitting.includes(reason)) return;
  throw usageError(
    'WRONG_USE',
    `“${reason}” is no reason for a verdict of ${kind}.`,
    fitting.length === 0
      ? `A verdict of ${kind} takes no reason; write a note.`
      : `Give one of: ${fitting.join(', ')}.`,
  );
}

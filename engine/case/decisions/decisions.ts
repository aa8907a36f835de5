import { usageError } from '../../domain/error.ts';
import type { Doing, NewVerdicts } from '../../store/decision-log.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { flaggedRowsOf, type AlertGroups } from '../alerts/alert-groups.ts';
import { groupOfKey, subjectOfKey } from '../alerts/alert-keys.ts';
import { currentAlerts } from '../alerts/alert-list.ts';
import { rowsOfCode } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import { appendToJournal, recordingsDigest, type JournalEntry } from './decision-journal.ts';
import type { ModelView } from '../model/model-view.ts';

type DecidedAlert = NewVerdicts['alerts'][number];

/** A verdict on one or many alerts: one action, undone as one. */
export function setVerdicts(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'verdicts.set'>,
): RequestOutput<'verdicts.set'> {
  const { view, groups } = currentAlerts(session, input.modelId);
  const alerts = [...new Set(input.keys)].map((key) => decidedAlert(session, view, groups, key));
  const { decisions } = session.writableCase;
  const actionId = store(session, () => {
    const action = decisions.addVerdicts({
      ...doing,
      kind: input.kind,
      reason: input.reason,
      modelDigest: view.digest,
      alerts,
    });
    return {
      ...doing,
      action,
      kind: 'verdict',
      verdict: input.kind,
      reason: input.reason,
      modelDigest: view.digest,
      alerts: alerts.map((alert) => ({ ...alert, sequences: [...alert.sequences] })),
    };
  });
  return {
    verdicts: decisions.verdictsOfAction(actionId).map((verdict) => ({
      id: verdict.id,
      alertKey: verdict.alertKey,
      kind: verdict.kind,
      reason: verdict.reason,
      decidedAtMs: verdict.atMs,
      decidedBy: verdict.by,
      scoreAtDecision: verdict.score,
      modelDigest: verdict.modelDigest,
    })),
    undoDepth: decisions.undoDepth(),
  };
}

/** The score and the transactions a verdict is about: the flagged ones, or the most anomalous one where none is. */
function decidedAlert(session: CaseSession, view: ModelView, groups: AlertGroups, key: string): DecidedAlert {
  const { arrays } = session;
  const group = groupOfKey(arrays, groups, key);
  if (group >= 0)
    return { key, score: view.scoreOf(groups.sums[group]), sequences: flaggedRowsOf(groups, group).slice().sort() };
  const rows = rowsOfKey(session, key);
  if (rows.length === 0)
    throw usageError(
      'WRONG_USE',
      `'${key}' is neither an alert nor an entity of this case.`,
      'Reload the list and decide again.',
    );
  let top = rows[0];
  for (const row of rows) if (view.sums[row] < view.sums[top]) top = row;
  return { key, score: view.scoreOf(view.sums[top]), sequences: Uint32Array.of(top) };
}

/** All rows a key speaks of; none where the case does not know it. */
function rowsOfKey({ arrays }: CaseSession, key: string): ArrayLike<number> & Iterable<number> {
  const subject = subjectOfKey(arrays, key);
  if (subject === null) return [];
  if ('sequence' in subject) return [subject.sequence];
  return arrays.rowsByEntity === null ? [] : rowsOfCode(arrays.rowsByEntity, subject.code);
}

/** Takes back the last verdict, note or snooze. */
export function undoLast(session: CaseSession, doing: Doing): RequestOutput<'actions.undo'> {
  const { decisions } = session.writableCase;
  if (decisions.undoDepth() === 0) return { undone: null, keys: [], undoDepth: 0 };
  let undone: string | null = null;
  let keys: readonly string[] = [];
  store(session, () => {
    const action = decisions.undoLast(doing);
    undone = action?.what ?? null;
    keys = action?.keys ?? [];
    return { ...doing, kind: 'undo', action: action?.actionId ?? 0 };
  });
  return { undone, keys, undoDepth: decisions.undoDepth() };
}

export function addNote(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'notes.add'>,
): RequestOutput<'notes.add'> {
  refuseUnknownKeys(session, [input.key]);
  const { decisions } = session.writableCase;
  const note = { ...doing, key: input.key, text: input.text };
  store(session, () => ({ ...note, kind: 'note', action: decisions.addNote(note) }));
  decisions.writeDraft(input.key, '', note.atMs);
  return { undoDepth: decisions.undoDepth() };
}

export function snoozeAlerts(
  session: CaseSession,
  doing: Doing,
  input: ParsedRequestInput<'alerts.snooze'>,
): RequestOutput<'alerts.snooze'> {
  const keys = [...new Set(input.keys)];
  refuseUnknownKeys(session, keys);
  const { decisions } = session.writableCase;
  const snooze = { ...doing, keys, untilMs: Math.round(input.untilMs) };
  store(session, () => ({ ...snooze, kind: 'snooze', action: decisions.addSnooze(snooze) }));
  return { undoDepth: decisions.undoDepth() };
}

export function writeDraft(session: CaseSession, { atMs }: Doing, input: ParsedRequestInput<'drafts.write'>): null {
  session.writableCase.decisions.writeDraft(input.key, input.text, atMs);
  return null;
}

export function readDraft(session: CaseSession, input: ParsedRequestInput<'drafts.read'>): { readonly text: string } {
  return { text: session.openCase.decisions.draft(input.key) };
}

export function auditPage(session: CaseSession, input: ParsedRequestInput<'audit.page'>): RequestOutput<'audit.page'> {
  const { decisions } = session.openCase;
  const page = decisions.auditPage({
    ...(input.after === undefined ? {} : { after: input.after }),
    limit: input.limit,
  });
  return { rows: page.rows, next: page.next, chainIsWhole: decisions.brokenAuditEntry() === null };
}

type WithoutCommon<Entry> = Entry extends JournalEntry ? Omit<Entry, 'format' | 'recordings'> : never;

/** Stores a decision and its line in the journal together; returns the action's id. */
function store(session: CaseSession, decide: () => WithoutCommon<JournalEntry>): number {
  const openedCase = session.writableCase;
  const actionId = openedCase.inTransaction(() => {
    const entry = decide();
    appendToJournal(session.path, { ...entry, format: 1, recordings: recordingsDigest(openedCase) });
    return entry.action;
  });
  session.decisionsChanged();
  return actionId;
}

function refuseUnknownKeys(session: CaseSession, keys: readonly string[]): void {
  const unknown = keys.find((key) => subjectOfKey(session.arrays, key) === null);
  if (unknown !== undefined)
    throw usageError('WRONG_USE', `'${unknown}' is neither an alert nor an entity of this case.`, 'Reload the list.');
}

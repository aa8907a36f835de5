import { usageError } from '../../domain/error.ts';
import type { AuditEntry } from '../../../preload/contract/history.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import type { AuditEntry as StoredEntry, AuditFilter } from '../../store/decision-log.ts';
import { flaggedRowsOf } from '../alerts/alert-groups.ts';
import { nameOfKey, noteKeysOf } from '../alerts/alert-list.ts';
import { rowOfKey } from '../alerts/alert-keys.ts';
import type { CaseSession } from '../case-session.ts';

type Choice = Pick<ParsedRequestInput<'audit.page'>, 'alert' | 'model' | 'text'>;

/** The history of a case, newest first: all of it, of one alert, of one model, or what holds some words. */
export function historyPage(
  session: CaseSession,
  input: ParsedRequestInput<'audit.page'>,
): RequestOutput<'audit.page'> {
  const { decisions } = session.openCase;
  const page = decisions.auditPage({
    ...auditFilter(session, input),
    ...(input.after === undefined ? {} : { after: input.after }),
    limit: input.limit,
  });
  return {
    rows: withSubjects(session, page.rows),
    next: page.next,
    brokenEntry: decisions.brokenAuditEntry(),
  };
}

function withSubjects(session: CaseSession, entries: readonly StoredEntry[]): readonly AuditEntry[] {
  const subjects = session.openCase.decisions.auditSubjects(entries.map(({ id }) => id));
  return entries.map((entry) => ({ ...entry, about: aboutWords(session, subjects.get(entry.id)) }));
}

/** The first alert by its entity, else its transaction, and how many there are besides. */
function aboutWords(
  { arrays }: CaseSession,
  subjects: { readonly first: string; readonly count: number } | undefined,
): string {
  if (subjects === undefined) return '';
  const name = nameOfKey(arrays, subjects.first);
  return subjects.count === 1 ? name : `${name} and ${(subjects.count - 1).toLocaleString('en')} more`;
}

const pageRows = 500;

/** Every entry of the history that a choice takes, oldest first. */
export function wholeHistory(session: CaseSession, choice: Choice): readonly AuditEntry[] {
  const filter = auditFilter(session, choice);
  const entries: AuditEntry[] = [];
  let after: number | null = Number.MAX_SAFE_INTEGER;
  while (after !== null) {
    const page = session.openCase.decisions.auditPage({ ...filter, after, limit: pageRows });
    entries.push(...withSubjects(session, page.rows));
    after = page.next;
  }
  return entries.reverse();
}

function auditFilter(session: CaseSession, { alert, model, text }: Choice): AuditFilter {
  return {
    ...(alert === undefined ? {} : { keys: keysOfAlert(session, alert) }),
    ...(model === undefined ? {} : { modelDigest: session.chosenModel(model).digest }),
    ...(text === undefined || text === '' ? {} : { text }),
  };
}

/**
 * The keys of an alert under the champion; of a transaction that is not flagged, its own.
 * @throws AssayError WRONG_USE where the key names no transaction of the case.
 */
function keysOfAlert(session: CaseSession, key: string): readonly string[] {
  const row = rowOfKey(session.arrays, key);
  if (row < 0)
    throw usageError('WRONG_USE', `'${key}' is no alert of this case.`, '`assay alerts --case FILE` lists the keys.');
  if (session.models.length === 0) return [key];
  const { groups } = session.alerts(session.chosenModel(undefined).id);
  const group = groups.groupOfRow(row);
  return noteKeysOf(session.arrays, group < 0 ? Uint32Array.of(row) : flaggedRowsOf(groups, group));
}

import { usageError } from '../domain/error.ts';
import type { Doing } from '../store/decision-log.ts';
import type { CaseSession } from './case-session.ts';
import { applyRetention, planRetention } from './retention.ts';

/*
 * Erasure by age: old rows go, and of what stays of them for decisions nobody can be named any more, since the sealed texts behind
 * their tokens go. The history stays whole: it says what was erased, and its links cover digests of what is left.
 */

const dayMs = 86_400_000;
/** The end of a token: a hyphen and its code. */
const codes = /-(?<code>[0-9a-hjkmnp-tv-z]{12})/gu;

/** What an erasure takes away, before or after it did. */
export interface Erasure {
  readonly removedRows: number;
  /** As old, but kept: decisions stand on them, or newer rows lie in their segment. Their people are forgotten all the same. */
  readonly keptRows: number;
  /** Texts of people that nobody can see again, whatever key they have. */
  readonly forgottenTexts: number;
}

/** What would go. @throws AssayError WRONG_USE where the case knows no event times */
export function planErasure(session: CaseSession, olderThanDays: number): Erasure {
  const { removedRows } = planRetention(session, { olderThanDays, keepRows: null });
  return {
    removedRows,
    keptRows: oldRows(session, olderThanDays) - removedRows,
    forgottenTexts: forgettableTokens(session, olderThanDays).length,
  };
}

/** Takes it away, and says so, with the reason, in the history. Give the file's space back afterwards: until then it lies in free pages. */
export function applyErasure(session: CaseSession, olderThanDays: number, reason: string, doing: Doing): Erasure {
  const openedCase = session.writableCase;
  const done = openedCase.inTransaction(() => {
    const planned = planErasure(session, olderThanDays);
    const tokens = forgettableTokens(session, olderThanDays);
    if (planned.removedRows + tokens.length === 0) return planned;
    applyRetention(session, { olderThanDays, keepRows: null }, doing);
    openedCase.change(doing, () => {
      openedCase.forgetSealedTexts(tokens);
      return {
        what: `erased what is older than ${olderThanDays} days: ${planned.removedRows} rows, ${tokens.length} texts of people (${reason})`,
        details: { olderThanDays, reason, ...planned },
        result: undefined,
      };
    });
    return planned;
  });
  session.rowsChanged();
  session.decisionsChanged();
  return done;
}

/** When a row is old; throws where nothing has a time. */
function limitMsOf({ arrays }: CaseSession, olderThanDays: number): number {
  if (arrays.timeSpan === null)
    throw usageError('WRONG_USE', 'The case knows no time of its transactions, so none is older than another.');
  return arrays.timeSpan.last - olderThanDays * dayMs;
}

function oldRows(session: CaseSession, olderThanDays: number): number {
  const limitMs = limitMsOf(session, olderThanDays);
  return session.arrays.times?.reduce((count, time) => count + (time < limitMs ? 1 : 0), 0) ?? 0;
}

/** Tokens whose texts stand in no row that is young enough, or has no time. */
function forgettableTokens(session: CaseSession, olderThanDays: number): readonly string[] {
  const limitMs = limitMsOf(session, olderThanDays);
  const { times, segments } = session.arrays;
  const tokens = session.openCase.sealedTokens();
  if (tokens.length === 0) return [];
  const byCode = Map.groupBy(tokens, (token) => token.slice(-12));
  const used = new Set<string>();
  for (const segment of segments) {
    const records = session.openCase.readRawSegment(segment);
    records.forEach((record, at) => {
      if ((times?.[segment.firstSequence + at] ?? NaN) < limitMs) return;
      const text = Buffer.from(record).toString('latin1');
      for (const { index, 0: match, groups } of text.matchAll(codes))
        for (const token of byCode.get(groups?.['code'] ?? '') ?? [])
          if (text.startsWith(token, index + match.length - token.length)) used.add(token);
    });
  }
  return tokens.filter((token) => !used.has(token));
}

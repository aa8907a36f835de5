import { z } from 'zod';
import { usageError } from '../../domain/error.ts';
import { agree, type Recommendation } from '../../domain/four-eyes.ts';
import type { Doing } from '../../store/decision-log.ts';
import { keyOfRow } from '../alerts/alert-keys.ts';
import type { CaseSession } from '../case-session.ts';
import { carriedHeaderSchema, carriedHeader, carriedVerdictSchema, refuseForeignNumbers } from './carried-verdicts.ts';
import { store, type UnsignedEntry } from './decisions.ts';
import { fourEyesOf, keepRecommendations, recommendationsOf } from './four-eyes.ts';

/* What one person said of outcomes that need two, on the way to another laptop. A hand-over speaks for its signer alone. */

export const handedOverSchema = z.object({
  header: carriedHeaderSchema,
  by: z.string().min(1).max(200),
  words: z.array(carriedVerdictSchema),
});
export type HandedOver = z.infer<typeof handedOverSchema>;

/** What a person said here of outcomes that need two: recommendations, and verdicts that answered somebody else's. */
export function ownWords(session: CaseSession, by: string): HandedOver {
  const { arrays, decisions } = session;
  const { outcomes } = fourEyesOf(session);
  const recommended = recommendationsOf(session)
    .filter((word) => word.by === by && word.signedBy === null)
    .map((word) => ({
      ...word,
      rows: word.transactions.map((number) => arrays.numbers.sequenceOf(number)).filter((row) => row >= 0),
    }));
  const decided = decisions.verdicts
    .filter((verdict) => verdict.by === by && outcomes.includes(verdict.kind))
    .map((verdict) => ({ ...verdict, rows: [...verdict.sequences] }));
  return {
    header: carriedHeader(session),
    by,
    words: [...recommended, ...decided]
      .filter(({ rows }) => rows.length > 0)
      .map(({ rows, kind, reason, atMs, score, modelDigest, closedUntilMs }) => ({
        ...{ transactions: [...arrays.ids(rows)], kind, reason, by, atMs, score, modelDigest, closedUntilMs },
      })),
  };
}

export interface TakenWords {
  readonly read: number;
  /** That wait for a second person here. */
  readonly recommended: number;
  /** That made a verdict, together with what somebody said here. */
  readonly decided: number;
  /** That were here before, or are of an outcome that needs no second person here. */
  readonly known: number;
  /** An id of each that names no transaction of the case, or several. */
  readonly unmatched: readonly string[];
}

/**
 * Takes over what somebody else said, whose key has been checked. Of two who said the same the later one decided, wherever the
 * words meet first, so that both laptops come to one answer.
 * @param signedBy fingerprint of the key
 * @throws AssayError WRONG_USE where it is one's own, or names rows of other recordings by their numbers
 */
export function takeWords(session: CaseSession, doing: Doing, handed: HandedOver, signedBy: string): TakenWords {
  if (handed.by === doing.by)
    throw usageError(
      'WRONG_USE',
      `${handed.by} cannot be the second person of what ${handed.by} said.`,
      'Somebody else takes the hand-over.',
    );
  refuseForeignNumbers(session, handed.header);
  return store(session, () => {
    session.refresh();
    const rule = fourEyesOf(session);
    const unmatched: string[] = [];
    const kept: Recommendation[] = [];
    const entries: UnsignedEntry[] = [];
    let decided = 0;
    let known = 0;
    // Who signed speaks for themselves alone, whatever a file says.
    const own = handed.words.filter(({ by, kind }) => by === handed.by && rule.outcomes.includes(kind));
    known += handed.words.length - own.length;
    const rowsOfId = session.arrays.everyRowOfIds(own.flatMap(({ transactions }) => transactions));
    for (const carried of own) {
      const found = carried.transactions.map((id) => rowsOfId.get(id) ?? []);
      const unclear = carried.transactions.find((_, at) => found[at].length !== 1);
      if (unclear !== undefined) {
        unmatched.push(unclear);
        continue;
      }
      const word = wordOf(session, carried, found.flat(), signedBy);
      if (isKnown(session, word)) {
        known++;
        continue;
      }
      const partner = recommendationsOf(session).findLast((other) => agree(rule, other, word));
      if (partner === undefined || partner.atMs <= word.atMs) {
        if (partner !== undefined) {
          entries.push(decide(session, doing, word));
          decided++;
        } else kept.push(word);
      } else {
        kept.push(word);
        entries.push(decide(session, doing, { ...partner, transactions: [...word.transactions] }));
        decided++;
      }
    }
    keepRecommendations(session, doing, kept);
    const recommended = handed.words.length - decided - known - unmatched.length;
    return { result: { read: handed.words.length, recommended, decided, known, unmatched }, entries };
  });
}

function wordOf(
  session: CaseSession,
  carried: HandedOver['words'][number],
  rows: readonly number[],
  signedBy: string,
): Recommendation {
  const { arrays } = session;
  const numbers = [...new Set(rows.map((row) => arrays.numbers.numberOf(row)))].sort((left, right) => left - right);
  const { kind, reason, by, atMs, score, modelDigest, closedUntilMs } = carried;
  const key = keyOfRow(arrays, rows[0]);
  return { key, transactions: numbers, kind, reason, by, atMs, score, modelDigest, closedUntilMs, signedBy };
}

/** Said here before, as a recommendation or as a verdict, taken back or not. */
function isKnown(session: CaseSession, word: Recommendation): boolean {
  const isSame = (
    other: { readonly by: string; readonly atMs: number; readonly kind: string },
    numbers: readonly number[],
  ): boolean =>
    other.by === word.by &&
    other.atMs === word.atMs &&
    other.kind === word.kind &&
    numbers.length === word.transactions.length &&
    numbers.toSorted((left, right) => left - right).every((number, at) => number === word.transactions[at]);
  return (
    recommendationsOf(session).some((known) => isSame(known, known.transactions)) ||
    session.writableCase.decisions.everyVerdict().some((verdict) => isSame(verdict, [...verdict.sequences]))
  );
}

/** The verdict of the later of two people, as it was said. */
function decide(session: CaseSession, doing: Doing, word: Recommendation): UnsignedEntry {
  const { key, transactions, kind, reason, by, atMs, score, modelDigest, closedUntilMs } = word;
  const alerts = [{ key, score, sequences: Uint32Array.from(transactions) }];
  const verdict = { kind, reason, by, atMs, modelDigest, closedUntilMs };
  const action = session.writableCase.decisions.addVerdicts({ ...verdict, alerts, takenOver: doing });
  return {
    ...{ kind: 'verdict', by, atMs, action, verdict: kind, reason, modelDigest, closedUntilMs },
    alerts: [{ key, score, sequences: [...transactions] }],
  };
}

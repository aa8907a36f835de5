import { z } from 'zod';
import {
  agree,
  fourEyesSchema,
  recommendationSchema,
  type FourEyes,
  type Recommendation,
} from '../../domain/four-eyes.ts';
import { usageError } from '../../domain/error.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { WaitingRecommendation } from '../../../preload/contract/four-eyes.ts';
import { nameOfKey } from '../alerts/alert-list.ts';
import type { CaseSession } from '../case-session.ts';
import { decisionOfRows } from './decision-state.ts';

/*
 * Four eyes without a server: an outcome that the case was told to watch stands only where two people gave it. The first word is
 * kept as a recommendation, the second makes it a verdict.
 */

/** Settings of a case: which outcomes need a second person, and what was recommended. */
const RULE_SETTING = 'four eyes';
const WORDS_SETTING = 'recommendations';

const wordsSchema = z.array(recommendationSchema);

/** Which outcomes of a case need a second person. */
export function fourEyesOf({ openCase }: Pick<CaseSession, 'openCase'>): FourEyes {
  const result = fourEyesSchema.safeParse(openCase.setting(RULE_SETTING) ?? {});
  return result.success ? result.data : fourEyesSchema.parse({});
}

/** Says which outcomes need a second person from now on; what stands, stands. */
export function setFourEyes(session: CaseSession, rule: FourEyes, doing: Doing): void {
  const outcomes = [...new Set(rule.outcomes)];
  session.writableCase.chooseSetting(RULE_SETTING, { outcomes, signed: rule.signed }, doing);
}

/** Everything that was recommended and not withdrawn, oldest first. */
export function recommendationsOf({ openCase }: Pick<CaseSession, 'openCase'>): readonly Recommendation[] {
  const result = wordsSchema.safeParse(openCase.setting(WORDS_SETTING) ?? []);
  return result.success ? result.data : [];
}

/** What was recommended of any of these rows, oldest first. */
export function recommendationsOn(session: CaseSession, rows: Iterable<number>): readonly Recommendation[] {
  const words = recommendationsOf(session);
  if (words.length === 0) return [];
  const numbers = new Set(Array.from(rows, (row) => session.arrays.numbers.numberOf(row)));
  return words.filter(({ transactions }) => transactions.some((number) => numbers.has(number)));
}

/** What was recommended and no verdict has answered since: nothing later stands on all of its transactions. */
export function waitingRecommendations(session: CaseSession): readonly Recommendation[] {
  const { arrays, decisions } = session;
  return recommendationsOf(session).filter(({ transactions, atMs }) => {
    const rows = Uint32Array.from(
      transactions.map((number) => arrays.numbers.sequenceOf(number)).filter((row) => row >= 0),
    );
    const decision = decisionOfRows(decisions, rows, arrays.times);
    return decision === null || decision.newSequences.length > 0 || decision.verdict.atMs < atMs;
  });
}

/** The words that a new one makes a verdict of; undefined where it only recommends. */
export function secondedBy(session: CaseSession, word: Recommendation): Recommendation | undefined {
  const rule = fourEyesOf(session);
  return recommendationsOf(session).findLast((known) => agree(rule, known, word));
}

/**
 * Keeps words as recommendations, each in the place of what the same person said of the same transactions. Call it within the
 * transaction of the change.
 */
export function keepRecommendations(session: CaseSession, doing: Doing, words: readonly Recommendation[]): void {
  if (words.length === 0) return;
  const others = recommendationsOf(session).filter((known) => !words.some((word) => isSameSubject(known, word)));
  const [{ kind, by, signedBy }] = words;
  const from = signedBy === null ? '' : `, handed over with the key ${signedBy.slice(0, 12)}`;
  session.writableCase.change(doing, () => {
    session.writableCase.setSetting(
      WORDS_SETTING,
      [...others, ...words].map((word) => ({ ...word, transactions: [...word.transactions] })),
    );
    return {
      what: `recommended ${kind} by ${by}${from}: ${words.length === 1 ? words[0].key : `${words.length} alerts`}`,
      details: { recommended: words.map((word) => ({ ...word, transactions: [...word.transactions] })) },
      result: undefined,
    };
  });
}

function isSameSubject(known: Recommendation, word: Recommendation): boolean {
  if (known.by !== word.by) return false;
  const numbers = new Set(word.transactions);
  return known.transactions.some((number) => numbers.has(number));
}

/**
 * Takes one's own recommendation back.
 * @throws AssayError WRONG_USE where this person recommended nothing of that alert
 */
export function withdrawRecommendation(session: CaseSession, doing: Doing, key: string): void {
  const openedCase = session.writableCase;
  openedCase.change(doing, () => {
    const words = recommendationsOf(session);
    const own = words.filter((word) => word.by === doing.by && word.key === key);
    if (own.length === 0)
      throw usageError(
        'WRONG_USE',
        `${doing.by} has recommended nothing of ${key}.`,
        'Only who recommended withdraws.',
      );
    openedCase.setSetting(
      WORDS_SETTING,
      words.filter((word) => !own.includes(word)).map((word) => ({ ...word, transactions: [...word.transactions] })),
    );
    return { what: `recommendation of ${own[0].kind} withdrawn: ${key}`, details: { key }, result: undefined };
  });
}

/** What the window shows of it. */
export function readFourEyes(session: CaseSession): {
  readonly rule: FourEyes;
  readonly waiting: readonly WaitingRecommendation[];
} {
  return {
    rule: fourEyesOf(session),
    waiting: waitingRecommendations(session).map(({ key, kind, reason, by, atMs, signedBy, transactions }) => ({
      ...{ key, kind, reason, by, atMs, signedBy },
      name: nameOfKey(session.arrays, key),
      transactions: transactions.length,
    })),
  };
}

import type { Narrative } from '../../../preload/contract/alerts.ts';
import type { ParsedRequestInput } from '../../../preload/contract/requests.ts';
import { impossible, usageError } from '../../domain/error.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { findAlert, flaggedThenNearest } from './alert-detail.ts';
import { flaggedRowsOf } from './alert-groups.ts';
import { currencyOf, decidedAlerts, entityRowsOf, noteKeysOf, numberAt, textAt } from './alert-list.ts';
import type { CaseArrays } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import {
  narrativeSentences,
  narrativeSubject,
  narrativeText,
  type NarrativeFacts,
  type NarrativeTransaction,
} from './narrative.ts';
import { rowsBefore } from './own-normal.ts';
import { describedReasons } from '../model/reason-words.ts';
import { recommendationsOn } from '../decisions/four-eyes.ts';

/** Ids named behind one sentence; the others are counted. */
const citedTransactions = 12;
const statedReasons = 3;
const statedCategories = 5;

/**
 * The draft about one decided alert, from facts of the case only.
 * @throws AssayError WRONG_USE where the model has no such alert, or nobody has decided it.
 */
export function alertNarrative(session: CaseSession, input: ParsedRequestInput<'alerts.narrative'>): Narrative {
  const facts = factsOf(session, input);
  if (facts.decision === null)
    throw usageError(
      'WRONG_USE',
      `Alert '${input.key}' has no verdict, so there is nothing to tell of it yet.`,
      'Decide it, then ask again.',
    );
  return narrativeOf(session, facts);
}

/**
 * The same of any alert; one that nobody has decided says so.
 * @throws AssayError WRONG_USE where the model has no such alert
 */
export function alertStory(session: CaseSession, input: ParsedRequestInput<'alerts.narrative'>): Narrative {
  return narrativeOf(session, factsOf(session, input));
}

function narrativeOf(session: CaseSession, facts: NarrativeFacts): Narrative {
  const sentences = narrativeSentences(facts);
  const cited = sentences.map(({ sequences }) => sequences.slice(0, citedTransactions));
  const ids = idsOf(session.arrays, cited.flat());
  const narrative = {
    title: `Draft about ${narrativeSubject(facts)}, from facts of case ${session.openCase.path.replace(/^.*[\\/]/u, '')}`,
    sentences: sentences.map(({ topic, text, sequences }, index) => ({
      topic,
      text,
      transactions: cited[index].map((row) => ({
        sequence: session.arrays.numbers.numberOf(row),
        id: ids.get(row) ?? impossible('the ids of all that is cited were read'),
      })),
      transactionCount: sequences.length,
    })),
  };
  return { ...narrative, text: narrativeText(narrative, 'plain') };
}

function factsOf(session: CaseSession, input: ParsedRequestInput<'alerts.narrative'>): NarrativeFacts {
  const { arrays, openCase } = session;
  const { view, groups, group } = findAlert(session, input);
  const verdict = decidedAlerts(session, groups).decisions.get(group)?.verdict;
  const top = groups.topSequences[group];
  const flagged = flaggedRowsOf(groups, group);
  const entityRows = entityRowsOf(arrays, top, flagged);
  const { units } = session.model(input.modelId).threshold;
  const transactionAt = (row: number): NarrativeTransaction => ({
    sequence: row,
    timeMs: numberAt(arrays.times, row),
    amount: numberAt(arrays.amounts, row),
    currency: currencyOf(arrays, row),
    counterpart: textAt(arrays.counterpart, row),
    flagged: isFlagged(view.sums[row], units),
  });
  const { entity } = arrays;
  return {
    clock: arrays.clock,
    entity: entity === null ? null : { role: entity.column.role, text: textAt(entity, top) },
    counterpartRole: arrays.counterpart?.column.role ?? null,
    hasTimes: arrays.times !== null,
    hasAmounts: arrays.amounts !== null,
    model: { id: input.modelId, threshold: view.scoreOf(units) },
    top: {
      sequence: top,
      id: arrays.ids([top])[0],
      score: view.scoreOf(view.sums[groups.topSequences[group]]),
      rank: group + 1,
      of: groups.count,
    },
    transactions: flaggedThenNearest(arrays, groups, group, entityRows).map(transactionAt),
    // The latest first: they are the ones that are named.
    earlier: Array.from(rowsBefore(entityRows, arrays.times, top), transactionAt).reverse(),
    reasons: describedReasons(view, top, statedReasons).reasons.map(({ sentence }) => sentence),
    categories: categoriesOf(arrays, top),
    decision: verdict === undefined ? null : { ...verdict, isSameModel: verdict.modelDigest === view.digest },
    notes: openCase.decisions.notes(noteKeysOf(arrays, flagged)),
    recommendations: recommendationsOn(session, flagged),
  };
}

function categoriesOf(arrays: CaseArrays, row: number): NarrativeFacts['categories'] {
  return arrays.decodedColumns
    .filter(({ role, kind }) => role === 'feature' && kind === 'category')
    .flatMap(({ name }) => {
      const text = textAt(arrays.coded(name), row);
      return text === null ? [] : [{ column: name, text }];
    })
    .slice(0, statedCategories);
}

function idsOf(arrays: CaseArrays, sequences: readonly number[]): ReadonlyMap<number, string> {
  const distinct = [...new Set(sequences)];
  const ids = arrays.ids(distinct);
  return new Map(distinct.map((sequence, index) => [sequence, ids[index]]));
}

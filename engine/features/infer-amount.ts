import { amountNoise, amountRows, currencyNoise, currencyRows } from './amount-names.ts';
import type { ColumnFacts } from './column-facts.ts';
import { columnWords } from './column-words.ts';
import type { Finding } from './finding.ts';
import { rowOfWord, wordsOf } from './name-rows.ts';

const amountRowOf = rowOfWord(amountRows);
const currencyWords = wordsOf(currencyRows);

/** True for a name that says amount and nothing else. */
export function isNamedLikeAmount(name: string): boolean {
  return amountLook({ words: columnWords(name) }) > 0;
}

function amountLook(facts: Pick<ColumnFacts, 'words'>): number {
  let best = 0;
  for (const word of facts.words) {
    const look = amountRowOf.get(word)?.certainty;
    if (look === undefined && !amountNoise.has(word)) return 0;
    best = Math.max(best, look ?? 0);
  }
  return facts.words.length > 1 ? best - 0.01 : best;
}

function howWritten(facts: ColumnFacts): string {
  const format = facts.numbers?.format;
  if (format === undefined) return '';
  const isPlain = format.decimal === '.' && format.group === null && !format.decorated;
  if (isPlain && facts.numbers?.other === undefined) return '';
  const group = format.group === null ? '' : `, '${format.group}' between thousands`;
  const doubt = facts.numbers?.other === undefined ? '' : '; other readings are possible';
  return `; written with '${format.decimal}' before decimals${group}${format.decorated ? ', with currency signs or parentheses' : ''}${doubt}`;
}

/** The finding for a column taken as the amount. */
export function amountFinding(facts: ColumnFacts, confidence: number, why: string): Finding {
  const doubt = facts.numbers?.other === undefined ? 0 : 0.3;
  return {
    facts,
    role: 'amount',
    kind: 'number',
    confidence: Math.max(0.1, confidence - doubt),
    reason: `${why}${howWritten(facts)}`,
  };
}

/** The amount of the transaction: the numeric column named most like it, else the only one written with currency signs. */
export function inferAmount(columns: readonly ColumnFacts[]): Finding | undefined {
  const numeric = columns.filter((facts) => facts.numbers !== undefined && !facts.digitCodes);
  const named = numeric
    .map((facts) => ({ facts, look: amountLook(facts) }))
    .filter(({ look }) => look > 0)
    .sort((left, right) => right.look - left.look)[0];
  if (named !== undefined) return amountFinding(named.facts, named.look, 'named like an amount, and numeric');
  const decorated = numeric.filter((facts) => facts.numbers?.format.decorated === true);
  return decorated.length === 1 ? amountFinding(decorated[0], 0.6, 'the only column written as money') : undefined;
}

/** The currency of the amount: named so, three letters or digits in every cell. */
export function inferCurrency(columns: readonly ColumnFacts[]): Finding | undefined {
  const facts = columns.find(
    ({ words, present, presentCount }) =>
      words.some((word) => currencyWords.has(word)) &&
      words.every((word) => currencyWords.has(word) || currencyNoise.has(word)) &&
      presentCount > 0 &&
      present().every((text) => /^(?:\p{L}{3}|\d{3})$/u.test(text)),
  );
  if (facts === undefined) return undefined;
  const mixed = facts.counts.size > 1 ? `; ${facts.counts.size} currencies occur, and amounts are not converted` : '';
  return { facts, role: 'currency', kind: 'category', confidence: 0.97, reason: `named like a currency${mixed}` };
}

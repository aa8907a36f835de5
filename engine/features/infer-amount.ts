import type { ColumnFacts } from './column-facts.ts';
import type { Finding } from './finding.ts';

const amountWords: ReadonlyMap<string, number> = new Map([
  ...['amount', 'amt', 'betrag', 'montant', 'importe', 'importo', 'bedrag', 'kwota', 'monto', 'quantia', 'belop'].map(
    (word) => [word, 0.97] as const,
  ),
  ...[
    'value',
    'wert',
    'valor',
    'price',
    'preis',
    'prix',
    'precio',
    'prezzo',
    'summe',
    'cost',
    'paid',
    'sum',
    'total',
  ].map((word) => [word, 0.8] as const),
]);
const amountNoise: ReadonlySet<string> = new Set([
  ...[
    'tx',
    'txn',
    'trans',
    'transaction',
    'payment',
    'purchase',
    'transfer',
    'local',
    'gross',
    'in',
    'cents',
    'original',
  ],
  ...['billing', 'settlement', 'eur', 'usd', 'gbp', 'chf', 'total', 'the', 'order'],
]);

function amountLook(facts: ColumnFacts): number {
  let best = 0;
  for (const word of facts.words) {
    const look = amountWords.get(word);
    if (look === undefined && !amountNoise.has(word)) return 0;
    best = Math.max(best, look ?? 0);
  }
  return facts.words.length > 1 ? best - 0.01 : best;
}

function howWritten(facts: ColumnFacts): string {
  const format = facts.numbers?.format;
  if (format === undefined || (format.decimal === '.' && format.group === null && !format.decorated)) return '';
  const group = format.group === null ? '' : `, '${format.group}' between thousands`;
  const doubt = facts.numbers?.ambiguous === true ? '; other readings are possible' : '';
  return `; written with '${format.decimal}' before decimals${group}${format.decorated ? ', with currency signs or parentheses' : ''}${doubt}`;
}

/** The finding for a column taken as the amount. */
export function amountFinding(facts: ColumnFacts, confidence: number, why: string): Finding {
  const doubt = facts.numbers?.ambiguous === true ? 0.3 : 0;
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

const currencyWords: ReadonlySet<string> = new Set([
  ...['currency', 'ccy', 'curr', 'wahrung', 'waehrung', 'devise', 'moneda', 'valuta', 'moeda'],
]);
const currencyNoise: ReadonlySet<string> = new Set(['tx', 'txn', 'trans', 'transaction', 'code', 'payment', 'iso']);

/** The currency of the amount: named so, three letters or digits in every cell. */
export function inferCurrency(columns: readonly ColumnFacts[]): Finding | undefined {
  const facts = columns.find(
    ({ words, present }) =>
      words.some((word) => currencyWords.has(word)) &&
      words.every((word) => currencyWords.has(word) || currencyNoise.has(word)) &&
      present.length > 0 &&
      present.every((text) => /^(?:\p{L}{3}|\d{3})$/u.test(text)),
  );
  if (facts === undefined) return undefined;
  const mixed = facts.counts.size > 1 ? `; ${facts.counts.size} currencies occur, and amounts are not converted` : '';
  return { facts, role: 'currency', kind: 'category', confidence: 0.97, reason: `named like a currency${mixed}` };
}

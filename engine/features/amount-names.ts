import type { NameRow } from './name-rows.ts';

/** Words that call a column the amount. */
export const amountRows: readonly NameRow[] = [
  { words: ['amount', 'amt', 'amnt'], certainty: 0.97, example: 'TransactionAmt', reason: 'English' },
  {
    words: [
      'betrag',
      'umsatz',
      'montant',
      'importe',
      'importo',
      'bedrag',
      'kwota',
      'monto',
      'quantia',
      'belop',
      'belopp',
    ],
    certainty: 0.97,
    example: 'Betrag',
    reason: 'European languages',
  },
  {
    words: [
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
    ],
    certainty: 0.8,
    example: 'price',
    reason: 'may be something else',
  },
  {
    words: ['debit', 'debet', 'soll', 'out', 'withdrawal', 'withdrawals', 'uitgaven', 'cargo', 'dare', 'uscite'],
    certainty: 0.6,
    example: 'Paid out',
    reason: 'statements with a column for each direction',
  },
];

/** Words beside which a name still says no more than the amount word does. */
export const amountNoise: ReadonlySet<string> = new Set([
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
  ...[
    'billing',
    'settlement',
    'eur',
    'usd',
    'gbp',
    'chf',
    'pln',
    'sek',
    'total',
    'the',
    'order',
    'claim',
    'money',
    'of',
  ],
  ...['transakcji', 'operacji', 'movimento', 'operacion', 'en', 'euro', 'euros', 'de', 'debit', 'paid'],
]);

/** Words that call a column the currency. */
export const currencyRows: readonly NameRow[] = [
  {
    words: [
      'currency',
      'ccy',
      'curr',
      'wahrung',
      'waehrung',
      'devise',
      'moneda',
      'divisa',
      'valuta',
      'moeda',
      'waluta',
      'munt',
    ],
    certainty: 0.97,
    example: 'currency',
    reason: 'three letters or digits in every cell',
  },
];
export const currencyNoise: ReadonlySet<string> = new Set([
  'tx',
  'txn',
  'trans',
  'transaction',
  'code',
  'payment',
  'iso',
]);

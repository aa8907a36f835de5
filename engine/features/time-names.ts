import type { TimeFormat } from '../domain/profile.ts';
import type { NameRow } from './name-rows.ts';

/** Words that call a column a time. */
export const timeRows: readonly NameRow[] = [
  {
    words: [
      'datetime',
      'timestamp',
      'time',
      'date',
      'ts',
      'when',
      'at',
      'stamp',
      'epoch',
      'unix',
      'dt',
      'tstamp',
      'dttm',
    ],
    certainty: 0.95,
    example: 'txn_time',
    reason: 'English',
  },
  {
    words: ['datum', 'zeit', 'zeitpunkt', 'uhrzeit', 'buchungstag', 'buchungsdatum', 'valutadatum', 'wertstellung'],
    certainty: 0.95,
    example: 'Buchungstag',
    reason: 'German, Dutch, Swedish',
  },
  {
    words: ['fecha', 'hora', 'heure', 'data', 'ora', 'tijd', 'datetransaction', 'boekdatum', 'transactiedatum'],
    certainty: 0.95,
    example: 'Fecha',
    reason: 'Spanish, French, Italian, Polish, Dutch',
  },
  {
    words: ['bokforingsdag', 'bokforingsdatum', 'transaktionsdag', 'transaktionsdatum', 'operacji', 'ksiegowania'],
    certainty: 0.95,
    example: 'Bokföringsdag',
    reason: 'Swedish, Polish',
  },
  {
    words: ['posted', 'booked', 'occurred', 'created', 'started', 'completed'],
    certainty: 0.8,
    example: 'Started',
    reason: 'exports of banks; only together with times in the cells',
  },
];

/** Words of the transaction itself: with a word for time beside them, no other time is likelier the event's. */
export const eventRows: readonly NameRow[] = [
  {
    words: [
      'event',
      'transaction',
      'trans',
      'tx',
      'txn',
      'payment',
      'purchase',
      'authorization',
      'auth',
      'order',
      'started',
    ],
    certainty: 0.98,
    example: 'TX_DATETIME',
    reason: 'English',
  },
  {
    words: [
      'booking',
      'buchung',
      'buchungs',
      'operation',
      'operacion',
      'operacji',
      'transaktion',
      'transaktions',
      'transaktionsdag',
      'transaktionsdatum',
      'transactiedatum',
      'transactie',
    ],
    certainty: 0.98,
    example: 'Date operation',
    reason: 'bank exports',
  },
];

/** Words of times at which something else happened. */
export const otherEventRows: readonly NameRow[] = [
  {
    words: [
      'birth',
      'dob',
      'birthday',
      'expiry',
      'expires',
      'expiration',
      'open',
      'opened',
      'since',
      'valid',
      'registered',
      'signup',
      'bind',
      'geboren',
    ],
    certainty: 0.2,
    example: 'date_of_birth',
    reason: 'of the customer or the card',
  },
  {
    words: [
      'updated',
      'modified',
      'due',
      'settlement',
      'settled',
      'ingest',
      'ingested',
      'processed',
      'received',
      'last',
      'first',
      'completed',
      'posted',
      'posting',
    ],
    certainty: 0.2,
    example: 'settlement_date',
    reason: 'of a later step',
  },
  {
    words: ['value', 'valuta', 'valeur', 'valor', 'wertstellung', 'valutadatum', 'ksiegowania', 'rentedatum'],
    certainty: 0.2,
    example: 'Valutadatum',
    reason: 'the day from which interest counts',
  },
];

/** A column that counts steps of time from an unknown start. */
export interface StepRow extends NameRow {
  readonly format: TimeFormat;
  /** The other unit, where the name does not say which. */
  readonly other?: TimeFormat;
  /** Numbers below this are a part of a date (the hour of a day), not a count. */
  readonly above: number;
}

export const stepRows: readonly StepRow[] = [
  {
    words: ['step', 'steps'],
    certainty: 0.7,
    example: 'step',
    reason: 'hours in PaySim, days in BankSim and AMLSim; was a counter',
    format: 'hours-relative',
    other: 'days-relative',
    above: 0,
  },
  {
    words: ['hour', 'hours', 'stunde', 'stunden', 'heures', 'horas', 'ore'],
    certainty: 0.75,
    example: 'hour',
    reason: 'hour 1 to 743',
    format: 'hours-relative',
    above: 24,
  },
  {
    words: ['day', 'days', 'tage', 'jours', 'dias', 'giorni'],
    certainty: 0.6,
    example: 'day',
    reason: 'days of a simulation',
    format: 'days-relative',
    above: 31,
  },
  {
    words: ['minute', 'minutes', 'minuten'],
    certainty: 0.75,
    example: 'minutes',
    reason: 'minutes of a simulation',
    format: 'minutes-relative',
    above: 60,
  },
];

/** Names made of these alone may count seconds from the start of the recording. */
export const elapsedWords: ReadonlySet<string> = new Set([
  ...['time', 'seconds', 'second', 'sec', 'secs', 'elapsed', 'relative', 'since', 'start'],
  ...['tx', 'txn', 'trans', 'transaction', 'event', 's', 'dt'],
]);

/** Parts of a time that stand in columns of their own, named by one word. */
export const timePartRows: readonly (NameRow & { readonly part: 'year' | 'month' | 'day' | 'clock' })[] = [
  {
    part: 'year',
    words: ['year', 'yr', 'yyyy', 'jahr', 'annee', 'ano', 'anno', 'jaar', 'rok'],
    certainty: 0.9,
    example: 'Year',
    reason: 'TabFormer',
  },
  {
    part: 'month',
    words: ['month', 'mon', 'mm', 'monat', 'mois', 'mes', 'mese', 'maand', 'miesiac', 'manad'],
    certainty: 0.9,
    example: 'Month',
    reason: 'TabFormer',
  },
  {
    part: 'day',
    words: ['day', 'dd', 'tag', 'jour', 'dia', 'giorno', 'dag', 'dzien', 'dayofmonth'],
    certainty: 0.9,
    example: 'Day',
    reason: 'TabFormer',
  },
  {
    part: 'clock',
    words: [
      'time',
      'hour',
      'hours',
      'hr',
      'clock',
      'uhrzeit',
      'zeit',
      'heure',
      'hora',
      'ora',
      'tijd',
      'godzina',
      'tid',
      'klockslag',
      'stunde',
    ],
    certainty: 0.9,
    example: 'Time',
    reason: 'TabFormer, tills',
  },
];

/** Last words of counters that only rise along the stream. */
export const counterWords: ReadonlySet<string> = new Set([
  ...['time', 'timestamp', 'day', 'days', 'date', 'hours', 'minutes', 'seconds'],
  ...['week', 'weeks', 'month', 'months', 'step', 'steps', 'index', 'row', 'seq', 'sequence', 'offset', 'counter'],
]);

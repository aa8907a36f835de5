import { expect, it } from 'vitest';
import type { AlertRow } from '../../../preload/contract/requests.ts';
import { alertsCsv } from './alerts-csv.ts';

const alert: AlertRow = {
  key: '4111111111111111',
  entity: '4111111111111111',
  score: 0.7421,
  topSequence: 3,
  topId: '=1+1',
  amount: -12.5,
  currency: 'EUR',
  timeMs: Date.UTC(2018, 7, 8, 2, 14),
  counterpart: 'Café "Sol", Faro',
  flaggedTransactions: 3,
  transactions: 14,
  firstReason: '9 payments\nin 24 h',
  verdict: null,
  snoozedUntilMs: null,
  hasNote: false,
};

it('quotes after RFC 4180, neutralises formulae, and keeps ids and negative amounts whole', () => {
  const [, ...rest] = alertsCsv([alert]).split('\r\n');
  expect(rest.join('\r\n')).toBe(
    `4111111111111111,0.7421,'=1+1,-12.5,EUR,2018-08-08T02:14:00.000Z,"Café ""Sol"", Faro",3,14,"9 payments\nin 24 h",\r\n`,
  );
});

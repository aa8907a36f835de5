import type { ColumnRole } from '../domain/profile.ts';
import { wordsOf, type NameRow } from './name-rows.ts';

/** Words that call a column an identifier of something. */
export const identifierRows: readonly NameRow[] = [
  {
    words: ['id', 'ids', 'uuid', 'guid', 'identifier', 'identificador', 'identifiant', 'kennung'],
    certainty: 0.95,
    example: 'id',
    reason: 'any language',
  },
  {
    words: [
      'num',
      'number',
      'no',
      'nr',
      'nummer',
      'numero',
      'numer',
      'key',
      'hash',
      'ref',
      'reference',
      'referencia',
      'referenz',
      'referentie',
      'referens',
    ],
    certainty: 0.7,
    example: 'trans_num',
    reason: 'beside a word for the transaction or a person',
  },
];

/** Words for the transaction itself. */
export const recordRows: readonly NameRow[] = [
  {
    words: [
      'transaction',
      'tran',
      'trans',
      'tx',
      'txn',
      'payment',
      'order',
      'operation',
      'transfer',
      'authorization',
      'auth',
      'claim',
      'policy',
    ],
    certainty: 0.99,
    example: 'TRANSACTION_ID',
    reason: 'English',
  },
  {
    words: [
      'transaktion',
      'transaktions',
      'transaccion',
      'transacao',
      'operacion',
      'transazione',
      'transakcji',
      'operacji',
      'transactie',
    ],
    certainty: 0.99,
    example: 'Numer transakcji',
    reason: 'bank exports',
  },
  {
    words: ['event', 'message', 'record', 'row', 'unique'],
    certainty: 0.85,
    example: 'event_id',
    reason: 'message brokers',
  },
];

export type EntityRole = Extract<ColumnRole, 'customer' | 'card' | 'account' | 'terminal' | 'merchant'>;

/** Words for those who take part, by role. */
export const entityRows: readonly (NameRow & { readonly role: EntityRole; readonly isOtherSide?: true })[] = [
  {
    role: 'customer',
    words: [
      'customer',
      'cust',
      'client',
      'user',
      'member',
      'cardholder',
      'payer',
      'sender',
      'person',
      'owner',
      'consumer',
      'subscriber',
      'insured',
      'holder',
    ],
    certainty: 0.85,
    example: 'CUSTOMER_ID',
    reason: 'English',
  },
  {
    role: 'customer',
    words: ['kunde', 'kunden', 'cliente', 'klant', 'usuario', 'klient', 'kund', 'auftraggeber'],
    certainty: 0.85,
    example: 'Kunden-Nr',
    reason: 'European languages',
  },
  {
    role: 'card',
    words: ['card', 'pan', 'cc', 'karte', 'karten', 'tarjeta', 'carte', 'carta', 'kaart', 'cartao', 'kort', 'karta'],
    certainty: 0.85,
    example: 'cc_num',
    reason: 'any language',
  },
  {
    role: 'account',
    words: [
      'account',
      'acct',
      'iban',
      'konto',
      'konta',
      'compte',
      'cuenta',
      'conto',
      'conta',
      'rekening',
      'rachunek',
      'rachunku',
      'orig',
      'auftragskonto',
      'kontonummer',
      'rekeningnummer',
    ],
    certainty: 0.85,
    example: 'nameOrig',
    reason: 'any language; PaySim calls it orig',
  },
  {
    role: 'terminal',
    words: ['terminal', 'device', 'pos', 'atm', 'tid', 'kasse'],
    certainty: 0.85,
    example: 'TERMINAL_ID',
    reason: 'any language',
  },
  {
    role: 'merchant',
    words: ['merchant', 'merch', 'mid', 'seller', 'vendor', 'shop', 'store', 'supplier', 'provider'],
    certainty: 0.85,
    example: 'Merchant Name',
    reason: 'English; numbers of either sign in TabFormer were magnitudes',
  },
  {
    role: 'merchant',
    words: [
      'payee',
      'beneficiary',
      'recipient',
      'receiver',
      'creditor',
      'dest',
      'counterparty',
      'beguenstigter',
      'begunstigter',
      'zahlungsempfanger',
      'zahlungsempfangerin',
      'zahlungspflichtige',
      'zahlungspflichtiger',
      'tegenpartij',
      'tegenrekening',
      'kontrahenta',
      'beneficiario',
      'beneficiaire',
      'mottagare',
      'odbiorca',
    ],
    certainty: 0.85,
    example: 'nameDest',
    reason: 'the other side of a transfer',
    isOtherSide: true,
  },
  {
    role: 'merchant',
    words: ['handler', 'haendler', 'comercio', 'commercant', 'esercente', 'sklep'],
    certainty: 0.85,
    example: 'Händler-Nr',
    reason: 'European languages',
  },
];

/** Words beside which a name still says no more than the entity does. */
export const entityNoise: ReadonlySet<string> = new Set([
  ...['tx', 'txn', 'transaction', 'trans', 'masked', 'hashed', 'anon', 'anonymous', 'token', 'source', 'src', 'holder'],
  ...['credit', 'debit', 'bank', 'name', 'naam', 'nom', 'nome', 'nombre', 'namn', 'nazwa', 'of', 'the'],
]);

/** Words for who is paid by transfer. Where somebody is, a device is what the sender has in hand, not a till. */
export const otherSideWords: ReadonlySet<string> = wordsOf(
  entityRows.filter(({ isOtherSide }) => isOtherSide === true),
);

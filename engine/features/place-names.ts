import type { NameRow } from './name-rows.ts';

/** Words that call a column the country, or another large place, of a payment. */
export const countryRows: readonly NameRow[] = [
  {
    words: ['country', 'nation', 'region', 'state', 'province'],
    certainty: 0.9,
    example: 'merchant_country',
    reason: 'English',
  },
  {
    words: ['land', 'staat', 'pays', 'pais', 'paese', 'kraj', 'zeme', 'maa', 'ulke', 'strana', 'estado', 'provincia'],
    certainty: 0.8,
    example: 'Land',
    reason: 'other languages',
  },
];

/** Words that call a column the kind of a purchase, by which usual amounts differ. */
export const categoryRows: readonly NameRow[] = [
  {
    words: ['mcc', 'category', 'sector', 'branch', 'industry'],
    certainty: 0.9,
    example: 'merchant_category',
    reason: 'English',
  },
  {
    words: ['kategorie', 'branche', 'categorie', 'categoria', 'kategoria', 'kategori'],
    certainty: 0.8,
    example: 'Kategorie',
    reason: 'other languages',
  },
];

/** Words that call a column the telephone or computer that a payment was made with. */
export const deviceRows: readonly NameRow[] = [
  {
    words: [
      'device',
      'fingerprint',
      'imei',
      'handset',
      'gerat',
      'geraet',
      'appareil',
      'dispositivo',
      'apparaat',
      'urzadzenie',
    ],
    certainty: 0.9,
    example: 'device_id',
    reason: 'any language; beside a receiver, else a device is taken for a till',
  },
];

/** Words that call a column the way in which money moves: a sale or a refund, a standing order or an instant transfer. */
export const typeRows: readonly NameRow[] = [
  {
    words: ['type', 'kind', 'art', 'tipo', 'typ', 'soort'],
    certainty: 0.8,
    example: 'transaction_type',
    reason: 'any language',
  },
];

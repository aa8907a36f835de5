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

import type { NameRow } from './name-rows.ts';

/** Last words of names whose whole numbers are always codes, however many kinds there are. */
export const codeRows: readonly NameRow[] = [
  { words: ['mcc', 'sic', 'naics', 'nace'], certainty: 0.9, example: 'mcc', reason: 'trades; was a magnitude' },
  {
    words: ['zip', 'zipcode', 'postcode', 'postal', 'plz', 'postnr', 'postnummer', 'cap', 'cep', 'pincode'],
    certainty: 0.9,
    example: 'merch_zip',
    reason: 'places; leading zeros get lost',
  },
  {
    words: [
      'country',
      'region',
      'land',
      'district',
      'province',
      'city',
      'county',
      'lga',
      'postalcode',
      'addr',
      'location',
    ],
    certainty: 0.9,
    example: 'addr1',
    reason: 'places by number, as in IEEE-CIS',
  },
  {
    words: ['bin', 'iin', 'bank', 'branch', 'blz', 'bic', 'sortcode', 'sort', 'swift', 'agency', 'agencia', 'filiale'],
    certainty: 0.9,
    example: 'From Bank',
    reason: 'banks and branches by number',
  },
  {
    words: ['id', 'ids', 'uuid', 'ref', 'reference', 'hash', 'token'],
    certainty: 0.9,
    example: 'batch_id',
    reason: 'whatever is named by number',
  },
];

/** Last words of names whose whole numbers are codes where there are few kinds. */
export const kindRows: readonly NameRow[] = [
  {
    words: ['type', 'kind', 'art', 'tipo', 'typ', 'soort', 'rodzaj'],
    certainty: 0.9,
    example: 'transaction_type',
    reason: 'kinds',
  },
  {
    words: ['code', 'category', 'channel', 'method', 'mode', 'brand', 'network', 'scheme', 'product'],
    certainty: 0.9,
    example: 'channel',
    reason: 'kinds',
  },
  {
    words: ['status', 'flag', 'state'],
    certainty: 0.9,
    example: 'auth_status',
    reason: 'states; 0 and 1 alone stay numbers',
  },
];

/** Names of texts that are for people to read. */
export const proseRows: readonly NameRow[] = [
  {
    words: [
      'description',
      'desc',
      'note',
      'notes',
      'comment',
      'comments',
      'memo',
      'text',
      'message',
      'narrative',
      'remark',
      'purpose',
      'details',
    ],
    certainty: 0.85,
    example: 'description',
    reason: 'free text',
  },
  {
    words: ['name', 'address', 'street', 'email', 'mail', 'phone', 'url'],
    certainty: 0.85,
    example: 'email',
    reason: 'of a person',
  },
  {
    words: [
      'verwendungszweck',
      'buchungstext',
      'libelle',
      'concepto',
      'omschrijving',
      'mededelingen',
      'opis',
      'tytul',
      'causale',
      'descrizione',
      'meddelande',
    ],
    certainty: 0.85,
    example: 'Verwendungszweck',
    reason: 'bank exports',
  },
];

/** Names that a table gives a column which nobody named. */
export const namelessPattern =
  /^(?:|column\d+|unnamed:? ?\d+(?:[._]\d+)*|_c\d+|x\.?\d*|var\d+|field_?\d+|\.\.\.\d+|v1)$/i;

/** Names of row numbers. */
export const rowNumberNames: ReadonlySet<string> = new Set([
  ...[
    'index',
    'idx',
    'row',
    'rowid',
    'row id',
    'row number',
    'row no',
    'rownum',
    'row num',
    'rownr',
    'level 0',
    'index level 0',
  ],
  ...[
    'sr no',
    's no',
    'sno',
    'sl no',
    'serial',
    'serial no',
    'serial number',
    'lfd nr',
    'lp',
    'no',
    'nr',
    'line',
    'line no',
    'seq',
    'sequence',
  ],
]);

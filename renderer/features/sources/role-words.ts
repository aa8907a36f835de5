import type { ColumnKind, ColumnRole, ProfileOverrides } from '../../../engine/domain/profile.ts';
import type { PersonalKind } from '../../../engine/domain/personal.ts';
import type { ColumnReport } from '../../../preload/contract/recordings.ts';
import type { RecordingFormat } from '../../../engine/domain/record-batch.ts';

export const roleWords: Readonly<Record<ColumnRole, string>> = {
  id: 'id',
  event_time: 'event time',
  amount: 'amount',
  currency: 'currency',
  customer: 'customer',
  card: 'card',
  account: 'account',
  terminal: 'terminal',
  merchant: 'merchant',
  label: 'label (known fraud)',
  feature: 'feature',
  ignored: 'ignored',
};

export const kindWords: Readonly<Record<ColumnKind, string>> = {
  number: 'number',
  time: 'time',
  category: 'category',
  text: 'text',
};

/** What is done with a column as to data of people. */
export type PersonalChoice = PersonalKind | 'none' | 'clear';

export const personalChoiceWords: Readonly<Record<PersonalChoice, string>> = {
  none: 'none',
  'card-number': 'card numbers: tokens',
  'card-code': 'card codes: never stored',
  'track-data': 'track data: never stored',
  iban: 'IBANs: tokens',
  name: 'names: tokens',
  address: 'addresses: tokens',
  email: 'e-mail: tokens',
  phone: 'phone numbers: tokens',
  clear: 'kept in the clear',
};

export function personalChoiceOf({ personal }: Pick<ColumnReport, 'personal'>): PersonalChoice {
  if (personal === undefined) return 'none';
  return personal.kept === 'clear' ? 'clear' : personal.kind;
}

/** A choice as words of a person about the column. */
export function personalOverride(choice: PersonalChoice): Pick<ColumnOverride, 'personal' | 'keepClear'> {
  return choice === 'clear' ? { keepClear: true } : { personal: choice, keepClear: false };
}

/** Options of a choice list from a table of words. */
export function optionsOf<Value extends string>(
  words: Readonly<Record<Value, string>>,
): readonly { readonly value: Value; readonly text: string }[] {
  // The keys of a Record over a union are exactly that union.
  return (Object.keys(words) as Value[]).map((value) => ({ value, text: words[value] }));
}

const formatNames: Readonly<Record<RecordingFormat['kind'], string>> = {
  csv: 'CSV',
  ndjson: 'NDJSON',
  kcat: 'Kafka messages (kcat JSON)',
  parquet: 'Parquet',
};

const delimiterWords: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'bar',
  '^': 'caret',
  '~': 'tilde',
  '\u0001': 'delimiter \\x01',
  '\u001f': 'delimiter \\x1f',
};

/** `CSV, gzip, comma, header, utf-8`. */
export function formatWords(format: RecordingFormat): string {
  return [
    formatNames[format.kind],
    format.compression === 'none' ? '' : format.compression,
    format.delimiter === undefined ? '' : (delimiterWords[format.delimiter] ?? `delimiter ${format.delimiter}`),
    format.quote === undefined ? '' : 'single quotes',
    format.backslashEscapes === true ? 'backslash escapes' : '',
    format.jsonLayout === undefined ? '' : format.jsonLayout === 'wrapped' ? 'a list in an object' : 'not one a line',
    format.header === undefined ? '' : format.header ? 'with header' : 'without header',
    format.kind === 'parquet' ? '' : format.encoding,
    format.lineEnd === undefined ? '' : 'lines end with U+0085',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Names of the columns that are read as numbers. */
export function numericColumns(
  columns: readonly { readonly name: string; readonly kind: ColumnKind }[],
): ReadonlySet<string> {
  return new Set(columns.filter(({ kind }) => kind === 'number').map(({ name }) => name));
}

type ColumnOverride = NonNullable<ProfileOverrides['columns']>[string];

/** Roles that one column has at most. */
const singleRoles: ReadonlySet<ColumnRole> = new Set(['id', 'event_time', 'amount', 'label', 'currency']);

/**
 * The overrides after a person gave a column a role or a kind. A role that only one column can have is taken from
 * the one that had it, which is then a feature; a label that is none any more is left out, for it would give the other away.
 */
export function withColumn(
  overrides: ProfileOverrides,
  name: string,
  change: ColumnOverride,
  columns: readonly { readonly name: string; readonly role: ColumnRole }[],
): ProfileOverrides {
  const next: Record<string, ColumnOverride> = {
    ...overrides.columns,
    [name]: { ...overrides.columns?.[name], ...change },
  };
  const { role } = change;
  if (role !== undefined && singleRoles.has(role)) {
    for (const other of columns) {
      if (other.name !== name && other.role === role) {
        next[other.name] = { ...next[other.name], role: role === 'label' ? 'ignored' : 'feature' };
      }
    }
  }
  return { ...overrides, columns: next };
}

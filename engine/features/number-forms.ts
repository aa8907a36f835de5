import type { NumberFormat } from '../domain/record-batch.ts';

/** One way in which numbers are written: a row of the page on what is understood. */
export interface NumberForm {
  /** As it is named on the command line: the number 1234.5 written so. */
  readonly name: string;
  readonly notation: Omit<NumberFormat, 'decorated'>;
  readonly example: string;
  readonly reason: string;
}

/** In order of preference: where several forms read all cells and nothing speaks for either, the first is taken. */
export const numberForms: readonly NumberForm[] = [
  {
    name: '1234.5',
    notation: { decimal: '.', group: null },
    example: '1234.50',
    reason: 'programs; was taken for 1.250 in files that write 1.250,00 as well',
  },
  {
    name: '1,234.5',
    notation: { decimal: '.', group: ',' },
    example: '1,234.50',
    reason: 'English-speaking countries; 12,34,567 in India',
  },
  {
    name: '1234,5',
    notation: { decimal: ',', group: null },
    example: '1234,50',
    reason: 'most of Europe, in files with semicolons',
  },
  {
    name: '1.234,5',
    notation: { decimal: ',', group: '.' },
    example: '1.234,50',
    reason: 'Germany, Spain, Italy, the Netherlands, Brazil; 1.250 is ambiguous',
  },
  {
    name: '1 234.5',
    notation: { decimal: '.', group: ' ' },
    example: '1 234.50',
    reason: 'South Africa, the International System of Units',
  },
  {
    name: '1 234,5',
    notation: { decimal: ',', group: ' ' },
    example: '1 234,50',
    reason: 'France, Poland, Sweden, with spaces of any kind',
  },
  { name: "1'234.5", notation: { decimal: '.', group: "'" }, example: "1'234.50", reason: 'Switzerland' },
  { name: "1'234,5", notation: { decimal: ',', group: "'" }, example: "1'234,50", reason: 'Switzerland' },
];

/** What may surround the digits of an amount. */
export const decorations: readonly { readonly name: string; readonly example: string; readonly reason: string }[] = [
  { name: 'currency sign', example: '$43.70', reason: 'before or after the digits' },
  { name: 'currency code', example: 'EUR 43.70', reason: 'three letters, before or after the digits' },
  { name: 'accounting parentheses', example: '(43.70)', reason: 'negative' },
  { name: 'sign behind', example: '43.70-', reason: 'negative; SAP' },
];

/** The name of a number format, as the command line takes it. */
export function numberFormName({ decimal, group }: Omit<NumberFormat, 'decorated'>): string {
  return numberForms.find(({ notation }) => notation.decimal === decimal && notation.group === group)?.name ?? '1234.5';
}

/** The names of the number formats. */
export const numberFormNames: readonly string[] = numberForms.map(({ name }) => name);

/** The number format of a name, with whatever decoration, or undefined. */
export function numberFormatOf(name: string): NumberFormat | undefined {
  const form = numberForms.find((each) => each.name === name);
  return form === undefined ? undefined : { ...form.notation, decorated: true };
}

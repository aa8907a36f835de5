import type { NumberFormat } from './record-batch.ts';

const missingWords: ReadonlySet<string> = new Set(['', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', '-']);
/** In characters, white space around it left out. */
export const longestMissingWord = 4;

/**
 * True where a cell says that there is no value: blank, or one of NA, N/A, #N/A, NaN, null, None, `-` (in any
 * case) and `\N`, with or without white space around it.
 */
export function isMissingText(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length > longestMissingWord) return false;
  return trimmed === '\\N' || missingWords.has(trimmed.toLowerCase());
}

/** True where the bytes of a text tell at a glance that `isMissingText` is false: they are many, and no white space is around them. */
export function isSurelyPresent(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start > longestMissingWord && isVisible(bytes[start]) && isVisible(bytes[end - 1]);
}

function isVisible(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f;
}

/** Characters that people type for one group separator: spaces include the no-break kinds, apostrophes the curly one. */
const groupCharacters: Readonly<Record<NonNullable<NumberFormat['group']>, string>> = {
  '.': '\\.',
  ',': ',',
  ' ': ' \\u00a0\\u202f\\u2009',
  "'": "'\\u2019",
};

const currency = '(?:\\p{L}{0,2}\\p{Sc}|[A-Z]{3}|kr\\.?|zł|Kč|Fr\\.?)';
const decoration = new RegExp(
  `^(\\(?)\\s*([-+]?)\\s*(?:${currency})?\\s*([-+]?)\\s*(.*?)\\s*(?:${currency})?\\s*([-+]?)(\\)?)$`,
  'u',
);
const unicodeMinus = /\u2212/g;

interface DigitsGrammar {
  /** One unsigned number in the format, whole text. */
  readonly pattern: RegExp;
  readonly separators: RegExp | null;
}

function digitsGrammar(format: NumberFormat): DigitsGrammar {
  const decimal = format.decimal === '.' ? '\\.' : ',';
  const separator = format.group === null ? null : `[${groupCharacters[format.group]}]`;
  const grouped = separator === null ? '' : `|[1-9]\\d{0,2}(?:${separator}\\d{2,3})*${separator}\\d{3}`;
  return {
    pattern: new RegExp(`^(?:(?:\\d+${grouped})(?:${decimal}\\d*)?|${decimal}\\d+)(?:[eE][-+]?\\d+)?$`),
    separators: separator === null ? null : new RegExp(separator, 'g'),
  };
}

const digitsGrammars = new Map<string, DigitsGrammar>();

function cachedDigitsGrammar(format: NumberFormat): DigitsGrammar {
  const key = `${format.decimal}${format.group ?? ''}`;
  let grammar = digitsGrammars.get(key);
  if (grammar === undefined) {
    grammar = digitsGrammar(format);
    digitsGrammars.set(key, grammar);
  }
  return grammar;
}

/** Unsigned digits as `Number` reads them; undefined where they are no finite number in the format. */
function plainDigits(digits: string, format: NumberFormat): string | undefined {
  const { pattern, separators } = cachedDigitsGrammar(format);
  if (!pattern.test(digits)) return undefined;
  const joined = separators === null ? digits : digits.replace(separators, '');
  const plain = format.decimal === ',' ? joined.replace(',', '.') : joined;
  return Number.isFinite(Number(plain)) ? plain : undefined;
}

function signed(digits: string | undefined, isNegative: boolean): string | undefined {
  return digits === undefined || !isNegative ? digits : `-${digits}`;
}

function plainDecorated(text: string, format: NumberFormat): string | undefined {
  const parts = decoration.exec(text);
  if (parts === null) return undefined;
  const [, open, before, inner, digits, after, close] = parts;
  if ((open === '(') !== (close === ')')) return undefined;
  const signs = `${before}${inner}${after}`;
  if (signs.length > 1 || (signs !== '' && open === '(')) return undefined;
  return signed(plainDigits(digits, format), open === '(' || signs === '-');
}

/** So many digits every double holds. */
export const mostDigitsOfNumber = 15;

/** What nearly all cells of numbers are, read the same by every grammar with a decimal point; never infinite. */
const plainText = /^-?\d{1,25}(?:\.\d{1,25})?(?:[eE][-+]?\d{1,2})?$/;

/**
 * The number that a cell writes in the given format, or NaN where it writes none (missing words included; ask
 * `isMissingText` to tell the two apart). `true` and `false` are 1 and 0. With `decorated`, one currency sign or
 * three-letter code, spaces, a sign on either side, or accounting parentheses (negative) may surround the digits.
 * Groups after a separator hold three digits (two where lakhs are counted), so `1,5` is not 15. Infinite values
 * and hexadecimal are not numbers here.
 */
export function decodeNumberText(text: string, format: NumberFormat): number {
  if (format.decimal === '.' && plainText.test(text)) return Number(text);
  return Number(plainNumberText(text, format) ?? NaN);
}

/** As `decodeNumberText`, in all its digits as `Number` reads them; undefined where the cell writes no number. */
export function plainNumberText(text: string, format: NumberFormat): string | undefined {
  const trimmed = text.trim().replace(unicodeMinus, '-');
  const first = trimmed.charCodeAt(0);
  const isNegative = first === 0x2d;
  const digits = plainDigits(isNegative || first === 0x2b ? trimmed.slice(1) : trimmed, format);
  if (digits !== undefined) return signed(digits, isNegative);
  const word = trimmed.length <= 5 ? trimmed.toLowerCase() : '';
  if (word === 'true') return '1';
  if (word === 'false') return '0';
  return format.decorated ? plainDecorated(trimmed, format) : undefined;
}

/** Texts whose separators can be read in one way only: a group before a decimal, or two groups. */
const onlyReadings: readonly { readonly pattern: RegExp; readonly notation: Omit<NumberFormat, 'decorated'> }[] = [
  { pattern: /\d,\d{3}\.\d|\d,\d{2,3},\d{3}(?!\d)/, notation: { decimal: '.', group: ',' } },
  { pattern: /\d\.\d{3},\d|\d\.\d{3}\.\d{3}(?!\d)/, notation: { decimal: ',', group: '.' } },
];

/**
 * The number that a cell writes in its column's format, else in the one other way in which it can be read: with groups
 * (`12,345.67`) or decoration (`$12.50`) that the rows looked at for the format did not have. In all its digits, as
 * `plainNumberText`; undefined where there is none.
 */
export function readPlainNumber(text: string, format: NumberFormat): string | undefined {
  const plain = plainNumberText(text, format);
  if (plain !== undefined) return plain;
  const only = onlyReadings.find(({ pattern }) => pattern.test(text));
  if (only !== undefined) return plainNumberText(text, { ...only.notation, decorated: true });
  return format.decorated ? undefined : plainNumberText(text, { ...format, decorated: true });
}

import { decodeNumberText } from '../domain/number-text.ts';
import { plainMark, type PlainNumbers } from '../domain/plain-numbers.ts';
import type { Reading } from '../domain/profile.ts';
import type { NumberFormat } from '../domain/record-batch.ts';
import { numberForms } from './number-forms.ts';
import { noHints } from './reading-hints.ts';
import type { ReadingHints } from './reading-hints.ts';

/** One way in which a column can be read as numbers. */
export interface NumberReading {
  readonly format: NumberFormat;
  /** Decoded cells in the order given; NaN where a cell is not a number. */
  readonly values: Float64Array;
  readonly badCount: number;
}

/** How a column's numbers are written, and how far that is certain. */
export interface NumberFinding extends NumberReading {
  /** The other reading, where one reads every cell as well, but as other numbers (1.020 alone). */
  readonly other?: NumberReading;
  /** Why this reading and not the other. */
  readonly evidence?: string;
}

const formats: readonly NumberFormat[] = [false, true].flatMap((decorated) =>
  numberForms.map(({ notation }) => ({ ...notation, decorated })),
);

/** Cells that are no numbers up to this share are taken for errors in a numeric column. */
const toleratedBadShare = 0.02;

function attempt(
  texts: readonly string[],
  format: NumberFormat,
  worthwhileBadCount: number,
): NumberReading | undefined {
  const values = new Float64Array(texts.length);
  let badCount = 0;
  for (let index = 0; index < texts.length; index++) {
    values[index] = decodeNumberText(texts[index], format);
    if (Number.isNaN(values[index]) && ++badCount > worthwhileBadCount) return undefined;
  }
  return { format, values, badCount };
}

/** The texts read in a format that a person stated, or undefined where more than 2 % are no numbers in it. */
export function readInFormat(texts: readonly string[], format: NumberFormat): NumberFinding | undefined {
  return texts.length === 0 ? undefined : attempt(texts, format, Math.floor(texts.length * toleratedBadShare));
}

const separator = /[.,]/;
const groupedLook = /(?<![\d.,])[1-9]\d{0,2}[.,]\d{3}(?!\d)/;
const fourDigits = /\d{4}/;

/** The reading in which what separates three digits is the other thing: a group where it was a decimal, or the reverse. */
function otherReading(texts: readonly string[], chosen: NumberReading): NumberReading | undefined {
  const unlike = texts.find((text) => separator.test(text) && !groupedLook.test(text));
  if (unlike !== undefined || !texts.some((text) => separator.test(text))) return undefined;
  const { decorated } = chosen.format;
  for (const { notation } of numberForms) {
    const other = attempt(texts, { ...notation, decorated }, chosen.badCount);
    if (other?.values.some((value, index) => !Object.is(value, chosen.values[index])) === true) return other;
  }
  return undefined;
}

interface Preference {
  readonly grouped: boolean;
  readonly evidence: string;
}

/** Separated cells that always show three digits say little when there are few of them. */
const tellingSeparated = 5;

/** Whether one separator before three digits is a group or a decimal, by the cells beside it and the file's customs. */
function preferredNotation(texts: readonly string[], mark: string, hints: ReadingHints): Preference | undefined {
  const whole = texts.filter((text) => !separator.test(text));
  if (whole.some((text) => fourDigits.test(text)))
    return { grouped: false, evidence: `numbers above 999 are written without '${mark}' as well` };
  const { decimal } = hints;
  if (decimal !== undefined) return { grouped: decimal.character !== mark, evidence: decimal.evidence };
  if (whole.length > 0 && texts.length - whole.length >= tellingSeparated)
    return {
      grouped: true,
      evidence: `'${mark}' always stands before three digits, and no number above 999 is without it`,
    };
  return undefined;
}

function settled(texts: readonly string[], best: NumberReading, hints: ReadingHints): NumberFinding {
  const other = otherReading(texts, best);
  if (other === undefined) return best;
  const mark = /[.,]/.exec(texts.find((text) => separator.test(text)) ?? '')?.[0] ?? '.';
  const preference = preferredNotation(texts, mark, hints);
  if (preference === undefined) return { ...best, other, evidence: 'nothing in these rows speaks for either' };
  const grouped = best.format.group === mark ? best : other;
  const decimal = grouped === best ? other : best;
  const [taken, left] = preference.grouped ? [grouped, decimal] : [decimal, grouped];
  return { ...taken, other: left, evidence: preference.evidence };
}

/**
 * The format in which the texts (missing cells left out) are numbers, or undefined where more than 2 % are
 * not numbers in any format. Formats are tried plain before decorated, in the order of `numberForms`; the fewest
 * unreadable cells win. Where one separator before three digits may be a group or a decimal, the likelier reading is
 * given with the other beside it.
 */
export function inferNumberFormat(texts: readonly string[], hints: ReadingHints = noHints): NumberFinding | undefined {
  if (texts.length === 0) return undefined;
  let best: NumberReading | undefined;
  for (const format of formats) {
    const worthwhile = best === undefined ? Math.floor(texts.length * toleratedBadShare) : best.badCount - 1;
    best = attempt(texts, format, worthwhile) ?? best;
    if (best?.badCount === 0) break;
  }
  return best === undefined ? undefined : settled(texts, best, hints);
}

/** What `inferNumberFormat` finds in the texts of plain numbers; undefined where it has to look at their separators. */
export function plainFinding({ values, marks }: PlainNumbers): NumberFinding | undefined {
  const mayBeGroups = (marks & plainMark.point) !== 0 && (marks & plainMark.decimalPoint) === 0;
  return values.length === 0 || mayBeGroups ? undefined : { format: formats[0], values, badCount: 0 };
}

/** A sum as decimal text, without the noise of binary fractions. */
function decimalText(value: number): string {
  return String(Number(value.toPrecision(15)));
}

/** What a reading gives, for the person who is to decide. */
export function numbersGiven(values: Float64Array): Reading['gives'] {
  let sum = 0;
  let greatest = -Infinity;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    greatest = Math.max(greatest, value);
  }
  return { sum: decimalText(sum), ...(greatest === -Infinity ? {} : { greatest: decimalText(greatest) }) };
}

import { decodeNumberText } from '../domain/number-text.ts';
import type { NumberFormat } from '../domain/record-batch.ts';

/** How a column's numbers are written, and how far that is certain. */
export interface NumberFinding {
  readonly format: NumberFormat;
  /** Decoded cells in the order given; NaN where a cell is not a number. */
  readonly values: Float64Array;
  readonly badCount: number;
  /** True where another format reads every cell as well, but as other numbers (1.020 alone). */
  readonly ambiguous: boolean;
}

/** In order of preference: where several formats read all cells, the first wins. */
const notations: readonly Omit<NumberFormat, 'decorated'>[] = [
  { decimal: '.', group: null },
  { decimal: '.', group: ',' },
  { decimal: ',', group: null },
  { decimal: ',', group: '.' },
  { decimal: '.', group: ' ' },
  { decimal: ',', group: ' ' },
  { decimal: '.', group: "'" },
  { decimal: ',', group: "'" },
];
const formats: readonly NumberFormat[] = [false, true].flatMap((decorated) =>
  notations.map((notation) => ({ ...notation, decorated })),
);

/** Cells that are no numbers up to this share are taken for errors in a numeric column. */
const toleratedBadShare = 0.02;

interface Attempt {
  readonly format: NumberFormat;
  readonly values: Float64Array;
  readonly badCount: number;
}

function attempt(texts: readonly string[], format: NumberFormat, worthwhileBadCount: number): Attempt | undefined {
  const values = new Float64Array(texts.length);
  let badCount = 0;
  for (let index = 0; index < texts.length; index++) {
    values[index] = decodeNumberText(texts[index], format);
    if (Number.isNaN(values[index]) && ++badCount > worthwhileBadCount) return undefined;
  }
  return { format, values, badCount };
}

const groupedLook = /\d[.,]\d{3}(?!\d)/;

function readsOtherwise(texts: readonly string[], chosen: Attempt): boolean {
  const separated = texts.filter((text) => /[.,]/.test(text));
  if (separated.length === 0 || !separated.every((text) => groupedLook.test(text))) return false;
  const { decorated } = chosen.format;
  return notations.some(({ decimal, group }) => {
    const other = attempt(texts, { decimal, group, decorated }, chosen.badCount);
    return other !== undefined && other.values.some((value, index) => !Object.is(value, chosen.values[index]));
  });
}

/**
 * The format in which the texts (missing cells left out) are numbers, or undefined where more than 2 % are
 * not numbers in any format. Formats are tried plain before decorated, and with a decimal point before a decimal comma;
 * the fewest unreadable cells win.
 */
export function inferNumberFormat(texts: readonly string[]): NumberFinding | undefined {
  if (texts.length === 0) return undefined;
  let best: Attempt | undefined;
  for (const format of formats) {
    const worthwhile = best === undefined ? Math.floor(texts.length * toleratedBadShare) : best.badCount - 1;
    best = attempt(texts, format, worthwhile) ?? best;
    if (best?.badCount === 0) break;
  }
  return best === undefined ? undefined : { ...best, ambiguous: readsOtherwise(texts, best) };
}

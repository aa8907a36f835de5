import { mostDigitsOfNumber } from '../domain/number-text.ts';
import { fewestCardDigits } from '../domain/personal.ts';
import { plainMark } from '../domain/plain-numbers.ts';
import type { StatedColumn, TimeFormat } from '../domain/profile.ts';
import type { ZoneClock } from '../domain/time-zone.ts';
import { columnWords } from './column-words.ts';
import { inferNumberFormat, plainFinding, readInFormat } from './infer-number-format.ts';
import type { NumberFinding } from './infer-number-format.ts';
import { inferTimeFormat } from './infer-time-format.ts';
import type { TimeFinding } from './infer-time-format.ts';
import type { ProfileSample } from './profile-sample.ts';
import type { ReadingHints } from './reading-hints.ts';
import { TextCounts } from './text-counts.ts';

/** What the sampled cells of one column say, before anything is concluded from its name. */
export interface ColumnFacts {
  readonly name: string;
  readonly words: readonly string[];
  readonly rowCount: number;
  /** The texts by row, undefined where they are missing; made at each call, as `present` is. */
  readonly cells: () => readonly (string | undefined)[];
  /** The texts that are not missing, in order. */
  readonly present: () => readonly string[];
  readonly presentCount: number;
  /** Distinct texts with how often each occurs. */
  readonly counts: TextCounts;
  readonly numbers: NumberFinding | undefined;
  readonly times: TimeFinding | undefined;
  /** The sign before the decimals of a column that can be read in one way only; undefined where it writes no decimals. */
  readonly certainDecimal: '.' | ',' | undefined;
  /** Numbers of which none is as long as that of a card or begins as that of a phone. */
  readonly areMeasures: boolean;
  /** Whole numbers without a sign but minus in every cell, so that the text may be a code as well as a magnitude. */
  readonly wholeTexts: boolean;
  readonly hints: ReadingHints;
  /** Digits with a leading zero, or more of them than a number holds: codes, not magnitudes. */
  readonly digitCodes: boolean;
  /** How a person said the times of the column are written. */
  readonly statedTimeFormat?: TimeFormat;
}

const digits = /^\d+$/;
const wholeText = /^-?\d+$/;

/** What a column's cells are, as far as it can be told without their texts. */
type CellFacts = Pick<
  ColumnFacts,
  'presentCount' | 'numbers' | 'times' | 'certainDecimal' | 'areMeasures' | 'wholeTexts' | 'digitCodes'
>;

function factsOf(
  sample: ProfileSample,
  column: number,
  hints: ReadingHints,
  stated: StatedColumn | undefined,
): ColumnFacts {
  const name = sample.columnNames[column];
  const cells = (): readonly (string | undefined)[] => sample.texts(column);
  const present = (): readonly string[] => {
    const texts = cells();
    return isComplete(texts) ? texts : texts.filter((text) => text !== undefined);
  };
  return {
    name,
    words: columnWords(name),
    rowCount: sample.rowCount,
    cells,
    present,
    counts: new TextCounts(() => sample.presentTexts(column)),
    hints,
    ...(factsOfPlainNumbers(sample, column, stated) ?? factsOfTexts(present(), hints, stated)),
    ...(stated?.timeFormat !== undefined && { statedTimeFormat: stated.timeFormat }),
  };
}

function factsOfTexts(present: readonly string[], hints: ReadingHints, stated: StatedColumn | undefined): CellFacts {
  const digitsOnly = present.length > 0 && present.every((text) => digits.test(text));
  const numbers =
    (stated?.numberFormat && readInFormat(present, stated.numberFormat)) ?? inferNumberFormat(present, hints);
  return {
    presentCount: present.length,
    numbers,
    certainDecimal: certainDecimalOf(numbers, present),
    areMeasures: areMeasures(numbers, present),
    times: numbers === undefined ? inferTimeFormat(present, hints) : undefined,
    wholeTexts: present.length > 0 && present.every((text) => wholeText.test(text)),
    digitCodes: isDigitCode(present, digitsOnly),
  };
}

/** The same of a column of plain numbers, whose texts need not be made; undefined where the texts could say more. */
function factsOfPlainNumbers(
  sample: ProfileSample,
  column: number,
  stated: StatedColumn | undefined,
): CellFacts | undefined {
  if (stated?.numberFormat !== undefined) return undefined;
  const plain = sample.plainNumbers(column);
  const numbers = plain && plainFinding(plain);
  if (plain === undefined || numbers === undefined) return undefined;
  const has = (mark: number): boolean => (plain.marks & mark) !== 0;
  const wholeTexts = !has(plainMark.point | plainMark.exponent);
  return {
    presentCount: numbers.values.length,
    numbers,
    certainDecimal: has(plainMark.point) ? '.' : undefined,
    areMeasures: !has(plainMark.cardLength),
    times: undefined,
    wholeTexts,
    digitCodes: wholeTexts && (has(plainMark.manyDigits) || (has(plainMark.leadingZero) && !has(plainMark.minus))),
  };
}

function areMeasures(numbers: NumberFinding | undefined, present: readonly string[]): boolean {
  if (numbers === undefined || numbers.badCount > 0 || numbers.format.decorated) return false;
  return present.every((text) => (text.length < fewestCardDigits || text.includes('.')) && !text.startsWith('+'));
}

function isComplete(cells: readonly (string | undefined)[]): cells is readonly string[] {
  return !cells.includes(undefined);
}

function isDigitCode(present: readonly string[], digitsOnly: boolean): boolean {
  if (digitsOnly && present.some((text) => text.length > 1 && text.startsWith('0'))) return true;
  return (
    present.some((text) => text.length > mostDigitsOfNumber) &&
    present.every((text) => wholeText.test(text)) &&
    present.some((text) => text.replace('-', '').length > mostDigitsOfNumber)
  );
}

function certainDecimalOf(numbers: NumberFinding | undefined, present: readonly string[]): '.' | ',' | undefined {
  if (numbers === undefined || numbers.other !== undefined) return undefined;
  const { decimal } = numbers.format;
  return present.some((text) => text.includes(decimal)) ? decimal : undefined;
}

/** How the people of this file write, by the columns that leave no doubt, else by the file's delimiter. */
function hintsOf(columns: readonly ColumnFacts[], delimiter: string | undefined, clock: ZoneClock): ReadingHints {
  const certain = columns.find(({ certainDecimal }) => certainDecimal !== undefined);
  const decimal: ReadingHints['decimal'] =
    certain?.certainDecimal !== undefined
      ? {
          character: certain.certainDecimal,
          evidence: `'${certain.name}' is written with a decimal '${certain.certainDecimal}'`,
        }
      : delimiter === ';'
        ? { character: ',', evidence: 'files with semicolons write decimal commas' }
        : undefined;
  const dated = columns.find(({ times }) => times?.form.dayOrder !== undefined && times.other === undefined);
  const order = dated?.times?.form.dayOrder;
  const dayOrder: ReadingHints['dayOrder'] =
    dated !== undefined && order !== undefined
      ? { order, evidence: `'${dated.name}' can be read ${order.replace('-', ' ')} only` }
      : decimal?.character === ','
        ? { order: 'day-first', evidence: 'whoever writes decimal commas or semicolons writes the day first' }
        : undefined;
  return { clock, ...(decimal && { decimal }), ...(dayOrder && { dayOrder }) };
}

/**
 * The facts of every column of a sample, in order; times without an offset are read by the clock. A column that can be
 * read in two ways is looked at again with what the others say.
 */
export function columnFacts(
  sample: ProfileSample,
  clock: ZoneClock,
  stated: ReadonlyMap<string, StatedColumn>,
): readonly ColumnFacts[] {
  const alone = sample.columnNames.map((name, column) => factsOf(sample, column, { clock }, stated.get(name)));
  const hints = hintsOf(alone, sample.delimiter, clock);
  return alone.map((facts, column) => {
    const isInDoubt = facts.numbers?.other !== undefined || facts.times?.other !== undefined;
    return isInDoubt ? factsOf(sample, column, hints, stated.get(facts.name)) : { ...facts, hints };
  });
}

/** Share of the present cells that differ from all others, at most 1; 0 where nothing is present. */
export function distinctShare(facts: ColumnFacts): number {
  return facts.presentCount === 0 ? 0 : facts.counts.size / facts.presentCount;
}

/** True where two columns have the same text in every sampled row. */
export function hasSameTexts(left: ColumnFacts, right: ColumnFacts): boolean {
  const others = right.cells();
  return left.cells().every((text, row) => text === others[row]);
}

/** True where the column's numbers are whole. */
export function isWhole(facts: ColumnFacts): boolean {
  return (
    facts.numbers !== undefined && facts.numbers.values.every((value) => Number.isNaN(value) || Number.isInteger(value))
  );
}

/** True where the numbers never fall from one row to the next, apart from the given share of the steps. */
export function isRising(values: Float64Array, toleratedShare: number): boolean {
  let falls = 0;
  for (let index = 1; index < values.length; index++) if (values[index] < values[index - 1]) falls += 1;
  return falls <= toleratedShare * Math.max(1, values.length - 1);
}

import { dayNumberInYear, dayNumberOf, offsetMsOf, yearOfTwoDigits } from './calendar.ts';
import { readTail } from './time-of-day.ts';
import { isKnownLanguage, monthFinder } from './month-names.ts';
import type { MonthFinder } from './month-names.ts';
import type { ZoneClock } from './time-zone.ts';

/** What a pattern reads from one cell; fields that do not occur keep their first values. */
interface Fields {
  text: string;
  position: number;
  year: number;
  month: number;
  day: number;
  dayOfYear: number;
  hour: number;
  minute: number;
  second: number;
  fractionMs: number;
  /** 0 before noon, 12 after it, -1 where it is not said. */
  half: number;
  /** Local minus UTC in milliseconds, NaN where it is not said. */
  offsetMs: number;
}

/** Reads on from `position`; false where the cell says something else there. */
type Step = (fields: Fields) => boolean;

const dayMs = 86_400_000;

/** `least` to `most` digits at the cursor as a number, or -1. */
function digits(fields: Fields, least: number, most: number): number {
  const { text } = fields;
  let value = 0;
  let count = 0;
  for (; count < most; count++) {
    const digit = text.charCodeAt(fields.position + count) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  if (count < least) return -1;
  fields.position += count;
  return value;
}

type NumericField = 'year' | 'month' | 'day' | 'dayOfYear' | 'hour' | 'minute' | 'second';

function numberStep(field: NumericField, least: number, most: number): Step {
  return (fields) => {
    const value = digits(fields, least, most);
    fields[field] = value;
    return value >= 0;
  };
}

function twoDigitYear(fields: Fields): boolean {
  const value = digits(fields, 2, 2);
  fields.year = yearOfTwoDigits(value);
  return value >= 0;
}

/** Digits after the second; those beyond a millisecond are cut. */
function fractionStep(least: number, most: number): Step {
  return (fields) => {
    const start = fields.position;
    let fractionMs = 0;
    for (let weight = 100; fields.position - start < most; weight /= 10) {
      const digit = fields.text.charCodeAt(fields.position) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      if (weight >= 1) fractionMs += digit * weight;
      fields.position += 1;
    }
    fields.fractionMs = fractionMs;
    return fields.position - start >= least;
  };
}

const wordAt = /[\p{L}\p{M}]+\.?/uy;

function takeWord(fields: Fields): string | undefined {
  wordAt.lastIndex = fields.position;
  const match = wordAt.exec(fields.text);
  if (match === null) return undefined;
  fields.position += match[0].length;
  return match[0];
}

function monthNameStep(find: MonthFinder): Step {
  return (fields) => {
    const word = takeWord(fields);
    if (word === undefined) return false;
    fields.month = find(word);
    return !Number.isNaN(fields.month);
  };
}

const halfDayAt = /([ap])\.?\s?m\.?/iy;

function halfDay(fields: Fields): boolean {
  halfDayAt.lastIndex = fields.position;
  const match = halfDayAt.exec(fields.text);
  if (match === null) return false;
  fields.position += match[0].length;
  fields.half = match[1].toLowerCase() === 'p' ? 12 : 0;
  return true;
}

const offsetAt = /(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)/iy;

function offset(fields: Fields): boolean {
  offsetAt.lastIndex = fields.position;
  const match = offsetAt.exec(fields.text);
  if (match === null) return false;
  fields.position += match[0].length;
  fields.offsetMs = offsetMsOf(match[0]);
  return !Number.isNaN(fields.offsetMs);
}

/** Zones by the letters that systems print; letters that stand for several zones (IST, CST in China) are left out. */
const zoneHours: ReadonlyMap<string, number> = new Map([
  ...([
    ['UTC', 0],
    ['GMT', 0],
    ['Z', 0],
    ['WET', 0],
    ['WEST', 1],
    ['CET', 1],
    ['CEST', 2],
    ['EET', 2],
  ] as const),
  ...([
    ['EEST', 3],
    ['MSK', 3],
    ['EST', -5],
    ['EDT', -4],
    ['CDT', -5],
    ['MDT', -6],
    ['MST', -7],
  ] as const),
  ...([
    ['PDT', -7],
    ['PST', -8],
  ] as const),
]);

function zoneName(fields: Fields): boolean {
  const hours = zoneHours.get(takeWord(fields)?.toUpperCase() ?? '');
  if (hours === undefined) return false;
  fields.offsetMs = hours * 3_600_000;
  return true;
}

const whiteSpace = /\s/;

function literalStep(character: string): Step {
  if (whiteSpace.test(character)) {
    return (fields) => {
      const start = fields.position;
      while (whiteSpace.test(fields.text.charAt(fields.position))) fields.position += 1;
      return fields.position > start;
    };
  }
  return (fields) => {
    if (fields.text.charAt(fields.position) !== character) return false;
    fields.position += 1;
    return true;
  };
}

/** A part in brackets: read where it is there, passed over where it is not. */
function optionalStep(steps: readonly Step[]): Step {
  return (fields) => {
    const { text, position, hour, minute, second, fractionMs, half, offsetMs } = fields;
    if (!steps.every((step) => step(fields)))
      Object.assign(fields, { text, position, hour, minute, second, fractionMs, half, offsetMs });
    return true;
  };
}

/** One letter of the pattern language. */
export interface PatternLetter {
  readonly letters: string;
  readonly means: string;
  readonly example: string;
}

interface LetterRow extends PatternLetter {
  readonly step: (language: string) => Step;
  /** The digits that it always takes; absent for names and for those that take one or two. */
  readonly width?: number;
}

/** The pattern language, a row each: a part of what Unicode (UTS 35) and Java's DateTimeFormatter call date field symbols. */
const letterRows: readonly LetterRow[] = [
  { letters: 'yyyy', means: 'year, four digits', example: '2024', step: () => numberStep('year', 4, 4), width: 4 },
  { letters: 'yy', means: 'year, two digits: 1970 to 2069', example: '24', step: () => twoDigitYear, width: 2 },
  {
    letters: 'MMMM',
    means: 'name of the month',
    example: 'October',
    step: (language) => monthNameStep(monthFinder(language)),
  },
  {
    letters: 'MMM',
    means: 'name of the month, cut',
    example: 'Oct',
    step: (language) => monthNameStep(monthFinder(language)),
  },
  { letters: 'MM', means: 'month, two digits', example: '04', step: () => numberStep('month', 2, 2), width: 2 },
  { letters: 'M', means: 'month', example: '4', step: () => numberStep('month', 1, 2) },
  {
    letters: 'DDD',
    means: 'day of the year, three digits',
    example: '294',
    step: () => numberStep('dayOfYear', 3, 3),
    width: 3,
  },
  { letters: 'dd', means: 'day, two digits', example: '05', step: () => numberStep('day', 2, 2), width: 2 },
  { letters: 'd', means: 'day', example: '5', step: () => numberStep('day', 1, 2) },
  {
    letters: 'EEEE',
    means: 'name of the weekday, passed over',
    example: 'Sunday',
    step: () => (fields) => takeWord(fields) !== undefined,
  },
  {
    letters: 'EEE',
    means: 'name of the weekday, cut, passed over',
    example: 'Sun',
    step: () => (fields) => takeWord(fields) !== undefined,
  },
  { letters: 'HH', means: 'hour 00 to 24, two digits', example: '08', step: () => numberStep('hour', 2, 2), width: 2 },
  { letters: 'H', means: 'hour 0 to 24', example: '8', step: () => numberStep('hour', 1, 2) },
  {
    letters: 'hh',
    means: 'hour 01 to 12, two digits, with a',
    example: '08',
    step: () => numberStep('hour', 2, 2),
    width: 2,
  },
  { letters: 'h', means: 'hour 1 to 12, with a', example: '8', step: () => numberStep('hour', 1, 2) },
  { letters: 'mm', means: 'minute, two digits', example: '05', step: () => numberStep('minute', 2, 2), width: 2 },
  { letters: 'm', means: 'minute', example: '5', step: () => numberStep('minute', 1, 2) },
  { letters: 'ss', means: 'second, two digits', example: '09', step: () => numberStep('second', 2, 2), width: 2 },
  { letters: 's', means: 'second', example: '9', step: () => numberStep('second', 1, 2) },
  { letters: 'SSS', means: 'milliseconds, three digits', example: '250', step: () => fractionStep(3, 3), width: 3 },
  { letters: 'S', means: 'fraction of a second, any digits', example: '250000', step: () => fractionStep(1, 15) },
  { letters: 'a', means: 'before or after noon', example: 'PM', step: () => halfDay },
  { letters: 'X', means: 'offset from UTC', example: '+02:00', step: () => offset },
  { letters: 'z', means: 'letters of a zone', example: 'CEST', step: () => zoneName },
];
const rowOfLetters: ReadonlyMap<string, LetterRow> = new Map(letterRows.map((row) => [row.letters, row]));

/** The letters that a pattern may be made of, for the page of what is understood. */
export const patternLetters: readonly PatternLetter[] = letterRows.map(({ letters, means, example }) => ({
  letters,
  means,
  example,
}));

const varyingFields: Readonly<Record<string, NumericField>> = {
  ...({ M: 'month', d: 'day', H: 'hour', h: 'hour', m: 'minute', s: 'second' } as const),
};

/**
 * A field of one or two digits right before fields of fixed width: it takes what they leave, so that `Hmm` reads 805. An hour
 * that leaves nothing lost its zeros: `Hmmss` reads 326 as 00:03:26.
 */
function packedStep(field: NumericField, widthAfter: number): Step {
  return (fields) => {
    let end = fields.position;
    while (end < fields.text.length && fields.text.charCodeAt(end) >= 0x30 && fields.text.charCodeAt(end) <= 0x39)
      end++;
    const found = end - fields.position;
    if (field === 'hour' && found > 0 && found <= widthAfter) {
      const zeros = '0'.repeat(widthAfter + 1 - found);
      fields.text = `${fields.text.slice(0, fields.position)}${zeros}${fields.text.slice(fields.position)}`;
      end += zeros.length;
    }
    const own = end - fields.position - widthAfter;
    const value = own === 1 || own === 2 ? digits(fields, own, own) : -1;
    fields[field] = value;
    return value >= 0;
  };
}

/** What is wrong with a pattern, in a sentence. */
export class PatternError extends Error {}

interface Compiled {
  readonly steps: readonly Step[];
  readonly letters: ReadonlySet<string>;
}

/** The digits that the fields of fixed width at the start of these pieces take together. */
function widthOf(pieces: readonly string[]): number {
  let width = 0;
  for (const piece of pieces) {
    const own = rowOfLetters.get(piece)?.width;
    if (own === undefined) break;
    width += own;
  }
  return width;
}

/** Cuts a pattern into runs of one letter, quoted texts, brackets and single characters. */
const patternPiece = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^]/gu;

function compile(pattern: string, language: string): Compiled {
  const letters = new Set<string>();
  const open: Step[][] = [[]];
  const add = (step: Step): unknown => open[open.length - 1].push(step);
  const pieces = [...pattern.matchAll(patternPiece)];
  for (const [index, [piece, quoted, letter]] of pieces.entries()) {
    if (letter !== undefined) {
      const row = rowOfLetters.get(piece);
      if (row === undefined) throw new PatternError(`'${piece}' means nothing in a pattern of times`);
      if (letters.has(piece)) throw new PatternError(`'${piece}' stands twice`);
      letters.add(piece);
      const widthAfter = widthOf(pieces.slice(index + 1).map(([each]) => each));
      const isPacked = Object.hasOwn(varyingFields, piece) && widthAfter > 0;
      add(isPacked ? packedStep(varyingFields[piece], widthAfter) : row.step(language));
    } else if (quoted !== undefined) {
      for (const character of quoted === '' ? "'" : quoted.replaceAll("''", "'")) add(literalStep(character));
    } else if (piece === '[') {
      open.push([]);
    } else if (piece === ']' && open.length > 1) {
      const steps = open.pop() ?? [];
      add(optionalStep(steps));
    } else if (piece === ']' || piece === "'") {
      throw new PatternError(`'${piece}' has no other to match it`);
    } else {
      add(literalStep(piece));
    }
  }
  if (open.length > 1) throw new PatternError("'[' has no ']' to match it");
  return { steps: open[0], letters };
}

function assertTellsDay(letters: ReadonlySet<string>): void {
  const has = (...choices: readonly string[]): boolean => choices.some((each) => letters.has(each));
  if (!has('yyyy', 'yy')) throw new PatternError('it has no year (yyyy or yy)');
  if (has('DDD')) return;
  if (!has('M', 'MM', 'MMM', 'MMMM')) throw new PatternError('it has no month (M, MM or MMM)');
  if (!has('d', 'dd')) throw new PatternError('it has no day (d or dd)');
  if (has('h', 'hh') && !has('a')) throw new PatternError('an hour of twelve (h) needs a for before or after noon');
}

/** Gives the instant of a cell in epoch milliseconds, or NaN. */
export type TimeReader = (text: string, clock: ZoneClock) => number;

function localMsOf(fields: Fields, letters: ReadonlySet<string>): number {
  let { hour } = fields;
  if (fields.half >= 0) {
    if (hour < 1 || hour > 12) return NaN;
    hour = (hour % 12) + fields.half;
  }
  const { minute, second, fractionMs } = fields;
  if (hour > 24 || minute > 59 || second > 60) return NaN;
  if (hour === 24 && (minute > 0 || second > 0 || fractionMs > 0)) return NaN;
  const dayNumber = letters.has('DDD')
    ? dayNumberInYear(fields.year, fields.dayOfYear)
    : dayNumberOf(fields.year, fields.month, fields.day);
  return dayNumber * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + fractionMs;
}

/** At the end of a pattern: a time of day and an offset as they may follow a named date, or nothing. */
const tailMark = '+time';

function createReader({ steps, letters }: Compiled, hasTail: boolean): TimeReader {
  const fields: Fields = {
    ...{ text: '', position: 0, year: 0, month: 0, day: 0, dayOfYear: 0, hour: 0, minute: 0 },
    ...{ second: 0, fractionMs: 0, half: -1, offsetMs: NaN },
  };
  return (text, clock) => {
    fields.text = text;
    fields.position = 0;
    fields.hour = fields.minute = fields.second = fields.fractionMs = 0;
    fields.half = -1;
    fields.offsetMs = NaN;
    for (const step of steps) if (!step(fields)) return NaN;
    const localMs = localMsOf(fields, letters);
    if (hasTail) return Number.isNaN(localMs) ? NaN : readTail(fields, localMs, clock);
    if (fields.position !== fields.text.length) return NaN;
    if (Number.isNaN(localMs)) return NaN;
    return Number.isNaN(fields.offsetMs) ? clock.instantOfLocal(localMs) : localMs - fields.offsetMs;
  };
}

const readers = new Map<string, TimeReader>();

/**
 * The reader of a pattern such as `dd-MMM-yyyy HH:mm:ss`, `yyMMddHHmmss`, `d.M.yyyy[ HH.mm]` or `d MMMM yyyy+time@fr`:
 * letters of `patternLetters`, texts in single quotes, parts that may be absent in brackets, `+time` at the end for
 * whatever time of day may follow, and after `@` the language of names (English without one). White space stands for
 * any white space. Without an offset the clock's zone holds.
 * @throws PatternError where the pattern cannot be followed.
 */
export function timePatternReader(pattern: string): TimeReader {
  let reader = readers.get(pattern);
  if (reader === undefined) {
    const at = pattern.lastIndexOf('@');
    const language = at < 0 ? 'en' : pattern.slice(at + 1);
    if (!isKnownLanguage(language)) throw new PatternError(`'${language}' is not a language whose months are known`);
    const whole = at < 0 ? pattern : pattern.slice(0, at);
    const hasTail = whole.endsWith(tailMark);
    const compiled = compile(hasTail ? whole.slice(0, -tailMark.length) : whole, language);
    assertTellsDay(compiled.letters);
    reader = createReader(compiled, hasTail);
    readers.set(pattern, reader);
  }
  return reader;
}

/** What is wrong with a pattern, or undefined where it can be followed. */
export function timePatternProblem(pattern: string): string | undefined {
  try {
    timePatternReader(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}

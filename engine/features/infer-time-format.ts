import type { TimeFormat } from '../domain/profile.ts';
import { instantOfNumber, timeReader } from '../domain/time-text.ts';
import { noHints } from './reading-hints.ts';
import type { ReadingHints } from './reading-hints.ts';
import { preferredReading, spanOf } from './time-evidence.ts';
import { countedTimeForms, packedTimeForms, textTimeForms } from './time-forms.ts';
import type { CountedTimeForm, TimeForm } from './time-forms.ts';

/** One way in which a column can be read as times. */
export interface TimeReading {
  readonly form: TimeForm;
  /** The form's format, with the language of its names where that is not English. */
  readonly format: TimeFormat;
  /** Epoch milliseconds in the order of the texts, NaN where unreadable. */
  readonly values: Float64Array;
  readonly badCount: number;
}

/** How a column's times are written, and how far that is certain. */
export interface TimeFinding extends TimeReading {
  readonly hasClock: boolean;
  /** The next likely reading, where another one reads every cell as well, but as other times. */
  readonly other?: TimeReading;
  /** Why this reading and not the other. */
  readonly evidence?: string;
}

/** Cells that are no times up to this share are taken for errors. */
const toleratedBadShare = 0.02;
/** From this many rows on, one bad cell is an error, such as a line of totals at the end. */
const rowsForOneBad = 20;

function toleratedBadCount(count: number): number {
  return Math.max(Math.floor(count * toleratedBadShare), count >= rowsForOneBad ? 1 : 0);
}

/** A look at some cells spares reading all of them in forms that are far off. */
const cellsForLook = 40;

function looksPossible(texts: readonly string[], format: TimeFormat, { clock }: ReadingHints): boolean {
  const read = timeReader(format);
  const step = Math.max(1, Math.floor(texts.length / cellsForLook));
  let looked = 0;
  let good = 0;
  for (let index = 0; index < texts.length; index += step) {
    looked += 1;
    if (!Number.isNaN(read(texts[index].trim(), clock))) good += 1;
  }
  return good * 2 >= looked;
}

function attempt(
  texts: readonly string[],
  form: TimeForm,
  format: TimeFormat,
  hints: ReadingHints,
): TimeReading | undefined {
  if (!looksPossible(texts, format, hints)) return undefined;
  const read = timeReader(format);
  const worthwhileBadCount = toleratedBadCount(texts.length);
  const values = new Float64Array(texts.length);
  let badCount = 0;
  for (let index = 0; index < texts.length; index++) {
    values[index] = read(texts[index].trim(), hints.clock);
    if (Number.isNaN(values[index]) && ++badCount > worthwhileBadCount) return undefined;
  }
  return { form, format, values, badCount };
}

/** Languages whose month names are tried after English, most spoken in bank exports first. */
export const languagesOfNames: readonly string[] = [
  ...['de', 'fr', 'es', 'it', 'nl', 'pt', 'pl', 'sv', 'da', 'nb', 'fi', 'cs', 'hu', 'ro', 'tr', 'id', 'ru', 'el', 'uk'],
];

const word = /\p{L}{3}/u;

function attempts(texts: readonly string[], hints: ReadingHints): readonly TimeReading[] {
  const hasWords = word.test(texts[0]);
  return textTimeForms.flatMap((form) => {
    if (form.hasNames === undefined) return attempt(texts, form, form.format, hints) ?? [];
    if (!hasWords) return [];
    const english = attempt(texts, form, form.format, hints);
    if (english !== undefined) return english;
    return languagesOfNames.flatMap((language) => attempt(texts, form, `${form.format}@${language}`, hints) ?? []);
  });
}

function isOther(reading: TimeReading, chosen: TimeReading): boolean {
  return reading.values.some((value, index) => !Object.is(value, chosen.values[index]));
}

interface Choice {
  readonly chosen: TimeReading;
  readonly evidence: string | undefined;
}

const countedFormats: ReadonlySet<TimeFormat> = new Set(countedTimeForms.map(({ format }) => format));

/** Units differ too much between packed and counted times for their gaps to tell anything. */
function byYear(packed: TimeReading, counted: TimeReading): Choice {
  return spanOf(counted.values).lastMs < usualUntilMs
    ? { chosen: counted, evidence: 'too few and too close together to be told from a count since 1970, which is usual' }
    : { chosen: packed, evidence: 'every cell holds a date that exists' };
}

/** The likelier of two readings: by the stream, else by the file's customs, else the first. */
function likelier(first: TimeReading, second: TimeReading, hints: ReadingHints): Choice {
  if (countedFormats.has(second.format) && !countedFormats.has(first.format)) return byYear(first, second);
  const byStream = preferredReading(first.values, second.values);
  if (byStream !== undefined) return { chosen: byStream.first ? first : second, evidence: byStream.evidence };
  const { dayOrder } = hints;
  if (dayOrder !== undefined && first.form.dayOrder !== second.form.dayOrder) {
    const byCustom = [first, second].find(({ form }) => form.dayOrder === dayOrder.order);
    if (byCustom !== undefined) return { chosen: byCustom, evidence: dayOrder.evidence };
  }
  return { chosen: first, evidence: undefined };
}

function choose(readings: readonly TimeReading[], hints: ReadingHints): Omit<TimeFinding, 'hasClock'> {
  let chosen = readings[0];
  let evidence: string | undefined;
  let other: TimeReading | undefined;
  for (const reading of readings.slice(1)) {
    if (!isOther(reading, chosen)) continue;
    const choice = likelier(chosen, reading, hints);
    if (choice.chosen === chosen) {
      if (other !== undefined && likelier(other, reading, hints).chosen === other) continue;
      other = reading;
      ({ evidence } = choice);
    } else {
      other = chosen;
      chosen = choice.chosen;
      ({ evidence } = choice);
    }
  }
  if (other === undefined) return chosen;
  return { ...chosen, other, evidence: evidence ?? 'nothing in these rows speaks for either' };
}

/**
 * The form in which the texts (missing cells left out) are dates or times, or undefined where more than 2 % are not. Where
 * several forms read them as different times, the likelier one is given with the other beside it.
 */
export function inferTimeFormat(texts: readonly string[], hints: ReadingHints = noHints): TimeFinding | undefined {
  if (texts.length === 0 || !/\d/.test(texts[0] + (texts[1] ?? ''))) return undefined;
  const possible = attempts(texts, hints);
  if (possible.length === 0) return undefined;
  const fewestBad = Math.min(...possible.map(({ badCount }) => badCount));
  const finding = choose(
    possible.filter(({ badCount }) => badCount === fewestBad),
    hints,
  );
  const { firstMs, lastMs } = spanOf(finding.values);
  const hasClock = finding.values.some((value) => (value - firstMs) % 60_000 !== 0 || (value - firstMs) % dayMs !== 0);
  return { ...finding, hasClock: hasClock || (firstMs === lastMs && texts.some((text) => text.includes(':'))) };
}

const dayMs = 86_400_000;

/** Packed times of a column as varied as this are none by chance: every field of every cell would have to fit. */
const tellingDistinct = 8;
const tellingRange = 10_000;

function isCertainlyPacked(texts: readonly string[], values: Float64Array): boolean {
  const known = values.filter((value) => !Number.isNaN(value));
  const range =
    known.reduce((most, value) => Math.max(most, value), 0) -
    known.reduce((least, value) => Math.min(least, value), Infinity);
  return new Set(texts).size >= tellingDistinct && range >= tellingRange;
}

/** Years in which an event is taken to lie, where only digits tell. */
const earliestMs = Date.UTC(1990, 0, 1);
const latestMs = Date.UTC(2050, 0, 1);
/** Few seconds since 1970 of these years look packed: those that do are written by clocks, not by people. */
const usualUntilMs = Date.UTC(2033, 0, 1);

function isPlausible({ values }: TimeReading): boolean {
  const { firstMs, lastMs } = spanOf(values);
  return firstMs >= earliestMs && lastMs < latestMs;
}

/** Numbers of a table that lost their leading zeros or gained a decimal point, as packed digits again. */
function packedAttempt(texts: readonly string[], form: TimeForm, hints: ReadingHints): TimeReading | undefined {
  return attempt(texts, form, form.format, hints) ?? attempt(texts, form, `${form.format}'.0'`, hints);
}

const isOfUnit = ({ least, below }: CountedTimeForm, value: number): boolean => value >= least && value < below;

/** True where more than half of the numbers are of this unit, and the others of another one since the same origin. */
function isCountedIn(form: CountedTimeForm, values: Float64Array): boolean {
  const others =
    form.format === 'excel-serial' ? [] : countedTimeForms.filter(({ format }) => format !== 'excel-serial');
  let known = 0;
  let ofUnit = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    known += 1;
    if (isOfUnit(form, value)) ofUnit += 1;
    else if (!others.some((other) => isOfUnit(other, value))) return false;
  }
  return ofUnit * 2 > known || known === 0;
}

function countedReadings(values: Float64Array, { clock }: ReadingHints): readonly TimeReading[] {
  const badCount = values.filter(Number.isNaN).length;
  return countedTimeForms
    .filter((form) => isCountedIn(form, values))
    .map((form) => {
      const { format } = form;
      return { form, format, values: values.map((value) => instantOfNumber(value, format, clock)), badCount };
    });
}

/**
 * The form in which numbers that a name calls times are times: packed digits, or counted since an origin by magnitude;
 * undefined where they fit neither. `values` are the texts as numbers.
 */
export function inferNumericTimeFormat(
  texts: readonly string[],
  values: Float64Array,
  hints: ReadingHints = noHints,
): TimeFinding | undefined {
  if (texts.length === 0) return undefined;
  const packed = packedTimeForms.flatMap((form) => packedAttempt(texts, form, hints) ?? []).filter(isPlausible);
  const counted = countedReadings(values, hints);
  const plausible = counted.filter(isPlausible);
  const possible =
    packed.length === 0
      ? plausible.length > 0
        ? plausible
        : counted
      : isCertainlyPacked(texts, values)
        ? packed
        : [...packed, ...plausible];
  if (possible.length === 0) return undefined;
  const fewestBad = Math.min(...possible.map(({ badCount }) => badCount));
  const finding = choose(
    possible.filter(({ badCount }) => badCount === fewestBad),
    hints,
  );
  return { ...finding, hasClock: !/d$|D$|yyyy$/.test(finding.format.replace("'.0'", '')) };
}

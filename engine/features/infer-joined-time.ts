import type { TimeFormat } from '../domain/profile.ts';
import { timePatternProblem } from '../domain/time-pattern.ts';
import { timeReader } from '../domain/time-text.ts';
import type { ColumnFacts } from './column-facts.ts';
import { joinWords } from './finding.ts';
import type { Finding } from './finding.ts';
import type { TimeCandidate } from './infer-time-column.ts';
import { formatPhrase } from './infer-time-column.ts';
import { joinedText } from './joined-text.ts';
import { wordsOf } from './name-rows.ts';
import { timePartRows } from './time-names.ts';

type Part = (typeof timePartRows)[number]['part'];

function wordsOfPart(part: Part): ReadonlySet<string> {
  return wordsOf(timePartRows.filter((row) => row.part === part));
}

const yearWords = wordsOfPart('year');
const monthWords = wordsOfPart('month');
const dayWords = wordsOfPart('day');
const clockWords = wordsOfPart('clock');

function namedByOneWord(columns: readonly ColumnFacts[], words: ReadonlySet<string>): ColumnFacts | undefined {
  return columns.find((facts) => facts.words.length === 1 && words.has(facts.words[0]));
}

/** How times of day are written in a column of their own, as the end of a pattern. */
const clockForms: readonly { readonly pattern: string; readonly cells: RegExp }[] = [
  {
    pattern: '+time',
    cells: /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[ap]\.?\s?m\.?)?(?:\s?(?:Z|[+-]\d{2}:?\d{2}))?$/i,
  },
  { pattern: ' HHmmss', cells: /^\d{6}$/ },
  { pattern: ' HHmm', cells: /^\d{4}$/ },
  { pattern: ' H', cells: /^\d{1,2}$/ },
  // Numbers that lost their zeros: 326 is 00:03:26 where others have six digits.
  { pattern: ' Hmm', cells: /^\d{1,4}$/ },
  { pattern: ' Hmmss', cells: /^\d{1,6}$/ },
  { pattern: ' H.mm[.ss]', cells: /^\d{1,2}\.\d{2}(?:\.\d{2})?$/ },
];

/** Cells that are no times up to this share are taken for errors. */
const toleratedBadShare = 0.02;

function clockPattern(facts: ColumnFacts): string | undefined {
  const present = facts.present();
  const most = Math.floor(present.length * toleratedBadShare);
  return clockForms.find(({ cells }) => present.filter((text) => !cells.test(text.trim())).length <= most)?.pattern;
}

/** The named dates as patterns, where a time of day is to follow that they do not read themselves. */
const patternsOfNamed: Readonly<Record<string, readonly string[]>> = {
  iso: ['yyyy-M-d'],
  'year/month/day': ['yyyy/M/d'],
  'month/day/year': ['M/d/yyyy', 'M/d/yy', 'M-d-yyyy', 'M-d-yy'],
  'day/month/year': ['d/M/yyyy', 'd/M/yy', 'd-M-yyyy', 'd-M-yy'],
  'day.month.year': ['d.M.yyyy', 'd.M.yy'],
};

function joinedFormats(date: TimeFormat, clock: string): readonly TimeFormat[] {
  const named = patternsOfNamed[date];
  if (clock === '+time' && named !== undefined) return [date];
  const [pattern, language] = date.split('@');
  const dates = named ?? [pattern.replace('+time', '')];
  return dates
    .map((each) => `${each}${clock}${language === undefined ? '' : `@${language}`}`)
    .filter((each) => timePatternProblem(each) === undefined);
}

/** The share of rows that have all parts and can be read is high enough, and there are such rows. */
function reads(parts: readonly ColumnFacts[], format: TimeFormat): boolean {
  const read = timeReader(format);
  let bad = 0;
  let present = 0;
  const columns = parts.map(({ cells }) => cells());
  for (let row = 0; row < parts[0].rowCount; row++) {
    const text = joinedText(columns.map((cells) => cells[row]));
    if (text === undefined) continue;
    present += 1;
    if (Number.isNaN(read(text, parts[0].hints.clock))) bad += 1;
  }
  return present > 0 && bad <= Math.floor(present * toleratedBadShare);
}

function joined(
  parts: readonly ColumnFacts[],
  formats: readonly TimeFormat[],
): Pick<TimeCandidate, 'format' | 'joinedWith' | 'hasClock'> | undefined {
  const format = formats.find((each) => reads(parts, each));
  if (format === undefined) return undefined;
  return { format, joinedWith: parts.slice(1), hasClock: true };
}

/** Year, month, day, and a time of day where there is one, each in a column of its own. */
function fromCalendarParts(columns: readonly ColumnFacts[]): TimeCandidate | undefined {
  const year = namedByOneWord(columns, yearWords);
  const month = namedByOneWord(columns, monthWords);
  const day = namedByOneWord(columns, dayWords);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const clock = namedByOneWord(columns, clockWords);
  const dates = ['yyyy M d', 'yyyy MMM d', 'yy M d'];
  const end = clock === undefined ? undefined : clockPattern(clock);
  const withClock =
    clock === undefined || end === undefined
      ? undefined
      : joined(
          [year, month, day, clock],
          dates.map((date) => `${date}${end}`),
        );
  const found = withClock ?? joined([year, month, day], dates);
  if (found === undefined) return undefined;
  const names = [month, day, ...(withClock === undefined || clock === undefined ? [] : [clock])].map(
    ({ name }) => name,
  );
  return {
    ...{ facts: year, confidence: 0.9, byName: 0.9 },
    ...found,
    hasClock: withClock !== undefined,
    reason: `the year of a time whose other parts are in ${joinWords(names)}${withClock === undefined ? ', without a time of day' : ''}`,
  };
}

/** A date without a time of day, and the time of day in a column beside it. */
function fromDateAndClock(dates: readonly TimeCandidate[], columns: readonly ColumnFacts[]): readonly TimeCandidate[] {
  return dates
    .filter(({ hasClock }) => !hasClock)
    .flatMap((date) => {
      const dateWords = new Set(date.facts.words);
      const clocks = columns
        .filter((facts) => facts !== date.facts && facts.words.some((word) => clockWords.has(word)))
        .sort((left, right) => strangeWords(left, dateWords) - strangeWords(right, dateWords));
      for (const clock of clocks) {
        const end = clockPattern(clock);
        if (end === undefined) continue;
        const found = joined([date.facts, clock], joinedFormats(date.format, end));
        if (found === undefined) continue;
        const reason = `${formatPhrase(date.format)}, with the time of day in ${clock.name}`;
        const doubt = date.doubt === undefined ? '' : `; in doubt: ${date.doubt.evidence}`;
        return { ...date, ...found, confidence: Math.min(1, date.confidence + 0.02), reason: `${reason}${doubt}` };
      }
      return [];
    });
}

/** Words of a clock's name that are neither of a clock nor of the date: `auth_time` goes with `auth_date`. */
function strangeWords(clock: ColumnFacts, dateWords: ReadonlySet<string>): number {
  return clock.words.filter((word) => !clockWords.has(word) && !dateWords.has(word)).length;
}

/** Times whose parts stand in several columns. `dates` are the columns that hold a time by themselves. */
export function joinedTimeCandidates(
  columns: readonly ColumnFacts[],
  dates: readonly TimeCandidate[],
): readonly TimeCandidate[] {
  const parts = fromCalendarParts(columns);
  return [...fromDateAndClock(dates, columns), ...(parts === undefined ? [] : [parts])];
}

/** A column whose cells are a part of the event time; undefined for others. */
export function timePartFinding(facts: ColumnFacts, eventTime: Finding | undefined): Finding | undefined {
  if (eventTime?.joinedWith?.includes(facts.name) !== true) return undefined;
  const reason = `a part of the event time, with ${eventTime.facts.name}`;
  return { facts, role: 'ignored', kind: 'text', confidence: 0.9, reason };
}

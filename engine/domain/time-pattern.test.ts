import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timePatternProblem, timePatternReader } from './time-pattern.ts';
import { zoneClock } from './time-zone.ts';

const utc = zoneClock('UTC');
const two = (value: number): string => String(value).padStart(2, '0');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Writes whole seconds of an instant by a pattern's letters, independently of the reader. */
const writers: Readonly<Record<string, (date: Date) => string>> = {
  yyyyMMddHHmmss: (date) => date.toISOString().replace(/\D/g, '').slice(0, 14),
  yyMMddHHmmss: (date) => date.toISOString().replace(/\D/g, '').slice(2, 14),
  'yy-MM-dd+time': (date) => date.toISOString().slice(2, 19).replace('T', ' '),
  'd-MMM-yyyy HH:mm:ss': (date) =>
    `${date.getUTCDate()}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)}`,
  'd-MMM-yy hh.mm.ss[.S] a[ X]': (date) =>
    `${two(date.getUTCDate())}-${months[date.getUTCMonth()].toUpperCase()}-${date.toISOString().slice(2, 4)} ${two(date.getUTCHours() % 12 || 12)}.${two(date.getUTCMinutes())}.${two(date.getUTCSeconds())}.000000 ${date.getUTCHours() < 12 ? 'AM' : 'PM'}`,
  'dMMyyyy Hmmss': (date) =>
    `${date.getUTCDate()}${two(date.getUTCMonth() + 1)}${date.getUTCFullYear()} ${date.getUTCHours()}${two(date.getUTCMinutes())}${two(date.getUTCSeconds())}`,
  "yyyyMMdd'T'HHmmss[.S][X]": (date) => `${date.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`,
  'd MMMM yyyy+time@fr': (date) =>
    `${date.getUTCDate()} ${new Intl.DateTimeFormat('fr', { month: 'long', timeZone: 'UTC' }).format(date)} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)}`,
  'd MMM yyyy+time@pl': (date) =>
    `${date.getUTCDate()} ${new Intl.DateTimeFormat('pl', { month: 'short', day: 'numeric', timeZone: 'UTC' }).formatToParts(date).find(({ type }) => type === 'month')?.value ?? ''} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)}`,
};

/** Seconds of 1970 to 2069: the years that two digits can write. */
const instants = fc.integer({ min: 0, max: 3_155_759_999 }).map((seconds) => seconds * 1000);

describe('timePatternReader', () => {
  it.each(Object.entries(writers))('%s reads back every instant that is written by it', (pattern, write) => {
    const read = timePatternReader(pattern);
    fc.assert(
      fc.property(instants, (instantMs) => {
        expect(read(write(new Date(instantMs)), utc)).toBe(instantMs);
      }),
    );
  });

  it.each([
    ['20241301', 'yyyyMMdd'],
    ['20240230', 'yyyyMMdd'],
    ['202410202460', 'yyyyMMddHHmm'],
    ['20-Okt-2024', 'd-MMM-yyyy+time'],
    ['20-Ju-2024', 'd-MMM-yyyy+time'],
    ['20-Oct-2024 13:00 PM', 'd-MMM-yyyy h:mm a'],
    ['2024-366', 'yyyy.DDD'],
    ['20-Oct-2024 08:00 noon', 'd-MMM-yyyy+time'],
  ])('refuses %s as %s', (text, pattern) => {
    expect(timePatternReader(pattern)(text, utc)).toBeNaN();
  });

  it('a cell without the part in brackets keeps nothing of the cell before', () => {
    const read = timePatternReader('d.M.yyyy[ H.mm[.ss]]');
    expect(read('20.10.2024 08.05.09', utc)).toBe(Date.UTC(2024, 9, 20, 8, 5, 9));
    expect(read('20.10.2024 08.05', utc)).toBe(Date.UTC(2024, 9, 20, 8, 5));
    expect(read('20.10.2024', utc)).toBe(Date.UTC(2024, 9, 20));
    expect(read('20.10.2024 08.', utc)).toBeNaN();
  });

  it.each([
    ['HH:mm', /no year/],
    ['yyyy-MM', /no day/],
    ['yyyy-MM-dd hh:mm', /needs a/],
    ['yyyy-MM-ddTHH', /'T' means nothing/],
    ['yyyy-MM-dd[ HH', /no '\]'/],
    ['yyyy-MMM-dd@xx-nowhere', /language/],
  ])('says what is wrong with %s', (pattern, sentence) => {
    expect(timePatternProblem(pattern)).toMatch(sentence);
  });
});

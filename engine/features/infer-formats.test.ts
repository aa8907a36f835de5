import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTimeText } from '../domain/time-text.ts';
import { zoneClock } from '../domain/time-zone.ts';
import type { TimeFormat } from '../domain/profile.ts';
import type { NumberFormat } from '../domain/record-batch.ts';
import { decodeNumberText } from '../domain/number-text.ts';
import { inferNumberFormat } from './infer-number-format.ts';
import { inferNumericTimeFormat, inferTimeFormat } from './infer-time-format.ts';

/** Writes hundredths in a format, with the separators and decoration that it names. */
function writeAmount(hundredths: number, { decimal, group, decorated }: NumberFormat): string {
  const whole = String(Math.floor(Math.abs(hundredths) / 100));
  const grouped = group === null ? whole : whole.replace(/\B(?=(\d{3})+$)/g, group);
  const digits = `${grouped}${decimal}${String(Math.abs(hundredths) % 100).padStart(2, '0')}`;
  if (!decorated) return hundredths < 0 ? `-${digits}` : digits;
  return hundredths < 0 ? `($${digits})` : `$${digits}`;
}

const numberFormat: fc.Arbitrary<NumberFormat> = fc
  .record({
    decimal: fc.constantFrom('.', ',' as const),
    group: fc.constantFrom(null, '.', ',', ' ', "'" as const),
    decorated: fc.boolean(),
  })
  .filter(({ decimal, group }) => decimal !== group) as fc.Arbitrary<NumberFormat>;

describe('number formats', () => {
  it('amounts written in any format are read back, whatever format is found', () => {
    const amounts = fc.array(fc.integer({ min: -500_000_000, max: 500_000_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(numberFormat, amounts, (format, hundredths) => {
        const texts = hundredths.map((value) => writeAmount(value, format));
        const found = inferNumberFormat(texts);
        expect(found?.badCount).toBe(0);
        expect([...(found?.values ?? [])].map((value) => Math.round(value * 100) + 0)).toEqual(
          hundredths.map((value) => value + 0),
        );
      }),
    );
  });

  it.each<[readonly string[], NumberFormat, boolean]>([
    [['$1.020,00', '$3,62'], { decimal: ',', group: '.', decorated: true }, false],
    [['1,020.00', '3.5'], { decimal: '.', group: ',', decorated: false }, false],
    [['(12.50)', '3.00'], { decimal: '.', group: null, decorated: true }, false],
    [['1.020', '3.115'], { decimal: '.', group: null, decorated: false }, true],
    [['1,020', '3,115'], { decimal: '.', group: ',', decorated: false }, true],
  ])('%j', (texts, format, ambiguous) => {
    const found = inferNumberFormat(texts);
    expect(found).toMatchObject({ format });
    expect(found?.other !== undefined).toBe(ambiguous);
  });

  it('a column is numeric with one bad cell in a hundred, not with one in ten', () => {
    const texts = Array.from({ length: 100 }, (_, index) => String(index));
    expect(inferNumberFormat([...texts.slice(1), 'abc'])?.badCount).toBe(1);
    expect(inferNumberFormat([...texts.slice(0, 9), 'abc'])).toBeUndefined();
    expect(Number.isNaN(decodeNumberText('abc', { decimal: '.', group: null, decorated: true }))).toBe(true);
  });
});

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** Writes the UTC date and time of an instant with whole seconds. */
function writeTime(instantMs: number, format: TimeFormat): string {
  const date = new Date(instantMs);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const time = `${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}:${twoDigits(date.getUTCSeconds())}`;
  switch (format) {
    case 'iso':
      return date.toISOString();
    case 'year/month/day':
      return `${year}/${twoDigits(month)}/${twoDigits(day)} ${time}`;
    case 'month/day/year':
      return `${month}/${day}/${year} ${time}`;
    case 'day/month/year':
      return `${twoDigits(day)}/${twoDigits(month)}/${year} ${time}`;
    case 'day.month.year':
      return `${day}.${month}.${year} ${time}`;
    case 'epoch-seconds':
    case 'seconds-relative':
      return String(instantMs / 1000);
    case 'epoch-milliseconds':
      return String(instantMs);
    case 'epoch-microseconds':
      return String(instantMs * 1000);
    default:
      throw new Error(`${format} is not written here`);
  }
}

const textFormats: readonly TimeFormat[] = [
  'iso',
  'year/month/day',
  'month/day/year',
  'day/month/year',
  'day.month.year',
];
const instants = fc.integer({ min: 100_000_000, max: 4_000_000_000 }).map((seconds) => seconds * 1000);
/** A day above 12 that settles which number is the day. */
const settlingInstant = Date.UTC(2018, 6, 25, 13, 5, 9);

describe('time formats', () => {
  it('instants written in any format are found in it and read back', () => {
    fc.assert(
      fc.property(fc.constantFrom(...textFormats), fc.array(instants, { maxLength: 20 }), (format, others) => {
        const all = [settlingInstant, ...others];
        const found = inferTimeFormat(all.map((instantMs) => writeTime(instantMs, format)));
        expect(found).toMatchObject({ format, badCount: 0, hasClock: true });
        expect(found?.other).toBeUndefined();
        expect([...(found?.values ?? [])]).toEqual(all);
      }),
    );
  });

  it('numbers since 1970 are told apart by magnitude and read back', () => {
    const formats: readonly TimeFormat[] = ['epoch-seconds', 'epoch-milliseconds', 'epoch-microseconds'];
    fc.assert(
      fc.property(fc.constantFrom(...formats), fc.array(instants, { minLength: 1, maxLength: 20 }), (format, all) => {
        const texts = all.map((instantMs) => writeTime(instantMs, format));
        expect(inferNumericTimeFormat(texts, Float64Array.from(texts, Number))?.format).toBe(format);
        expect(texts.map((text) => decodeTimeText(text, format, zoneClock('UTC')))).toEqual(all);
      }),
    );
  });

  it('the order of the stream settles day and month where no number above 12 does', () => {
    expect(inferTimeFormat(['01/02/2020', '02/02/2020', '01/03/2020'])?.format).toBe('day/month/year');
    expect(inferTimeFormat(['02/01/2020', '02/02/2020', '03/01/2020'])?.format).toBe('month/day/year');
  });
});

it('numbers since 1970 may change their unit within the rows looked at, and go back', () => {
  const texts = Array.from({ length: 90 }, (_, r) => String(1_729_411_509 + r) + (r < 30 || r >= 80 ? '250' : ''));
  for (const [cells, format] of [
    [texts, 'epoch-seconds'],
    [texts.slice(0, 70), 'epoch-seconds'],
    [texts.slice(0, 50), 'epoch-milliseconds'],
  ] as const) {
    const found = inferNumericTimeFormat(cells, Float64Array.from(cells, Number));
    expect(found?.format).toBe(format);
    expect(found?.values.every((value) => value > 1_729_411_500_000 && value < 1_729_411_700_000)).toBe(true);
  }
  const [seconds, tiny] = ['1729411509', '17'];
  expect(inferNumericTimeFormat([seconds, seconds, tiny], Float64Array.of(1_729_411_509, 1_729_411_509, 17))).toBe(
    undefined,
  );
});

it('numbers since 1970 and days of a spreadsheet may have a decimal comma', () => {
  const formatOf = (texts: readonly string[]): string | undefined =>
    inferNumericTimeFormat(
      texts,
      Float64Array.from(texts, (text) => Number(text.replace(',', '.'))),
    )?.format;
  expect(formatOf(['1729411509,25', '1729411510,5'])).toBe('epoch-seconds');
  expect(formatOf(['45585,33691', '45586,5'])).toBe('excel-serial');
});

it('packed digits are told from counts by every field of every cell, and said to be in doubt where these are few', () => {
  const hours = Array.from({ length: 48 }, (_, hour) => new Date(Date.UTC(2024, 9, 20, hour)).toISOString());
  const packed = hours.map((iso) => iso.replace(/\D/g, '').slice(2, 12));
  expect(inferNumericTimeFormat(packed, Float64Array.from(packed, Number))).toMatchObject({ format: 'yyMMddHHmm' });
  const seconds = ['1712010100', '1712010130', '1712010155'];
  const few = inferNumericTimeFormat(seconds, Float64Array.from(seconds, Number));
  expect(few?.format).toBe('epoch-seconds');
  expect(few?.other?.format).toBe('yyMMddHHmm');
});

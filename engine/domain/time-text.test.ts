import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TimeFormat } from './profile.ts';
import { decodeTimeText, instantOfNumber, isFinerThanMilliseconds } from './time-text.ts';
import { localHour, localWeekday, zoneClock } from './time-zone.ts';

const utc = zoneClock('UTC');
const brussels = zoneClock('Europe/Brussels');

describe('decodeTimeText', () => {
  it.each<[string, TimeFormat, string]>([
    ['2018-04-01 00:00:31', 'iso', '2018-04-01T00:00:31Z'],
    ['2018-04-01T00:00:31.25+02:00', 'iso', '2018-03-31T22:00:31.250Z'],
    ['2018-04-01T00:00:31.123456Z', 'iso', '2018-04-01T00:00:31.123Z'],
    ['2018-04-01 00:00:31 UTC', 'iso', '2018-04-01T00:00:31Z'],
    ['2018-04-01T00:00-0530', 'iso', '2018-04-01T05:30:00Z'],
    ['2018-04-01', 'iso', '2018-04-01T00:00:00Z'],
    ['2016-12-31T23:59:60Z', 'iso', '2017-01-01T00:00:00Z'],
    ['2016-12-31T24:00', 'iso', '2017-01-01T00:00:00Z'],
    ['2/29/2020 1:05 PM', 'month/day/year', '2020-02-29T13:05:00Z'],
    ['12/31/99 12:00:01 am', 'month/day/year', '1999-12-31T00:00:01Z'],
    ['31-12-2010', 'day/month/year', '2010-12-31T00:00:00Z'],
    ['31.12.2010, 07:08', 'day.month.year', '2010-12-31T07:08:00Z'],
    ['2010/1/2 3:04:05', 'year/month/day', '2010-01-02T03:04:05Z'],
  ])('%s as %s', (text, format, instant) => {
    expect(decodeTimeText(text, format, utc)).toBe(Date.parse(instant));
  });

  it.each<[string, TimeFormat]>([
    ['2019-02-29', 'iso'],
    ['2018-04-01T25:00:00', 'iso'],
    ['2018-04-01T10:60', 'iso'],
    ['2018-04-01T10:00:00+2', 'iso'],
    ['2018-04-01 10:00:00 noon', 'iso'],
    ['2018-04-01x', 'iso'],
    ['2018/04/01', 'iso'],
    ['13/13/2010', 'month/day/year'],
    ['1/2/010', 'month/day/year'],
    ['1/2-2010', 'month/day/year'],
    ['1/2/2010 13:00 pm', 'month/day/year'],
    ['', 'iso'],
    ['0x10', 'epoch-seconds'],
    ['', 'epoch-seconds'],
  ])('refuses %j as %s', (text, format) => {
    expect(decodeTimeText(text, format, utc)).toBeNaN();
  });

  it('agrees with the platform on every ISO instant', () => {
    const years = { min: new Date('1000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(years), (date) => {
        expect(decodeTimeText(date.toISOString(), 'iso', utc)).toBe(date.getTime());
      }),
    );
  });

  it.each<readonly [boolean, TimeFormat, string]>([
    [true, 'iso', '2024-10-20T08:05:09.123456Z'],
    [true, 'iso', '2024-10-20 08:05:09,123000001+02:00'],
    [false, 'iso', '2024-10-20T08:05:09.123000Z'],
    [false, 'iso', '2024-10-20T08:05:09.123Z'],
    [false, 'day.month.year', '20.10.2024 08:05:09'],
    [true, 'yyyy-MM-dd-HH.mm.ss[.S]', '2024-10-20-08.05.09.000001'],
    [false, 'yyyy-MM-dd-HH.mm.ss[.S]', '2024-10-20-08.05.09.250000'],
    [true, "yyyyMMdd'T'HHmmss[.S][X]", '20241020T080509.1234Z'],
    [true, 'epoch-seconds', '1600000000.1234'],
    [false, 'epoch-seconds', '1600000000.1230'],
    [true, 'epoch-milliseconds', '1600000000123.5'],
    [true, 'epoch-microseconds', '1600000000123001'],
    [false, 'epoch-microseconds', '1600000000123000'],
    // A count of another unit among them.
    [false, 'epoch-microseconds', '1600000000123'],
    [true, 'epoch-nanoseconds', '1600000000123000001'],
    [false, 'epoch-nanoseconds', '1600000000123000000'],
    [false, 'hours-relative', '1.123456'],
  ])('says %s of being finer than milliseconds: %s %s', (isFiner, format, text) => {
    expect(isFinerThanMilliseconds(text, format)).toBe(isFiner);
  });

  it('cuts fractions of a millisecond without losing the decimal that was written', () => {
    expect(instantOfNumber(1.001, 'seconds-relative', utc)).toBe(1001);
    expect(instantOfNumber(1_600_000_000.001, 'epoch-seconds', utc)).toBe(1_600_000_000_001);
    expect(instantOfNumber(1_600_000_000_001_999, 'epoch-microseconds', utc)).toBe(1_600_000_000_001);
    expect(instantOfNumber(NaN, 'epoch-seconds', utc)).toBeNaN();
    // One column may hold several units, where a feed was changed: each number has one reading only.
    expect(instantOfNumber(1_600_000_000_001, 'epoch-seconds', utc)).toBe(1_600_000_000_001);
    expect(instantOfNumber(1_600_000_000_001_999, 'epoch-milliseconds', utc)).toBe(1_600_000_000_001);
    expect(instantOfNumber(Number('1600000000001999999'), 'epoch-seconds', utc)).toBe(1_600_000_000_002);
    expect(instantOfNumber(1_600_000_000_001, 'seconds-relative', utc)).toBe(1_600_000_000_001_000);
    expect(instantOfNumber(1_600_000_000, 'epoch-milliseconds', utc)).toBe(1_600_000_000_000);
    expect(instantOfNumber(1_600_000_000.25, 'epoch-nanoseconds', utc)).toBe(1_600_000_000_250);
    expect(instantOfNumber(1_600_000_000_001, 'epoch-microseconds', utc)).toBe(1_600_000_000_001);
    expect(instantOfNumber(1_600_000_000_001_999, 'epoch-nanoseconds', utc)).toBe(1_600_000_000_001);
    // A birthday on the first of March 1970, a relative time, and a moment shortly after 1970 stay what they are.
    expect(instantOfNumber(5_097_600_000, 'epoch-milliseconds', utc)).toBe(5_097_600_000);
    expect(instantOfNumber(1_600_000_001, 'milliseconds-relative', utc)).toBe(1_600_000_001);
    expect(instantOfNumber(60_000, 'epoch-milliseconds', utc)).toBe(60_000);
  });
});

describe('zones', () => {
  it('reads local times with the offset of their day', () => {
    expect(decodeTimeText('2018-01-15 12:00', 'iso', brussels)).toBe(Date.parse('2018-01-15T11:00Z'));
    expect(decodeTimeText('2018-07-15 12:00', 'iso', brussels)).toBe(Date.parse('2018-07-15T10:00Z'));
    expect(decodeTimeText('2018-07-15 12:00Z', 'iso', brussels)).toBe(Date.parse('2018-07-15T12:00Z'));
  });

  it('takes the first of two equal local times, and moves a skipped one on', () => {
    expect(decodeTimeText('2018-10-28 02:30', 'iso', brussels)).toBe(Date.parse('2018-10-28T00:30Z'));
    expect(decodeTimeText('2018-10-28 03:30', 'iso', brussels)).toBe(Date.parse('2018-10-28T02:30Z'));
    expect(decodeTimeText('2018-03-25 02:30', 'iso', brussels)).toBe(Date.parse('2018-03-25T01:30Z'));
    expect(decodeTimeText('2018-03-25 01:30', 'iso', brussels)).toBe(Date.parse('2018-03-25T00:30Z'));
  });

  it('tells hour and weekday as the platform formats them, in any zone, also around changes of clocks', () => {
    const zones = ['Europe/Brussels', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia'];
    const nearChange = fc
      .integer({ min: -200, max: 200 })
      .map((quarters) => Date.parse('2018-10-28T01:00Z') + quarters * 900_000);
    const any = fc.integer({ min: 0, max: 4_000_000 }).map((quarters) => quarters * 450_000);
    const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.oneof(any, nearChange), (timeZone, instantMs) => {
        const clock = zoneClock(timeZone);
        const platform = new Intl.DateTimeFormat('en-GB', {
          timeZone,
          weekday: 'short',
          hour: '2-digit',
          minute: '2-digit',
          second: '2-digit',
          hourCycle: 'h23',
        }).formatToParts(instantMs);
        const part = (type: string): string => platform.find((each) => each.type === type)?.value ?? '';
        const hour = Number(part('hour')) + Number(part('minute')) / 60 + Number(part('second')) / 3600;
        expect(localHour(clock, instantMs)).toBeCloseTo(hour, 9);
        expect(weekdays[localWeekday(clock, instantMs)]).toBe(part('weekday'));
      }),
    );
  });
});

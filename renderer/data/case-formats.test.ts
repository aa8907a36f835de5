import { expect, it } from 'vitest';
import { caseFormats } from './case-formats.ts';

it('names a day of alerts by the calendar of the case, also where times are shown in UTC', () => {
  // One o'clock at night in Dhaka, the evening before in UTC.
  const night = Date.UTC(2026, 2, 1, 19);
  const dhaka = { timeZone: 'Asia/Dhaka', currency: null, first: night, last: night };
  const utc = caseFormats({ ...dhaka, times: 'utc' });
  expect([utc.caseDay(night), utc.day(night), utc.columnTime(night)]).toEqual([
    '02 Mar 2026',
    '01 Mar 2026',
    '01 Mar 19:00',
  ]);
  const own = caseFormats({ ...dhaka, times: 'case' });
  expect([own.caseDay(night), own.day(night), own.columnTime(night)]).toEqual([
    '02 Mar 2026',
    '02 Mar 2026',
    '02 Mar 01:00',
  ]);
});

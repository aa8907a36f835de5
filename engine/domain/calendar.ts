const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar, or NaN for a date that does not exist. */
export function dayNumberOf(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1)) return NaN;
  const leapDay = month === 2 && isLeapYear(year) ? 1 : 0;
  if (day > daysInMonth[month - 1] + leapDay) return NaN;
  const past = year - 1;
  const yearStart = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 719_162;
  return yearStart + daysBeforeMonth[month - 1] + (month > 2 && isLeapYear(year) ? 1 : 0) + day - 1;
}

/** Days since 1970-01-01 of the given day of a year, from 1; NaN for one that the year does not have. */
export function dayNumberInYear(year: number, dayOfYear: number): number {
  if (!(dayOfYear >= 1 && dayOfYear <= (isLeapYear(year) ? 366 : 365))) return NaN;
  return dayNumberOf(year, 1, 1) + dayOfYear - 1;
}

/** The year that two digits write: 1970 to 2069. */
export function yearOfTwoDigits(year: number): number {
  return year < 70 ? 2000 + year : 1900 + year;
}

/** Offset in milliseconds that `+02:00`, `+0200`, `+02`, `Z`, `UTC` or `GMT` writes, or NaN. */
export function offsetMsOf(text: string): number {
  const upper = text.toUpperCase();
  if (upper === 'Z' || upper === 'UTC' || upper === 'GMT') return 0;
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(text);
  if (match === null) return NaN;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (Number(match[2]) > 23 || Number(match[3] ?? 0) > 59) return NaN;
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}

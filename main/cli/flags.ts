import { InvalidArgumentError } from 'commander';
import { explorationSchema } from '../../engine/domain/exploration.ts';
import { alertGapSchema, type AlertGap } from '../../engine/domain/alert-grouping.ts';

const HOUR_MS = 3_600_000;

/** Reads a share such as a contamination: a number above 0 and at most `maximum`. */
export function parseShare(maximum: number, example: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value))
      throw new InvalidArgumentError(
        `it is not a number. Give a share above 0 and at most ${maximum}, for example ${example}.`,
      );
    if (value <= 0 || value > maximum)
      throw new InvalidArgumentError(`it must be above 0 and at most ${maximum}, for example ${example}.`);
    return value;
  };
}

/** Reads the share of the alerts that is drawn from below the line; 0 draws none. */
export function parseExploredShare(text: string): number {
  const share = explorationSchema.shape.share.safeParse(text.trim() === '' ? NaN : Number(text));
  if (!share.success) throw new InvalidArgumentError('it must be from 0 to 0.5, for example 0.1.');
  return share.data;
}

/** Reads a positive number such as an alert budget. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('it must be a number above 0.');
  return value;
}

/** Reads a whole number within borders. */
export function parseWhole(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < minimum || value > maximum)
      throw new InvalidArgumentError(`it must be a whole number from ${minimum} to ${maximum}.`);
    return value;
  };
}

const gapForm = /^(\d+)\s*([hd])$/;
const hoursOf = { h: 1, d: 24 } as const;

/** Reads the gap up to which flagged transactions are one alert: `24h`, `7d`, or one of the two words. */
export function parseGap(text: string): AlertGap {
  const [, amount, unit] = gapForm.exec(text) ?? [];
  const gap = alertGapSchema.safeParse(
    amount === undefined ? text : Number(amount) * hoursOf[unit === 'd' ? 'd' : 'h'] * HOUR_MS,
  );
  if (!gap.success)
    throw new InvalidArgumentError('it must be from 1h to 7d, such as 24h, or each-transaction, or whole-recording.');
  return gap.data;
}

/** Reads an age in days, such as `180d`. */
export function parseDays(text: string): number {
  const days = Number(/^(\d+)\s*d$/.exec(text)?.[1]);
  if (!(days > 0)) throw new InvalidArgumentError('it must be a number of days, such as 180d.');
  return days;
}

/** Reads a calendar day. */
export function parseDay(text: string): string {
  const start = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(start.getTime()) || !start.toISOString().startsWith(text))
    throw new InvalidArgumentError('it must be a day such as 2026-03-02.');
  return text;
}

/** Reads column names separated by commas; the flag may be given several times. */
export function parseNames(text: string, previous: readonly string[] | undefined): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return [...(previous ?? []), ...names];
}

/** One `COLUMN=VALUE`; the flag may be given several times. Column names may hold an equals sign, values may not. */
export function parseAssignment(
  text: string,
  previous: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const at = text.lastIndexOf('=');
  if (at <= 0 || at === text.length - 1)
    throw new InvalidArgumentError('it must name a column and what is said of it, as in COLUMN=VALUE.');
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

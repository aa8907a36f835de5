/** Written with commas for groups and a point for decimals, as in the recordings' own language of numbers. */
const locale = 'en-GB';
const noValue = '–';

const countFormat = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

/** 1,458,200 */
export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined ? noValue : countFormat.format(value);
}

/** `1 model`, `7 models`: the count with its noun. */
export function formatCounted(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** What a picture over time leaves out, or nothing: `12 without a time left out`. */
export function withoutTimeWords(count: number | undefined): string {
  return count === undefined || count === 0 ? '' : `${formatCount(count)} without a time left out`;
}

/** A mean over days: `19.6`, and whole numbers from a hundred on. */
export function formatPerDay(value: number | null | undefined): string {
  if (value === null || value === undefined) return noValue;
  return value < 99.95 ? formatDecimal(value, 1).replace(/\.0$/u, '') : formatCount(value);
}

/** An interval of shares as `24.1 to 31.9 %`, both ends with the same decimals. */
export function formatInterval([low, high]: readonly [number, number]): string {
  const decimals = high >= 0.1 ? 1 : high >= 0.01 ? 2 : 3;
  return `${formatDecimal(low * 100, decimals)} to ${formatDecimal(high * 100, decimals)} %`;
}

/** With a capital, as at the beginning of a heading. */
export function withCapital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const decimalFormats = new Map<number, Intl.NumberFormat>();

/** A number with exactly so many decimals, and a true minus sign. */
export function formatDecimal(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  let format = decimalFormats.get(decimals);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    decimalFormats.set(decimals, format);
  }
  return format.format(value).replace('-', '−');
}

/** A share of 0 to 1 as `1.24 %`. Small shares keep two significant digits, so that none reads as zero. */
export function formatPercent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return noValue;
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size === 0) return '0 %';
  if (size < 0.001) return `${percent < 0 ? '>−' : '<'}0.001 %`;
  const decimals = size < 0.01 ? 4 : size < 0.1 ? 3 : size < 10 ? 2 : size < 99.95 ? 1 : 0;
  return `${formatDecimal(percent, decimals)} %`;
}

/** A score has three decimals everywhere; on the scale of a model made elsewhere it may be large, and has fewer of them then. */
export function formatScore(score: number | null | undefined): string {
  const size = Math.abs(score ?? 0);
  return formatDecimal(score, size < 100 ? 3 : size < 1000 ? 2 : 1);
}

function decimalsOf(currency: string | null): number {
  if (currency === null) return 2;
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** `612.40 EUR`: the code after it, never a bare symbol, and no code where none is known. */
export function formatAmount(amount: number | null | undefined, currency: string | null = null): string {
  if (amount === null || amount === undefined) return noValue;
  const digits = formatDecimal(amount, decimalsOf(currency));
  return currency === null ? digits : `${digits} ${currency}`;
}

/** How long something lay apart, in one unit: `45 s`, `59 min`, `3.2 h`, `12 days`. */
export function formatSpan(spanMs: number): string {
  const hours = spanMs / 3_600_000;
  if (hours * 60 < 1) return `${formatCount(Math.round(spanMs / 1000))} s`;
  if (hours < 1) return `${formatCount(Math.round(hours * 60))} min`;
  if (hours < 48) return `${formatDecimal(hours, 1).replace(/\.0$/u, '')} h`;
  return `${formatCount(Math.round(hours / 24))} days`;
}

/** `158 MB`, in powers of ten as file managers count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${formatDecimal(value, unit > 0 && value < 9.95 ? 1 : 0)} ${units[unit]}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 9950) return `${formatDecimal(durationMs / 1000, 1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const timeFormats = new Map<string, Intl.DateTimeFormat>();

function partsOf(instantMs: number, timeZone: string): Record<string, string> {
  let format = timeFormats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, {
      timeZone,
      year: 'numeric',
      month: 'short',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    timeFormats.set(timeZone, format);
  }
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(instantMs)) parts[type] = value;
  // ICU writes Sept in British English, alone with four letters; columns stay aligned with three.
  parts['month'] = (parts['month'] ?? '').slice(0, 3);
  return parts;
}

/** `08 Aug 2018` in a zone. */
export function formatDay(instantMs: number | null | undefined, timeZone: string): string {
  if (instantMs === null || instantMs === undefined) return noValue;
  const parts = partsOf(instantMs, timeZone);
  return `${parts['day']} ${parts['month']} ${parts['year']}`;
}

/** `08 Aug 2018 02:14:09` in a zone; `withYear` and `withSeconds` may be left out where columns are narrow. */
export function formatTime(
  instantMs: number | null | undefined,
  timeZone: string,
  { withSeconds = false, withYear = true }: { readonly withSeconds?: boolean; readonly withYear?: boolean } = {},
): string {
  if (instantMs === null || instantMs === undefined) return noValue;
  const parts = partsOf(instantMs, timeZone);
  const day = `${parts['day']} ${parts['month']}${withYear ? ` ${parts['year']}` : ''}`;
  return `${day} ${parts['hour']}:${parts['minute']}${withSeconds ? `:${parts['second']}` : ''}`;
}

/** `Lisbon` for Europe/Lisbon, `UTC` for UTC. */
export function zoneName(timeZone: string): string {
  const last = timeZone.split('/').at(-1) ?? timeZone;
  return last === 'Etc' || last === 'UTC' || timeZone === 'Etc/UTC' ? 'UTC' : last.replaceAll('_', ' ');
}

export type TimesSetting = 'case' | 'utc' | 'both';

/**
 * An instant as the analyst chose to read times: in the case's zone, in UTC, or both (`02:14 · 01:14 UTC`, with the
 * day where it differs). A case in UTC is written once.
 */
export function formatTimeBoth(instantMs: number | null | undefined, timeZone: string, times: TimesSetting): string {
  if (instantMs === null || instantMs === undefined) return noValue;
  const isUtc = zoneName(timeZone) === 'UTC';
  if (times === 'utc' || isUtc) return `${formatTime(instantMs, 'UTC')} UTC`;
  const local = formatTime(instantMs, timeZone);
  if (times === 'case') return `${local} ${zoneName(timeZone)}`;
  const utc = formatTime(instantMs, 'UTC');
  const sameDay = utc.slice(0, -5) === local.slice(0, -5);
  return `${local} · ${sameDay ? utc.slice(-5) : utc} UTC`;
}

/** The zone in which columns of times are written under this setting, and the word for their header. */
export function columnZone(
  timeZone: string,
  times: TimesSetting,
): { readonly timeZone: string; readonly name: string } {
  const shown = times === 'utc' ? 'UTC' : timeZone;
  return { timeZone: shown, name: zoneName(shown) };
}

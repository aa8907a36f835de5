import { usageError } from './error.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Every change of clocks since 1970 falls on a quarter of an hour of UTC. */
const quarterMs = 15 * minuteMs;

/** Tells local time in one IANA zone. Instants and local times are milliseconds; offsets are local minus UTC. */
export interface ZoneClock {
  readonly timeZone: string;
  offsetMsAt(instantMs: number): number;
  /**
   * The instant of a local wall-clock time, given as if it were UTC. A time that occurs twice (clocks go back) is
   * its first occurrence; a time that never occurs (clocks go forward) is read with the offset from before the change.
   */
  instantOfLocal(localMs: number): number;
}

const utcNames: ReadonlySet<string> = new Set(['UTC', 'GMT', 'Z', 'Etc/UTC', 'Etc/GMT', 'Etc/UCT', 'Etc/Zulu']);

function utcClock(timeZone: string): ZoneClock {
  return { timeZone, offsetMsAt: () => 0, instantOfLocal: (localMs) => localMs };
}

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw usageError(
      'BAD_PROFILE',
      `The time zone '${timeZone}' is not known.`,
      'Use an IANA name such as Europe/Brussels, America/New_York or UTC.',
    );
  }
}

function offsetByFormatter(formatter: Intl.DateTimeFormat, instantMs: number): number {
  const wholeSeconds = Math.floor(instantMs / 1000) * 1000;
  const parts: Record<string, number> = {};
  let beforeChrist = false;
  for (const part of formatter.formatToParts(wholeSeconds)) {
    if (part.type === 'era') beforeChrist = part.value.startsWith('B');
    else parts[part.type] = Number(part.value);
  }
  const { year, month, day, hour, minute, second } = parts;
  const local = new Date(0);
  local.setUTCFullYear(beforeChrist ? 1 - year : year, month - 1, day);
  local.setUTCHours(hour, minute, second);
  return local.getTime() - wholeSeconds;
}

function intlClock(timeZone: string): ZoneClock {
  const formatter = formatterFor(timeZone);
  /** Offsets at the start of quarter hours; days without a change of clocks need only their two ends. */
  const knownOffsets = new Map<number, number>();
  const offsetAtBoundary = (instantMs: number): number => {
    let offset = knownOffsets.get(instantMs);
    if (offset === undefined) {
      offset = offsetByFormatter(formatter, instantMs);
      knownOffsets.set(instantMs, offset);
    }
    return offset;
  };
  let steadyFrom = 0;
  let steadyUntil = 0;
  let steadyOffset = 0;

  const offsetMsAt = (instantMs: number): number => {
    if (instantMs >= steadyFrom && instantMs < steadyUntil) return steadyOffset;
    const dayStart = Math.floor(instantMs / dayMs) * dayMs;
    const atStart = offsetAtBoundary(dayStart);
    if (atStart !== offsetAtBoundary(dayStart + dayMs)) {
      return offsetAtBoundary(Math.floor(instantMs / quarterMs) * quarterMs);
    }
    steadyFrom = dayStart;
    steadyUntil = dayStart + dayMs;
    steadyOffset = atStart;
    return atStart;
  };

  const instantOfLocal = (localMs: number): number => {
    const before = offsetMsAt(localMs - dayMs);
    const after = offsetMsAt(localMs + dayMs);
    const withBefore = localMs - before;
    if (before === after || offsetMsAt(withBefore) === before) return withBefore;
    const withAfter = localMs - after;
    return offsetMsAt(withAfter) === after ? withAfter : withBefore;
  };

  return { timeZone, offsetMsAt, instantOfLocal };
}

const clocks = new Map<string, ZoneClock>();

/**
 * The clock of an IANA time zone, exact since 1970; UTC costs nothing.
 * @throws AssayError BAD_PROFILE when the zone is not known.
 */
export function zoneClock(timeZone: string): ZoneClock {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = utcNames.has(timeZone) ? utcClock(timeZone) : intlClock(timeZone);
    clocks.set(timeZone, clock);
  }
  return clock;
}

/**
 * An instant as the clocks of a zone show it, with what they are ahead of UTC: `2024-10-27T07:30:00+06:00`, and `Z` where
 * that is nothing. ISO 8601, so that every reader finds the same instant; fractions of a second only where there are any.
 */
export function zonedText({ offsetMsAt }: Pick<ZoneClock, 'offsetMsAt'>, instantMs: number): string {
  const offsetMs = offsetMsAt(instantMs);
  const local = new Date(instantMs + offsetMs).toISOString().replace(/(\.000)?Z$/u, '');
  return `${local}${offsetMs === 0 ? 'Z' : offsetText(offsetMs)}`;
}

/** `+06:00` */
export function offsetText(offsetMs: number): string {
  return `${offsetMs < 0 ? '-' : '+'}${new Date(Math.abs(offsetMs)).toISOString().slice(11, 16)}`;
}

/** Hour of day with its fraction, 0 <= h < 24, of an instant in epoch milliseconds. */
export function localHour(clock: ZoneClock, instantMs: number): number {
  const localMs = instantMs + clock.offsetMsAt(instantMs);
  return (localMs - Math.floor(localMs / dayMs) * dayMs) / 3_600_000;
}

/** Day of the week of an instant in epoch milliseconds: Monday 0 to Sunday 6. */
export function localWeekday(clock: ZoneClock, instantMs: number): number {
  const dayNumber = Math.floor((instantMs + clock.offsetMsAt(instantMs)) / dayMs);
  return (((dayNumber + 3) % 7) + 7) % 7;
}

/** Calendar day of an instant in epoch milliseconds: days since 1 January 1970 in the zone. */
export function localDay(clock: ZoneClock, instantMs: number): number {
  return Math.floor((instantMs + clock.offsetMsAt(instantMs)) / dayMs);
}

/** The calendar day of an instant, such as 2026-03-02. */
export function dayText(clock: ZoneClock, instantMs: number): string {
  return textOfDay(localDay(clock, instantMs));
}

/** A day by its number, as `localDay` gives it: 2026-03-02. */
export function textOfDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

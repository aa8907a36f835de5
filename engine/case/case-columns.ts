import type { DecodedSegment } from '../domain/columns.ts';
import { UNLABELLED } from '../domain/label.ts';
import { columnWithRole, type Profile, type ProfileColumn } from '../domain/profile.ts';
import { localDay, zoneClock } from '../domain/time-zone.ts';
import { labelsOf, textsOf } from '../features/segment-access.ts';
import { NO_DAY } from '../forest/tuning.ts';
import type { ReadableCase } from '../store/readable-case.ts';

/** Labels of every row of a case in stream order (FRAUD, GENUINE or UNLABELLED); null without a label column. */
export function readLabels(openedCase: ReadableCase, profile: Profile): Uint8Array | null {
  const label = columnWithRole(profile, 'label');
  if (label === undefined) return null;
  const dictionaries = openedCase.dictionaries();
  const labels = new Uint8Array(openedCase.nextSequence()).fill(UNLABELLED);
  for (const segment of segmentsOf(openedCase, [label.name]))
    labels.set(labelsOf(profile, segment, dictionaries), segment.firstSequence);
  return labels;
}

/** Calendar day of every row, as days since 1970 in the profile's zone; null where there is no event time with a clock. */
export function readDays(openedCase: ReadableCase, profile: Profile): Int32Array | null {
  const time = columnWithRole(profile, 'event_time');
  if (time === undefined) return null;
  const clock = zoneClock(profile.timeZone);
  const days = new Int32Array(openedCase.nextSequence()).fill(NO_DAY);
  for (const segment of segmentsOf(openedCase, [time.name])) {
    const block = segment.columns.get(time.name);
    if (block?.kind !== 'time') continue;
    for (let row = 0; row < segment.rowCount; row++)
      if (!Number.isNaN(block.values[row])) days[segment.firstSequence + row] = localDay(clock, block.values[row]);
  }
  return days;
}

/** One numeric column of a case in stream order, NaN where missing. */
export function readNumbers(openedCase: ReadableCase, column: string): Float64Array {
  const numbers = new Float64Array(openedCase.nextSequence()).fill(NaN);
  for (const segment of segmentsOf(openedCase, [column])) {
    const block = segment.columns.get(column);
    if (block?.kind === 'number' || block?.kind === 'time') numbers.set(block.values, segment.firstSequence);
  }
  return numbers;
}

/** The codes of one entity column in stream order, -1 where missing. */
export function readCodes(openedCase: ReadableCase, column: string): Int32Array {
  const codes = new Int32Array(openedCase.nextSequence()).fill(-1);
  for (const segment of segmentsOf(openedCase, [column])) {
    const block = segment.columns.get(column);
    if (block?.kind === 'code') codes.set(block.codes, segment.firstSequence);
  }
  return codes;
}

/** The id of each of some rows, by sequence; the 1-based row number where the case has no id column. */
export function readIds(
  openedCase: ReadableCase,
  profile: Profile,
  sequences: readonly number[],
): ReadonlyMap<number, string> {
  const ids = new Map<number, string>();
  const column = columnWithRole(profile, 'id');
  const wanted = [...sequences].sort((left, right) => left - right);
  let at = 0;
  for (const summary of openedCase.segments()) {
    const end = summary.firstSequence + summary.rowCount;
    if (at >= wanted.length || wanted[at] >= end) continue;
    const text =
      column === undefined
        ? () => undefined
        : textsOf(openedCase.readSegmentColumns(summary.id, [column.name]), column.name, openedCase.dictionaries());
    for (; at < wanted.length && wanted[at] < end; at++)
      ids.set(wanted[at], text(wanted[at] - summary.firstSequence) ?? String(wanted[at] + 1));
  }
  return ids;
}

/** The segments of a case in stream order, with the columns named (all when absent). */
export function* segmentsOf(openedCase: ReadableCase, names?: readonly string[]): Generator<DecodedSegment> {
  for (const summary of openedCase.segments()) yield openedCase.readSegmentColumns(summary.id, names);
}

/** The column whose equal values are one payer: the card, else the customer, else the account. */
export function payerColumn(profile: Profile): ProfileColumn | undefined {
  return columnWithRole(profile, 'card') ?? columnWithRole(profile, 'customer') ?? columnWithRole(profile, 'account');
}

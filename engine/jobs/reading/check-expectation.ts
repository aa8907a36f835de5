import type { ColumnTotals } from '../../domain/column-totals.ts';
import { DecimalSum } from '../../domain/decimal-sum.ts';
import { AssayError, usageError } from '../../domain/error.ts';
import type { Expectation } from '../../domain/expectation.ts';
import { columnWithRole, type Profile, type ProfileColumn } from '../../domain/profile.ts';
import { decodeTimeText } from '../../domain/time-text.ts';
import { localDay, zoneClock } from '../../domain/time-zone.ts';
import type { ReadableCase } from '../../store/readable-case.ts';

/**
 * Compares what a person expects of a reading with what it came to.
 * @throws AssayError TOTALS_DIFFER with every difference, UNKNOWN_COLUMN for a column that is not there.
 */
export function checkExpectation(openedCase: ReadableCase, expectation: Expectation): void {
  if (expectation.length === 0) return;
  const profile = openedCase.profile();
  const kept = openedCase.readingTotals();
  if (profile === undefined || kept === undefined)
    throw usageError('WRONG_USE', 'This case has no control totals: it follows a topic.', 'Leave out --expect.');
  const counts = openedCase.counts();
  const differences = expectation.flatMap(({ total, column: name, value }) => {
    const expected = `, and ${value} was expected`;
    if (total === 'rows' || total === 'quarantined')
      return counts[total] === Number(value) ? [] : [`${total} = ${counts[total]}${expected}`];
    const column = expectedColumn(profile, name);
    const totals = kept.columns.get(column.name);
    const found = totals === undefined ? null : totals[total];
    const isAsExpected = found !== null && isEqual(String(found), value, total, column, profile);
    return isAsExpected ? [] : [`${total}(${column.name}) = ${shown(totals, total)}${expected}`];
  });
  if (differences.length > 0)
    throw new AssayError('TOTALS_DIFFER', 'failure', `The totals are not those expected: ${differences.join('; ')}.`, {
      nextStep: 'What was read is kept in the case; `--json` lists the totals of every column.',
    });
}

function expectedColumn(profile: Profile, name: string | null): ProfileColumn {
  const column =
    name === null ? columnWithRole(profile, 'event_time') : profile.columns.find((each) => each.name === name);
  if (column !== undefined) return column;
  throw name === null
    ? usageError('NO_EVENT_TIME', 'No column is the event time.', 'Write from(COLUMN)=... or name it with --time.')
    : usageError(
        'UNKNOWN_COLUMN',
        `There is no column '${name}'.`,
        `The columns are: ${profile.columns.map((each) => each.name).join(', ')}.`,
      );
}

function shown(totals: ColumnTotals | undefined, total: keyof ColumnTotals): string {
  const found = totals?.[total] ?? null;
  if (found === null) return 'nothing';
  return total === 'distinct' && totals?.distinctIsExact === false ? `about ${String(found)}` : String(found);
}

function isEqual(
  found: string,
  expected: string,
  total: Expectation[number]['total'],
  { kind, timeFormat }: ProfileColumn,
  { timeZone }: Profile,
): boolean {
  const isEnd = total === 'from' || total === 'to';
  if (isEnd && kind === 'time' && timeFormat !== 'seconds-relative') {
    const clock = zoneClock(timeZone);
    const wanted = decodeTimeText(expected, 'iso', clock);
    if (Number.isNaN(wanted))
      throw usageError('WRONG_USE', `'${expected}' is no time.`, 'Write it as 2024-10-20 or 2024-10-20T08:00:00.');
    const isDay = /^\s*\d{4}-\d{2}-\d{2}\s*$/.test(expected);
    const time = Date.parse(found);
    return isDay ? localDay(clock, time) === localDay(clock, wanted) : time === wanted;
  }
  if (isEnd && kind !== 'number' && kind !== 'time') return found === expected;
  return plain(found) === plain(expected);
}

function plain(text: string): string {
  const sum = new DecimalSum();
  sum.addText(text);
  sum.settle();
  return sum.toString();
}

import type { ColumnBlock, DecodedSegment, Dictionary } from '../domain/columns.ts';
import { alertEntityRoles, type AlertEntityRole } from '../domain/alert-grouping.ts';
import { impossible, usageError } from '../domain/error.ts';
import { UNLABELLED } from '../domain/label.ts';
import { columnWithRole, type Profile, type ProfileColumn } from '../domain/profile.ts';
import { localDay, zoneClock, type ZoneClock } from '../domain/time-zone.ts';
import { isDecoded } from '../features/decode-segment.ts';
import { idsOf, labelsOf, textsOf } from '../features/segment-access.ts';
import { NO_DAY } from '../forest/tuning.ts';
import type { ReadableCase } from '../store/readable-case.ts';
import type { SegmentSummary } from '../store/types.ts';

/** The rows of one column's groups: rows of code c are `rows.subarray(starts[c], starts[c + 1])`, in stream order. */
export interface RowsByCode {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

/** A category column in memory. */
export interface CodedColumn {
  readonly column: ProfileColumn;
  /** One per row of the case; -1 is missing. */
  readonly codes: Int32Array;
  readonly dictionary: Dictionary;
}

/** The code of a row whose text is missing. */
export const UNKNOWN_CODE = -1;

const NO_HOUR = 255;
const hourMs = 3_600_000;
const hoursOfWeek = 168;
/** 1 January 1970 was a Thursday. */
const hoursToMonday = 72;
const emptyProfile: Profile = { version: 1, timeZone: 'UTC', columns: [] };

/**
 * The columns of a case that questions are asked of again and again, as typed arrays in stream order. Each is read at
 * its first use. They are true for the rows and the profile the case had when this was made.
 */
export class CaseArrays {
  readonly rowCount: number;
  readonly profile: Profile;
  readonly clock: ZoneClock;
  readonly segments: readonly SegmentSummary[];
  readonly #case: ReadableCase;
  readonly #entityRole: AlertEntityRole | null;
  readonly #cache = new Map<string, unknown>();

  /**
   * @param entityRole what makes one alert; null for the first of card, customer and account that the case has
   * @param profile the case's own, unless questions are to be answered as if it had another
   */
  constructor(
    openedCase: ReadableCase,
    entityRole: AlertEntityRole | null = null,
    profile: Profile = openedCase.profile() ?? emptyProfile,
  ) {
    this.#case = openedCase;
    this.#entityRole = entityRole;
    this.rowCount = openedCase.nextSequence();
    this.profile = profile;
    this.clock = zoneClock(this.profile.timeZone);
    this.segments = openedCase.segments();
  }

  /** Event times, NaN where missing; null where the profile has no time with a clock. */
  get times(): Float64Array | null {
    const column = columnWithRole(this.profile, 'event_time');
    return this.#once('times', () => (column === undefined ? null : readNumbers(this.#case, column.name)));
  }

  /** Amounts, NaN where missing; null without an amount column. */
  get amounts(): Float64Array | null {
    const column = columnWithRole(this.profile, 'amount');
    return this.#once('amounts', () => (column === undefined ? null : readNumbers(this.#case, column.name)));
  }

  /** Calendar day of every row in the case's zone, or NO_DAY. */
  get days(): Int32Array | null {
    return this.#once('days', () => readDays(this.#case, this.profile));
  }

  /** The label column alone; verdicts are not in it. */
  get labels(): Uint8Array | null {
    return this.#once('labels', () => readLabels(this.#case, this.profile));
  }

  /** Distinct days that have rows, ascending. */
  get distinctDays(): Int32Array {
    return this.#once('distinctDays', () => {
      const distinct = new Set<number>();
      let previous = NO_DAY;
      for (const day of this.days ?? []) {
        if (day !== previous && day !== NO_DAY) distinct.add(day);
        previous = day;
      }
      return Int32Array.from(distinct).sort();
    });
  }

  /** First and last event time; null where no row has one. */
  get timeSpan(): { readonly first: number; readonly last: number } | null {
    return this.#once('timeSpan', () => {
      let first = Infinity;
      let last = -Infinity;
      for (const time of this.times ?? []) {
        if (time < first) first = time;
        if (time > last) last = time;
      }
      return first <= last ? { first, last } : null;
    });
  }

  /** Local hour of the week of every row, Monday 00:00 is 0, Sunday 23:00 is 167; 255 without a time. */
  get hoursOfWeek(): Uint8Array {
    return this.#once('hoursOfWeek', () => {
      const hours = new Uint8Array(this.rowCount).fill(NO_HOUR);
      const { times, clock } = this;
      for (let row = 0; times !== null && row < times.length; row++) {
        if (Number.isNaN(times[row])) continue;
        const hour = Math.floor((times[row] + clock.offsetMsAt(times[row])) / hourMs) + hoursToMonday;
        hours[row] = ((hour % hoursOfWeek) + hoursOfWeek) % hoursOfWeek;
      }
      return hours;
    });
  }

  /** The column whose equal values may make one alert; null where there is none. */
  get entity(): CodedColumn | null {
    const chosen = this.#entityRole === null ? null : this.#codedRole(this.#entityRole);
    return chosen ?? this.#codedRole(this.entityRoles[0]);
  }

  /** The roles that may make one alert here: card, customer, account, as far as the case has them. */
  get entityRoles(): readonly AlertEntityRole[] {
    return alertEntityRoles.filter((role) => this.#codedRole(role) !== null);
  }

  /** The other side of a transaction: terminal, else merchant. */
  get counterpart(): CodedColumn | null {
    return this.#codedRole('terminal') ?? this.#codedRole('merchant');
  }

  get currency(): CodedColumn | null {
    return this.#codedRole('currency');
  }

  get rowsByEntity(): RowsByCode | null {
    return this.#once('rowsByEntity', () => (this.entity === null ? null : groupRows(this.entity)));
  }

  get rowsByCounterpart(): RowsByCode | null {
    return this.#once('rowsByCounterpart', () => (this.counterpart === null ? null : groupRows(this.counterpart)));
  }

  get dictionaries(): ReadonlyMap<string, Dictionary> {
    return this.#once('dictionaries', () => this.#case.dictionaries());
  }

  /** Columns whose cells are stored decoded, in the recording's order. */
  get decodedColumns(): readonly ProfileColumn[] {
    return this.profile.columns.filter(isDecoded);
  }

  /**
   * A category column by name.
   * @throws AssayError UNKNOWN_COLUMN where the case has no such column, or none of categories.
   */
  coded(name: string): CodedColumn {
    const column = this.decodedColumns.find((candidate) => candidate.name === name);
    const dictionary = this.dictionaries.get(name);
    if (column === undefined || dictionary === undefined)
      throw usageError(
        'UNKNOWN_COLUMN',
        `The case has no column of categories named '${name}'.`,
        `It has: ${[...this.dictionaries.keys()].join(', ') || 'none'}.`,
      );
    return this.#once(`coded ${name}`, () => ({ column, dictionary, codes: readCodes(this.#case, name) }));
  }

  /** The segment that holds a row. */
  segmentOf(sequence: number): SegmentSummary {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.segments[middle].firstSequence <= sequence) low = middle;
      else high = middle - 1;
    }
    const segment = this.segments[low];
    if (segment === undefined || sequence < 0 || sequence >= segment.firstSequence + segment.rowCount)
      throw usageError('WRONG_USE', `The case has no row ${sequence}.`, 'Rows are counted from 0.');
    return segment;
  }

  readonly #ids = new Map<number, string>();

  /** The ids of some rows; the 1-based row number where a row has none. What was read once is kept. */
  ids(sequences: ArrayLike<number>): readonly string[] {
    const column = columnWithRole(this.profile, 'id');
    if (column === undefined) return Array.from(sequences, (sequence) => String(sequence + 1));
    const missing = Float64Array.from(Array.from(sequences).filter((sequence) => !this.#ids.has(sequence))).sort();
    for (const { segment, rows } of this.#bySegment(missing)) {
      const text = textsOf(this.#case.readSegmentColumns(segment, [column.name]), column.name, this.dictionaries);
      for (const sequence of rows)
        this.#ids.set(sequence, text(sequence - segment.firstSequence) ?? String(sequence + 1));
    }
    return Array.from(sequences, (sequence) => this.#ids.get(sequence) ?? impossible(`row ${sequence} was just read`));
  }

  /**
   * The first row of each id, in the order given; ids are row numbers from 1 where the case has no id column.
   * @throws AssayError WRONG_USE, naming ids that the case does not have.
   */
  rowsOfIds(ids: readonly string[]): readonly number[] {
    const { found, unknown } = this.findIds(ids);
    if (unknown.length > 0)
      throw usageError(
        'WRONG_USE',
        `The case has no transaction ${unknown.slice(0, 5).join(', ')}.`,
        'Check the id column.',
      );
    return found;
  }

  /** As `rowsOfIds`, with the ids that the case does not have apart. */
  findIds(ids: readonly string[]): { readonly found: readonly number[]; readonly unknown: readonly string[] } {
    const wanted = new Set(ids);
    const rows = new Map<string, number>();
    const column = columnWithRole(this.profile, 'id');
    for (const segment of segmentsOf(this.#case, column === undefined ? [] : [column.name])) {
      const idOf = idsOf(this.profile, segment, this.dictionaries);
      for (let row = 0; row < segment.rowCount && rows.size < wanted.size; row++) {
        const id = idOf(row) ?? String(segment.firstSequence + row + 1);
        if (wanted.has(id) && !rows.has(id)) rows.set(id, segment.firstSequence + row);
      }
    }
    return { found: ids.flatMap((id) => rows.get(id) ?? []), unknown: ids.filter((id) => !rows.has(id)) };
  }

  /** The decoded cells of some rows as texts, in the order given; `sequences` ascend. Missing cells are empty. */
  cells(sequences: ArrayLike<number>): readonly (readonly string[])[] {
    const columns = this.decodedColumns;
    const found: (readonly string[])[] = [];
    for (const { segment, rows } of this.#bySegment(Float64Array.from(sequences))) {
      const decoded = this.#case.readSegmentColumns(segment);
      const cellOf = columns.map((column) => cellReader(decoded, column, this.dictionaries));
      for (const sequence of rows) found.push(cellOf.map((cell) => cell(sequence - segment.firstSequence)));
    }
    return found;
  }

  /** Splits ascending rows by the segment that holds them. */
  *#bySegment(ascending: Float64Array): Generator<{ readonly segment: SegmentSummary; readonly rows: Float64Array }> {
    let at = 0;
    while (at < ascending.length) {
      const segment = this.segmentOf(ascending[at]);
      const start = at;
      while (at < ascending.length && ascending[at] < segment.firstSequence + segment.rowCount) at++;
      yield { segment, rows: ascending.subarray(start, at) };
    }
  }

  #codedRole(role: ProfileColumn['role'] | undefined): CodedColumn | null {
    const column = role === undefined ? undefined : columnWithRole(this.profile, role);
    if (column === undefined || this.dictionaries.get(column.name) === undefined) return null;
    return this.coded(column.name);
  }

  #once<T>(name: string, make: () => T): T {
    if (!this.#cache.has(name)) this.#cache.set(name, make());
    return this.#cache.get(name) as T;
  }
}

/** Row numbers grouped by code: a counting sort. Rows without a code are left out. */
function groupRows({ codes, dictionary }: CodedColumn): RowsByCode {
  const starts = new Uint32Array(dictionary.size + 1);
  for (const code of codes) if (code >= 0) starts[code + 1]++;
  for (let code = 0; code < dictionary.size; code++) starts[code + 1] += starts[code];
  const next = starts.slice();
  const rows = new Uint32Array(starts[dictionary.size]);
  for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) rows[next[codes[row]]++] = row;
  return { starts, rows };
}

/** The rows of one code, in stream order. */
export function rowsOfCode(groups: RowsByCode, code: number): Uint32Array {
  return groups.rows.subarray(groups.starts[code], groups.starts[code + 1]);
}

function cellReader(
  segment: DecodedSegment,
  column: ProfileColumn,
  dictionaries: ReadonlyMap<string, Dictionary>,
): (row: number) => string {
  const block: ColumnBlock | undefined = segment.columns.get(column.name);
  if (block?.kind === 'number') return (row) => (Number.isNaN(block.values[row]) ? '' : String(block.values[row]));
  if (block?.kind === 'time')
    return (row) => (Number.isNaN(block.values[row]) ? '' : new Date(block.values[row]).toISOString());
  const text = textsOf(segment, column.name, dictionaries);
  return (row) => text(row) ?? '';
}

/** Labels of every row of a case in stream order (FRAUD, GENUINE or UNLABELLED); null without a label column. */
function readLabels(openedCase: ReadableCase, profile: Profile): Uint8Array | null {
  const label = columnWithRole(profile, 'label');
  if (label === undefined) return null;
  const dictionaries = openedCase.dictionaries();
  const labels = new Uint8Array(openedCase.nextSequence()).fill(UNLABELLED);
  for (const segment of segmentsOf(openedCase, [label.name]))
    labels.set(labelsOf(profile, segment, dictionaries), segment.firstSequence);
  return labels;
}

/** Calendar day of every row, as days since 1970 in the profile's zone; null where there is no event time with a clock. */
function readDays(openedCase: ReadableCase, profile: Profile): Int32Array | null {
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
function readNumbers(openedCase: ReadableCase, column: string): Float64Array {
  const numbers = new Float64Array(openedCase.nextSequence()).fill(NaN);
  for (const segment of segmentsOf(openedCase, [column])) {
    const block = segment.columns.get(column);
    if (block?.kind === 'number' || block?.kind === 'time') numbers.set(block.values, segment.firstSequence);
  }
  return numbers;
}

/** The codes of one entity column in stream order, -1 where missing. */
function readCodes(openedCase: ReadableCase, column: string): Int32Array {
  const codes = new Int32Array(openedCase.nextSequence()).fill(-1);
  for (const segment of segmentsOf(openedCase, [column])) {
    const block = segment.columns.get(column);
    if (block?.kind === 'code') codes.set(block.codes, segment.firstSequence);
  }
  return codes;
}

/** The segments of a case in stream order, with the columns named (all when absent). */
export function* segmentsOf(openedCase: ReadableCase, names?: readonly string[]): Generator<DecodedSegment> {
  for (const summary of openedCase.segments()) yield openedCase.readSegmentColumns(summary, names);
}

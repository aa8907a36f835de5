import type { ColumnBlock, DecodedSegment, Dictionary } from '../domain/columns.ts';
import { alertEntityRoles, type AlertEntityRole } from '../domain/alert-grouping.ts';
import { impossible, usageError } from '../domain/error.ts';
import { UNLABELLED } from '../domain/label.ts';
import { columnWithRole, type Profile, type ProfileColumn } from '../domain/profile.ts';
import { localDay, zoneClock, zonedText, type ZoneClock } from '../domain/time-zone.ts';
import { isDecoded } from '../features/decode-segment.ts';
import { idsOf, labelsOf, textsOf } from '../features/segment-access.ts';
import { NO_DAY } from '../forest/tuning.ts';
import type { ReadableCase } from '../store/readable-case.ts';
import type { RowNumbers } from '../store/row-numbers.ts';
import type { SegmentSummary } from '../store/types.ts';
import { GrowingArray, type NumberArray } from './growing-array.ts';

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

/** A multiple of a full segment, so that a case of full ones is read segment by segment. */
const ROWS_A_STATEMENT = 16 * 4096;
const NO_HOUR = 255;
const hourMs = 3_600_000;
const hoursOfWeek = 168;
/** 1 January 1970 was a Thursday. */
const hoursToMonday = 72;
const emptyProfile: Profile = { version: 1, timeZone: 'UTC', columns: [] };

/** Of 4,096 rows each: about 30 MB where ids have ten characters, the whole of a case of two million rows. */
const SEGMENTS_OF_IDS_KEPT = 512;

/**
 * The columns of a case that questions are asked of again and again, as typed arrays in stream order. Each is read at
 * its first use. They are true for the rows and the profile the case had when this was made; where rows came since, one made
 * from this reads only those.
 */
export class CaseArrays {
  readonly rowCount: number;
  /** By which keys and decisions name the rows. */
  readonly numbers: RowNumbers;
  readonly profile: Profile;
  readonly clock: ZoneClock;
  readonly segments: readonly SegmentSummary[];
  readonly #case: ReadableCase;
  readonly #entityRole: AlertEntityRole | null;
  readonly #cache = new Map<string, unknown>();
  /** Shared with those made for fewer rows of the same case. */
  readonly #growing: Map<string, GrowingArray<Float64Array> | GrowingArray<Int32Array> | GrowingArray<Uint8Array>>;
  readonly #ids: Map<number, string>;
  /** By the first row of a segment; those looked at last come last. */
  readonly #idTexts: Map<number, { readonly rowCount: number; readonly text: (row: number) => string | undefined }>;

  /**
   * @param entityRole what makes one alert; null for the first of card, customer and account that the case has
   * @param profile the case's own, unless questions are to be answered as if it had another
   * @param earlier what was known by the same profile of the rows there were then
   */
  constructor(
    openedCase: ReadableCase,
    entityRole: AlertEntityRole | null = null,
    profile: Profile = openedCase.profile() ?? emptyProfile,
    earlier?: CaseArrays,
  ) {
    this.#case = openedCase;
    this.#growing = earlier === undefined ? new Map() : earlier.#growing;
    this.#ids = earlier === undefined ? new Map() : earlier.#ids;
    this.#idTexts = earlier === undefined ? new Map() : earlier.#idTexts;
    this.#entityRole = entityRole;
    this.rowCount = openedCase.nextSequence();
    this.numbers = openedCase.rowNumbers();
    this.profile = profile;
    this.clock = zoneClock(this.profile.timeZone);
    this.segments = openedCase.segments();
  }

  /** Event times, NaN where missing; null where the profile has no time with a clock. */
  get times(): Float64Array | null {
    const column = columnWithRole(this.profile, 'event_time');
    return column === undefined ? null : this.#values(column.name);
  }

  /** Amounts, NaN where missing; null without an amount column. */
  get amounts(): Float64Array | null {
    const column = columnWithRole(this.profile, 'amount');
    return column === undefined ? null : this.#values(column.name);
  }

  /** Calendar day of every row in the case's zone, or NO_DAY. */
  get days(): Int32Array | null {
    const column = columnWithRole(this.profile, 'event_time');
    if (column === undefined) return null;
    const { clock } = this;
    return this.#grown(
      'days',
      (length) => new Int32Array(length).fill(NO_DAY),
      (days, from, to) => {
        const times = this.times ?? impossible('a profile with a time column has no times');
        for (let row = from; row < to; row++) if (!Number.isNaN(times[row])) days[row] = localDay(clock, times[row]);
      },
    );
  }

  /** The label column alone; verdicts are not in it. */
  get labels(): Uint8Array | null {
    const column = columnWithRole(this.profile, 'label');
    if (column === undefined) return null;
    return this.#grown(
      'labels',
      (length) => new Uint8Array(length).fill(UNLABELLED),
      this.#pieceByPiece<Uint8Array>(column.name, (labels, piece) =>
        labels.set(labelsOf(this.profile, piece, this.dictionaries), piece.firstSequence),
      ),
    );
  }

  /** Distinct days that have rows, ascending. */
  get distinctDays(): Int32Array {
    return this.#once('distinctDays', () => {
      const distinct = new Set<number>();
      let previous = NO_DAY;
      const days = this.days ?? new Int32Array();
      for (let row = 0; row < days.length; row++) {
        const day = days[row];
        if (day !== previous && day !== NO_DAY) distinct.add(day);
        previous = day;
      }
      return Int32Array.from(distinct).sort();
    });
  }

  /** First and last event time; null where no row has one. */
  get timeSpan(): { readonly first: number; readonly last: number } | null {
    return this.#timeFacts.span;
  }

  /** Rows without an event time, where others have one: no day, no hour, and no place on an axis of time. */
  get withoutTime(): number {
    return this.#timeFacts.missing;
  }

  /** One pass, as both are asked for before the first screen. */
  get #timeFacts(): {
    readonly span: { readonly first: number; readonly last: number } | null;
    readonly missing: number;
  } {
    return this.#once('timeFacts', () => {
      const { times } = this;
      let first = Infinity;
      let last = -Infinity;
      let missing = 0;
      for (let row = 0; times !== null && row < times.length; row++) {
        const time = times[row];
        if (time < first) first = time;
        if (time > last) last = time;
        if (time !== time) missing++;
      }
      return { span: first <= last ? { first, last } : null, missing };
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
    return this.entity === null ? null : this.rowsBy(this.entity.column.name);
  }

  get rowsByCounterpart(): RowsByCode | null {
    return this.counterpart === null ? null : this.rowsBy(this.counterpart.column.name);
  }

  /** The rows of each value of a category column. @throws AssayError UNKNOWN_COLUMN as `coded` does */
  rowsBy(name: string): RowsByCode {
    return this.#once(`rows by ${name}`, () => groupRows(this.coded(name)));
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
    return this.#once(`coded ${name}`, () => ({ column, dictionary, codes: this.#codes(name) }));
  }

  /**
   * The numbers or times of a column by name, NaN where missing.
   * @throws AssayError UNKNOWN_COLUMN where the case has no such column, or neither numbers nor times in it.
   */
  valuesOf(name: string): Float64Array {
    const known = this.decodedColumns.filter(({ kind }) => kind === 'number' || kind === 'time');
    if (known.some((column) => column.name === name)) return this.#values(name);
    throw usageError(
      'UNKNOWN_COLUMN',
      `The case has no column of numbers or times named '${name}'.`,
      `It has: ${known.map((column) => column.name).join(', ') || 'none'}.`,
    );
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

  /** The ids of some rows; the 1-based row number where a row has none. What was read once is kept. */
  ids(sequences: ArrayLike<number>): readonly string[] {
    const column = columnWithRole(this.profile, 'id');
    if (column === undefined) return Array.from(sequences, (sequence) => this.#counted(sequence));
    const missing = Float64Array.from(Array.from(sequences).filter((sequence) => !this.#ids.has(sequence))).sort();
    for (const { segment, rows } of this.#bySegment(missing)) {
      const text = this.#idTextsOf(segment, column.name);
      for (const sequence of rows)
        this.#ids.set(sequence, text(sequence - segment.firstSequence) ?? this.#counted(sequence));
    }
    return Array.from(sequences, (sequence) => this.#ids.get(sequence) ?? impossible(`row ${sequence} was just read`));
  }

  /** The ids of a segment; those looked at last stay, for the payments of one card lie in many segments. */
  #idTextsOf(segment: SegmentSummary, column: string): (row: number) => string | undefined {
    const { firstSequence, rowCount } = segment;
    const kept = this.#idTexts.get(firstSequence);
    // The last segment of a live stream goes on growing.
    const text =
      kept?.rowCount === rowCount
        ? kept.text
        : textsOf(this.#case.readSegmentColumns(segment, [column]), column, this.dictionaries);
    this.#idTexts.delete(firstSequence);
    const [oldest] = this.#idTexts.keys();
    if (this.#idTexts.size >= SEGMENTS_OF_IDS_KEPT) this.#idTexts.delete(oldest);
    this.#idTexts.set(firstSequence, { rowCount, text });
    return text;
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
    for (const [id, row] of this.#rowsWithIds(wanted)) {
      if (!rows.has(id)) rows.set(id, row);
      if (rows.size === wanted.size) break;
    }
    return { found: ids.flatMap((id) => rows.get(id) ?? []), unknown: ids.filter((id) => !rows.has(id)) };
  }

  /** All rows of each id that the case has; more than one where an id was given twice. */
  everyRowOfIds(ids: Iterable<string>): ReadonlyMap<string, readonly number[]> {
    const rows = new Map<string, number[]>();
    for (const [id, row] of this.#rowsWithIds(new Set(ids))) rows.set(id, [...(rows.get(id) ?? []), row]);
    return rows;
  }

  *#rowsWithIds(wanted: ReadonlySet<string>): Generator<readonly [id: string, row: number]> {
    const column = columnWithRole(this.profile, 'id');
    for (const segment of segmentsOf(this.#case, column === undefined ? [] : [column.name])) {
      const idOf = idsOf(this.profile, segment, this.dictionaries);
      for (let row = 0; row < segment.rowCount; row++) {
        const id = idOf(row) ?? this.#counted(segment.firstSequence + row);
        if (wanted.has(id)) yield [id, segment.firstSequence + row];
      }
    }
  }

  /** The decoded cells of some rows as texts (times by the case's clock), in the order given; `sequences` ascend. Missing cells are empty. */
  cells(sequences: ArrayLike<number>): readonly (readonly string[])[] {
    const columns = this.decodedColumns;
    const found: (readonly string[])[] = [];
    for (const { segment, rows } of this.#bySegment(Float64Array.from(sequences))) {
      const decoded = this.#case.readSegmentColumns(segment);
      const cellOf = columns.map((column) => cellReader(decoded, column, this.dictionaries, this.clock));
      for (const sequence of rows) found.push(cellOf.map((cell) => cell(sequence - segment.firstSequence)));
    }
    return found;
  }

  /** The id of a row that has none of its own: its number, from 1. */
  #counted(sequence: number): string {
    return String(this.numbers.numberOf(sequence) + 1);
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

  /** One numeric column in stream order, NaN where missing. */
  #values(column: string): Float64Array {
    return this.#grown(
      `numbers ${column}`,
      (length) => new Float64Array(length).fill(NaN),
      this.#pieceByPiece<Float64Array>(column, (numbers, { firstSequence, columns }) => {
        const block = columns.get(column);
        if (block?.kind === 'number' || block?.kind === 'time') numbers.set(block.values, firstSequence);
      }),
    );
  }

  /** The codes of one category column in stream order. */
  #codes(column: string): Int32Array {
    return this.#grown(
      `codes ${column}`,
      (length) => new Int32Array(length).fill(UNKNOWN_CODE),
      this.#pieceByPiece<Int32Array>(column, (codes, { firstSequence, columns }) => {
        const block = columns.get(column);
        if (block?.kind === 'code') codes.set(block.codes, firstSequence);
      }),
    );
  }

  /** One number for every row, of which only those of rows that came since are made. */
  #grown<T extends NumberArray>(
    name: string,
    make: (length: number) => T,
    fill: (into: T, from: number, to: number) => void,
  ): T {
    // Each name has one kind of array; the map of names cannot say so.
    let growing = this.#growing.get(name) as GrowingArray<T> | undefined;
    if (growing === undefined) {
      growing = new GrowingArray<T>(make);
      this.#growing.set(name, growing as never);
    }
    return growing.upTo(this.rowCount, fill);
  }

  /** Fills from one column as it lies in the case. */
  #pieceByPiece<T>(
    column: string,
    write: (into: T, piece: DecodedSegment) => void,
  ): (into: T, from: number, to: number) => void {
    return (into, from, to) => {
      for (const piece of piecesOf(this.#case, from, to, [column])) write(into, piece);
    };
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
  clock: ZoneClock,
): (row: number) => string {
  const block: ColumnBlock | undefined = segment.columns.get(column.name);
  if (block?.kind === 'number') return (row) => (Number.isNaN(block.values[row]) ? '' : String(block.values[row]));
  if (block?.kind === 'time')
    return (row) => (Number.isNaN(block.values[row]) ? '' : zonedText(clock, block.values[row]));
  const text = textsOf(segment, column.name, dictionaries);
  return (row) => text(row) ?? '';
}

/** The segments of a case in stream order, with the columns named (all when absent); a large one in several pieces. */
export function* segmentsOf(openedCase: ReadableCase, names?: readonly string[]): Generator<DecodedSegment> {
  yield* piecesOf(openedCase, 0, openedCase.nextSequence(), names);
}

/** Rows `from` up to `to`, as they lie in the case: few statements for many small segments, and little at a time. */
function* piecesOf(
  openedCase: ReadableCase,
  from: number,
  to: number,
  names?: readonly string[],
): Generator<DecodedSegment> {
  for (let firstSequence = from; firstSequence < to; firstSequence += ROWS_A_STATEMENT) {
    const rowCount = Math.min(ROWS_A_STATEMENT, to - firstSequence);
    yield* openedCase.readColumnPieces({ firstSequence, rowCount }, names);
  }
}

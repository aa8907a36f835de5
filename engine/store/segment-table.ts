import { joinArrays, joinBlocks, sliceOfBlock } from '../domain/column-blocks.ts';
import type { ColumnBlock, ColumnBlockKind } from '../domain/columns.ts';
import { impossible } from '../domain/error.ts';
import { blockChecksum, requireBlock } from './block-checksum.ts';
import { decompress } from './blob.ts';
import { offeringBlocks } from './evidence.ts';
import { decodeColumn, type EncodedColumn } from './column-encoding.ts';
import { decodeRowLayout, packRaw, type RowLayout } from './row-layout.ts';
import { encodeAppend, type EncodedAppend } from './segment-encoding.ts';
import type { Connection, Parameter, Statement } from './sqlite.ts';
import { MAXIMUM_SEGMENT_ROWS, type RowRange } from './types.ts';

/** A segment with as many rows, or as many bytes as received (compressed), is full: it is not rewritten for more rows. */
const FULL_ROWS = 3072;
const FULL_BYTES = 2 * 1024 * 1024;
/** Up to so many rows are rewritten at each append: they cost little more than the pages that an append writes anyway. */
const SMALL_ROWS = 256;
/** Segments looked at before the new ones; each is at least half of the one before it, unless their kinds differ. */
const OPEN_SEGMENTS = 16;

interface SegmentRow {
  readonly id: number;
  readonly first_sequence: number;
  readonly row_count: number;
  readonly source_id: number;
  readonly next_byte_offset: number;
  readonly raw_bytes: number;
}

/** Neighbours that are to become one. */
interface Run {
  readonly segments: readonly SegmentRow[];
  readonly rows: number;
  readonly rawBytes: number;
}

/** Everything that is stored for the rows of a segment. */
interface SegmentContent extends RowLayout {
  readonly columns: ReadonlyMap<number, ColumnBlock>;
  readonly bytes: Uint8Array;
  readonly features: ReadonlyMap<number, Uint8Array>;
  readonly sums: ReadonlyMap<number, Uint8Array>;
}

/** A segment of which only some rows stay. */
export interface ReducedSegment extends RowRange {
  readonly staying: Uint32Array;
}

const segmentRowColumns = 'id, first_sequence, row_count, source_id, next_byte_offset, length(raw) AS raw_bytes';

/**
 * How the rows of a case are cut into segments. Cutting anew keeps every row with its columns, bytes, features and sums;
 * an id that was taken once is not given again. Its methods run within a transaction of the caller.
 */
export class SegmentTable {
  readonly #connection: Connection;
  readonly #statements = new Map<string, Statement>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  insert(append: EncodedAppend): void {
    const columns = append.columns.map((column) => ({ ...column, id: this.columnId(column.name, column.kind) }));
    this.#insert(this.#nextId(), append, columns);
  }

  columnId(name: string, kind: ColumnBlockKind): number {
    const [row] = this.#all<{ id: number; kind: ColumnBlockKind }>(
      'SELECT id, kind FROM "column" WHERE name = ?',
      name,
    );
    if (row === undefined)
      return Number(this.#run('INSERT INTO "column" (name, kind) VALUES (?, ?)', name, kind).lastInsertRowid);
    // A mended profile may read a column in another way from now on; each segment keeps its own kind.
    if (row.kind !== kind) this.#run('UPDATE "column" SET kind = ? WHERE id = ?', kind, row.id);
    return row.id;
  }

  /** The stored segments that hold these rows and no others: those that lie across a border are cut there. */
  exactly({ firstSequence, rowCount }: RowRange): readonly (RowRange & { readonly id: number })[] {
    const end = firstSequence + rowCount;
    for (const border of [firstSequence, end]) this.#splitAt(border);
    return this.#all(
      `SELECT id, first_sequence AS firstSequence, row_count AS rowCount FROM segment
       WHERE first_sequence >= ? AND first_sequence < ? ORDER BY first_sequence`,
      firstSequence,
      end,
    );
  }

  /**
   * Merges small segments at the end, after rows were appended from `sequence` on: a segment joins the next one unless it
   * is full, or has more rows than all that follow it. So the open end is a handful of segments, each row is rewritten a
   * handful of times, and an append rewrites at most `SMALL_ROWS` rows beyond that.
   */
  mergeFrom(sequence: number): void {
    const before = this.#all<SegmentRow>(
      `SELECT ${segmentRowColumns} FROM segment WHERE first_sequence < ? ORDER BY first_sequence DESC LIMIT ?`,
      sequence,
      OPEN_SEGMENTS,
    );
    const appended = this.#all<SegmentRow>(
      `SELECT ${segmentRowColumns} FROM segment WHERE first_sequence >= ? ORDER BY first_sequence`,
      sequence,
    );
    const runs: Run[] = [];
    for (const segment of [...[...before].reverse(), ...appended]) {
      let last: Run = runOf(segment);
      for (let below = runs.at(-1); below !== undefined && this.#joins(below, last); below = runs.at(-1)) {
        last = joined(below, last);
        runs.pop();
      }
      runs.push(last);
    }
    for (const { segments } of runs) if (segments.length > 1) this.#rewrite(segments, MAXIMUM_SEGMENT_ROWS);
  }

  /** Fills the segment that starts with row `sequence` from those after it. Returns where the next one starts; null at the end. */
  fillNext(sequence: number): number | null {
    const run = this.#runToFill(sequence);
    if (run === undefined) return null;
    if (run.segments.length > 1) this.#rewrite(run.segments, MAXIMUM_SEGMENT_ROWS);
    return sequence + Math.min(run.rows, MAXIMUM_SEGMENT_ROWS);
  }

  /** Whether `fillNext` has anything to do anywhere. */
  hasSomethingToFill(): boolean {
    for (let sequence = 0; ;) {
      const run = this.#runToFill(sequence);
      if (run === undefined) return false;
      if (run.segments.length > 1) return true;
      sequence += run.rows;
    }
  }

  /**
   * Takes rows away: of each range, which is a segment as `segments` lists it, those that do not stay. What stays lies
   * together in segments of its own kind, and the places of all rows are counted anew.
   * @param reduced ascending; `staying` are places as they were before, ascending
   */
  reduce(reduced: readonly ReducedSegment[]): void {
    let open: { readonly segments: SegmentRow[]; readonly contents: SegmentContent[]; rows: number } | undefined;
    const close = (): void => {
      if (open !== undefined) this.#store(open.segments, joinContents(open.contents), MAXIMUM_SEGMENT_ROWS);
      open = undefined;
    };
    let end = -1;
    for (const { firstSequence, rowCount, staying } of reduced) {
      const [segment] = this.#all<SegmentRow>(
        `SELECT ${segmentRowColumns} FROM segment WHERE first_sequence = ? AND row_count = ?`,
        firstSequence,
        rowCount,
      );
      if (segment === undefined) impossible(`no segment has the rows from ${firstSequence} on, ${rowCount} of them`);
      if (staying.length === rowCount) continue;
      const isNext = open !== undefined && firstSequence === end && this.#isOfOneKind(runOf(open.segments[0]), segment);
      if (!isNext || (open !== undefined && open.rows + staying.length > MAXIMUM_SEGMENT_ROWS)) close();
      end = firstSequence + rowCount;
      if (staying.length === 0) this.#delete(segment.id);
      else {
        open ??= { segments: [], contents: [], rows: 0 };
        open.segments.push({ ...segment, first_sequence: staying[0] });
        const content = this.#read(segment);
        for (const [from, to] of runsOf(staying))
          open.contents.push(sliceOfContent(content, from - firstSequence, to - firstSequence));
        open.rows += staying.length;
      }
    }
    close();
    this.#countPlaces();
  }

  #countPlaces(): void {
    let next = 0;
    const segments = this.#all<{ id: number; first_sequence: number; row_count: number }>(
      'SELECT id, first_sequence, row_count FROM segment ORDER BY first_sequence',
    );
    for (const { id, first_sequence: firstSequence, row_count: rowCount } of segments) {
      if (firstSequence !== next) this.#run('UPDATE segment SET first_sequence = ? WHERE id = ?', next, id);
      next += rowCount;
    }
  }

  #runToFill(sequence: number): Run | undefined {
    const [first, ...others] = this.#all<SegmentRow>(
      `SELECT ${segmentRowColumns} FROM segment WHERE first_sequence >= ? AND first_sequence < ? ORDER BY first_sequence`,
      sequence,
      sequence + MAXIMUM_SEGMENT_ROWS,
    );
    if (first === undefined) return undefined;
    let run = runOf(first);
    for (const segment of others) {
      // What follows is full already: it is not cut for the sake of a few rows.
      if (isFull(run) || isFull(runOf(segment)) || !this.#isOfOneKind(run, segment)) break;
      run = joined(run, runOf(segment));
    }
    return run;
  }

  #joins(below: Run, last: Run): boolean {
    const openRows = ((below.rows - 1) % MAXIMUM_SEGMENT_ROWS) + 1;
    const openBytes = (below.rawBytes * openRows) / below.rows;
    if (openRows >= FULL_ROWS || openBytes >= FULL_BYTES || isFull(last)) return false;
    return openRows <= Math.max(SMALL_ROWS, last.rows) && this.#isOfOneKind(below, last.segments[0]);
  }

  /** Rows of one source, read in one way, with features and sums of the same sets and models. */
  #isOfOneKind({ segments: [first] }: Run, other: SegmentRow): boolean {
    return first.source_id === other.source_id && this.#kindOf(first.id) === this.#kindOf(other.id);
  }

  #kindOf(segmentId: number): string {
    const [row] = this.#all<{ kind: string }>(
      `SELECT json_array(
         (SELECT json_group_array(column_id || kind ORDER BY column_id) FROM segment_column WHERE segment_id = segment.id),
         (SELECT json_group_array(feature_set_id ORDER BY feature_set_id) FROM feature_segment WHERE segment_id = segment.id),
         (SELECT json_group_array(model_id ORDER BY model_id) FROM score_segment WHERE segment_id = segment.id)
       ) AS kind FROM segment WHERE id = ?`,
      segmentId,
    );
    return row.kind;
  }

  #splitAt(sequence: number): void {
    const [segment] = this.#all<SegmentRow>(
      `SELECT ${segmentRowColumns} FROM segment WHERE first_sequence < ? ORDER BY first_sequence DESC LIMIT 1`,
      sequence,
    );
    if (segment === undefined || segment.first_sequence + segment.row_count <= sequence) return;
    this.#rewrite([segment], sequence - segment.first_sequence);
  }

  /** Stores the rows of neighbours as segments of `rowsPerSegment` rows and a rest. */
  #rewrite(segments: readonly SegmentRow[], rowsPerSegment: number): void {
    this.#store(segments, joinContents(segments.map((segment) => this.#read(segment))), rowsPerSegment);
  }

  /** Stores rows in the place of the segments that they are of. */
  #store(segments: readonly SegmentRow[], content: SegmentContent, rowsPerSegment: number): void {
    const firstId = this.#nextId();
    for (const { id } of segments) this.#delete(id);
    const rowCount = content.starts.length;
    for (let from = 0; from < rowCount; from += rowsPerSegment) {
      const to = Math.min(rowCount, from + rowsPerSegment);
      const id = firstId + Math.floor(from / rowsPerSegment);
      const columnIds = [...content.columns.keys()];
      const append = encodeRows(content, from, to, {
        sourceId: segments[0].source_id,
        firstSequence: segments[0].first_sequence + from,
        nextByteOffset: to < rowCount ? content.byteOffset[to] : (segments.at(-1)?.next_byte_offset ?? 0),
      });
      this.#insert(
        id,
        append,
        append.columns.map((column, index) => ({ ...column, id: columnIds[index] })),
      );
      for (const [featureSetId, blob] of content.features)
        this.#writeBlocks(
          'INSERT INTO feature_segment (feature_set_id, segment_id, data, checksum) VALUES (?, ?, ?, ?)',
          ...ownedBlob(featureSetId, id, rowsOfBlob(blob, rowCount, from, to)),
        );
      for (const [modelId, blob] of content.sums)
        this.#writeBlocks(
          'INSERT INTO score_segment (model_id, segment_id, sums, checksum) VALUES (?, ?, ?, ?)',
          ...ownedBlob(modelId, id, rowsOfBlob(blob, rowCount, from, to)),
        );
    }
  }

  #read({ id, row_count: rowCount, first_sequence: firstSequence }: SegmentRow): SegmentContent {
    // What is damaged is not rewritten, with a checksum that fits.
    const rows = rowsInWords(firstSequence, rowCount);
    const [stored] = this.#all<{ raw: Uint8Array; row_layout: Uint8Array }>(
      'SELECT raw, row_layout FROM segment WHERE id = ?',
      id,
    );
    const columns = this.#all<EncodedColumn & { readonly column_id: number; readonly checksum: number | null }>(
      'SELECT column_id, kind, encoding, data, checksum FROM segment_column WHERE segment_id = ? ORDER BY column_id',
      id,
    );
    for (const { column_id: columnId, kind, encoding, data, checksum } of columns)
      requireBlock(checksum, [id, columnId, kind, encoding], data, () => `values of ${rows}`);
    const blobs = (words: string, sql: string): ReadonlyMap<number, Uint8Array> =>
      new Map(
        this.#all<{ owner: number; blob: Uint8Array; checksum: number | null }>(sql, id).map(
          ({ owner, blob, checksum }) => {
            requireBlock(checksum, [owner, id], blob, () => `${words} of ${rows}`);
            return [owner, blob];
          },
        ),
      );
    return {
      columns: new Map(columns.map((column) => [column.column_id, decodeColumn(column, rowCount)])),
      bytes: decompress(stored.raw),
      ...decodeRowLayout(decompress(stored.row_layout), rowCount),
      features: blobs(
        'the features',
        'SELECT feature_set_id AS owner, data AS blob, checksum FROM feature_segment WHERE segment_id = ?',
      ),
      sums: blobs(
        'the scores',
        'SELECT model_id AS owner, sums AS blob, checksum FROM score_segment WHERE segment_id = ?',
      ),
    };
  }

  #insert(id: number, append: EncodedAppend, columns: readonly (EncodedColumn & { readonly id: number })[]): void {
    this.#writeBlocks(
      `INSERT INTO segment
         (id, first_sequence, row_count, source_id, first_byte_offset, next_byte_offset, raw, row_layout)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      append.firstSequence,
      append.rowCount,
      append.sourceId,
      append.firstByteOffset,
      append.next.byteOffset,
      append.raw,
      append.rowLayout,
    );
    for (const column of columns)
      this.#writeBlocks(
        'INSERT INTO segment_column (segment_id, column_id, kind, encoding, data, checksum) VALUES (?, ?, ?, ?, ?, ?)',
        id,
        column.id,
        column.kind,
        column.encoding,
        column.data,
        blockChecksum([id, column.id, column.kind, column.encoding], column.data),
      );
  }

  #delete(id: number): void {
    this.#run('DELETE FROM segment_column WHERE segment_id = ?', id);
    this.#run('DELETE FROM feature_segment WHERE segment_id = ?', id);
    this.#run('DELETE FROM score_segment WHERE segment_id = ?', id);
    this.#run('DELETE FROM segment WHERE id = ?', id);
  }

  #nextId(): number {
    return this.#all<{ id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM segment')[0].id;
  }

  #all<Row>(sql: string, ...parameters: readonly Parameter[]): readonly Row[] {
    return this.#statement(sql).all(...parameters) as readonly Row[];
  }

  #run(sql: string, ...parameters: readonly Parameter[]): ReturnType<Statement['run']> {
    return this.#statement(sql).run(...parameters);
  }

  #writeBlocks(sql: string, ...parameters: readonly Parameter[]): void {
    offeringBlocks(this.#connection, parameters, () => void this.#run(sql, ...parameters));
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare<unknown[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** The parameters of a row that keeps a block of a model or feature set for a segment, with its checksum. */
export function ownedBlob(
  ownerId: number,
  segmentId: number,
  block: Uint8Array,
): readonly [ownerId: number, segmentId: number, block: Uint8Array, checksum: number] {
  return [ownerId, segmentId, block, blockChecksum([ownerId, segmentId], block)];
}

/** `transactions 4,097 to 8,192`, counted from 1 as everywhere for people. */
export function rowsInWords(firstSequence: number, rowCount: number): string {
  return `transactions ${(firstSequence + 1).toLocaleString('en')} to ${(firstSequence + rowCount).toLocaleString('en')}`;
}

function runOf(segment: SegmentRow): Run {
  return { segments: [segment], rows: segment.row_count, rawBytes: segment.raw_bytes };
}

function joined(left: Run, right: Run): Run {
  return {
    segments: [...left.segments, ...right.segments],
    rows: left.rows + right.rows,
    rawBytes: left.rawBytes + right.rawBytes,
  };
}

function isFull({ rows, rawBytes }: Run): boolean {
  return rows >= FULL_ROWS || rawBytes >= FULL_BYTES;
}

/** Ascending numbers as stretches of consecutive ones, from and up to. */
function* runsOf(ascending: Uint32Array): Generator<readonly [from: number, to: number]> {
  for (let from = 0, to = 1; from < ascending.length; from = to++) {
    while (to < ascending.length && ascending[to] === ascending[to - 1] + 1) to++;
    yield [ascending[from], ascending[to - 1] + 1];
  }
}

function sliceOfContent(content: SegmentContent, from: number, to: number): SegmentContent {
  const rowCount = content.starts.length;
  const [begin, end] = [content.starts[from], content.ends[to - 1]];
  const blobs = (of: ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, Uint8Array> =>
    new Map([...of].map(([id, blob]) => [id, rowsOfBlob(blob, rowCount, from, to)]));
  return {
    columns: new Map([...content.columns].map(([id, block]) => [id, sliceOfBlock(block, from, to)])),
    bytes: content.bytes.subarray(begin, end),
    starts: content.starts.slice(from, to).map((place) => place - begin),
    ends: content.ends.slice(from, to).map((place) => place - begin),
    byteOffset: content.byteOffset.slice(from, to),
    line: content.line.slice(from, to),
    features: blobs(content.features),
    sums: blobs(content.sums),
  };
}

function joinContents(parts: readonly SegmentContent[]): SegmentContent {
  const [first] = parts;
  let end = 0;
  const shiftedBy = parts.map(({ bytes }) => (end += bytes.length) - bytes.length);
  const shifted = (of: (part: SegmentContent) => Uint32Array): Uint32Array =>
    joinArrays(parts.map((part, index) => of(part).map((place) => place + shiftedBy[index])));
  const blobs = (of: (part: SegmentContent) => ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, Uint8Array> =>
    new Map([...of(first).keys()].map((id) => [id, joinArrays(parts.map((part) => entry(of(part), id)))]));
  return {
    columns: new Map(
      [...first.columns.keys()].map((id) => [id, joinBlocks(parts.map((part) => entry(part.columns, id)))]),
    ),
    bytes: joinArrays(parts.map(({ bytes }) => Uint8Array.from(bytes))),
    starts: shifted(({ starts }) => starts),
    ends: shifted(({ ends }) => ends),
    byteOffset: joinArrays(parts.map(({ byteOffset }) => byteOffset)),
    line: joinArrays(parts.map(({ line }) => line)),
    features: blobs(({ features }) => features),
    sums: blobs(({ sums }) => sums),
  };
}

function entry<Value>(map: ReadonlyMap<number, Value>, id: number): Value {
  return map.get(id) ?? impossible('segments of one kind have the same columns, features and sums');
}

function encodeRows(
  content: SegmentContent,
  from: number,
  to: number,
  place: { readonly sourceId: number; readonly firstSequence: number; readonly nextByteOffset: number },
): EncodedAppend {
  const packed = packRaw(content.bytes, content.starts.subarray(from, to), content.ends.subarray(from, to), to - from);
  return encodeAppend({
    sourceId: place.sourceId,
    firstSequence: place.firstSequence,
    rowCount: to - from,
    columns: new Map([...content.columns].map(([id, block]) => [String(id), sliceOfBlock(block, from, to)])),
    rawBytes: packed.bytes,
    starts: packed.starts,
    ends: packed.ends,
    byteOffset: Float64Array.from(content.byteOffset.subarray(from, to)),
    line: Float64Array.from(content.line.subarray(from, to)),
    next: { byteOffset: place.nextByteOffset, line: 0 },
    rejected: [],
    dictionaryAdditions: new Map(),
  });
}

function rowsOfBlob(blob: Uint8Array, rowCount: number, from: number, to: number): Uint8Array {
  const bytesPerRow = blob.byteLength / rowCount;
  return blob.subarray(from * bytesPerRow, to * bytesPerRow);
}

import { z } from 'zod';
import { columnTotalsSchema } from '../domain/column-totals.ts';
import { joinArrays, joinBlocks, sliceOfBlock } from '../domain/column-blocks.ts';
import type { ColumnBlock, DecodedSegment, Dictionary } from '../domain/columns.ts';
import { TextDictionary } from '../domain/dictionary.ts';
import { impossible, usageError } from '../domain/error.ts';
import { featureSpecSchema, type FeatureSpec } from '../domain/feature-spec.ts';
import { forestParametersSchema } from '../domain/model.ts';
import { profileSchema, type Profile } from '../domain/profile.ts';
import { alignedBuffer, decompress } from './blob.ts';
import { checksumWithText, requireBlock } from './block-checksum.ts';
import { decodeColumn, type EncodedColumn } from './column-encoding.ts';
import { DecisionLog } from './decision-log.ts';
import { sha256 } from './digest.ts';
import { heldEvidence, type HeldEvidence } from './evidence.ts';
import { Outbox } from './outbox.ts';
import { decodeRowLayout, type RowLayout } from './row-layout.ts';
import { RowNumbers, type NumberedRun } from './row-numbers.ts';
import { rowsInWords } from './segment-table.ts';
import type { Connection, Parameter, Statement } from './sqlite.ts';
import { corrupt, DamagedBlock, guarded } from './store-error.ts';
import {
  columnNamesSchema,
  jsonValueSchema,
  recordingFormatSchema,
  storedJson,
  thresholdSchema,
} from './stored-json.ts';
import {
  MAXIMUM_PAGE_ROWS,
  type CaseCounts,
  type JsonValue,
  type Page,
  type Promotion,
  type QuarantinedRecord,
  type QuarantineState,
  type RawRecord,
  type ReadingTotals,
  type RowRange,
  type Run,
  type RunStatus,
  type SegmentSummary,
  type Source,
  type SourceKind,
  type StoredModel,
} from './types.ts';

interface SourceRow {
  readonly id: number;
  readonly kind: SourceKind;
  readonly uri: string;
  readonly fingerprint: string;
  readonly format: string;
  readonly column_names: string;
  readonly next_byte_offset: number;
  readonly next_line: number;
  readonly complete: number;
  readonly row_count: number;
  readonly quarantined_count: number;
  readonly added_at_ms: number;
  readonly stored_bytes: number | null;
  readonly sha256: string | null;
}

interface ModelRow {
  readonly id: number;
  readonly digest: string;
  readonly name: string;
  readonly parameters: string;
  readonly feature_set_id: number;
  readonly threshold: string;
  readonly trained_rows: number;
  readonly created_at_ms: number;
  readonly is_champion: number;
}

interface SegmentRaw extends RowLayout {
  readonly firstSequence: number;
  readonly uri: string;
  readonly bytes: Uint8Array;
}

const keptColumnsSchema = z.array(z.tuple([z.string(), columnTotalsSchema]));

/** A stored segment that holds some of the rows asked for. */
interface PieceRow {
  readonly segment_id: number;
  readonly first_sequence: number;
  readonly row_count: number;
}

interface StoredColumn extends EncodedColumn {
  /** Null where the segment has none of the columns asked for. */
  readonly column_id: number | null;
  readonly checksum: number | null;
}

/** What a model or a feature set has for a segment; null where it has nothing. */
interface StoredBlob extends PieceRow {
  readonly blob: Uint8Array | null;
  readonly checksum: number | null;
}

const summaryColumns = 'first_sequence AS firstSequence, row_count AS rowCount, source_id AS sourceId';
/** The segments that hold rows of a range; its parameters are those of `overlap`. */
const overlapping = `first_sequence >= (SELECT coalesce(max(first_sequence), 0) FROM segment WHERE first_sequence <= ?)
         AND first_sequence < ?`;
const modelColumns =
  'id, digest, name, parameters, feature_set_id, threshold, trained_rows, created_at_ms, is_champion';

/** A case open for reading. Everything it returns is a copy in memory of its own. */
export class ReadableCase {
  readonly path: string;
  /** Verdicts, notes, snoozes and the audit chain. */
  readonly decisions: DecisionLog;
  /** Exports that wait for a tracking server, or went out. */
  readonly outbox: Outbox;
  protected readonly connection: Connection;
  readonly #statements = new Map<string, Statement>();
  readonly #afterClosing: () => void;
  readonly #isChecked: boolean;
  #lastRaw: SegmentRaw | undefined;

  constructor(
    connection: Connection,
    path: string,
    afterClosing: () => void = () => undefined,
    evidenceChanges: (() => number) | null = null,
    isChecked = true,
  ) {
    this.#isChecked = isChecked;
    this.connection = connection;
    this.path = path;
    this.#afterClosing = afterClosing;
    this.decisions = new DecisionLog(connection, path, evidenceChanges);
    this.outbox = new Outbox(connection, path);
  }

  get isOpen(): boolean {
    return this.connection.open;
  }

  close(): void {
    this.connection.close();
    this.#afterClosing();
  }

  /** A number that changes whenever another connection has changed the case; changes made through this one leave it. */
  dataVersion(): number {
    return this.guard(() => Number(this.connection.pragma('data_version', { simple: true })));
  }

  /** Everything that flags, figures and reports follow from, digested anew. Reads the whole case. */
  heldThings(): readonly HeldEvidence[] {
    return this.guard(() => heldEvidence(this.connection));
  }

  /** Every recording and topic of the case, in the order they were added. */
  sources(): readonly Source[] {
    return this.rows<SourceRow>('SELECT * FROM source ORDER BY id').map((row) => sourceOf(row, this.path));
  }

  findSource(fingerprint: string): Source | undefined {
    const row = this.row<SourceRow>('SELECT * FROM source WHERE fingerprint = ?', fingerprint);
    return row && sourceOf(row, this.path);
  }

  source(id: number): Source {
    const row = this.row<SourceRow>('SELECT * FROM source WHERE id = ?', id);
    return row === undefined ? impossible(`the case has no source ${id}`) : sourceOf(row, this.path);
  }

  /** The position that the next stored row will have in the stream; also the number of rows. */
  nextSequence(): number {
    const row = this.row<{ next: number }>(
      'SELECT first_sequence + row_count AS next FROM segment ORDER BY first_sequence DESC LIMIT 1',
    );
    return row?.next ?? 0;
  }

  /** The number of each row, by which keys and decisions name it: it stays when older rows are taken away. */
  rowNumbers(): RowNumbers {
    return new RowNumbers(
      this.rows<NumberedRun>(
        `SELECT first_sequence AS firstSequence, first_number AS firstNumber FROM row_numbering ORDER BY first_sequence`,
      ),
    );
  }

  counts(): CaseCounts {
    const row = this.row<CaseCounts>(`SELECT
      (SELECT coalesce(sum(row_count), 0) FROM segment) AS rows,
      (SELECT count(*) FROM segment) AS segments,
      (SELECT count(*) FROM quarantine WHERE state = 'held') AS quarantined,
      (SELECT count(*) FROM source) AS sources,
      (SELECT count(*) FROM model) AS models`);
    return row ?? impossible('a query of scalars has one row');
  }

  /** All segments in stream order, without their data. */
  segments(): readonly SegmentSummary[] {
    return this.rows<SegmentSummary>(`SELECT ${summaryColumns} FROM segment ORDER BY first_sequence`);
  }

  /** The decoded columns of some rows, such as those of a segment: all of them, or those named that the rows have. */
  readSegmentColumns(rows: RowRange, names?: readonly string[]): DecodedSegment {
    const pieces = this.readColumnPieces(rows, names);
    if (pieces.length === 1) return pieces[0];
    const columns = new Map<string, ColumnBlock>();
    for (const name of pieces[0].columns.keys())
      columns.set(
        name,
        joinBlocks(pieces.map((piece) => piece.columns.get(name) ?? impossible(`some rows lack column ${name}`))),
      );
    return { ...rows, columns };
  }

  /** As `readSegmentColumns`, piece by piece as the rows lie in the case: cheap for many small segments too. */
  readColumnPieces(rows: RowRange, names?: readonly string[]): readonly DecodedSegment[] {
    const wanted = this.rows<{ id: number; name: string }>('SELECT id, name FROM "column" ORDER BY id').filter(
      ({ name }) => names === undefined || names.includes(name),
    );
    const nameOf = new Map(wanted.map(({ id, name }) => [id, name]));
    // One statement sees one state of the case, whatever another connection merges meanwhile.
    const stored = this.rows<PieceRow & StoredColumn>(
      `SELECT segment.id AS segment_id, first_sequence, row_count, column_id, kind, encoding, data, checksum
       FROM segment LEFT JOIN segment_column
         ON segment_id = segment.id AND column_id IN (SELECT value FROM json_each(?))
       WHERE ${overlapping} ORDER BY first_sequence, column_id`,
      JSON.stringify(wanted.map(({ id }) => id)),
      ...overlap(rows),
    );
    const pieces: { readonly firstSequence: number; readonly rowCount: number; columns: Map<string, ColumnBlock> }[] =
      [];
    for (const row of stored) {
      const { from, to } = part(row, rows);
      const firstSequence = row.first_sequence + from;
      if (pieces.at(-1)?.firstSequence !== firstSequence)
        pieces.push({ firstSequence, rowCount: to - from, columns: new Map() });
      const name = row.column_id === null ? undefined : nameOf.get(row.column_id);
      if (name === undefined) continue;
      const block = this.guard(() => {
        if (this.#isChecked) requireColumn(row, name);
        return decodeColumn(row, row.row_count);
      });
      pieces.at(-1)?.columns.set(name, to - from === row.row_count ? block : sliceOfBlock(block, from, to));
    }
    if (pieces.length === 0) throw corrupt(this.path, `it has no row ${rows.firstSequence}`);
    return pieces;
  }

  /** At most `limit` segments in stream order, from the one that holds row `sequence` on. */
  segmentsFrom(sequence: number, limit: number): readonly SegmentSummary[] {
    return this.rows<SegmentSummary>(
      `SELECT ${summaryColumns} FROM segment
       WHERE first_sequence >= (SELECT max(first_sequence) FROM segment WHERE first_sequence <= ?)
         AND first_sequence + row_count > ?
       ORDER BY first_sequence LIMIT ?`,
      sequence,
      sequence,
      limit,
    );
  }

  /** One transaction as received. */
  readRaw(sequence: number): RawRecord {
    const raw = this.#rawOf(sequence);
    const row = sequence - raw.firstSequence;
    return {
      sequence,
      bytes: raw.bytes.slice(raw.starts[row], raw.ends[row]),
      sourcePath: raw.uri,
      line: raw.line[row],
      byteOffset: raw.byteOffset[row],
    };
  }

  /** All transactions of a segment as received, in stream order. */
  readRawSegment({ firstSequence, rowCount }: SegmentSummary): readonly Uint8Array[] {
    const { bytes, starts, ends } = this.#rawOf(firstSequence);
    return Array.from({ length: rowCount }, (_, row) => bytes.subarray(starts[row], ends[row]));
  }

  /** Several transactions as received, in the order asked for; each segment is decompressed once. */
  readRawMany(sequences: readonly number[]): readonly RawRecord[] {
    const found = new Map<number, RawRecord>();
    for (const sequence of [...sequences].sort((a, b) => a - b))
      if (!found.has(sequence)) found.set(sequence, this.readRaw(sequence));
    return sequences.map((sequence) => found.get(sequence) ?? impossible(`row ${sequence} was just read`));
  }

  /** The dictionaries of all category columns, by column name. */
  dictionaries(): Map<string, Dictionary> {
    const columns = this.rows<{ id: number; name: string; texts_checksum: number }>(
      `SELECT id, name, texts_checksum FROM "column" WHERE kind = 'code' ORDER BY id`,
    );
    const textsOf = this.connection
      .prepare<[number], [number, string]>('SELECT code, text FROM dictionary_entry WHERE column_id = ? ORDER BY code')
      .raw();
    return this.guard(
      () =>
        new Map(
          columns.map(({ id, name, texts_checksum: checksum }) => [
            name,
            dictionaryOf(name, textsOf.iterate(id), checksum),
          ]),
        ),
    );
  }

  /** Malformed records in the order they were met, of one state or all; `after` is the id of the last one seen. */
  quarantined(page: {
    readonly after?: number;
    readonly limit: number;
    readonly state?: QuarantineState;
  }): Page<QuarantinedRecord, number> {
    const rows = this.rows<{
      id: number;
      source_id: number;
      line: number;
      byte_offset: number;
      reason: string;
      raw: Uint8Array;
      state: QuarantineState;
      checksum: number | null;
    }>(
      'SELECT * FROM quarantine WHERE id > ? AND state = coalesce(?, state) ORDER BY id LIMIT ?',
      page.after ?? 0,
      page.state ?? null,
      pageLimit(page.limit),
    );
    for (const { id, source_id, line, byte_offset, reason, state, raw, checksum } of rows)
      this.guard(() =>
        requireBlock(checksum, [id, source_id, line, byte_offset, reason, state], raw, () => 'records set aside'),
      );
    return pageOf(
      rows.map((row) => ({
        id: row.id,
        sourceId: row.source_id,
        line: row.line,
        byteOffset: row.byte_offset,
        reason: row.reason,
        raw: row.raw,
        state: row.state,
      })),
      page.limit,
      (row) => row.id,
    );
  }

  /** Ids ascend in the order of storing; 0 where nothing is in quarantine. */
  lastQuarantinedId(): number {
    return this.row<{ id: number }>('SELECT coalesce(max(id), 0) AS id FROM quarantine')?.id ?? 0;
  }

  /** The profile saved last. */
  profile(): Profile | undefined {
    const row = this.row<{ content: string }>('SELECT content FROM profile ORDER BY id DESC LIMIT 1');
    return row && storedJson(this.path, row.content, profileSchema, 'profile');
  }

  /** Every profile the case has had, oldest first. */
  profiles(): readonly Profile[] {
    return this.rows<{ content: string }>('SELECT content FROM profile ORDER BY id').map((row) =>
      storedJson(this.path, row.content, profileSchema, 'profile'),
    );
  }

  /** The control totals kept last; undefined where none were, as in a case that holds a topic. */
  readingTotals(): ReadingTotals | undefined {
    const row = this.row<{ next_sequence: number; columns: string; state: Uint8Array }>(
      'SELECT next_sequence, columns, state FROM reading_totals',
    );
    return (
      row && {
        nextSequence: row.next_sequence,
        columns: new Map(keptColumnsSchema.parse(JSON.parse(row.columns))),
        state: JSON.parse(this.guard(() => new TextDecoder().decode(decompress(row.state)))) as JsonValue,
      }
    );
  }

  findFeatureSet(digest: string): { readonly id: number; readonly spec: FeatureSpec } | undefined {
    const row = this.row<{ id: number; spec: string }>('SELECT id, spec FROM feature_set WHERE digest = ?', digest);
    return row && { id: row.id, spec: storedJson(this.path, row.spec, featureSpecSchema, 'feature set') };
  }

  featureSpec(featureSetId: number): FeatureSpec {
    const row = this.row<{ spec: string }>('SELECT spec FROM feature_set WHERE id = ?', featureSetId);
    if (row === undefined) throw corrupt(this.path, `it has no feature set ${featureSetId}`);
    return storedJson(this.path, row.spec, featureSpecSchema, 'feature set');
  }

  /** Row-major float32 features of some rows, not to be changed; undefined where they were not computed yet for all of them. */
  readFeatures(featureSetId: number, rows: RowRange): Float32Array<ArrayBuffer> | undefined {
    const pieces = this.#blobPieces(
      'features',
      `SELECT segment.id AS segment_id, first_sequence, row_count, data AS blob, checksum
       FROM segment LEFT JOIN feature_segment ON segment_id = segment.id AND feature_set_id = ?
       WHERE ${overlapping} ORDER BY first_sequence`,
      featureSetId,
      rows,
    );
    return pieces && joinArrays(pieces.map((bytes) => new Float32Array(bytes)));
  }

  /** Segments that still have no features of this set, in stream order: what a stopped job has left to do. */
  segmentsWithoutFeatures(featureSetId: number): readonly SegmentSummary[] {
    return this.rows<SegmentSummary>(
      `SELECT ${summaryColumns} FROM segment
       WHERE id NOT IN (SELECT segment_id FROM feature_segment WHERE feature_set_id = ?) ORDER BY first_sequence`,
      featureSetId,
    );
  }

  /** All models, oldest first. */
  models(): readonly StoredModel[] {
    return this.rows<ModelRow>(`SELECT ${modelColumns} FROM model ORDER BY id`).map((row) => modelOf(row, this.path));
  }

  /** A model by its id, or by its digest (the newest one where several feature sets share it). */
  model(idOrDigest: number | string): StoredModel | undefined {
    const key = typeof idOrDigest === 'number' ? 'id' : 'digest';
    const row = this.row<ModelRow>(
      `SELECT ${modelColumns} FROM model WHERE ${key} = ? ORDER BY id DESC LIMIT 1`,
      idOrDigest,
    );
    return row && modelOf(row, this.path);
  }

  /** The encoded forest of a model, byte for byte as it was saved. */
  readForest(modelId: number): Uint8Array<ArrayBuffer> {
    const row = this.row<{ forest: Uint8Array; sha: string; name: string }>(
      'SELECT forest, forest_sha256 AS sha, name FROM model WHERE id = ?',
      modelId,
    );
    if (row === undefined) impossible(`the case has no model ${modelId}`);
    if (this.#isChecked && sha256(row.forest) !== row.sha)
      throw corrupt(this.path, `the forest of model "${row.name}" was altered`);
    return new Uint8Array(alignedBuffer(row.forest));
  }

  /** The sum of leaf units of each of some rows; undefined where they were not scored yet. */
  readScores(modelId: number, rows: RowRange): Int32Array<ArrayBuffer> | undefined {
    const pieces = this.#blobPieces(
      'scores',
      `SELECT segment.id AS segment_id, first_sequence, row_count, sums AS blob, checksum
       FROM segment LEFT JOIN score_segment ON segment_id = segment.id AND model_id = ?
       WHERE ${overlapping} ORDER BY first_sequence`,
      modelId,
      rows,
    );
    return pieces && joinArrays(pieces.map((bytes) => new Int32Array(bytes)));
  }

  /** As `readScores`, for the leading rows that the model has scored: rows that came in after it are left out. */
  readLeadingScores(modelId: number): Int32Array {
    const stored = this.rows<StoredBlob>(
      `SELECT segment.id AS segment_id, first_sequence, row_count, sums AS blob, checksum FROM segment
       LEFT JOIN score_segment ON segment_id = segment.id AND model_id = ? ORDER BY first_sequence`,
      modelId,
    );
    const unscored = stored.findIndex(({ blob }) => blob === null);
    const scored = unscored < 0 ? stored : stored.slice(0, unscored);
    const last = scored.at(-1);
    const leading = new Int32Array(last === undefined ? 0 : last.first_sequence + last.row_count);
    for (const { first_sequence, row_count, blob, ...row } of scored) {
      if (blob?.byteLength !== 4 * row_count)
        throw corrupt(this.path, `what is stored for rows from ${first_sequence} on is cut off`);
      const stored = { first_sequence, row_count, blob, ...row };
      if (this.#isChecked) this.guard(() => requireOwned(stored, 'scores', modelId));
      leading.set(new Int32Array(alignedBuffer(blob)), first_sequence);
    }
    return leading;
  }

  /** Segments that this model has not scored yet, in stream order. */
  segmentsWithoutScores(modelId: number): readonly SegmentSummary[] {
    return this.rows<SegmentSummary>(
      `SELECT ${summaryColumns} FROM segment
       WHERE id NOT IN (SELECT segment_id FROM score_segment WHERE model_id = ?) ORDER BY first_sequence`,
      modelId,
    );
  }

  /** Every model that was made the champion, oldest first; those rolled back are in it too. */
  promotions(): readonly Promotion[] {
    return this.rows<Promotion>(
      `SELECT id, model_id AS modelId, reason, done_at_ms AS atMs, done_by AS by, undone_at_ms AS undoneAtMs
       FROM promotion ORDER BY id`,
    );
  }

  /** The jobs that were run on this case, oldest first. */
  runs(): readonly Run[] {
    return this.rows<{
      id: number;
      command: string;
      parameters: string;
      started_at_ms: number;
      ended_at_ms: number | null;
      status: RunStatus;
      result: string;
    }>('SELECT * FROM run ORDER BY id').map((row) => ({
      id: row.id,
      command: row.command,
      parameters: storedJson(this.path, row.parameters, jsonValueSchema, 'list of runs'),
      startedAtMs: row.started_at_ms,
      endedAtMs: row.ended_at_ms,
      status: row.status,
      result: storedJson(this.path, row.result, jsonValueSchema, 'list of runs'),
    }));
  }

  /** What was sealed of a text of a person, by its token; undefined where there is none. */
  sealedText(token: string): Uint8Array | undefined {
    return this.row<{ sealed: Uint8Array }>('SELECT sealed FROM sealed_text WHERE token = ?', token)?.sealed;
  }

  /** The tokens behind which a text of a person is sealed. */
  sealedTokens(): readonly string[] {
    return this.rows<{ token: string }>('SELECT token FROM sealed_text ORDER BY token').map(({ token }) => token);
  }

  setting(key: string): JsonValue | undefined {
    const row = this.row<{ value: string }>('SELECT value FROM setting WHERE key = ?', key);
    return row && storedJson(this.path, row.value, jsonValueSchema, `setting '${key}'`);
  }

  protected guard<T>(work: () => T): T {
    return guarded(this.path, work);
  }

  /** A prepared statement, kept for the next use of the same text. */
  protected statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.connection.prepare<unknown[]>(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  protected row<Row>(sql: string, ...parameters: readonly Parameter[]): Row | undefined {
    return this.guard(() => this.statement(sql).get(...parameters) as Row | undefined);
  }

  protected rows<Row>(sql: string, ...parameters: readonly Parameter[]): readonly Row[] {
    return this.guard(() => this.statement(sql).all(...parameters) as readonly Row[]);
  }

  /** What is stored for some rows as blobs, cut to the rows; undefined where a piece is missing. */
  #blobPieces(
    what: 'features' | 'scores',
    sql: string,
    ownerId: number,
    rows: RowRange,
  ): readonly ArrayBuffer[] | undefined {
    const stored = this.rows<StoredBlob>(sql, ownerId, ...overlap(rows));
    if (stored.length === 0) throw corrupt(this.path, `it has no row ${rows.firstSequence}`);
    const pieces = stored.flatMap(({ blob, ...row }) => {
      if (blob === null) return [];
      if (this.#isChecked) this.guard(() => requireOwned({ ...row, blob }, what, ownerId));
      const { from, to } = part(row, rows);
      const bytesPerRow = blob.byteLength / row.row_count;
      if (bytesPerRow % 4 !== 0)
        throw corrupt(this.path, `what is stored for rows from ${row.first_sequence} on is cut off`);
      return [alignedBuffer(blob.subarray(from * bytesPerRow, to * bytesPerRow))];
    });
    return pieces.length === stored.length ? pieces : undefined;
  }

  #rawOf(sequence: number): SegmentRaw {
    const last = this.#lastRaw;
    if (last !== undefined && sequence >= last.firstSequence && sequence < last.firstSequence + last.starts.length)
      return last;
    const row = this.row<{
      first_sequence: number;
      row_count: number;
      raw: Uint8Array;
      row_layout: Uint8Array;
      uri: string;
    }>(
      `SELECT first_sequence, segment.row_count, raw, row_layout, uri
       FROM segment JOIN source ON source.id = source_id
       WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1`,
      sequence,
    );
    if (row === undefined || sequence < 0 || sequence >= row.first_sequence + row.row_count)
      throw usageError('WRONG_USE', `The case ${this.path} has no row ${sequence}.`, 'Rows are counted from 0.');
    const raw = this.guard(() => ({
      firstSequence: row.first_sequence,
      uri: row.uri,
      bytes: decompress(row.raw),
      ...decodeRowLayout(decompress(row.row_layout), row.row_count),
    }));
    const used = raw.ends[row.row_count - 1];
    if (used > raw.bytes.length) throw corrupt(this.path, `rows after ${row.first_sequence} point outside their bytes`);
    this.#lastRaw = raw;
    return raw;
  }
}

function dictionaryOf(name: string, texts: Iterable<[number, string]>, checksum: number): Dictionary {
  const dictionary = new TextDictionary();
  let found = 0;
  for (const [code, text] of texts) {
    found = checksumWithText(found, code, text);
    if (dictionary.find(text) >= 0) throw new DamagedBlock(`a text of column "${name}" stands in it twice`);
    dictionary.codeOf(text);
  }
  if (found !== checksum) throw new DamagedBlock(`the texts of column "${name}" do not match their checksum`);
  return dictionary;
}

function requireColumn(row: PieceRow & StoredColumn, name: string): void {
  const { segment_id: segmentId, column_id: columnId, kind, encoding, first_sequence, row_count } = row;
  requireBlock(row.checksum, [segmentId, columnId ?? 0, kind, encoding], row.data, () => {
    return `the values of column "${name}" of ${rowsInWords(first_sequence, row_count)}`;
  });
}

function requireOwned(
  row: Omit<StoredBlob, 'blob'> & { readonly blob: Uint8Array },
  what: string,
  ownerId: number,
): void {
  const { checksum, segment_id: segmentId, blob, first_sequence, row_count } = row;
  requireBlock(checksum, [ownerId, segmentId], blob, () => `the ${what} of ${rowsInWords(first_sequence, row_count)}`);
}

function overlap({ firstSequence, rowCount }: RowRange): readonly [number, number] {
  return [firstSequence, firstSequence + rowCount];
}

/** Which rows of a stored segment are among those asked for. */
function part(stored: PieceRow, rows: RowRange): { readonly from: number; readonly to: number } {
  return {
    from: Math.max(0, rows.firstSequence - stored.first_sequence),
    to: Math.min(stored.row_count, rows.firstSequence + rows.rowCount - stored.first_sequence),
  };
}

function sourceOf(row: SourceRow, path: string): Source {
  return {
    id: row.id,
    kind: row.kind,
    uri: row.uri,
    fingerprint: row.fingerprint,
    format: storedJson(path, row.format, recordingFormatSchema, 'list of recordings'),
    columnNames: storedJson(path, row.column_names, columnNamesSchema, 'list of recordings'),
    position: { byteOffset: row.next_byte_offset, line: row.next_line },
    complete: row.complete === 1,
    rows: row.row_count,
    quarantined: row.quarantined_count,
    addedAtMs: row.added_at_ms,
    file:
      row.stored_bytes === null || row.sha256 === null ? null : { storedBytes: row.stored_bytes, sha256: row.sha256 },
  };
}

function modelOf(row: ModelRow, path: string): StoredModel {
  return {
    id: row.id,
    digest: row.digest,
    name: row.name,
    parameters: storedJson(path, row.parameters, forestParametersSchema, 'list of models'),
    featureSetId: row.feature_set_id,
    threshold: storedJson(path, row.threshold, thresholdSchema, 'threshold'),
    trainedRows: row.trained_rows,
    createdAtMs: row.created_at_ms,
    isChampion: row.is_champion === 1,
  };
}

function pageLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAXIMUM_PAGE_ROWS) return limit;
  throw usageError('WRONG_USE', `A page of ${limit} rows was asked for.`, `Ask for 1 to ${MAXIMUM_PAGE_ROWS} rows.`);
}

function pageOf<Row, Cursor>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => Cursor): Page<Row, Cursor> {
  const last = rows.at(-1);
  return { rows, next: last === undefined || rows.length < limit ? null : cursorOf(last) };
}

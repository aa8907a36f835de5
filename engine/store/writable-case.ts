import { statSync } from 'node:fs';
import { AssayError, impossible } from '../domain/error.ts';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile } from '../domain/profile.ts';
import type { RecordingPosition, StoredFile } from '../domain/record-batch.ts';
import { checksumWithText } from './block-checksum.ts';
import { bytesOf, compress } from './blob.ts';
import type { Doing } from './decision-log.ts';
import { sha256 } from './digest.ts';
import { hasEvidence, isSealed, offeringBlocks, sealEvidence } from './evidence.ts';
import { rememberHead } from './known-heads.ts';
import { hasLeftBehind, writeLeftBehind } from './left-behind.ts';
import { rewriteTexts, type OtherTexts } from './rewritten-texts.ts';
import { ReadableCase } from './readable-case.ts';
import { encodeAppend, packAppend, type EncodedAppend } from './segment-encoding.ts';
import { ownedBlob, SegmentTable, type ReducedSegment } from './segment-table.ts';
import { endOtherSessions, endSession, hasSessions } from './session.ts';
import { timed, type Connection, type Parameter } from './sqlite.ts';
import type {
  JsonValue,
  LiveAppend,
  LiveScores,
  NewModel,
  NewSource,
  QuarantineState,
  ReadingTotals,
  RowRange,
  RunStatus,
  SegmentAppend,
  Source,
  StoredModel,
  StoredThreshold,
  WindowCheckpoint,
} from './types.ts';

/** What a change did, for the history, and what it gives. */
export interface Change<T> {
  readonly what: string;
  readonly details: { readonly [name: string]: JsonValue };
  readonly result: T;
}

/** Features of all rows in memory. */
interface HeldFeatures {
  readonly featureSetId: number;
  readonly featureCount: number;
  readonly values: Float32Array<ArrayBuffer>;
  /** That of the case when they were made. */
  readonly dataVersion: number;
}

const READERS_TIMEOUT_MS = 60_000; // without a log, a transaction waits for whoever reads
/** A record that is set aside is under a checksum with its state. */
const quarantineStateSet =
  'state = @state, checksum = block_checksum(id, source_id, line, byte_offset, reason, @state, raw)';

const TIDY_TIMEOUT_MS = 250; // at close nothing is worth waiting long for: the data is committed already

/**
 * A case open for writing. Every method is one transaction: it holds completely or not at all, and is on the disk
 * when the method returns. Errors of all of them: DISK_FULL, CASE_BUSY, CASE_READ_ONLY, CASE_CORRUPT.
 */
export class WritableCase extends ReadableCase {
  readonly #sessionId: number;
  readonly #file: string | null;
  #sequenceSeen: number;
  readonly #positionsSeen = new Map<number, RecordingPosition>();
  readonly #segments: SegmentTable;
  /** The first row that this transaction has appended. */
  #firstNewSequence: number | undefined;
  #held: HeldFeatures | null = null;

  /** @param evidenceChanges how often evidence was changed through this connection; null for a layout without it */
  constructor(connection: Connection, path: string, sessionId: number, evidenceChanges: (() => number) | null) {
    super(connection, path, undefined, evidenceChanges);
    this.#segments = new SegmentTable(connection);
    this.#sessionId = sessionId;
    this.#file = fileAt(path);
    this.#sequenceSeen = super.nextSequence();
    this.sources();
  }

  /** Folds the write-ahead log into the file, so that the case is one file again, and closes it. */
  override close(): void {
    if (!this.isOpen) return;
    try {
      this.connection.pragma(`busy_timeout = ${TIDY_TIMEOUT_MS}`);
      // Where the disk is full the mark of this process stays, and whoever comes next knows that nothing was left in order.
      this.connection.transaction(() => {
        endSession(this.connection, this.#sessionId);
        this.#leaveAlone();
      })();
      this.connection.pragma('optimize');
      // Folds in most of the log without keeping other writers out, so that the next step does so for a moment only.
      this.connection.pragma('wal_checkpoint(PASSIVE)');
      this.connection.pragma('wal_checkpoint(TRUNCATE)');
      // Refused while another connection is open; the last one to close does it.
      this.connection.pragma('journal_mode = DELETE');
    } catch {
      // A full disk or a reader may forbid the tidying; what is committed is safe, and the next open tidies up.
    } finally {
      super.close();
    }
  }

  /**
   * From now on changes go into the file itself instead of a log beside it, which is written twice: for the first rows of a case
   * that nobody else has open. Where somebody has, or opens it for writing later, the log stays or comes back.
   */
  writeWithoutLog(): void {
    try {
      this.connection.pragma('busy_timeout = 0');
      // Truncated, not removed: that a transaction holds is then on the disk when it ends.
      this.guard(() => this.connection.pragma('journal_mode = TRUNCATE'));
    } catch (error) {
      if (!(error instanceof AssayError && error.code === 'CASE_BUSY')) throw error;
    } finally {
      this.connection.pragma(`busy_timeout = ${READERS_TIMEOUT_MS}`);
    }
  }

  /** Nobody else has a file open that was just put in its place: marks of others came with what it is a copy of. */
  endCopiedSessions(): void {
    this.guard(() => endOtherSessions(this.connection, this.#sessionId));
  }

  /** Whoever closes last says what there is; another one may be at it still. */
  #leaveAlone(): void {
    if (!hasEvidence(this.connection) || hasSessions(this.connection)) return;
    const state = this.decisions.stateDigest();
    if (!isSealed(this.connection, state)) sealEvidence(this.connection, state);
    const head = this.decisions.head();
    if (head !== null && fileAt(this.path) === this.#file) rememberHead(this.path, { ...head, state });
    if (hasLeftBehind(this.connection)) writeLeftBehind(this.connection);
  }

  /** What is written into a file that has no name any more is lost with its last reader, and nobody would say so. */
  #refuseWhereFileIsGone(): void {
    const file = fileAt(this.path);
    if (file === this.#file) return;
    const how = file === null ? 'deleted or moved' : 'replaced by another file';
    throw new AssayError(
      file === null ? 'CASE_NOT_FOUND' : 'CASE_BUSY',
      'failure',
      `${this.path} was ${how} while it was open; nothing of this was stored.`,
      {
        nextStep: file === null ? 'Put it back, or open it where it is now.' : 'Open it again: it is another case now.',
      },
    );
  }

  /** Runs several methods as one transaction; `work` must not wait for anything. */
  inTransaction<T>(work: () => T): T {
    if (this.connection.inTransaction) return this.guard(() => this.connection.transaction(work)());
    this.#refuseWhereFileIsGone();
    const sequenceBefore = this.#sequenceSeen;
    const positionsBefore = new Map(this.#positionsSeen);
    try {
      const workAndMerge = (): T => {
        const result = work();
        if (this.#firstNewSequence !== undefined) this.#segments.mergeFrom(this.#firstNewSequence);
        return result;
      };
      return this.guard(() => timed('a transaction', () => this.connection.transaction(workAndMerge).immediate()));
    } catch (error) {
      this.decisions.forgetEvidence();
      this.letGoOfFeatures();
      this.#sequenceSeen = sequenceBefore;
      for (const [id, position] of positionsBefore) this.#positionsSeen.set(id, position);
      throw error;
    } finally {
      this.#firstNewSequence = undefined;
    }
  }

  override sources(): readonly Source[] {
    return super.sources().map((source) => this.#see(source));
  }

  override findSource(fingerprint: string): Source | undefined {
    const source = super.findSource(fingerprint);
    return source && this.#see(source);
  }

  override source(id: number): Source {
    return this.#see(super.source(id));
  }

  override nextSequence(): number {
    this.#sequenceSeen = super.nextSequence();
    return this.#sequenceSeen;
  }

  addSource(source: NewSource): Source {
    const start = source.position ?? { byteOffset: 0, line: 1 };
    const id = this.#insert(
      `INSERT INTO source (kind, uri, fingerprint, format, column_names, next_byte_offset, next_line, added_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      source.kind,
      source.uri,
      source.fingerprint,
      JSON.stringify(source.format),
      JSON.stringify(source.columnNames),
      start.byteOffset,
      start.line,
      Date.now(),
    );
    return this.source(id);
  }

  /** Says that a recording was read to its end, and what its file was. */
  completeSource(id: number, { storedBytes, sha256 }: StoredFile): void {
    this.#change('UPDATE source SET complete = 1, stored_bytes = ?, sha256 = ? WHERE id = ?', storedBytes, sha256, id);
  }

  /** Replaces the control totals. */
  saveReadingTotals({ nextSequence, columns, state }: ReadingTotals): void {
    this.#change(
      `INSERT INTO reading_totals (id, next_sequence, columns, state) VALUES (1, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET next_sequence = excluded.next_sequence, columns = excluded.columns,
         state = excluded.state`,
      nextSequence,
      JSON.stringify([...columns]),
      compress(new TextEncoder().encode(JSON.stringify(state))),
    );
  }

  /** One append as a transaction of its own; `appendSegments` is faster for many. */
  appendSegment(append: SegmentAppend): void {
    this.appendSegments([append]);
  }

  /**
   * Stores rows, raw bytes, dictionaries, quarantine and the position in the source in one transaction.
   * Errors: CASE_BUSY also where another writer has added rows since this one last looked.
   */
  appendSegments(appends: readonly SegmentAppend[]): void {
    this.appendEncoded(appends.map((append) => encodeAppend(packAppend(append))));
  }

  /**
   * Rows of a live stream, their scores and alerts, and how far each partition was read, in one transaction.
   * Errors: as `appendSegments`.
   */
  appendLive(live: LiveAppend): void {
    this.appendLiveEncoded(encodeAppend(packAppend(live.append)), live);
  }

  /** As `appendLive`, for an append that was encoded beforehand. */
  appendLiveEncoded(append: EncodedAppend, { nextOffsets, scored, windowState }: Omit<LiveAppend, 'append'>): void {
    this.inTransaction(() => {
      this.appendEncoded([append]);
      this.savePartitionOffsets(append.sourceId, nextOffsets);
      if (scored === undefined || append.rowCount === 0) return;
      this.#storeScores(append, scored);
      const nextSequence = append.firstSequence + append.rowCount;
      if (windowState !== undefined)
        this.saveWindowCheckpoint(scored.featureSetId, { nextSequence, state: windowState });
    });
  }

  /**
   * Records of the quarantine that can be read now: their rows, scores and alerts, and their new state, in one
   * transaction. Reading the source goes on where it was.
   * Errors: CASE_BUSY also where one of the records is not held any more, or another writer has added rows.
   */
  appendRetried(append: SegmentAppend, recordIds: readonly number[], scored?: LiveScores): void {
    const encoded = encodeAppend(packAppend(append));
    if (encoded.rowCount !== recordIds.length) impossible('each retried record is one row');
    this.inTransaction(() => {
      if (super.nextSequence() !== this.#sequenceSeen) throw this.#anotherWriter();
      const release = this.statement(`UPDATE quarantine SET ${quarantineStateSet} WHERE id = @id AND state = 'held'`);
      for (const id of recordIds) if (release.run({ state: 'retried', id }).changes !== 1) throw this.#anotherWriter();
      if (encoded.firstSequence !== this.#sequenceSeen)
        impossible(`retried rows start at ${encoded.firstSequence} where the case has ${this.#sequenceSeen} rows`);
      this.#addSegment(encoded);
      for (const [name, texts] of encoded.dictionaryAdditions) this.#addTexts(name, texts);
      this.#change(
        'UPDATE source SET row_count = row_count + ?, quarantined_count = quarantined_count - ? WHERE id = ?',
        encoded.rowCount,
        recordIds.length,
        encoded.sourceId,
      );
      this.#sequenceSeen += encoded.rowCount;
      if (scored !== undefined) this.#storeScores(encoded, scored);
    });
  }

  /** Where reading resumes in each partition of a topic. */
  savePartitionOffsets(sourceId: number, nextOffsets: ReadonlyMap<number, number>): void {
    this.inTransaction(() => {
      for (const [partition, offset] of nextOffsets)
        this.#change(
          `INSERT INTO source_partition (source_id, partition, next_offset) VALUES (?, ?, ?)
           ON CONFLICT (source_id, partition) DO UPDATE SET next_offset = excluded.next_offset`,
          sourceId,
          partition,
          offset,
        );
    });
  }

  /** As last saved; empty for a source that is no topic. */
  partitionOffsets(sourceId: number): ReadonlyMap<number, number> {
    const rows = this.rows<{ partition: number; next_offset: number }>(
      'SELECT partition, next_offset FROM source_partition WHERE source_id = ? ORDER BY partition',
      sourceId,
    );
    return new Map(rows.map((row) => [row.partition, row.next_offset]));
  }

  /** Keeps the state of window features; it must be that after the row before `nextSequence`. */
  saveWindowCheckpoint(featureSetId: number, { nextSequence, state }: WindowCheckpoint): void {
    this.#change(
      `INSERT INTO window_checkpoint (feature_set_id, next_sequence, state) VALUES (?, ?, ?)
       ON CONFLICT (feature_set_id) DO UPDATE SET next_sequence = excluded.next_sequence, state = excluded.state`,
      featureSetId,
      nextSequence,
      state,
    );
  }

  windowCheckpoint(featureSetId: number): WindowCheckpoint | undefined {
    const row = this.row<{ next_sequence: number; state: Uint8Array }>(
      'SELECT next_sequence, state FROM window_checkpoint WHERE feature_set_id = ?',
      featureSetId,
    );
    return row && { nextSequence: row.next_sequence, state: Uint8Array.from(row.state) };
  }

  /** As `appendSegments`, for appends that were encoded beforehand. */
  appendEncoded(appends: readonly EncodedAppend[]): void {
    this.inTransaction(() => {
      if (super.nextSequence() !== this.#sequenceSeen) throw this.#anotherWriter();
      for (const append of appends) this.#append(append);
    });
  }

  /**
   * Fills segments that are not full, from row `sequence` on, until about `rowCount` rows were looked at: what appends do
   * since they merge, for cases made before. Returns the row to go on from; null at the end.
   */
  fillSegments(sequence: number, rowCount: number): number | null {
    return this.inTransaction(() => {
      let next: number | null = sequence;
      while (next !== null && next < sequence + rowCount) next = this.#segments.fillNext(next);
      return next;
    });
  }

  /** Whether `fillSegments` would merge anything. */
  hasSegmentsToFill(): boolean {
    return this.guard(() => this.#segments.hasSomethingToFill());
  }

  /**
   * Puts other texts into a copy of a case: rows, history and settings speak of the same as before by other names. Nothing of the
   * former ones stays in free pages.
   */
  rewriteTexts(other: OtherTexts): void {
    this.connection.pragma('secure_delete = ON');
    this.inTransaction(() => {
      rewriteTexts(this.connection, other);
      this.decisions.rewriteTexts(other.sentence);
    });
    this.giveBackSpace();
  }

  /** Gives the pages that nothing uses any more back to the file system; needs as much free space as the case takes. */
  giveBackSpace(): void {
    this.guard(() => {
      this.connection.exec('VACUUM');
      // The file shrinks when the log is folded in; where somebody reads, at the next closing.
      this.connection.pragma('wal_checkpoint(TRUNCATE)');
    });
  }

  /**
   * Takes old rows away for good, with all that is stored of them; the others keep their numbers, features and sums.
   * Control totals of the recordings, which told of these rows, go with them. The newest segment cannot be among them.
   * @param reduced segments of `segments()`, ascending, with the rows of each that stay
   */
  removeRows(reduced: readonly ReducedSegment[]): void {
    const last = reduced.at(-1);
    if (last === undefined) return;
    const end = last.firstSequence + last.rowCount;
    this.inTransaction(() => {
      this.letGoOfFeatures();
      if (end >= super.nextSequence()) impossible('the newest rows say which number comes next, and are not removed');
      const staying = stayingBefore(end, reduced);
      const numbers = this.rowNumbers().without(end, staying);
      this.#segments.reduce(reduced);
      this.#change('DELETE FROM row_numbering');
      for (const { firstSequence, firstNumber } of numbers.runs)
        this.#change(
          'INSERT INTO row_numbering (first_sequence, first_number) VALUES (?, ?)',
          firstSequence,
          firstNumber,
        );
      this.#change('DELETE FROM window_checkpoint WHERE next_sequence < ?', end);
      this.#change('UPDATE window_checkpoint SET next_sequence = next_sequence - ?', end - staying.length);
      this.#change('DELETE FROM reading_totals');
      for (let next: number | null = 0; next !== null && next < staying.length;) next = this.#segments.fillNext(next);
      this.nextSequence();
    });
  }

  /** Takes sealed texts away for good: no key opens them again. */
  forgetSealedTexts(tokens: readonly string[]): void {
    this.connection.pragma('secure_delete = ON');
    for (const token of tokens) this.#change('DELETE FROM sealed_text WHERE token = ?', token);
  }

  setQuarantineState(id: number, state: QuarantineState): void {
    this.guard(() => this.statement(`UPDATE quarantine SET ${quarantineStateSet} WHERE id = @id`).run({ state, id }));
  }

  /**
   * Does a piece of work and writes what it was into the history, in one transaction. Decisions, thresholds, champions,
   * profiles and settings that matter are changed in no other way.
   */
  change<T>(doing: Doing, work: () => Change<T>): T {
    return this.inTransaction(() => {
      const { what, details, result } = work();
      this.decisions.addAudit(doing, what, details);
      return result;
    });
  }

  /** Adds to the history of profiles; the newest one is the case's profile. */
  saveProfile(profile: Profile, doing: Doing): void {
    this.change(doing, () => {
      const isFirst = this.row('SELECT 1 FROM profile LIMIT 1') === undefined;
      const content = JSON.stringify(profile);
      // A profile that no row was read by says nothing of how rows were read.
      this.#change('DELETE FROM profile WHERE NOT EXISTS (SELECT 1 FROM segment)');
      this.#change('INSERT INTO profile (content, saved_at_ms) VALUES (?, ?)', content, doing.atMs);
      const what = isFirst ? 'profile of the columns' : 'profile changed';
      return { what, details: { profileSha256: sha256(new TextEncoder().encode(content)) }, result: undefined };
    });
  }

  /** Sets what people chose for this case, such as the gap between alerts. */
  chooseSetting(key: string, value: JsonValue, doing: Doing): void {
    this.change(doing, () => {
      const before = this.setting(key) ?? null;
      this.setSetting(key, value);
      return { what: `setting ${key}: ${JSON.stringify(value)}`, details: { key, before, value }, result: undefined };
    });
  }

  /**
   * Takes every row of every recording back, so that they are read again by this profile, from their first byte on.
   * Only for a case without a model: what was decided about rows would be lost with them.
   */
  forgetRows(profile: Profile, why: readonly string[], doing: Doing): void {
    if (this.counts().models > 0) impossible('rows that a model was made of are not forgotten');
    // They may be read again because they hold data of people: nothing of them stays in free pages.
    this.connection.pragma('secure_delete = ON');
    this.letGoOfFeatures();
    this.change(doing, () => {
      for (const table of ['feature_segment', 'window_checkpoint', 'segment_column', 'segment', 'dictionary_entry'])
        this.#change(`DELETE FROM ${table}`);
      for (const table of ['"column"', 'quarantine', 'reading_totals', 'row_numbering'])
        this.#change(`DELETE FROM ${table}`);
      this.#change(
        `UPDATE source SET complete = 0, row_count = 0, quarantined_count = 0, next_byte_offset = 0, next_line = 1,
           stored_bytes = NULL, sha256 = NULL`,
      );
      this.nextSequence();
      this.sources();
      this.saveProfile(profile, doing);
      return { what: 'all rows are read again', details: { why: [...why] }, result: undefined };
    });
  }

  /** Saves a feature set and returns its id; one with the same digest is not saved twice. */
  saveFeatureSet(spec: FeatureSpec, digest: string): number {
    this.#change(
      'INSERT INTO feature_set (digest, spec, created_at_ms) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING',
      digest,
      JSON.stringify(spec),
      Date.now(),
    );
    return this.findFeatureSet(digest)?.id ?? impossible('the feature set was just saved');
  }

  /** Row-major float32 features of some rows; replaces what was there. */
  writeFeatures(featureSetId: number, rows: RowRange, features: Float32Array): void {
    this.#writeBlobs(
      `INSERT INTO feature_segment (feature_set_id, segment_id, data, checksum) VALUES (?, ?, ?, ?)
       ON CONFLICT (feature_set_id, segment_id) DO UPDATE SET data = excluded.data, checksum = excluded.checksum`,
      featureSetId,
      rows,
      features,
    );
  }

  /**
   * Keeps the features of all rows, which were just stored, in memory for those who read them next: their blocks need not be read
   * and checked again. Another writer, or rows that are taken away, end it.
   * @param values row-major; not to be changed any more
   * @param dataVersion as it was before the first row was computed
   */
  holdFeatures(featureSetId: number, values: Float32Array<ArrayBuffer>, dataVersion: number): void {
    const featureCount = values.length / this.nextSequence();
    if (!Number.isInteger(featureCount)) impossible(`${values.length} values are not those of all rows`);
    this.#held = { featureSetId, featureCount, values, dataVersion };
  }

  letGoOfFeatures(): void {
    this.#held = null;
  }

  override readFeatures(featureSetId: number, rows: RowRange): Float32Array<ArrayBuffer> | undefined {
    const held = this.#held;
    const from = rows.firstSequence * (held?.featureCount ?? 0);
    const to = from + rows.rowCount * (held?.featureCount ?? 0);
    if (held?.featureSetId !== featureSetId || to > held.values.length || held.dataVersion !== this.dataVersion())
      return super.readFeatures(featureSetId, rows);
    return held.values.subarray(from, to);
  }

  /**
   * Saves a model and returns its id. The same forest on the same feature set is one model: saving it again takes
   * over the name, the threshold and the time. The first model of a case becomes its champion.
   */
  saveModel(model: NewModel, doing: Doing): number {
    return this.change(doing, () => {
      const id = this.#keepModel(model, doing);
      const { digest, trainedRows, threshold, parameters, takenOverFrom } = model;
      const { imported } = parameters;
      const came = takenOverFrom !== undefined ? 'taken over' : imported === undefined ? 'trained' : 'imported';
      return {
        what: `model ${came}: ${model.name}`,
        details: {
          digest,
          ...(takenOverFrom === undefined ? {} : { from: takenOverFrom }),
          ...(imported === undefined ? { trainedRows } : { imported }),
          threshold: { ...threshold },
        },
        result: id,
      };
    });
  }

  #keepModel(model: NewModel, doing: Doing): number {
    const known = this.row<{ id: number }>(
      'SELECT id FROM model WHERE digest = ? AND feature_set_id = ?',
      model.digest,
      model.featureSetId,
    );
    if (known !== undefined) {
      this.#change(
        'UPDATE model SET name = ?, threshold = ?, created_at_ms = ? WHERE id = ?',
        model.name,
        JSON.stringify(model.threshold),
        doing.atMs,
        known.id,
      );
      return known.id;
    }
    const isFirst = this.row('SELECT 1 FROM model LIMIT 1') === undefined;
    const id = this.#insert(
      `INSERT INTO model (digest, name, parameters, feature_set_id, threshold, trained_rows, created_at_ms,
         is_champion, forest_sha256, forest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      model.digest,
      model.name,
      JSON.stringify(model.parameters),
      model.featureSetId,
      JSON.stringify(model.threshold),
      model.trainedRows,
      doing.atMs,
      0,
      sha256(model.forest),
      model.forest,
    );
    if (isFirst) this.#crown(id, 'the first model', doing);
    return id;
  }

  /**
   * Makes one model the champion, in place of the one before. The present one stays what it is: the history says it
   * again, and a roll back goes to the one before all the same.
   */
  promote(modelId: number, reason: string, doing: Doing): void {
    this.change(doing, () => {
      const { name, digest, isChampion } = this.model(modelId) ?? impossible(`the case has no model ${modelId}`);
      if (!isChampion) this.#crown(modelId, reason, doing);
      const what = isChampion ? `champion as before: ${name}` : `champion: ${name}`;
      return { what, details: { modelDigest: digest, reason }, result: undefined };
    });
  }

  /** Takes the last promotion back, and returns the champion there is again; null where there was none before. */
  rollBack(reason: string, doing: Doing): number | null {
    const [last, before] = this.promotions()
      .filter(({ undoneAtMs }) => undoneAtMs === null)
      .reverse();
    if (last === undefined || before === undefined) return null;
    return this.change(doing, () => {
      const { name, digest } = this.model(before.modelId) ?? impossible('a champion is a stored model');
      this.#change('UPDATE promotion SET undone_at_ms = ? WHERE id = ?', doing.atMs, last.id);
      this.#setChampion(before.modelId);
      return {
        what: `rolled back to champion: ${name}`,
        details: { modelDigest: digest, reason },
        result: before.modelId,
      };
    });
  }

  #crown(modelId: number, reason: string, doing: Doing): void {
    this.#change(
      'INSERT INTO promotion (model_id, reason, done_at_ms, done_by) VALUES (?, ?, ?, ?)',
      modelId,
      reason,
      doing.atMs,
      doing.by,
    );
    this.#setChampion(modelId);
  }

  #setChampion(modelId: number): void {
    this.#change('UPDATE model SET is_champion = 0 WHERE is_champion = 1');
    this.#change('UPDATE model SET is_champion = 1 WHERE id = ?', modelId);
  }

  /** Takes models away that nothing stands on, with their scores; the history says what each was. */
  removeModels(models: readonly StoredModel[], why: string, doing: Doing): void {
    this.change(doing, () => {
      for (const { id } of models) {
        this.#change('DELETE FROM score_segment WHERE model_id = ?', id);
        this.#change('DELETE FROM model WHERE id = ? AND is_champion = 0', id);
      }
      const removed = models.map(({ id, name, digest, trainedRows, createdAtMs }) => {
        return { id, name, modelDigest: digest, trainedRows, createdAtMs };
      });
      const names = models.map(({ name }) => name).join(', ');
      return { what: `models removed: ${names} (${why})`, details: { removed }, result: undefined };
    });
  }

  /** The sums of some rows; replaces what was there. */
  writeScores(modelId: number, rows: RowRange, sums: Int32Array): void {
    this.#writeBlobs(
      `INSERT INTO score_segment (model_id, segment_id, sums, checksum) VALUES (?, ?, ?, ?)
       ON CONFLICT (model_id, segment_id) DO UPDATE SET sums = excluded.sums, checksum = excluded.checksum`,
      modelId,
      rows,
      sums,
    );
  }

  /** Moves the line of a model: the rows with a sum not above it are flagged. */
  setThreshold(modelId: number, threshold: StoredThreshold, doing: Doing): void {
    this.change(doing, () => {
      const { name, digest, threshold: before } = this.model(modelId) ?? impossible(`the case has no model ${modelId}`);
      this.#change('UPDATE model SET threshold = ? WHERE id = ?', JSON.stringify(threshold), modelId);
      return {
        what: `threshold of ${name}`,
        details: { modelDigest: digest, before: { ...before }, now: { ...threshold } },
        result: undefined,
      };
    });
  }

  /** Writes down that a job has begun, and returns the id to finish it with. */
  startRun(command: string, parameters: JsonValue): number {
    return this.#insert(
      `INSERT INTO run (command, parameters, started_at_ms, status) VALUES (?, ?, ?, 'running')`,
      command,
      JSON.stringify(parameters),
      Date.now(),
    );
  }

  finishRun(id: number, status: Exclude<RunStatus, 'running'>, result: JsonValue): void {
    this.#change(
      'UPDATE run SET status = ?, result = ?, ended_at_ms = ? WHERE id = ?',
      status,
      JSON.stringify(result),
      Date.now(),
      id,
    );
  }

  setSetting(key: string, value: JsonValue): void {
    this.#change(
      'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      key,
      JSON.stringify(value),
    );
  }

  #append(append: EncodedAppend): void {
    const stored = super.source(append.sourceId);
    const seen = this.#positionsSeen.get(append.sourceId) ?? stored.position;
    if (seen.byteOffset !== stored.position.byteOffset || seen.line !== stored.position.line)
      throw this.#anotherWriter();
    if (append.firstSequence !== this.#sequenceSeen)
      impossible(`a segment starts at row ${append.firstSequence} where the case has ${this.#sequenceSeen} rows`);
    if (append.next.byteOffset < seen.byteOffset || (append.rowCount > 0 && append.firstByteOffset < seen.byteOffset))
      impossible(`source ${append.sourceId} goes back from byte ${seen.byteOffset} to ${append.firstByteOffset}`);

    if (append.rowCount > 0) this.#addSegment(append);
    for (const [name, texts] of append.dictionaryAdditions) this.#addTexts(name, texts);
    for (const [token, sealed] of append.sealedTexts ?? [])
      this.#change('INSERT INTO sealed_text (token, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING', token, sealed);
    for (const record of append.rejected)
      this.setQuarantineState(
        this.#insert(
          'INSERT INTO quarantine (source_id, line, byte_offset, reason, raw) VALUES (?, ?, ?, ?, ?)',
          append.sourceId,
          record.line,
          record.byteOffset,
          record.reason,
          record.raw,
        ),
        'held',
      );
    this.#change(
      `UPDATE source SET next_byte_offset = ?, next_line = ?, row_count = row_count + ?,
         quarantined_count = quarantined_count + ? WHERE id = ?`,
      append.next.byteOffset,
      append.next.line,
      append.rowCount,
      append.rejected.length,
      append.sourceId,
    );
    this.#sequenceSeen += append.rowCount;
    this.#positionsSeen.set(append.sourceId, append.next);
  }

  #addSegment(append: EncodedAppend): void {
    this.#segments.insert(append);
    this.#firstNewSequence ??= append.firstSequence;
  }

  #storeScores(append: EncodedAppend, scored: LiveScores): void {
    this.writeFeatures(scored.featureSetId, append, scored.features);
    this.writeScores(scored.modelId, append, scored.sums);
  }

  /** Rows may have been merged with others since the caller looked: they are cut out of those again. */
  #writeBlobs(sql: string, ownerId: number, rows: RowRange, values: Float32Array | Int32Array): void {
    const perRow = values.length / rows.rowCount;
    if (!Number.isInteger(perRow)) impossible(`${values.length} values for ${rows.rowCount} rows`);
    this.inTransaction(() => {
      for (const { id, firstSequence, rowCount } of this.#segments.exactly(rows)) {
        const from = (firstSequence - rows.firstSequence) * perRow;
        const parameters = ownedBlob(ownerId, id, bytesOf(values.subarray(from, from + rowCount * perRow)));
        offeringBlocks(this.connection, parameters, () => this.#change(sql, ...parameters));
      }
    });
  }

  #addTexts(name: string, texts: readonly string[]): void {
    if (texts.length === 0) return;
    const columnId = this.#segments.columnId(name, 'code');
    const dictionary = this.row<{ size: number; checksum: number }>(
      `SELECT (SELECT coalesce(max(code) + 1, 0) FROM dictionary_entry WHERE column_id = id) AS size,
         texts_checksum AS checksum FROM "column" WHERE id = ?`,
      columnId,
    );
    const { size: firstCode, checksum: before } = dictionary ?? impossible('the column was just found');
    const insert = this.statement('INSERT INTO dictionary_entry (column_id, code, text) VALUES (?, ?, ?)');
    let checksum = before;
    texts.forEach((text, index) => {
      insert.run(columnId, firstCode + index, text);
      checksum = checksumWithText(checksum, firstCode + index, text);
    });
    this.#change('UPDATE "column" SET texts_checksum = ? WHERE id = ?', checksum, columnId);
  }

  #see(source: Source): Source {
    this.#positionsSeen.set(source.id, source.position);
    return source;
  }

  #insert(sql: string, ...parameters: readonly Parameter[]): number {
    return this.guard(() => Number(this.statement(sql).run(...parameters).lastInsertRowid));
  }

  #change(sql: string, ...parameters: readonly Parameter[]): void {
    this.guard(() => this.statement(sql).run(...parameters));
  }

  #anotherWriter(): AssayError {
    return new AssayError('CASE_BUSY', 'failure', `Another process is writing to this case: ${this.path}.`, {
      nextStep: 'Let it finish, then repeat. What it stored is kept, and nothing was stored twice.',
    });
  }
}

/** Of the rows before `end` those that stay: all of a segment that is not named. */
function stayingBefore(end: number, reduced: readonly ReducedSegment[]): Uint32Array {
  const removed = reduced.reduce((sum, { rowCount, staying }) => sum + rowCount - staying.length, 0);
  const all = new Uint32Array(end - removed);
  let at = 0;
  let next = 0;
  for (const { firstSequence, rowCount, staying } of reduced) {
    while (next < firstSequence) all[at++] = next++;
    all.set(staying, at);
    at += staying.length;
    next = firstSequence + rowCount;
  }
  return all;
}

/** Which file is at a path, whatever its name; null where none is. */
function fileAt(path: string): string | null {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? null : `${status.dev} ${status.ino}`;
}

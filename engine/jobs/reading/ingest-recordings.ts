import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { TextDictionary } from '../../domain/dictionary.ts';
import { AssayError, impossible, usageError } from '../../domain/error.ts';
import type { Profile, ProfileOverrides } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { NumberFormat, RecordingReader, StoredFile } from '../../domain/record-batch.ts';
import type { StatedFormat } from '../../domain/stated-format.ts';
import {
  createSegmentDecoder,
  dictionaryColumns,
  numberColumns,
  type SegmentDecoder,
} from '../../features/decode-segment.ts';
import { doubtSentences, missingRoles } from '../../features/doubts.ts';
import { personalSentences } from '../../features/personal-columns.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { sampleOfRecording, type ProfileSample } from '../../features/profile-sample.ts';
import type { TotalsCollector } from '../../features/column-totals.ts';
import { startWriterThread, type CaseWriter, type WriterThread } from '../../store/case-writer.ts';
import { openCase } from '../../store/open-case.ts';
import type { Source } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { openRecording, type OpenedRecording } from '../../stream/open-recording.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { withholdingOf, type Withholding } from '../privacy/withheld-batches.ts';
import { appendOfBatch, newTextsOf } from './decoded-append.ts';
import { watchColumns, type ColumnWatch } from './column-watch.ts';
import { describeColumns, totalsOfCase } from '../../case/describe-columns.ts';
import { describeSources } from '../../case/describe-sources.ts';
import { digestOfFile, fingerprintRecording } from './recording-fingerprint.ts';
import { checkExpectation } from './check-expectation.ts';
import { openTotals, refreshTotals, totalsToKeep } from './reading-totals.ts';
import { whatCame } from './rows-history.ts';
import { retainAsSet } from '../retain-rows.ts';
import { threadsToUse } from '../threads.ts';
import { matchColumns, type LookedInto, type Reference } from './match-columns.ts';
import { CaseSession } from '../../case/case-session.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import {
  checkWhatWasRead,
  endReadingAgain,
  isReadAgain,
  recordingsReadAgain,
  type ReadRows,
  type Recording,
} from './read-again.ts';
import { changedRoles, reprofileCase } from './reprofile-case.ts';

/** What reading recordings into a case came to. */
export interface IngestOutcome {
  readonly addedRows: number;
  readonly notices: readonly string[];
  /** Reading, decoding and waiting for the writer. */
  readonly readMs: number;
  /** Waiting for the last rows to be on the disk. */
  readonly storeMs: number;
}

/** The `ingest` job: recordings into a case, with the profile found or given. */
export async function ingestRecordings(
  input: ParsedJobInput<'ingest'>,
  context: WorkContext,
): Promise<JobResult<'ingest'>> {
  return ingest(input, context, (openedCase, outcome) => {
    const counts = openedCase.counts();
    const profile = openedCase.profile() ?? { version: 1, timeZone: 'UTC', columns: [] };
    return {
      rows: counts.rows,
      addedRows: outcome.addedRows,
      quarantined: counts.quarantined,
      columns: describeColumns(profile, null, totalsOfCase(openedCase)),
      sources: describeSources(openedCase),
      notices: [
        ...outcome.notices,
        ...personalSentences(profile),
        ...doubtSentences(profile),
        ...missingRoles(profile),
      ],
      case: resolve(input.casePath),
      readMs: outcome.readMs,
      storeMs: outcome.storeMs,
    };
  });
}

/**
 * Reads recordings as one stream into a case. What the case already holds of them is not read again, and a
 * recording whose reading was stopped goes on where it was.
 * @param goOn what follows, in the case as it is open then
 */
export async function ingest<T>(
  input: ParsedJobInput<'ingest'>,
  context: WorkContext,
  goOn: (openedCase: WritableCase, outcome: IngestOutcome) => T | Promise<T>,
): Promise<T> {
  const thread = startWriterThread();
  const { openedCase, ...outcome } = await ingestWith(thread, input, context).finally(() => thread.end());
  try {
    return await goOn(openedCase, outcome);
  } finally {
    openedCase.close();
  }
}

/** Leaves the case open for what follows. */
async function ingestWith(
  thread: WriterThread,
  { casePath, recordings: paths, overrides, expect }: ParsedJobInput<'ingest'>,
  context: WorkContext,
): Promise<IngestOutcome & { readonly openedCase: WritableCase }> {
  const startedMs = performance.now();
  const notices: string[] = [];
  const recordings = await distinctRecordings(paths, notices);
  const plan = await planReading(casePath, recordings, overrides, context, notices);
  let openedCase = openCase(casePath, { create: true });
  try {
    const sources = await enterRecordings(openedCase, plan, overrides, context, notices);
    const rowsBefore = openedCase.nextSequence();
    const unread = isReadAgain(openedCase) ? await recordingsReadAgain(openedCase.sources(), recordings) : sources;
    let pending: readonly PreparedSource[] = unread.filter(({ source }) => !source.complete);
    if (pending.length === 0) {
      await refreshTotals(openedCase, context);
      checkExpectation(openedCase, expect);
      return { openedCase, addedRows: 0, notices, readMs: performance.now() - startedMs, storeMs: 0 };
    }

    let read = await readPending(openedCase, pending, thread, context);
    openedCase = openCase(casePath);
    let checked = await checkWhatWasRead(openedCase, read, recordings, overrides, context);
    if (checked.mustReadAgain) {
      pending = await recordingsReadAgain(openedCase.sources(), recordings);
      read = await readPending(openedCase, pending, startWriterThread(), context);
      openedCase = openCase(casePath);
      checked = await checkWhatWasRead(openedCase, read, recordings, overrides, context);
    }
    const finishing = performance.now();
    completeReading(openedCase, read, context);
    checkExpectation(openedCase, expect);
    notices.push(...checked.notices, ...read.notices);
    const addedRows = openedCase.nextSequence() - rowsBefore;
    notices.push(...retainAsSet(new CaseSession(openedCase), context));
    return {
      openedCase,
      addedRows,
      notices: [...new Set(notices)],
      readMs: finishing - startedMs,
      storeMs: read.storeMs + performance.now() - finishing,
    };
  } catch (error) {
    openedCase.close();
    throw error;
  }
}

/** Says in one transaction that the recordings were read to their ends, and what came of it. */
function completeReading(openedCase: WritableCase, { totals, files }: PendingRead, context: WorkContext): void {
  const profile = openedCase.profile() ?? impossible('a case that was read has a profile');
  const kept = totals && totalsToKeep(openedCase, profile, totals);
  openedCase.change(doingOf(context), () => {
    for (const [id, file] of files) openedCase.completeSource(id, file);
    if (kept !== undefined) openedCase.saveReadingTotals(kept);
    endReadingAgain(openedCase);
    return whatCame(openedCase, [...files.keys()]);
  });
}

interface PendingRead extends ReadRows {
  readonly notices: readonly string[];
  /** By source. */
  readonly files: ReadonlyMap<number, StoredFile>;
  /** Waiting for the last rows to be on the disk. */
  readonly storeMs: number;
}

/** Reads what is still to be read of some recordings, by the profile of the case. The case is closed: a thread of its own stores. */
async function readPending(
  openedCase: WritableCase,
  pending: readonly PreparedSource[],
  thread: WriterThread,
  context: WorkContext,
): Promise<PendingRead> {
  const notices: string[] = [];
  const { path: casePath } = openedCase;
  const profile = openedCase.profile() ?? impossible('a prepared case has a profile');
  const dictionaries = openedCase.dictionaries();
  const firstSequence = openedCase.nextSequence();
  for (const column of dictionaryColumns(profile))
    if (!dictionaries.has(column)) dictionaries.set(column, new TextDictionary());
  const columns = watchColumns(profile, '`assay quarantine` shows them');
  const totals = await openTotals(openedCase, profile, dictionaries, context, ({ unknownColumns }) =>
    columns.noteUnknownColumns(unknownColumns, casePath),
  );
  openedCase.close();

  const writer = await thread.open(casePath, { isFirstFill: firstSequence === 0 });
  const stream: IngestStream = {
    decode: createSegmentDecoder(profile, dictionaries, totals?.sums),
    totals,
    newTexts: newTextsOf(dictionaries),
    writer,
    withholding: withholdingOf(profile),
    nextSequence: firstSequence,
    columns,
    numberColumns: numberColumns(profile),
  };
  const storedFiles = new Map<PreparedSource, StoredFile | undefined>();
  try {
    const totalBytes = pending.reduce((total, { recording }) => total + recording.storedBytes, 0);
    let finishedBytes = 0;
    for (const each of pending) {
      const { recording } = each;
      const reportBytes = (read: number): void =>
        context.report({ phase: 'read', done: finishedBytes + read, total: totalBytes, unit: 'bytes' });
      const { notices: told, storedFile } = await ingestOne(each, stream, context, reportBytes);
      notices.push(...told);
      storedFiles.set(each, storedFile);
      finishedBytes += recording.storedBytes;
    }
  } catch (error) {
    // What was read before the fault is whole and stays; only a failure of the writer itself ends without it.
    await writer.finish().catch(() => writer.abort().catch(() => undefined));
    throw error;
  }
  const finishing = performance.now();
  // The thread that stores is behind: while it catches up there is time for this.
  const finished = writer.finish();
  finished.catch(() => undefined); // told by the next line, whenever it comes
  const files = await filesOf(storedFiles, context.signal).finally(() => finished);
  notices.push(...columns.sentences());
  return { totals, unknownColumns: columns.unknownColumns, notices, files, storeMs: performance.now() - finishing };
}

/** The files that were read; one of which only a part was read this time is read once more for its digest. */
async function filesOf(
  read: ReadonlyMap<PreparedSource, StoredFile | undefined>,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, StoredFile>> {
  const files = new Map<number, StoredFile>();
  for (const [{ recording, source }, file] of read)
    files.set(source.id, file ?? (await digestOfFile(recording.path, signal)));
  return files;
}

interface IngestStream {
  readonly decode: SegmentDecoder;
  /** Texts that came into the dictionaries since the last call. */
  readonly newTexts: () => ReadonlyMap<string, readonly string[]>;
  readonly writer: CaseWriter;
  readonly withholding: Withholding;
  /** Absent where the case holds a topic. */
  readonly totals: TotalsCollector | undefined;
  nextSequence: number;
  readonly columns: ColumnWatch;
  /** As `OpenRecordingOptions.numbersAhead`. */
  readonly numberColumns: ReadonlyMap<string, NumberFormat['decimal']>;
}

/** Reads one recording to its end; gives what a person should know of how it was read, and its digest where all of it was. */
async function ingestOne(
  { recording, source, layout }: PreparedSource,
  stream: IngestStream,
  context: WorkContext,
  reportBytes: (read: number) => void,
): Promise<Pick<RecordingReader, 'notices' | 'storedFile'>> {
  const reader = await openRecording(recording.path, {
    start: source.position,
    columnNames: source.columnNames,
    signal: context.signal,
    ...(source.format === null ? {} : { format: source.format, layout }),
    numbersAhead: { threads: threadsToReadAhead(), columns: stream.numberColumns },
  });
  try {
    for await (const received of reader.batches()) {
      throwIfCancelled(context.signal);
      const batch = stream.withholding.take(received, reader.format);
      const decoded = stream.decode(batch, stream.nextSequence);
      stream.columns.note(batch, decoded, recording.path);
      stream.totals?.add(batch, decoded);
      await stream.writer.append(
        appendOfBatch(source.id, batch, decoded, stream.newTexts(), stream.withholding.newlySealed()),
      );
      stream.nextSequence += decoded.segment.rowCount;
      reportBytes(reader.storedBytesRead);
    }
    const { notices, storedFile } = reader;
    return { notices, storedFile };
  } finally {
    await reader.close();
  }
}

/** One thread finds rows and one stores: on two cores a third would take from both, and all three be slower by a seventh. */
function threadsToReadAhead(): number {
  return Math.max(0, threadsToUse() - 2);
}

/** Every recording once, in the order given. */
async function distinctRecordings(paths: readonly string[], notices: string[]): Promise<readonly Recording[]> {
  const recordings: Recording[] = [];
  for (const path of paths) {
    const { fingerprint, storedBytes } = await fingerprintRecording(path);
    if (recordings.some((recording) => recording.fingerprint === fingerprint))
      notices.push(`${path} was named twice, or is a copy of another recording in this command; it is read once.`);
    else recordings.push({ path: resolve(path), storedBytes, fingerprint });
  }
  return recordings;
}

interface PreparedSource {
  readonly recording: Recording;
  readonly source: Source;
  /** Where it was looked into just now. */
  readonly layout?: OpenedRecording['layout'] | undefined;
}

/** How the first rows say that the recordings are to be read. Not the rows: those of hundreds of columns are not kept while all is read. */
async function inferredStart(
  recordings: Parameters<typeof sampleOf>[0],
  overrides: ProfileOverrides,
  context: WorkContext,
): Promise<{ readonly profile: Profile; readonly reference: Reference }> {
  const { sample, reference } = await sampleOf(recordings, context);
  return { profile: inferProfile(sample, overrides), reference };
}

/** What recordings come to beside what a case has already, before anything of it is stored. */
interface ReadingPlan {
  readonly recordings: readonly Recording[];
  readonly added: readonly LookedRecording[];
  /** How many recordings the case has. */
  readonly known: number;
  /** By which rows of the case were read already. */
  readonly former: Profile | undefined;
  readonly profile: Profile;
  /** Of a recording whose reading was stopped. */
  readonly sample: ProfileSample | undefined;
}

/** Looks into the recordings that a case does not know yet, and finds the profile by which they are read. */
async function planReading(
  casePath: string,
  recordings: readonly Recording[],
  overrides: ProfileOverrides,
  context: WorkContext,
  notices: string[],
): Promise<ReadingPlan> {
  const exists = existsSync(casePath);
  const before = exists ? readCase(casePath) : { sources: [], profile: undefined, isReadAgain: false };
  const added = recordings.filter(
    ({ fingerprint }) => !before.sources.some((source) => source.fingerprint === fingerprint),
  );
  refuseChangedRecordings(added, before.sources);
  const looked = await openAll(added, overrides, context);
  const inOrder = recordings.flatMap((recording) => {
    const known = before.sources.find(({ fingerprint }) => fingerprint === recording.fingerprint);
    const fresh = looked.find((each) => each.recording === recording);
    return (
      fresh ??
      (known === undefined || known.format === null
        ? []
        : { recording, format: known.format, columnNames: known.columnNames })
    );
  });
  // Before its first row a case is as good as new: what was guessed of it was used for nothing, and may be said otherwise now.
  const former = before.isReadAgain || before.sources.some(({ rows }) => rows > 0) ? before.profile : undefined;
  const first = before.sources.at(0);
  const unfinished = inOrder.filter(
    ({ recording }) => first?.complete === false && recording.fingerprint === first.fingerprint,
  );
  const start = former === undefined ? await inferredStart(inOrder, overrides, context) : undefined;
  const profile = former ?? start?.profile ?? impossible('a new case has a profile');
  const sample = unfinished.length === 0 ? undefined : (await sampleOf(unfinished, context)).sample;
  const reference = start?.reference ?? { path: first?.uri ?? '', columnNames: first?.columnNames ?? [] };
  const matched = await matchAll(looked, profile, reference, notices, context);
  return { recordings, added: matched, known: before.sources.length, former, profile, sample };
}

/** Gives the case its profile, and enters the recordings it does not know yet. */
async function enterRecordings(
  openedCase: WritableCase,
  { recordings, added, known, former, profile, sample }: ReadingPlan,
  overrides: ProfileOverrides,
  context: WorkContext,
  notices: string[],
): Promise<readonly PreparedSource[]> {
  if (former === undefined) openedCase.saveProfile(profile, doingOf(context));
  for (const { recording, format, columnNames } of added)
    openedCase.addSource({
      kind: 'recording',
      uri: recording.path,
      fingerprint: recording.fingerprint,
      format,
      columnNames,
    });
  const sources = recordings.map((recording) => ({
    recording,
    source: openedCase.findSource(recording.fingerprint) ?? impossible('a source that was just added is absent'),
    layout: added.find((each) => each.recording === recording)?.layout,
  }));
  const resumed = sources.filter(({ source }) => !source.complete && source.rows > 0);
  for (const { source } of resumed)
    notices.push(
      `${source.uri} had been read up to row ${source.rows.toLocaleString('en-US')}; reading goes on from there.`,
    );
  if (known > 0 && added.length > 0)
    notices.push(`The case already held ${known} recording(s); ${added.length} added to the same stream.`);
  if (former !== undefined)
    notices.push(...changedRoles(former, await reprofileCase(openedCase, overrides, doingOf(context), sample)));
  return sources;
}

function readCase(casePath: string): {
  readonly sources: readonly Source[];
  readonly profile: Profile | undefined;
  readonly isReadAgain: boolean;
} {
  const reading = openCase(casePath);
  try {
    return { sources: reading.sources(), profile: reading.profile(), isReadAgain: isReadAgain(reading) };
  } finally {
    reading.close();
  }
}

/**
 * A file that lies where another one lay that the case has read is not that one.
 * @throws AssayError RECORDING_CHANGED.
 */
export function refuseChangedRecordings(
  added: readonly Pick<Recording, 'path'>[],
  known: readonly Pick<Source, 'uri'>[],
): void {
  const changed = added.find((recording) => known.some((source) => source.uri === recording.path));
  if (changed !== undefined)
    throw usageError(
      'RECORDING_CHANGED',
      `${changed.path} is not the file that this case has read under that name.`,
      'Use another --case for the new content, or put the old file back.',
    );
}

interface LookedRecording extends Omit<LookedInto, 'path'> {
  readonly recording: Recording;
}

/** Looks into every recording, so that a wrong one is refused before anything is stored. */
async function openAll(
  recordings: readonly Recording[],
  stated: StatedFormat,
  context: WorkContext,
): Promise<readonly LookedRecording[]> {
  const looked: LookedRecording[] = [];
  for (const recording of recordings) {
    const reader = await openRecording(recording.path, { stated, signal: context.signal });
    const { format, columnNames, layout } = reader;
    looked.push({ recording, format, columnNames, layout });
    await reader.close();
  }
  return looked;
}

/** Gives the columns of every recording the names of the profile, or refuses it, before anything is stored. */
async function matchAll(
  looked: readonly LookedRecording[],
  profile: Profile,
  reference: Reference,
  notices: string[],
  context: WorkContext,
): Promise<readonly LookedRecording[]> {
  const matched: LookedRecording[] = [];
  for (const each of looked) {
    const { path } = each.recording;
    const { columnNames, notice } = await matchColumns(profile, reference, { ...each, path }, context.signal);
    matched.push({ ...each, columnNames });
    if (notice !== undefined) notices.push(notice);
  }
  return matched;
}

/** What a profile is inferred from: the first rows of the first recording that has any, if need be one without a header. */
async function sampleOf(
  looked: readonly LookedRecording[],
  context: WorkContext,
): Promise<{ readonly sample: ProfileSample; readonly reference: Reference }> {
  const hasNames = ({ format }: LookedRecording): boolean => format.header !== false;
  for (const each of [...looked.filter(hasNames), ...looked.filter((other) => !hasNames(other))]) {
    throwIfCancelled(context.signal);
    const { recording, format, layout, columnNames } = each;
    const reader = await openRecording(recording.path, { format, layout, columnNames, signal: context.signal });
    try {
      const sample = await sampleOfRecording(reader);
      if (sample.rowCount > 0) return { sample, reference: { path: recording.path, columnNames } };
    } finally {
      await reader.close();
    }
  }
  throw new AssayError('EMPTY_RECORDING', 'usage', 'No row of the recordings could be read; all are malformed.', {
    nextStep: 'Look at the first lines of the file: is it CSV, NDJSON, kcat JSON or Parquet?',
  });
}

import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { RecordBatch } from '../../domain/record-batch.ts';
import { sampleFromBatches, type ProfileSample } from '../../features/profile-sample.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { MAXIMUM_PAGE_ROWS, type QuarantinedRecord, type SegmentSummary, type Source } from '../../store/types.ts';
import { batchesOfStored } from '../../stream/stored-batches.ts';
import { batchesOfSegment } from './reading-totals.ts';

/** A record as received, and where it stood. */
export interface ReceivedRow {
  readonly sourceId: number;
  readonly byteOffset: number;
  readonly raw: Uint8Array;
}

/** Segments that evenly spaced rows are taken from: each must be decompressed. */
const segmentsLookedInto = 64;

/** At most `count` stored rows, evenly spaced over everything that was read. */
export function spacedRows(openedCase: ReadableCase, count: number): readonly ReceivedRow[] {
  const segments = openedCase.segments();
  const chosen = evenly(segments, segmentsLookedInto);
  const share = Math.ceil(count / Math.max(1, chosen.length));
  return chosen.flatMap((segment) =>
    evenly([...Array(segment.rowCount).keys()], share).map((row) => receivedRow(openedCase, segment, row)),
  );
}

function receivedRow(openedCase: ReadableCase, { firstSequence, sourceId }: SegmentSummary, row: number): ReceivedRow {
  const { bytes, byteOffset } = openedCase.readRaw(firstSequence + row);
  return { sourceId, byteOffset, raw: Uint8Array.from(bytes) };
}

/** At most `count` of the items, evenly spaced, with the first. */
export function evenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]);
}

/** What tells, row by row, whether a row is to be looked at; `isDone` once no further row can be. */
export interface RowSeeker {
  readonly isWanted: (batch: RecordBatch, row: number) => boolean;
  readonly isDone: () => boolean;
}

/** The stored rows that a seeker wants, from the row `from` on, by their bytes as received. */
export async function soughtRows(
  openedCase: ReadableCase,
  from: number,
  seeker: RowSeeker,
  context: WorkContext,
): Promise<readonly ReceivedRow[]> {
  const sources = new Map(openedCase.sources().map((source) => [source.id, source]));
  const total = openedCase.nextSequence();
  const found: ReceivedRow[] = [];
  for (const segment of openedCase.segments()) {
    if (seeker.isDone()) break;
    const source = sources.get(segment.sourceId);
    if (source === undefined || segment.firstSequence + segment.rowCount <= from) continue;
    throwIfCancelled(context.signal);
    let first = 0;
    for (const batch of batchesOfSegment(openedCase, segment, source)) {
      for (let row = 0; row < batch.rowCount; row++)
        if (seeker.isWanted(batch, row)) found.push(receivedRow(openedCase, segment, first + row));
      first += batch.rowCount;
    }
    context.report({ phase: 'profile', done: segment.firstSequence + segment.rowCount, total, unit: 'rows' });
    await new Promise(setImmediate);
  }
  return found;
}

/** Everything that is held in quarantine, page by page. */
export function* heldRecords(openedCase: ReadableCase): Generator<QuarantinedRecord, void, undefined> {
  let after: number | null = 0;
  while (after !== null) {
    const page: { readonly rows: readonly QuarantinedRecord[]; readonly next: number | null } = openedCase.quarantined({
      after,
      limit: MAXIMUM_PAGE_ROWS,
      state: 'held',
    });
    yield* page.rows;
    after = page.next;
  }
}

/** Rows as batches again, in the order of the stream, each row once. */
export function* batchesOfRows(
  sources: readonly Source[],
  rows: readonly ReceivedRow[],
): Generator<RecordBatch, void, undefined> {
  for (const { id, format, columnNames } of sources) {
    if (format === null) continue;
    const byOffset = new Map(rows.flatMap((row) => (row.sourceId === id ? [[row.byteOffset, row.raw] as const] : [])));
    const raw = [...byOffset].sort(([one], [other]) => one - other).map(([, bytes]) => bytes);
    if (raw.length > 0) yield* batchesOfStored(format, columnNames, raw);
  }
}

/** A profile sample of some rows, in the order of the stream. */
export async function sampleOfRows(sources: readonly Source[], rows: readonly ReceivedRow[]): Promise<ProfileSample> {
  const sample = await sampleFromBatches(batchesOfRows(sources, rows), Math.max(1, rows.length));
  const delimiter = sources.at(0)?.format?.delimiter;
  return delimiter === undefined ? sample : { ...sample, delimiter };
}

import { doubleQuote } from '../../stream/ascii-bytes.ts';
import { resolve } from 'node:path';
import { isFlagged } from '../../forest/threshold.ts';
import type { DecodedSegment, Dictionary } from '../../domain/columns.ts';
import { TextDictionary } from '../../domain/dictionary.ts';
import { impossible, usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import {
  createSegmentDecoder,
  dictionaryColumns,
  segmentOfRows,
  type SegmentDecoder,
} from '../../features/decode-segment.ts';
import { openCase } from '../../store/open-case.ts';
import { MAXIMUM_PAGE_ROWS, type QuarantinedRecord, type SegmentAppend, type Source } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { newTextsOf } from './decoded-append.ts';
import { batchesOfStored, offsetsOfStored } from '../../stream/stored-batches.ts';
import { refreshTotals } from './reading-totals.ts';
import { openLiveScoring, type LiveScoring } from '../streaming/live-scoring.ts';

/** Reasons told apart in the result. */
const mostReasons = 20;

/**
 * The `retryQuarantine` job: reads the records that are set aside again, by the profile as it is now. Those that fit
 * become rows at the end of the stream, scored by the champion; some hundred at a time in one transaction, so that
 * a record is always either held or a row. The others stay.
 */
export async function retryQuarantine(
  input: ParsedJobInput<'retryQuarantine'>,
  context: WorkContext,
): Promise<JobResult<'retryQuarantine'>> {
  const openedCase = openCase(input.casePath);
  try {
    const retry = new Retry(openedCase, input.dryRun, context);
    const run = input.dryRun ? undefined : openedCase.startRun('quarantine', { retry: true });
    let status: 'completed' | 'cancelled' | 'failed' = 'failed';
    try {
      await retry.run();
      status = 'completed';
    } finally {
      await retry.close();
      if (run !== undefined)
        openedCase.finishRun(run, context.signal.aborted ? 'cancelled' : status, { rows: retry.fit });
    }
    if (retry.fit > 0 && !input.dryRun) await refreshTotals(openedCase, context);
    const counts = openedCase.counts();
    return {
      dryRun: input.dryRun,
      tried: retry.tried,
      fit: retry.fit,
      flagged: retry.flagged,
      failing: [...retry.failing]
        .map(([reason, records]) => ({ reason, records }))
        .sort((one, other) => other.records - one.records)
        .slice(0, mostReasons),
      rows: counts.rows,
      quarantined: counts.quarantined,
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}

/** Records that can be read now, as rows. */
interface Fitting {
  readonly append: SegmentAppend;
  readonly recordIds: readonly number[];
}

class Retry {
  readonly failing = new Map<string, number>();
  tried = 0;
  fit = 0;
  flagged = 0;
  readonly #case: WritableCase;
  readonly #isDry: boolean;
  readonly #context: WorkContext;
  readonly #decode: SegmentDecoder;
  readonly #dictionaries: Map<string, Dictionary>;
  readonly #newTexts: ReturnType<typeof newTextsOf>;
  #scoring: LiveScoring | undefined;

  constructor(openedCase: WritableCase, isDry: boolean, context: WorkContext) {
    this.#case = openedCase;
    this.#isDry = isDry;
    this.#context = context;
    const profile = openedCase.profile();
    if (profile === undefined)
      throw usageError('BAD_PROFILE', 'The case has no profile yet.', 'Read a recording into it first.');
    this.#dictionaries = openedCase.dictionaries();
    for (const column of dictionaryColumns(profile))
      if (!this.#dictionaries.has(column)) this.#dictionaries.set(column, new TextDictionary());
    this.#decode = createSegmentDecoder(profile, this.#dictionaries);
    this.#newTexts = newTextsOf(this.#dictionaries);
  }

  async run(): Promise<void> {
    const profile = this.#case.profile();
    if (!this.#isDry && profile !== undefined && this.#case.counts().models > 0)
      this.#scoring = await openLiveScoring(this.#case, profile, this.#dictionaries, this.#context);
    const total = this.#case.counts().quarantined;
    let after: number | null = 0;
    while (after !== null) {
      throwIfCancelled(this.#context.signal);
      const page: { readonly rows: readonly QuarantinedRecord[]; readonly next: number | null } =
        this.#case.quarantined({ after, limit: MAXIMUM_PAGE_ROWS, state: 'held' });
      for (const source of this.#case.sources()) {
        const records = page.rows.filter(({ sourceId }) => sourceId === source.id);
        for (const group of readTogether(records, source)) await this.#retry(source, group);
      }
      this.#context.report({ phase: 'read', done: this.tried, total, unit: 'rows' });
      after = page.next;
    }
  }

  async close(): Promise<void> {
    await this.#scoring?.close();
  }

  #thresholdUnits(): number {
    const model = this.#scoring && this.#case.model(this.#scoring.model.id);
    return model?.threshold.units ?? impossible('rows are scored by a stored model');
  }

  async #retry(source: Source, records: readonly QuarantinedRecord[]): Promise<void> {
    if (records.length === 0) return;
    this.tried += records.length;
    const open = new Map(records.map((record) => [record.id, record.reason]));
    for (const fitting of this.#read(source, records, open)) {
      for (const id of fitting.recordIds) open.delete(id);
      this.fit += fitting.recordIds.length;
      if (this.#isDry) continue;
      const scored = await this.#scoring?.score(fitting.append.segment);
      this.#case.appendRetried(fitting.append, fitting.recordIds, scored);
      for (const sum of scored?.sums ?? []) if (isFlagged(sum, this.#thresholdUnits())) this.flagged++;
    }
    for (const reason of open.values()) this.failing.set(reason, (this.failing.get(reason) ?? 0) + 1);
  }

  /** Reads records of one source again; what still fails gets its newest reason in `reasons`. */
  #read(source: Source, records: readonly QuarantinedRecord[], reasons: Map<number, string>): readonly Fitting[] {
    const { id: sourceId, format, columnNames, position } = source;
    if (format === null) return [];
    // A row that is known to be good comes first: lines that close a recording are told by the rows before them.
    const guide = this.#goodRow(source);
    const contents = [...guide, ...records.map(({ raw }) => raw)];
    const offsets = offsetsOfStored(contents).slice(guide.length);
    const recordAt = new Map(offsets.map((offset, index) => [offset, records[index]]));
    const fitting: Fitting[] = [];
    let sequence = this.#case.nextSequence();
    for (const batch of batchesOfStored(format, columnNames, contents, true)) {
      for (const { byteOffset, reason } of batch.rejected) noteReason(reasons, recordAt.get(byteOffset), reason);
      const decoded = this.#decode(batch, sequence);
      for (const { row, reason } of decoded.invalid) noteReason(reasons, recordAt.get(batch.byteOffset[row]), reason);
      const kept = decoded.keptRows ?? Uint32Array.from({ length: batch.rowCount }, (_, row) => row);
      const known = Uint32Array.from(kept.keys()).filter((index) => recordAt.has(batch.byteOffset[kept[index]]));
      if (known.length === 0) continue;
      const rows = known.map((index) => kept[index]);
      const found = [...rows].flatMap((row) => recordAt.get(batch.byteOffset[row]) ?? []);
      const segment: DecodedSegment = { ...segmentOfRows(decoded.segment, known), firstSequence: sequence };
      fitting.push({
        recordIds: found.map(({ id }) => id),
        append: {
          sourceId,
          segment,
          raw: {
            bytes: Uint8Array.from(batch.bytes),
            rawStart: rows.map((row) => batch.rawStart[row]),
            rawEnd: rows.map((row) => batch.rawEnd[row]),
          },
          byteOffset: Float64Array.from(found, ({ byteOffset }) => byteOffset),
          line: Float64Array.from(found, ({ line }) => line),
          next: position,
          rejected: [],
          dictionaryAdditions: this.#newTexts(),
        },
      });
      sequence += known.length;
    }
    return fitting;
  }

  #goodRow(source: Source): readonly Uint8Array[] {
    const segment = this.#case.segments().find(({ sourceId }) => sourceId === source.id);
    return segment === undefined ? [] : [this.#case.readRaw(segment.firstSequence).bytes];
  }
}

function noteReason(reasons: Map<number, string>, record: QuarantinedRecord | undefined, reason: string): void {
  if (record !== undefined) reasons.set(record.id, reason);
}

const lineFeed = 0x0a;

/** Groups that can be read as one recording: a CSV record with a quote or line end in it could swallow its neighbours. */
function readTogether(
  records: readonly QuarantinedRecord[],
  { format }: Source,
): readonly (readonly QuarantinedRecord[])[] {
  if (format?.kind !== 'csv') return [records];
  const isAlone = ({ raw }: QuarantinedRecord): boolean => raw.includes(doubleQuote) || raw.includes(lineFeed);
  return [records.filter((record) => !isAlone(record)), ...records.filter(isAlone).map((record) => [record])];
}

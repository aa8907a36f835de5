import { z } from 'zod';
import type { Dictionary } from '../../domain/columns.ts';
import { impossible } from '../../domain/error.ts';
import type { Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { RecordBatch } from '../../domain/record-batch.ts';
import { TotalsCollector, type ColumnState } from '../../features/column-totals.ts';
import { createSegmentDecoder, type DecodedBatch } from '../../features/decode-segment.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { JsonValue, ReadingTotals, SegmentSummary, Source } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { batchesOfStored } from '../../stream/stored-batches.ts';

/** Different values of a column that are kept in a case between two readings; where there are more, counting goes on as an estimate. */
const keptBetweenReadings = 4096;

/**
 * The control totals of a case's rows so far, ready to go on: from what was kept with it, and for rows that came since (a reading
 * that was killed, the quarantine, a topic) from their bytes as received. Undefined for a case with a source whose form is not
 * known.
 * @param note hears of each batch of rows that came since
 */
export async function openTotals(
  openedCase: ReadableCase,
  profile: Profile,
  dictionaries: ReadonlyMap<string, Dictionary>,
  context: WorkContext,
  note: (decoded: DecodedBatch) => void = () => undefined,
): Promise<TotalsCollector | undefined> {
  const sources = new Map(openedCase.sources().map((source) => [source.id, source]));
  if ([...sources.values()].some(({ format }) => format === null)) return undefined;
  const collector = new TotalsCollector(profile, dictionaries);
  const from = restoreKept(collector, openedCase, profile);
  // What is stored could be read when it came: a cell that cannot be now is missing, and takes no row away.
  const lenient: Profile = { ...profile, columns: profile.columns.map((column) => ({ ...column, role: 'ignored' })) };
  const decode = createSegmentDecoder(lenient, dictionaries, collector.sums);
  const total = openedCase.nextSequence();
  for (const segment of openedCase.segments()) {
    if (segment.firstSequence < from) continue;
    throwIfCancelled(context.signal);
    const source = sources.get(segment.sourceId) ?? impossible('a segment has no source');
    for (const batch of batchesOfSegment(openedCase, segment, source)) {
      const decoded = decode(batch, 0);
      collector.add(batch, decoded);
      note(decoded);
    }
    context.report({ phase: 'read', done: segment.firstSequence + segment.rowCount, total, unit: 'rows' });
    await new Promise(setImmediate);
  }
  return collector;
}

/** The rows of a stored segment from their bytes as received. */
export function* batchesOfSegment(
  openedCase: ReadableCase,
  segment: SegmentSummary,
  { format, columnNames }: Pick<Source, 'format' | 'columnNames'>,
): Generator<RecordBatch> {
  if (format === null) impossible('the messages of a topic are not read from their bytes');
  let rows = 0;
  for (const batch of batchesOfStored(format, columnNames, openedCase.readRawSegment(segment))) {
    rows += batch.rowCount;
    yield batch;
  }
  if (rows !== segment.rowCount)
    impossible(
      `${segment.rowCount} stored rows were read again as ${rows} rows (from row ${segment.firstSequence} on)`,
    );
}

/** What is kept of the totals with the case; they hold for the rows that it has now. */
export function totalsToKeep(openedCase: ReadableCase, profile: Profile, collector: TotalsCollector): ReadingTotals {
  return {
    nextSequence: openedCase.nextSequence(),
    columns: collector.totals(),
    state: {
      readings: readingsOf(profile),
      columns: collector.states(keptBetweenReadings).map(({ distinct, ...state }) => ({
        ...state,
        ...('values' in distinct
          ? { values: [...distinct.values] }
          : { registers: Buffer.from(distinct.registers).toString('base64') }),
      })),
    },
  };
}

/** Brings the kept totals to the rows that the case has now. */
export async function refreshTotals(openedCase: WritableCase, context: WorkContext): Promise<void> {
  const profile = openedCase.profile();
  const kept = openedCase.readingTotals();
  if (profile === undefined || kept?.nextSequence === openedCase.nextSequence()) return;
  const collector = await openTotals(openedCase, profile, openedCase.dictionaries(), context);
  if (collector !== undefined) openedCase.saveReadingTotals(totalsToKeep(openedCase, profile, collector));
}

const stateSchema = z.object({
  readings: z.string(),
  columns: z.array(
    z.object({
      name: z.string(),
      present: z.number().int(),
      missing: z.number().int(),
      least: z.union([z.string(), z.number()]).nullable(),
      greatest: z.union([z.string(), z.number()]).nullable(),
      sum: z
        .string()
        .regex(/^-?\d+(\.\d+)?$/)
        .nullable(),
      values: z.array(z.number()).optional(),
      // Cases of the first versions hold a list of numbers.
      registers: z
        .union([z.array(z.number()), z.base64().transform((text) => Buffer.from(text, 'base64'))])
        .transform((registers) => Uint8Array.from(registers))
        .refine((registers) => registers.length === 2 ** 14 && registers.every((register) => register <= 33))
        .optional(),
    }),
  ),
});

/** Restores what was kept, and gives the first row that it lacks. */
function restoreKept(collector: TotalsCollector, openedCase: ReadableCase, profile: Profile): number {
  const kept = openedCase.readingTotals();
  const state = stateSchema.safeParse(kept?.state);
  if (kept === undefined || !state.success || state.data.readings !== readingsOf(profile)) return 0;
  collector.restore(
    state.data.columns.map(({ values, registers, ...column }): ColumnState => ({
      ...column,
      distinct: registers === undefined ? { values: Float64Array.from(values ?? []) } : { registers },
    })),
  );
  return kept.nextSequence;
}

/** Totals hold as long as every column is read as it was. */
function readingsOf(profile: Profile): string & JsonValue {
  return JSON.stringify([
    profile.timeZone,
    ...profile.columns.map(({ name, kind, numberFormat, timeFormat, joinedWith }) => [
      name,
      kind,
      numberFormat ?? null,
      timeFormat ?? null,
      joinedWith ?? null,
    ]),
  ]);
}

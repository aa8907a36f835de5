import { usageError } from '../../domain/error.ts';
import type { Profile } from '../../domain/profile.ts';
import type { RecordBatch, RecordingFormat } from '../../domain/record-batch.ts';
import { createSegmentDecoder, dictionaryColumns } from '../../features/decode-segment.ts';
import { TextDictionary } from '../../domain/dictionary.ts';
import { openRecording, type OpenedRecording } from '../../stream/open-recording.ts';

/** A recording that has been looked into. */
export interface LookedInto {
  readonly path: string;
  readonly format: RecordingFormat;
  readonly columnNames: readonly string[];
  readonly layout?: OpenedRecording['layout'] | undefined;
}

/** The recording whose columns the profile describes. */
export interface Reference {
  readonly path: string;
  readonly columnNames: readonly string[];
}

export interface MatchedColumns {
  /** Names for the columns of the recording, in its order. */
  readonly columnNames: readonly string[];
  /** How they were matched, in one sentence, where it was not by name. */
  readonly notice?: string;
}

/** Rows that are decoded to see whether columns fit. */
const triedRows = 1000;
const leastShareOfFittingRows = 0.99;

/** Letters and digits of a name, so that `Txn_ID` and `txn id` are one. */
function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** The names of the profile for the columns that differ from one of them only in case, spaces and punctuation. */
function matchedByPlainName(profile: Profile, columnNames: readonly string[]): readonly string[] {
  const known = new Map<string, string | undefined>();
  for (const { name } of profile.columns) {
    const plain = plainName(name);
    known.set(plain, known.has(plain) ? undefined : name);
  }
  const found = columnNames.map((name) => known.get(plainName(name)) ?? name);
  return new Set(found).size === found.length ? found : columnNames;
}

function lackingOf(profile: Profile, columnNames: readonly string[]): readonly string[] {
  const present = new Set(columnNames);
  return profile.columns.filter(({ name, role }) => role !== 'ignored' && !present.has(name)).map(({ name }) => name);
}

function isHeaderless({ kind, header }: RecordingFormat): boolean {
  return kind === 'csv' && header === false;
}

/** True where nearly all of the first rows can be decoded under these names, and the kinds of the columns can tell. */
async function doColumnsFit(
  profile: Profile,
  recording: LookedInto,
  columnNames: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const used = profile.columns.filter(({ role }) => role !== 'ignored');
  if (!used.some(({ kind }) => kind === 'time' || kind === 'number')) return false;
  const dictionaries = new Map(dictionaryColumns(profile).map((name) => [name, new TextDictionary()]));
  const decode = createSegmentDecoder(profile, dictionaries);
  const { path, format, layout } = recording;
  const reader = await openRecording(path, { format, layout, columnNames, rowsPerBatch: triedRows, signal });
  try {
    for await (const batch of reader.batches()) {
      const { invalid } = decode(batch, 0);
      const empty = used.some(({ name }) => isEmptyColumn(batch, name));
      return !empty && batch.rowCount > 0 && invalid.length <= batch.rowCount * (1 - leastShareOfFittingRows);
    }
    return false;
  } finally {
    await reader.close();
  }
}

function isEmptyColumn(batch: RecordBatch, name: string): boolean {
  const column = batch.columnNames.indexOf(name);
  for (let row = 0; row < batch.rowCount; row++) if (batch.text(row, column) !== undefined) return false;
  return true;
}

/**
 * The names under which the columns of a further recording are read, and which of the profile's it lacks then. They are its own
 * where the profile knows them, or knows them in other letters; a recording without a header is matched by position where it
 * has as many columns and they hold what the profile says.
 */
export async function findColumns(
  profile: Profile,
  reference: Reference,
  recording: LookedInto,
  signal: AbortSignal,
): Promise<MatchedColumns & { readonly lacking: readonly string[] }> {
  const { path, columnNames, format } = recording;
  if (lackingOf(profile, columnNames).length === 0) return { columnNames, lacking: [] };
  const isByPosition = isHeaderless(format) && columnNames.length === reference.columnNames.length;
  if (isByPosition && (await doColumnsFit(profile, recording, reference.columnNames, signal)))
    return {
      columnNames: reference.columnNames,
      lacking: [],
      notice: `${path} has no header; its columns were taken in the order of ${reference.path}, whose values they fit.`,
    };
  const renamed = matchedByPlainName(profile, columnNames);
  const isRenamed = renamed.some((name, index) => name !== columnNames[index]);
  return {
    columnNames: renamed,
    lacking: lackingOf(profile, renamed),
    ...(isRenamed
      ? { notice: `Columns of ${path} are spelled otherwise than in ${reference.path}; they were taken as the same.` }
      : {}),
  };
}

/**
 * As `findColumns`, for a recording that is to become rows of the same stream.
 * @throws AssayError UNKNOWN_COLUMN where it lacks the event time, the amount, or most of what is used: its values would all
 * be missing.
 */
export async function matchColumns(
  profile: Profile,
  reference: Reference,
  recording: LookedInto,
  signal: AbortSignal,
): Promise<MatchedColumns> {
  const { path, columnNames, format } = recording;
  const { lacking, ...found } = await findColumns(profile, reference, recording, signal);
  const hasNames = !isHeaderless(format);
  if (lacking.length === 0 || (hasNames && !isTooMuch(profile, lacking, format))) return found;
  const has = hasNames ? `It has: ${columnNames.join(', ')}.` : `It has no header, and ${columnNames.length} columns.`;
  throw usageError(
    'UNKNOWN_COLUMN',
    `${path} lacks ${lacking.join(', ')}, which the rows before it have. ${has}`,
    hasNames
      ? 'Give its columns the same names, or read it into a case of its own.'
      : `Put the header of ${reference.path} before its first line, or read it into a case of its own.`,
  );
}

/** True where a recording that lacks these columns is another one. Keys of JSON may come with later records. */
function isTooMuch(profile: Profile, lacking: readonly string[], format: RecordingFormat): boolean {
  const used = profile.columns.filter(({ role }) => role !== 'ignored');
  if (format.kind === 'ndjson' || format.kind === 'kcat') return lacking.length === used.length;
  const missing = used.filter(({ name }) => lacking.includes(name));
  return lacking.length * 2 > used.length || missing.some(({ role }) => role === 'event_time' || role === 'amount');
}

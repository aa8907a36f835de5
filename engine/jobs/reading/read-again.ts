import { z } from 'zod';
import type { ProfileOverrides } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { TotalsCollector } from '../../features/column-totals.ts';
import { refuseDoubt } from '../../features/doubts.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { Source } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { checkReading, type OtherReading } from './check-reading.ts';
import { fingerprintRecording, type RecordingFingerprint } from './recording-fingerprint.ts';

/** A recording as a file that lies there. */
export interface Recording extends RecordingFingerprint {
  readonly path: string;
}

/** What reading came to, before it is known whether all rows bear out what the first ones decided. */
export interface ReadRows {
  /** Absent where the case holds a topic: its messages cannot be read again. */
  readonly totals: TotalsCollector | undefined;
  readonly unknownColumns: ReadonlySet<string>;
}

/** Kept while rows are read again: what is said of it when that is done. */
const readAgainSetting = 'readAgain';
const sentencesSchema = z.array(z.string());

/** True from the moment at which the rows of a case were taken back until all of them are read again. */
export function isReadAgain(openedCase: ReadableCase): boolean {
  return sentencesOf(openedCase) !== undefined;
}

/** Ends the reading again; to be done together with the completion of its recordings. */
export function endReadingAgain(openedCase: WritableCase): void {
  if (isReadAgain(openedCase)) openedCase.setSetting(readAgainSetting, null);
}

function sentencesOf(openedCase: ReadableCase): readonly string[] | undefined {
  return sentencesSchema.safeParse(openedCase.setting(readAgainSetting)).data;
}

/**
 * Checks what the first rows decided against everything that was read. Where columns must be read in another way, all rows of the case
 * are taken back in one transaction: reading then starts anew, as if the right profile had been known, and is
 * stopped and resumed like any other. What was decided by people or models is never touched.
 * @returns whether rows were taken back, and otherwise what a person should know
 * @throws AssayError IN_DOUBT under `strict`, where the right reading is in doubt itself
 */
export async function checkWhatWasRead(
  openedCase: WritableCase,
  { totals, unknownColumns }: ReadRows,
  present: readonly Recording[],
  overrides: ProfileOverrides,
  context: WorkContext,
): Promise<{ readonly mustReadAgain: boolean; readonly notices: readonly string[] }> {
  if (totals === undefined) return { mustReadAgain: false, notices: [] };
  const said = sentencesOf(openedCase);
  const checked = await checkReading(openedCase, totals.totals(), unknownColumns, overrides, context);
  throwIfCancelled(context.signal);
  if (checked.otherReadings.length === 0) {
    saveMended(openedCase, checked.mended, context);
    return { mustReadAgain: false, notices: [...(said ?? []), ...checked.notices] };
  }
  const obstacle = said === undefined ? await obstacleTo(openedCase, present) : 'for it was read again already';
  if (obstacle !== undefined) {
    saveMended(openedCase, checked.mended, context);
    const refused = checked.otherReadings.map((other) => refusedSentence(other, obstacle));
    return { mustReadAgain: false, notices: [...(said ?? []), ...checked.notices, ...refused] };
  }
  if (overrides.strict === true) refuseDoubt(checked.profile);
  const sentences = [...checked.otherReadings.map(readAgainSentence), ...checked.notices];
  openedCase.inTransaction(() => {
    openedCase.forgetRows(checked.profile, sentences, doingOf(context));
    openedCase.setSetting(readAgainSetting, sentences);
  });
  return { mustReadAgain: true, notices: [] };
}

function saveMended(openedCase: WritableCase, mended: ReturnType<ReadableCase['profile']>, context: WorkContext): void {
  if (mended === undefined || JSON.stringify(mended) === JSON.stringify(openedCase.profile())) return;
  openedCase.saveProfile(mended, doingOf(context));
}

function readAgainSentence({ name, reading, why }: OtherReading): string {
  return `'${name}' was read again as ${reading}, because ${why}.`;
}

function refusedSentence({ name, reading, why }: OtherReading, obstacle: string): string {
  return `'${name}' should be read as ${reading}, because ${why}; it stays as it is, ${obstacle}. Read the recordings into a new case: assay run RECORDING... --case NEW.assay`;
}

/** What forbids to read the recordings of a case again, or undefined. */
async function obstacleTo(openedCase: ReadableCase, present: readonly Recording[]): Promise<string | undefined> {
  if (openedCase.counts().models > 0) return 'for this case has a model of its rows already';
  for (const source of openedCase.sources())
    if ((await recordingOf(source, present)) === undefined)
      return `for ${source.uri} is not there any more as it was read`;
  return undefined;
}

/** The file that a source was read from, where it still lies there or was named in this command. */
async function recordingOf(
  { uri, fingerprint }: Source,
  present: readonly Recording[],
): Promise<Recording | undefined> {
  const named = present.find((recording) => recording.fingerprint === fingerprint);
  if (named !== undefined) return named;
  const found = await fingerprintRecording(uri).catch(() => undefined);
  return found?.fingerprint === fingerprint ? { path: uri, ...found } : undefined;
}

/** What is still to be read of a case whose rows were taken back: also recordings that this command does not name. */
export async function recordingsReadAgain(
  sources: readonly Source[],
  present: readonly Recording[],
): Promise<readonly { readonly recording: Recording; readonly source: Source }[]> {
  const unread: { readonly recording: Recording; readonly source: Source }[] = [];
  for (const source of sources) {
    if (source.complete) continue;
    // Where the file is gone, opening it says so by its name.
    const recording = await recordingOf(source, present);
    unread.push({
      recording: recording ?? { path: source.uri, fingerprint: source.fingerprint, storedBytes: 0 },
      source,
    });
  }
  return unread;
}

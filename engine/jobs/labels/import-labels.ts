import { basename, resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { TextDictionary } from '../../domain/dictionary.ts';
import { createSegmentDecoder, dictionaryColumns } from '../../features/decode-segment.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { sampleOfRecording } from '../../features/profile-sample.ts';
import { labelsOf, textsOf } from '../../features/segment-access.ts';
import { openRecording } from '../../stream/open-recording.ts';
import type { CaseSession } from '../../case/case-session.ts';
import { mergeVerdicts, type CarriedVerdict } from '../../case/decisions/carried-verdicts.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { withCase } from '../../case/opening.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { mutable } from './carry-verdicts.ts';

type Input = ParsedJobInput<'labelImport'>;
type Result = JobResult<'labelImport'>;

const dayMs = 86_400_000;
/** Chargebacks come after days, weeks or months. */
const delayDays = [1, 7, 14, 30, 60, 90, 180, null] as const;

/** What a file says of one transaction. */
interface ImportedLabel {
  readonly id: string;
  readonly label: number;
  readonly knownAtMs: number;
}

/**
 * The `labelImport` job: labels that came later (chargebacks, disputes), each a verdict on one transaction from the time it was
 * known. Imported twice, each counts once.
 * @throws AssayError UNKNOWN_COLUMN where the file lacks a column that is named
 */
export async function importLabels(input: Input, context: WorkContext): Promise<Result> {
  return withCase(input.casePath, 'change', async (session) => {
    const { labels, notReadable, notices } = await readLabels(input, session.arrays.profile.timeZone, context);
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    const author = `${input.label} of ${basename(input.recording)}`;
    const merged = mergeVerdicts(
      session,
      doing,
      labels.map(({ id, label, knownAtMs }): CarriedVerdict => ({
        transactions: [id],
        kind: label === FRAUD ? 'fraud' : 'legitimate',
        reason: null,
        by: author,
        atMs: knownAtMs,
        score: 0,
        modelDigest: '',
        closedUntilMs: null,
      })),
    );
    const fraud = labels.filter(({ label }) => label === FRAUD).length;
    return {
      ...mutable(merged),
      fraud,
      legitimate: labels.length - fraud,
      notReadable,
      ...delaysOf(session, labels),
      notices: [...notices],
      case: resolve(input.casePath),
    };
  });
}

async function readLabels(
  input: Input,
  timeZone: string,
  { signal }: WorkContext,
): Promise<{
  readonly labels: readonly ImportedLabel[];
  readonly notReadable: number;
  readonly notices: readonly string[];
}> {
  const reader = await openRecording(input.recording, { signal });
  try {
    refuseAbsent(input, reader.columnNames);
    const profile = inferProfile(await sampleOfRecording(reader), {
      id: input.id,
      label: input.label,
      time: input.knownAt,
      timeZone,
      ...(input.positive === undefined ? {} : { positive: input.positive }),
    });
    const decoded = { labels: [] as ImportedLabel[], notReadable: 0 };
    const dictionaries = new Map(dictionaryColumns(profile).map((name) => [name, new TextDictionary()]));
    const decode = createSegmentDecoder(profile, dictionaries);
    const again = await openRecording(input.recording, { signal });
    try {
      for await (const batch of again.batches()) {
        throwIfCancelled(signal);
        const { segment, invalid } = decode(batch, 0);
        decoded.notReadable += invalid.length + batch.rejected.length;
        const labels = labelsOf(profile, segment, dictionaries);
        const idOf = textsOf(segment, input.id, dictionaries);
        const times = segment.columns.get(columnWithRole(profile, 'event_time')?.name ?? '');
        for (let row = 0; row < segment.rowCount; row++) {
          const id = idOf(row);
          const knownAtMs = times?.kind === 'time' ? times.values[row] : NaN;
          if (id === undefined || labels[row] === UNLABELLED || Number.isNaN(knownAtMs)) decoded.notReadable++;
          else decoded.labels.push({ id, label: labels[row], knownAtMs });
        }
      }
    } finally {
      await again.close();
    }
    return { ...decoded, notices: positiveNotice(profile) };
  } finally {
    await reader.close();
  }
}

function positiveNotice(profile: Profile): readonly string[] {
  const positives = columnWithRole(profile, 'label')?.positiveValues ?? [];
  return [`Fraud is where the label is ${positives.map((text) => `'${text}'`).join(' or ')}.`];
}

function refuseAbsent({ id, label, knownAt, recording }: Input, columnNames: readonly string[]): void {
  const absent = [id, label, knownAt].filter((name) => !columnNames.includes(name));
  if (absent.length > 0)
    throw usageError(
      'UNKNOWN_COLUMN',
      `${recording} has no column ${absent.map((name) => `'${name}'`).join(', ')}.`,
      `It has: ${columnNames.join(', ')}.`,
    );
}

/** How long after their transactions labels were known, of those that name one. */
function delaysOf({ arrays }: CaseSession, labels: readonly ImportedLabel[]): Pick<Result, 'delays' | 'knownBefore'> {
  const rows = arrays.everyRowOfIds(labels.map(({ id }) => id));
  const days = labels.flatMap(({ id, knownAtMs }) => {
    const [row, ...others] = rows.get(id) ?? [];
    const timeMs = others.length > 0 || row === undefined ? NaN : (arrays.times?.[row] ?? NaN);
    return Number.isNaN(timeMs) ? [] : [(knownAtMs - timeMs) / dayMs];
  });
  const after = days.filter((delay) => delay >= 0);
  return {
    delays: delayDays.map((underDays, at) => {
      const from = at === 0 ? 0 : (delayDays[at - 1] ?? 0);
      return { underDays, labels: after.filter((delay) => delay >= from && delay < (underDays ?? Infinity)).length };
    }),
    knownBefore: days.length - after.length,
  };
}

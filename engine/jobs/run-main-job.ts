import { personalSentences } from '../features/personal-columns.ts';
import { doubtSentences, missingRoles } from '../features/doubts.ts';
import { columnWithRole, type Profile } from '../domain/profile.ts';
import type { WorkContext } from '../domain/progress.ts';
import type { WritableCase } from '../store/writable-case.ts';
import type { ParsedJobInput } from '../../preload/contract/jobs.ts';
import type { RunResult } from '../../preload/contract/training.ts';
import { CaseSession } from '../case/case-session.ts';
import { doingOf } from '../case/decisions/doing.ts';
import { describeColumns, totalsOfCase } from '../case/describe-columns.ts';
import { describeSources } from '../case/describe-sources.ts';
import { ingest, type IngestOutcome } from './reading/ingest-recordings.ts';
import { reprofileCase } from './reading/reprofile-case.ts';
import { trainOnCase } from './training/train-model.ts';

const shownAlerts = 10;
const shownRawBytes = 400;

/**
 * The main job: recordings as one stream into a case, then features, forest, scores, threshold and flags.
 * Repeated on the same case it reads nothing twice; stopped at any moment it is completed by running it again.
 */
export async function runMainJob(input: ParsedJobInput<'run'>, context: WorkContext): Promise<RunResult> {
  const startedMs = performance.now();
  return ingest(input, context, (openedCase, reading) => trainOnRead(openedCase, reading, input, context, startedMs));
}

async function trainOnRead(
  openedCase: WritableCase,
  reading: IngestOutcome,
  input: ParsedJobInput<'run'>,
  context: WorkContext,
  startedMs: number,
): Promise<RunResult> {
  if (reading.addedRows === openedCase.nextSequence()) openedCase.writeWithoutLog();
  const run = openedCase.startRun('run', {
    recordings: input.recordings,
    forest: input.forest,
    threshold: input.threshold ?? null,
  });
  try {
    const profile = openedCase.profile() ?? (await reprofileCase(openedCase, {}, doingOf(context)));
    const trained = await trainOnCase(openedCase, profile, input, context, {
      readMs: reading.readMs,
      storeMs: reading.storeMs,
      startedMs,
    });
    const session = new CaseSession(openedCase);
    const spec = session.view(trained.model.id).spec;
    const result: RunResult = {
      ...trained,
      notices: [
        ...reading.notices,
        ...personalSentences(profile),
        ...doubtSentences(profile),
        ...unsureColumns(profile),
        ...missingRoles(profile),
        ...trained.notices,
      ],
      columns: describeColumns(profile, spec, totalsOfCase(openedCase)),
      sources: describeSources(openedCase),
      topAlerts: topAlerts(session, trained.model.id),
    };
    openedCase.finishRun(run, 'completed', { digest: trained.model.digest, flagged: trained.flagged });
    return result;
  } catch (error) {
    openedCase.finishRun(run, context.signal.aborted ? 'cancelled' : 'failed', {
      message: error instanceof Error ? error.message : String(error),
    });
    throw error;
  }
}

const unsureBelow = 0.7;

/** Roles that matter and were guessed with doubt: said aloud, with the flag that settles them. */
function unsureColumns(profile: Profile): readonly string[] {
  const flags = { label: '--label', event_time: '--time', amount: '--amount', id: '--id' } as const;
  return Object.entries(flags).flatMap(([role, flag]) => {
    const column = columnWithRole(profile, role as keyof typeof flags);
    return column?.doubt === undefined && column !== undefined && column.confidence < unsureBelow
      ? [`'${column.name}' was taken as the ${role.replace('_', ' ')} (${column.reason}); ${flag} settles it.`]
      : [];
  });
}

/** The most anomalous transactions of the first alerts, as received. */
function topAlerts(session: CaseSession, modelId: number): RunResult['topAlerts'] {
  const { view, groups } = session.alerts(modelId);
  const sequences = [...groups.topSequences.subarray(0, Math.min(shownAlerts, groups.count))];
  const ids = session.arrays.ids(sequences);
  const received = new Map(session.openCase.readRawMany(sequences).map((raw) => [raw.sequence, raw]));
  return sequences.map((sequence, group) => ({
    sequence: session.arrays.numbers.numberOf(sequence),
    id: ids[group],
    score: view.scoreOf(view.sums[groups.topSequences[group]]),
    raw: new TextDecoder().decode(received.get(sequence)?.bytes.subarray(0, shownRawBytes)),
  }));
}

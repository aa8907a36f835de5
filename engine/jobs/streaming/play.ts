import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Dictionary } from '../../domain/columns.ts';
import { TextDictionary } from '../../domain/dictionary.ts';
import { impossible, usageError } from '../../domain/error.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { StoredFile } from '../../domain/record-batch.ts';
import type { StatedFormat } from '../../domain/stated-format.ts';
import { createSegmentDecoder, dictionaryColumns, type SegmentDecoder } from '../../features/decode-segment.ts';
import { scoreOfSum } from '../../forest/score.ts';
import { createCaseWriter, type CaseWriter } from '../../store/case-writer.ts';
import { openCase } from '../../store/open-case.ts';
import type { SegmentAppend, Source } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { openRecording } from '../../stream/open-recording.ts';
import { ReplayClock } from '../../stream/replay-clock.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { CaseSession } from '../../case/case-session.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { LiveLine } from '../../case/line/live-line.ts';
import { chosenModel, modelSummary } from '../../case/model/chosen-model.ts';
import { alertsAndFlags } from '../../case/model/model-list.ts';
import { withholdingOf, type Withholding } from '../privacy/withheld-batches.ts';
import { watchColumns, type ColumnWatch } from '../reading/column-watch.ts';
import { appendOfBatch, newTextsOf } from '../reading/decoded-append.ts';
import { refuseChangedRecordings } from '../reading/ingest-recordings.ts';
import { matchColumns, type LookedInto } from '../reading/match-columns.ts';
import { digestOfFile, fingerprintRecording } from '../reading/recording-fingerprint.ts';
import { whatCame } from '../reading/rows-history.ts';
import { describeOrder } from '../training/case-features.ts';
import { adoptModel } from './adopt-model.ts';
import { sliceOfAppend } from './append-slices.ts';
import { FiguresMeter, lastEventMs, type FiguresNow } from './figures-meter.ts';
import { flagsDigest } from './flags-digest.ts';
import { openLiveScoring, type LiveScoring } from './live-scoring.ts';
import { filesOfRecording } from './recording-files.ts';

type PlayInput = ParsedJobInput<'play'>;

/** Rows that are due within this time come together, so that a slow replay does not give a segment per row. */
const paceMs = 100;
const longestWaitMs = 250;
const transactionAgeMs = 50;

/**
 * The `play` job: a recording into a case, row by row as its event times say, each scored by the champion as it
 * arrives. Stopped at any moment it goes on where the case stands. Pace, pauses, steps and seeks change when a row
 * comes, never which rows come, in what order, and how they are scored.
 */
export async function play(input: PlayInput, context: WorkContext): Promise<JobResult<'play'>> {
  const startedMs = performance.now();
  const prepared = await prepareCase(input, context);
  const session = new PlaySession(input, prepared, context);
  try {
    await session.open();
    for (const source of prepared.sources) if (!source.complete && !context.signal.aborted) await session.play(source);
  } finally {
    await session.close();
  }
  throwIfCancelled(context.signal);
  return session.result(performance.now() - startedMs);
}

interface PreparedCase {
  readonly profile: Profile;
  readonly dictionaries: Map<string, Dictionary>;
  readonly sources: readonly Source[];
  readonly nextSequence: number;
  /** How columns were matched, where it was not by name. */
  readonly notices: readonly string[];
}

/** The case with its model, and the recording entered in it. */
async function prepareCase(input: PlayInput, context: WorkContext): Promise<PreparedCase> {
  if (!existsSync(input.casePath) && input.model === undefined)
    throw usageError(
      'NO_MODEL',
      `${input.casePath} is new, and no model was named to score the rows.`,
      'Name a case that has a model, or read the recording and train first.',
    );
  const paths = await filesOfRecording(input.recording);
  const recordings = await Promise.all(paths.map((path) => recordingAt(path, input.format)));
  const adopt = await adoptModel(input, context);
  const openedCase = openCase(input.casePath, { create: true });
  try {
    const notices = [...(await adopt(openedCase))];
    chosenModel(openedCase, undefined);
    const profile = openedCase.profile() ?? impossible('a case with a model has no profile');
    const known = openedCase.sources();
    const added = recordings.filter(({ fingerprint }) => openedCase.findSource(fingerprint) === undefined);
    refuseChangedRecordings(added, known);
    const reference = {
      path: 'the recordings of the model',
      columnNames: profile.columns.map(({ name }) => name),
    };
    const matched = new Map<string, readonly string[]>();
    for (const recording of added) {
      const { columnNames, notice } = await matchColumns(profile, reference, recording, context.signal);
      matched.set(recording.fingerprint, columnNames);
      if (notice !== undefined) notices.push(notice);
    }
    const sources = openedCase.inTransaction(() =>
      recordings.map(
        ({ path, fingerprint, format, columnNames }) =>
          openedCase.findSource(fingerprint) ??
          openedCase.addSource({
            kind: 'recording',
            uri: path,
            fingerprint,
            format,
            columnNames: matched.get(fingerprint) ?? columnNames,
          }),
      ),
    );
    const dictionaries = openedCase.dictionaries();
    for (const column of dictionaryColumns(profile))
      if (!dictionaries.has(column)) dictionaries.set(column, new TextDictionary());
    return { profile, dictionaries, sources, nextSequence: openedCase.nextSequence(), notices };
  } finally {
    openedCase.close();
  }
}

interface RecordingToPlay extends LookedInto {
  readonly fingerprint: string;
}

async function recordingAt(path: string, stated: StatedFormat): Promise<RecordingToPlay> {
  const { fingerprint } = await fingerprintRecording(path);
  const reader = await openRecording(path, { stated });
  try {
    return { path: resolve(path), fingerprint, format: reader.format, columnNames: reader.columnNames };
  } finally {
    await reader.close();
  }
}

/** What exists while rows come. */
interface Stage {
  readonly writer: CaseWriter;
  readonly scoring: LiveScoring;
  readonly line: LiveLine;
}

class PlaySession {
  readonly #input: PlayInput;
  readonly #prepared: PreparedCase;
  readonly #context: WorkContext;
  readonly #clock: ReplayClock;
  readonly #meter = new FiguresMeter();
  readonly #columns: ColumnWatch;
  readonly #decode: SegmentDecoder;
  readonly #withholding: Withholding;
  readonly #newTexts: ReturnType<typeof newTextsOf>;
  readonly #finished = new Map<number, StoredFile>();
  #stage: Stage | undefined;
  #nextSequence: number;
  #positionMs: number | null = null;
  #wake: (() => void) | undefined;

  constructor(input: PlayInput, prepared: PreparedCase, context: WorkContext) {
    this.#input = input;
    this.#prepared = prepared;
    this.#context = context;
    this.#nextSequence = prepared.nextSequence;
    this.#clock = new ReplayClock({
      speed: input.speed,
      seekMs: input.fromTimeMs ?? null,
      isPaused: input.startsPaused,
    });
    this.#columns = watchColumns(prepared.profile, 'they are in quarantine');
    this.#decode = createSegmentDecoder(prepared.profile, prepared.dictionaries);
    this.#newTexts = newTextsOf(prepared.dictionaries);
    this.#withholding = withholdingOf(prepared.profile);
    context.onCommand?.((command) => {
      this.#clock.obey(command);
      this.#wake?.();
    });
    context.signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  async open(): Promise<void> {
    const { profile, dictionaries } = this.#prepared;
    const openedCase = openCase(this.#input.casePath);
    let scoring: LiveScoring;
    try {
      scoring = await openLiveScoring(openedCase, profile, dictionaries, this.#context);
    } finally {
      openedCase.close();
    }
    this.#stage = {
      scoring,
      line: new LiveLine(this.#input.casePath, scoring.model.id),
      writer: await createCaseWriter(this.#input.casePath, { transactionAgeMs }),
    };
  }

  /** One file, from where the case stands in it to its end. */
  async play(source: Source): Promise<void> {
    const { profile } = this.#prepared;
    const reader = await openRecording(source.uri, {
      start: source.position,
      columnNames: source.columnNames,
      signal: this.#context.signal,
      ...(source.format === null ? {} : { format: source.format }),
    });
    try {
      for await (const received of reader.batches()) {
        const batch = this.#withholding.take(received, reader.format);
        const decoded = this.#decode(batch, this.#nextSequence);
        this.#columns.note(batch, decoded, source.uri);
        const append = appendOfBatch(source.id, batch, decoded, this.#newTexts(), this.#withholding.newlySealed());
        const time = append.segment.columns.get(columnWithRole(profile, 'event_time')?.name ?? '');
        await this.#batch(append, time?.kind === 'time' ? time.values.slice() : null);
        if (this.#context.signal.aborted) return;
      }
      this.#finished.set(source.id, reader.storedFile ?? (await digestOfFile(source.uri)));
    } finally {
      await reader.close();
    }
  }

  async #batch(append: SegmentAppend, times: Float64Array | null): Promise<void> {
    const { rowCount } = append.segment;
    if (rowCount === 0) return this.#store(append);
    let from = 0;
    while (from < rowCount && !this.#context.signal.aborted) {
      const { rows, waitMs } = this.#clock.due(times, from, rowCount, performance.now());
      if (rows > 0) await this.#store(sliceOfAppend(append, from, from + rows));
      from += rows;
      this.#report();
      const isHeld = this.#clock.isPaused ? rows === 0 : waitMs > 0;
      if (from < rowCount && isHeld) await this.#wait(Math.min(longestWaitMs, Math.max(paceMs, waitMs)));
    }
  }

  async #store(append: SegmentAppend): Promise<void> {
    const { writer, scoring, line } = this.#stage ?? impossible('a row came before the case was open');
    const { rowCount } = append.segment;
    const scored = rowCount === 0 ? undefined : await scoring.score(append.segment);
    this.#positionMs = lastEventMs(this.#prepared.profile, append.segment) ?? this.#positionMs;
    const quarantined = append.rejected.length;
    const flagged = scored === undefined ? 0 : line.take(scored.sums);
    this.#meter.took({ messages: rowCount + quarantined, rows: rowCount, quarantined, flagged });
    this.#nextSequence += rowCount;
    await writer.appendLive({ append, nextOffsets: new Map(), ...(scored === undefined ? {} : { scored }) });
  }

  /** Waits, but for a command or the end of the job. */
  async #wait(waitMs: number): Promise<void> {
    if (this.#context.signal.aborted) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
    this.#wake = undefined;
  }

  #report(): void {
    this.#stage?.line.refresh();
    const stream = this.#meter.figures(() => this.#figuresNow(), this.#clock.isPaused);
    this.#context.report({
      phase: 'replay',
      done: stream.messages,
      total: null,
      unit: 'rows',
      note: `${stream.flagged} flagged`,
      stream,
    });
  }

  #orderSentences(): readonly string[] {
    const scoring = this.#stage?.scoring;
    return scoring === undefined
      ? []
      : describeOrder(this.#prepared.profile, { spec: scoring.spec, order: scoring.order() });
  }

  #figuresNow(): FiguresNow {
    for (const { key, sentence } of this.#columns.notes()) this.#meter.note(key, sentence);
    const order = this.#orderSentences().join(' ');
    if (order !== '') this.#meter.note('order', order);
    return {
      source: resolve(this.#input.recording),
      casePath: resolve(this.#input.casePath),
      isPaused: this.#clock.isPaused,
      lag: [],
      latencyMs: { p50: null, p99: null },
      hasModel: true,
      positionMs: this.#positionMs,
      drift: [],
      recording: null,
      replay: { speed: this.#clock.speed, seekMs: this.#clock.seekMs },
    };
  }

  /** What came is whole and stays; the state of the window features is kept, so that the next job goes on at once. */
  async close(): Promise<void> {
    const stage = this.#stage;
    if (stage === undefined) return;
    await stage.scoring.close();
    stage.line.close();
    try {
      await stage.writer.finish();
    } catch (error) {
      await stage.writer.abort().catch(() => undefined);
      throw error;
    }
    this.#withCase((openedCase) => {
      const { sources } = this.#prepared;
      if (openedCase.nextSequence() > this.#prepared.nextSequence || this.#finished.size > 0)
        openedCase.change(doingOf(this.#context), () => {
          for (const [id, file] of this.#finished) openedCase.completeSource(id, file);
          return whatCame(
            openedCase,
            sources.map(({ id }) => id),
          );
        });
      const nextSequence = openedCase.nextSequence();
      if (nextSequence !== this.#nextSequence) return;
      const state = stage.scoring.windowState();
      openedCase.saveWindowCheckpoint(stage.scoring.model.featureSetId, { nextSequence, state });
    });
  }

  result(totalMs: number): JobResult<'play'> {
    const { scoring } = this.#stage ?? impossible('a replay that never began has no result');
    return this.#withCase((openedCase) => {
      const stored = openedCase.model(scoring.model.id) ?? impossible('the model in use is not in the case');
      const counts = openedCase.counts();
      return {
        recording: resolve(this.#input.recording),
        rows: counts.rows,
        addedRows: counts.rows - this.#prepared.nextSequence,
        quarantined: counts.quarantined,
        ...alertsAndFlags(new CaseSession(openedCase), stored),
        threshold: scoreOfSum(scoring.forest, stored.threshold.units),
        model: modelSummary({ stored, forest: scoring.forest }),
        flagsDigest: flagsDigest(openedCase, this.#prepared.profile, stored),
        order: scoring.order(),
        notices: [...this.#prepared.notices, ...this.#columns.sentences(), ...this.#orderSentences()],
        totalMs,
        case: resolve(this.#input.casePath),
      };
    });
  }

  #withCase<T>(work: (openedCase: WritableCase) => T): T {
    const openedCase = openCase(this.#input.casePath);
    try {
      return work(openedCase);
    } finally {
      openedCase.close();
    }
  }
}

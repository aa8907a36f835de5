import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Dictionary } from '../../domain/columns.ts';
import { TextDictionary } from '../../domain/dictionary.ts';
import { AssayError, impossible } from '../../domain/error.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import type { Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { DRIFTED_FROM, type FirstTraining } from '../../domain/retraining.ts';
import type { RecordingFormat } from '../../domain/record-batch.ts';
import { formatTopicAddress, parseTopicAddress, type TopicAddress } from '../../domain/topic-address.ts';
import { createSegmentDecoder, dictionaryColumns, type SegmentDecoder } from '../../features/decode-segment.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { personalSentences } from '../../features/personal-columns.ts';
import { SampleCollector } from '../../features/profile-sample.ts';
import { decodeForest } from '../../forest/compile.ts';
import { scoreOfSum } from '../../forest/score.ts';
import { startMetrics, type StreamMetrics } from '../../monitor/stream-metrics.ts';
import { createCaseWriter, type CaseWriter } from '../../store/case-writer.ts';
import { openCase } from '../../store/open-case.ts';
import type { LiveScores, SegmentAppend, Source } from '../../store/types.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { decodedFollower } from '../../stream/kafka/decoded-follower.ts';
import { accessTo } from '../../stream/kafka/known-access.ts';
import { followTopic, type TopicFollower } from '../../stream/kafka/follow-topic.ts';
import { messageBatcher, type MessageBatcher } from '../../stream/kafka/message-batches.ts';
import { openSchemaRegistry, schemaRegistryAccess } from '../../stream/kafka/schema-registry.ts';
import { orderedFollower } from '../../stream/kafka/ordered-follower.ts';
import { unframedFollower } from '../../stream/kafka/unframed-follower.ts';
import { messageCount, splitSlices, type MessageSlice } from '../../stream/kafka/message-block.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import type { ThresholdHandle } from '../../../preload/contract/tuning.ts';
import { CaseSession } from '../../case/case-session.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { describeColumns, totalsOfCase } from '../../case/describe-columns.ts';
import { LiveLine } from '../../case/line/live-line.ts';
import { chosenModel, modelSummary } from '../../case/model/chosen-model.ts';
import { alertsAndFlags } from '../../case/model/model-list.ts';
import { withCase } from '../../case/opening.ts';
import { withholdingOf, type Withholding } from '../privacy/withheld-batches.ts';
import { appendOfBatch, newTextsOf } from '../reading/decoded-append.ts';
import { whatCame } from '../reading/rows-history.ts';
import { refreshTotals } from '../reading/reading-totals.ts';
import { watchColumns, type ColumnWatch } from '../reading/column-watch.ts';
import { retainAsSet } from '../retain-rows.ts';
import { describeOrder } from '../training/case-features.ts';
import { trainOnCase } from '../training/train-model.ts';
import { trainingSample } from '../retraining/training-sample.ts';
import { adoptModel } from './adopt-model.ts';
import { CommitLedger } from './commit-ledger.ts';
import { firstTrainingOf, firstTrainingSentence, keepFirstTraining } from './first-training.ts';
import { FiguresMeter, lastEventMs, type FiguresNow } from './figures-meter.ts';
import type { ScoringModel } from './flag-messages.ts';
import { flagsDigest } from './flags-digest.ts';
import { openLiveScoring, type LiveScoring } from './live-scoring.ts';
import { StreamHealth } from './stream-health.ts';
import { StreamRecording } from './stream-recording.ts';
import { StreamRetraining } from './stream-retraining.ts';
import { openTopicSinks, type TopicSinks } from './topic-sinks.ts';

type FollowInput = ParsedJobInput<'follow'>;

/** Messages looked at to find out what the columns mean. */
const profileMessages = 1_000;
/** Fewer come slowly: then these seconds after the first of them are enough. */
const profileWaitMs = 2_000;
/** Gathered in vain, all malformed: it is no stream of JSON. */
const mostProfileMessages = 20_000;
/** A pause as long as this trains on what there is. */
const trainingPauseMs = 3_000;
const fewestTrainingRows = 50;
/** Messages are held together for so long, so that a slow stream does not give a segment per message. */
const lingerMs = 100;
const transactionAgeMs = 25;
const waitMs = 250;
/** Batches made ahead of the one that waits for its scores. */
const batchesBeingScored = 6;
/** Rows between two stored states of the window features; those after it are seen again when the stream goes on. */
const rowsPerCheckpoint = 100_000;
/** The first rows of a stream rarely fill a day, so that a budget a day would mean nothing yet. */
const streamLine: ThresholdHandle = { kind: 'contamination', value: 0.02 };
const groupFarewellMs = 1_000;
const groupSetting = 'stream.group';
/** With the number of the source: which model scored from which row on. */
const scoringSetting = 'stream.scored-by';
const scoredBySchema = z.object({ modelId: z.number().int(), firstRow: z.number().int() });
/** Messages are kept as the lines of a recording would hold them. */
const envelopeFormat: RecordingFormat = { kind: 'kcat', compression: 'none', encoding: 'utf-8' };

/**
 * The `follow` job: a topic into a case, scored as it arrives, until told to stop. Killed at any moment it goes on
 * where the case stands; no message is lost and none is there twice.
 */
export async function follow(input: FollowInput, context: WorkContext): Promise<JobResult<'follow'>> {
  const startedMs = performance.now();
  const address = parseTopicAddress(input.topic);
  const notices: string[] = [];
  const groupId = await prepareCase(input, context, notices);
  const health = new StreamHealth();
  const metrics = await startMetrics(address.topic, input.metricsPort, input.metricsHost, health.questions);
  let follower: TopicFollower | undefined;
  try {
    const decoder =
      input.schemaRegistry === undefined ? null : await openSchemaRegistry(schemaRegistryAccess(input.schemaRegistry));
    const onNotice = (sentence: string): void => {
      if (!notices.includes(sentence)) notices.push(sentence);
    };
    follower = await followTopic({
      address,
      access: accessTo(address),
      groupId,
      resume: (clusterId) => storedOffsets(input.casePath, fingerprintOf(clusterId, address)),
      from: input.from,
      onNotice,
    });
    if (decoder !== null) follower = decodedFollower(follower, decoder, onNotice);
    follower = unframedFollower(follower, input.frame);
    const opened: { stream?: FollowSession } = {};
    follower = orderedFollower(follower, { isWanted: () => opened.stream?.hasModel !== true, onNotice });
    const { casePath, flagsTo, deadLettersTo } = input;
    const sinks = await openTopicSinks({
      casePath,
      source: address,
      flagsTo,
      deadLettersTo,
      groupId,
      metrics,
      onNotice,
    });
    const stream = new FollowSession(input, address, follower, metrics, sinks, context, notices, health);
    opened.stream = stream;
    try {
      await stream.run();
    } finally {
      await sinks.finish();
    }
    notices.push(...(await withCase(casePath, 'change', (session) => retainAsSet(session, context))));
    throwIfCancelled(context.signal);
    await stream.countTotals();
    return stream.result(performance.now() - startedMs);
  } finally {
    await follower?.close();
    await metrics.close();
  }
}

/** Makes the case where there is none, with the model it is to score with where one was named. */
async function prepareCase(input: FollowInput, context: WorkContext, notices: string[]): Promise<string> {
  const adopt = await adoptModel(input, context);
  const openedCase = openCase(input.casePath, { create: true });
  try {
    notices.push(...(await adopt(openedCase)));
    const known = openedCase.setting(groupSetting);
    if (typeof known === 'string') return known;
    const groupId = `assay-${randomBytes(6).toString('hex')}`;
    openedCase.setSetting(groupSetting, groupId);
    return groupId;
  } finally {
    openedCase.close();
  }
}

function fingerprintOf(clusterId: string, { topic }: TopicAddress): string {
  return `kafka:${clusterId}:${topic}`;
}

function storedOffsets(casePath: string, fingerprint: string): ReadonlyMap<number, number> {
  const openedCase = openCase(casePath);
  try {
    const source = openedCase.findSource(fingerprint);
    return source === undefined ? new Map() : openedCase.partitionOffsets(source.id);
  } finally {
    openedCase.close();
  }
}

/** Everything that exists once it is known what the columns mean. */
interface LiveCase {
  readonly profile: Profile;
  readonly dictionaries: Map<string, Dictionary>;
  readonly source: Source;
  /** In turn: batches are made while the rows of those before are scored. */
  readonly batchers: readonly MessageBatcher[];
  readonly decode: SegmentDecoder;
  readonly newTexts: () => ReadonlyMap<string, readonly string[]>;
  readonly writer: CaseWriter;
  readonly withholding: Withholding;
  readonly columns: ColumnWatch;
}

class FollowSession {
  readonly #input: FollowInput;
  readonly #address: TopicAddress;
  readonly #follower: TopicFollower;
  readonly #metrics: StreamMetrics;
  readonly #sinks: TopicSinks;
  readonly #context: WorkContext;
  readonly #notices: string[];
  readonly #health: StreamHealth;
  readonly #retraining: StreamRetraining | null;
  readonly #meter = new FiguresMeter();
  readonly #recording: StreamRecording;
  #isPaused = false;
  #positionMs: number | null = null;
  readonly #ledger: CommitLedger;
  #live: LiveCase | undefined;
  #scoring: LiveScoring | undefined;
  #batches = 0;
  #messages = 0;
  /** Made and being scored, not handed to the writer yet; in stream order. */
  #pending: PendingBatch[] = [];
  #addedRows = 0;
  #nextSequence = 0;
  #position = { byteOffset: 0, line: 1 };
  #line: LiveLine | undefined;
  #rowsSinceCheckpoint = 0;
  #scoredBy: JobResult<'follow'>['scoredBy'] = [];
  #lastMessageMs = performance.now();
  #firstMessageMs: number | null = null;
  /** When the newest rows were on the disk. */
  #storedMs = performance.now();

  constructor(
    input: FollowInput,
    address: TopicAddress,
    follower: TopicFollower,
    metrics: StreamMetrics,
    sinks: TopicSinks,
    context: WorkContext,
    notices: string[],
    health: StreamHealth,
  ) {
    this.#health = health;
    this.#retraining =
      input.retrain === undefined
        ? null
        : new StreamRetraining(input.retrain, input.casePath, metrics.models, context, (sentence) => {
            this.#meter.note('retraining', sentence);
            notices.push(sentence);
          });
    this.#input = input;
    this.#address = address;
    this.#follower = follower;
    this.#metrics = metrics;
    this.#sinks = sinks;
    this.#context = context;
    this.#notices = notices;
    this.#ledger = new CommitLedger(metrics, (offsets) => follower.commit(offsets));
    this.#recording = new StreamRecording(follower, address.topic, (sentence) =>
      this.#meter.note('recording', sentence),
    );
    context.onCommand?.((command) => {
      if (command.kind === 'pause' || command.kind === 'resume') this.#isPaused = command.kind === 'pause';
      this.#recording.obey(command);
    });
  }

  get hasModel(): boolean {
    return this.#scoring !== undefined;
  }

  async run(): Promise<void> {
    const run = this.#withCase((openedCase) => openedCase.startRun('follow', { topic: this.#input.topic }));
    let status: 'completed' | 'cancelled' | 'failed' = 'failed';
    try {
      await this.#consume();
      await this.#storeAll();
      if (this.#scoring === undefined && !this.#stopped() && this.#nextSequence > 1) await this.#train('end-of-run');
      status = this.#context.signal.aborted ? 'cancelled' : 'completed';
    } finally {
      await this.#retraining?.settle();
      await this.#recording.close();
      await this.#closeCase();
      this.#withCase((openedCase) => openedCase.finishRun(run, status, { messages: this.#messages }));
    }
  }

  /** Brings the control totals of the case to the rows it has now, from the messages as they were received. */
  async countTotals(): Promise<void> {
    const openedCase = openCase(this.#input.casePath);
    try {
      await refreshTotals(openedCase, this.#context);
    } finally {
      openedCase.close();
    }
  }

  result(totalMs: number): JobResult<'follow'> {
    return this.#withCase((openedCase) => {
      const counts = openedCase.counts();
      const profile = openedCase.profile();
      // The model that scored: another may be the champion by now.
      const scoredBy = this.#scoring === undefined ? undefined : String(this.#scoring.model.id);
      const chosen = counts.models === 0 ? null : chosenModel(openedCase, scoredBy);
      const lag = [...this.#follower.lag().values()].reduce((sum, value) => sum + value, 0);
      const { readingSinceMs } = this.#follower;
      const activeMs = readingSinceMs === null ? 0 : this.#storedMs - readingSinceMs;
      return {
        topic: formatTopicAddress(this.#address),
        messages: this.#messages,
        rows: counts.rows,
        addedRows: this.#addedRows,
        quarantined: counts.quarantined,
        ...(chosen === null ? { alerts: 0, flagged: 0 } : alertsAndFlags(new CaseSession(openedCase), chosen.stored)),
        threshold: chosen === null ? null : scoreOfSum(chosen.forest, chosen.stored.threshold.units),
        model: chosen === null ? null : modelSummary(chosen),
        training: firstTrainingOf(new CaseSession(openedCase)),
        scoredBy: this.#scoredBy,
        flagsDigest: chosen === null || profile === undefined ? null : flagsDigest(openedCase, profile, chosen.stored),
        sent: this.#sinks.sent,
        lag,
        messagesPerSecond: activeMs > 0 ? (1000 * this.#messages) / activeMs : 0,
        latencyMs: { p50: this.#ledger.latency.quantile(0.5), p99: this.#ledger.latency.quantile(0.99) },
        columns:
          profile === undefined ? [] : describeColumns(profile, this.#scoring?.spec ?? null, totalsOfCase(openedCase)),
        order: this.#scoring?.order() ?? null,
        notices: [
          ...this.#notices,
          ...(profile === undefined ? [] : personalSentences(profile)),
          ...(this.#live?.columns.sentences() ?? []),
          ...this.#orderSentences(),
        ],
        totalMs,
        case: resolve(this.#input.casePath),
      };
    });
  }

  async #consume(): Promise<void> {
    let waiting = await this.#openLive();
    // Killed after its training rows were stored and before its model was: one row more would make another model.
    if (this.#lacksOnlyItsModel()) await this.#train('rows-asked-for');
    while (waiting.length > 0 || !this.#isDone()) {
      if (await this.#isHeld()) continue;
      const limit = this.#limit();
      const [slices, rest] = waiting.length > 0 ? splitSlices(waiting, limit) : [await this.#next(limit), []];
      await this.#recording.settle();
      waiting = rest;
      if (slices.length > 0) await this.#take(slices);
      if (!this.#follower.hasMore) await this.#storeAll();
      const due = this.#scoring === undefined ? await this.#trainingDue() : null;
      if (due !== null) await this.#train(due);
      this.#report();
      this.#lookAtModels();
      if (this.#line?.isReplaced === true) await this.#changeOver();
    }
  }

  /** While a person paused the stream: what was taken is stored, and no more is taken. */
  async #isHeld(): Promise<boolean> {
    if (!this.#isPaused || this.#stopped()) return false;
    await this.#storeAll();
    await this.#recording.settle();
    this.#report();
    await sleep(waitMs, undefined, { signal: this.#context.signal }).catch(() => undefined);
    return true;
  }

  #stopped(): boolean {
    return this.#context.signal.aborted;
  }

  #isDone(): boolean {
    const { untilIdleMs, maxMessages } = this.#input;
    if (this.#stopped() || (maxMessages !== undefined && this.#messages >= maxMessages)) return true;
    return untilIdleMs !== undefined && this.#follower.isIdle(untilIdleMs);
  }

  /** So many messages that neither the last one asked for nor the last row of the training is passed. */
  #limit(): number {
    const capacity = this.#live?.batchers[0].capacity ?? profileMessages;
    const untilEnd = (this.#input.maxMessages ?? Number.POSITIVE_INFINITY) - this.#messages;
    const untilTraining =
      this.#scoring === undefined ? this.#input.trainAfterRows - this.#nextSequence : Number.POSITIVE_INFINITY;
    return Math.max(1, Math.min(capacity, untilEnd, untilTraining));
  }

  async #next(limit: number): Promise<readonly MessageSlice[]> {
    const slices = await this.#follower.next(limit, lingerMs, waitMs);
    if (slices.length > 0) {
      this.#lastMessageMs = performance.now();
      this.#firstMessageMs ??= this.#lastMessageMs;
    }
    return slices;
  }

  /** Opens the case for its stream; returns the messages that were gathered to find out its profile. */
  async #openLive(): Promise<readonly MessageSlice[]> {
    const stored = this.#withCase((openedCase) => openedCase.profile());
    // What is needed for a known profile is there before the first message comes.
    if (stored === undefined) await this.#follower.begin();
    const gathered = stored === undefined ? await this.#gatherForProfile() : [];
    if (stored === undefined && gathered.length === 0) return [];
    const topic = this.#address.topic;
    const preview = messageBatcher(topic, [], Math.max(1, messageCount(gathered)));
    const sampled = preview.batchOf(gathered, this.#position);
    const collector = new SampleCollector();
    collector.add(sampled);
    const profile = stored ?? inferProfile(collector.finish(), this.#input.overrides);

    const prepared = this.#withCase((openedCase) =>
      this.#prepareSource(openedCase, profile, stored === undefined, preview),
    );
    const { source, dictionaries, hasModel } = prepared;
    this.#nextSequence = prepared.nextSequence;
    this.#position = source.position;
    const writer = await createCaseWriter(this.#input.casePath, {
      transactionAgeMs,
      onCommitted: ({ rows, quarantined }) => {
        this.#storedMs = performance.now();
        this.#ledger.committed(rows + quarantined);
        this.#sinks.wake();
      },
    });
    this.#sinks.sendDeadLettersOf(source.id, this.#saveSetting);
    this.#live = {
      profile,
      dictionaries,
      source,
      batchers: Array.from({ length: batchesBeingScored + 1 }, () => messageBatcher(topic, source.columnNames)),
      decode: createSegmentDecoder(profile, dictionaries),
      newTexts: newTextsOf(dictionaries),
      writer,
      withholding: withholdingOf(profile),
      columns: watchColumns(profile, 'they are in quarantine'),
    };
    if (hasModel) await this.#openScoring();
    if (stored !== undefined) await this.#follower.begin();
    return gathered;
  }

  #prepareSource(openedCase: WritableCase, profile: Profile, isNew: boolean, preview: MessageBatcher): PreparedSource {
    const fingerprint = fingerprintOf(this.#follower.clusterId, this.#address);
    const source = openedCase.inTransaction(() => {
      if (isNew) openedCase.saveProfile(profile, doingOf(this.#context));
      const known = openedCase.findSource(fingerprint);
      if (known !== undefined) return known;
      const columnNames = isNew ? preview.columnNames : profile.columns.map(({ name }) => name);
      const uri = formatTopicAddress(this.#address);
      const added = openedCase.addSource({ kind: 'topic', uri, fingerprint, format: envelopeFormat, columnNames });
      openedCase.savePartitionOffsets(added.id, this.#follower.startOffsets);
      return added;
    });
    const dictionaries = openedCase.dictionaries();
    for (const column of dictionaryColumns(profile))
      if (!dictionaries.has(column)) dictionaries.set(column, new TextDictionary());
    return {
      source,
      dictionaries,
      nextSequence: openedCase.nextSequence(),
      hasModel: openedCase.counts().models > 0,
    };
  }

  /** The first messages, held in memory: nothing is stored before it is known how to read them. */
  async #gatherForProfile(): Promise<readonly MessageSlice[]> {
    const gathered: MessageSlice[] = [];
    const step = Math.min(profileMessages, this.#input.trainAfterRows, this.#input.maxMessages ?? profileMessages);
    let wanted = step;
    const hasRows = (): boolean =>
      messageBatcher(this.#address.topic, [], messageCount(gathered)).batchOf(gathered, this.#position).rowCount > 0;
    let isEnough = false;
    while (!isEnough && !this.#isDone()) {
      gathered.push(...(await this.#next(wanted - messageCount(gathered))));
      const waitedMs = performance.now() - (this.#firstMessageMs ?? performance.now());
      const count = messageCount(gathered);
      // The clock alone would show fewer messages to a process that stood still, and they may mean something else.
      const isAll = count >= wanted || (waitedMs >= profileWaitMs && (await this.#follower.isCaughtUp()));
      isEnough = count > 0 && isAll && (count >= mostProfileMessages || hasRows());
      if (count >= wanted) wanted += step;
    }
    if (gathered.length === 0 || this.#stopped()) return [];
    if (hasRows()) return gathered;
    throw new AssayError('EMPTY_RECORDING', 'failure', `None of ${messageCount(gathered)} messages is a JSON object.`, {
      nextStep: 'Assay reads JSON values. Nothing was stored; look at the topic with kcat.',
    });
  }

  async #take(slices: readonly MessageSlice[]): Promise<void> {
    const live = this.#live ?? impossible('messages are taken before the case is open');
    const received = live.batchers[this.#batches++ % live.batchers.length].batchOf(slices, this.#position);
    const batch = live.withholding.take(received, envelopeFormat);
    const decoded = live.decode(batch, this.#nextSequence);
    live.columns.note(batch, decoded, this.#address.topic);
    this.#positionMs = lastEventMs(live.profile, decoded.segment) ?? this.#positionMs;
    await this.#recording.take(slices);
    const rowCount = decoded.segment.rowCount;
    const append = appendOfBatch(live.source.id, batch, decoded, live.newTexts(), live.withholding.newlySealed());
    // Features are computed at once, in order; the scoring goes on while the next batch is made.
    const liveScoring = this.#scoring;
    const scoring = liveScoring && this.#metrics.timed(() => liveScoring.score(decoded.segment));
    const isCheckpoint = this.#scoring !== undefined && (this.#rowsSinceCheckpoint += rowCount) >= rowsPerCheckpoint;
    if (isCheckpoint) this.#rowsSinceCheckpoint = 0;
    const windowState = isCheckpoint ? this.#scoring?.windowState() : undefined;
    // Whoever waits for it is told of a failure; nobody does once the stream has failed elsewhere.
    scoring?.catch(() => undefined);
    this.#pending.push({ slices, append, scoring, windowState });
    this.#messages += messageCount(slices);
    this.#addedRows += rowCount;
    this.#nextSequence += rowCount;
    this.#position = batch.next;
    // Answers of the threads that score, and what the network has brought, are events: without a turn they would wait.
    await new Promise(setImmediate);
    await this.#storeAll(batchesBeingScored);
  }

  /** Hands pending batches to the writer, each once it is scored, until at most `left` are left. */
  async #storeAll(left = 0): Promise<void> {
    while (this.#pending.length > left) {
      const [pending] = this.#pending.splice(0, 1);
      await this.#store(pending);
    }
  }

  async #store(pending: PendingBatch): Promise<void> {
    const { slices, append, windowState } = pending;
    const live = this.#live ?? impossible('a batch was made before the case is open');
    const scored = await pending.scoring;
    const nextOffsets = nextOffsetsOf(slices);
    this.#ledger.sent(slices, nextOffsets);
    const { rowCount } = append.segment;
    const flagged = scored && this.#line?.take(scored.sums);
    this.#metrics.batch({ messages: messageCount(slices), rejected: append.rejected, rowCount, scored, flagged });
    this.#meter.took({ messages: messageCount(slices), rows: rowCount, quarantined: append.rejected.length, flagged });
    await live.writer.appendLive({
      append,
      nextOffsets,
      ...(scored === undefined ? {} : { scored }),
      ...(windowState === undefined ? {} : { windowState }),
    });
  }

  #lacksOnlyItsModel(): boolean {
    const isOpen = this.#live !== undefined && this.#scoring === undefined;
    return isOpen && this.#nextSequence >= this.#input.trainAfterRows && !this.#stopped();
  }

  /** By count, or at the end of what waits in the topic: a pause alone may be this process that stood still. */
  async #trainingDue(): Promise<FirstTraining['reason'] | null> {
    if (this.#nextSequence >= this.#input.trainAfterRows) return 'rows-asked-for';
    const pausedMs = performance.now() - this.#lastMessageMs;
    if (this.#nextSequence < fewestTrainingRows || pausedMs < trainingPauseMs) return null;
    return (await this.#follower.isCaughtUp()) ? 'end-of-topic' : null;
  }

  async #train(reason: FirstTraining['reason']): Promise<void> {
    const live = this.#live ?? impossible('a model is trained before the case is open');
    await this.#storeAll();
    await live.writer.flush();
    const openedCase = openCase(this.#input.casePath);
    try {
      const before = { readMs: 0, storeMs: 0, startedMs: performance.now() };
      const threshold = this.#input.threshold ?? streamLine;
      const choice = { ...this.#input, threshold };
      const trained = await trainOnCase(openedCase, live.profile, choice, this.#context, before);
      const training = keepFirstTraining(new CaseSession(openedCase), trained.model.digest, trained.rows, reason);
      this.#notices.push(firstTrainingSentence(training), ...trained.notices);
    } finally {
      openedCase.close();
    }
    await this.#openScoring();
  }

  async #openScoring(): Promise<void> {
    const live = this.#live ?? impossible('scoring begins before the case is open');
    const openedCase = openCase(this.#input.casePath);
    try {
      this.#scoring = await openLiveScoring(openedCase, live.profile, live.dictionaries, this.#context);
      this.#line = new LiveLine(this.#input.casePath, this.#scoring.model.id);
      const { model, forest, spec } = this.#scoring;
      this.#metrics.model(
        model,
        forest,
        featureNames(spec),
        trainingSample(new CaseSession(openedCase), model)?.values ?? null,
      );
      this.#sinks.sendFlagsOf(
        live.source.id,
        this.#scoringModels(openedCase, live.source.id, this.#scoring),
        this.#saveSetting,
      );
      this.#health.hasModel(model.digest);
    } finally {
      openedCase.close();
    }
  }

  /** Whether the rule asks for a challenger; only what is stored can be learned from. */
  #lookAtModels(): void {
    if (this.#scoring === undefined) return;
    const drift = this.#metrics.drift();
    this.#retraining?.look({ rows: this.#nextSequence, positionMs: this.#positionMs, drift });
    const most = drift.reduce((greatest, each) => (each.psi > greatest.psi ? each : greatest), { feature: '', psi: 0 });
    if (most.psi > DRIFTED_FROM && this.#retraining === null) this.#meter.note('drift', driftSentence(most));
  }

  /** Another model is the champion: it scores from the next message on, and what was scored stays as it is. */
  async #changeOver(): Promise<void> {
    const live = this.#live ?? impossible('a stream changes over once it is open');
    const before = this.#scoring ?? impossible('a stream changes over from the model that scores');
    await this.#storeAll();
    await live.writer.flush();
    this.#keepWindowState();
    this.#line?.close();
    await before.close();
    await this.#openScoring();
    const { model } = this.#scoring ?? impossible('scoring was just opened');
    const row = this.#nextSequence.toLocaleString('en-US');
    const sentence = `From row ${row} on, counted from 0, model ${model.id} scores (${model.digest.slice(0, 12)}), model ${before.model.id} before.`;
    this.#notices.push(sentence);
    this.#meter.note('model', sentence);
  }

  /** Every model that scored this stream, the present one included; kept in the case, since flags may go out later. */
  #scoringModels(openedCase: WritableCase, sourceId: number, { model, forest }: LiveScoring): readonly ScoringModel[] {
    const key = `${scoringSetting}.${sourceId}`;
    const known = z.array(scoredBySchema).safeParse(openedCase.setting(key)).data ?? [];
    const firstRow = known.length === 0 ? 0 : openedCase.rowNumbers().numberOf(openedCase.nextSequence());
    const all = known.at(-1)?.modelId === model.id ? known : [...known, { modelId: model.id, firstRow }];
    if (all !== known) openedCase.setSetting(key, [...all]);
    const stored = new Map(openedCase.models().map((each) => [each.id, each]));
    const models = all.flatMap(({ modelId, firstRow: from }) => {
      const each = stored.get(modelId);
      if (each === undefined) return [];
      const ownForest = modelId === model.id ? forest : decodeForest(openedCase.readForest(modelId));
      return [{ model: each, forest: ownForest, firstRow: from }];
    });
    this.#scoredBy = models.map((each) => ({ digest: each.model.digest, fromRow: each.firstRow }));
    return models;
  }

  /** A failure of the writer is thrown by what is stored next. */
  readonly #saveSetting = (key: string, value: number): void =>
    void this.#live?.writer.setSetting(key, value).catch(() => undefined);

  #report(): void {
    this.#health.turned();
    this.#ledger.tellGroupIfDue();
    const lag = this.#follower.lag();
    this.#metrics.position(lag, this.#follower.isPaused, this.#follower.rebalances);
    const waiting = [...lag.values()].reduce((sum, value) => sum + value, 0);
    if (this.#line?.refresh() === true) this.#metrics.line(this.#line.thresholdUnits);
    const scored = this.#line === undefined ? 'no model yet' : `${this.#line.flagged} flagged`;
    this.#context.report({
      phase: 'follow',
      done: this.#messages,
      total: null,
      unit: 'messages',
      note: `lag ${waiting}  ${scored}`,
      stream: this.#meter.figures(() => this.#figuresNow(lag), this.#isPaused),
    });
  }

  #orderSentences(): readonly string[] {
    if (this.#live === undefined || this.#scoring === undefined) return [];
    return describeOrder(this.#live.profile, { spec: this.#scoring.spec, order: this.#scoring.order() });
  }

  #figuresNow(lag: ReadonlyMap<number, number>): FiguresNow {
    for (const { key, sentence } of this.#live?.columns.notes() ?? []) this.#meter.note(key, sentence);
    for (const sentence of this.#notices) this.#meter.note(sentence, sentence);
    const order = this.#orderSentences().join(' ');
    if (order !== '') this.#meter.note('order', order);
    return {
      source: formatTopicAddress(this.#address),
      casePath: resolve(this.#input.casePath),
      isPaused: this.#isPaused,
      lag: [...lag].map(([partition, messages]) => ({ partition, messages })),
      latencyMs: { p50: this.#ledger.latency.quantile(0.5), p99: this.#ledger.latency.quantile(0.99) },
      hasModel: this.#scoring !== undefined,
      positionMs: this.#positionMs,
      drift: this.#metrics.drift(),
      recording: this.#recording.figures,
      replay: null,
    };
  }

  async #closeCase(): Promise<void> {
    this.#line?.close();
    await this.#scoring?.close();
    const writer = this.#live?.writer;
    // What was taken is whole and stays; only a failure of the writer itself ends without it.
    if (writer === undefined) return;
    try {
      await writer.finish();
    } catch {
      await writer.abort().catch(() => undefined);
      return;
    }
    // A courtesy, for which nobody waits where the broker is away.
    await Promise.race([this.#ledger.tellGroup(), sleep(groupFarewellMs, undefined, { ref: false })]);
    this.#withCase((openedCase) => {
      const { source } = this.#live ?? impossible('a writer belongs to an open stream');
      if (this.#addedRows > 0) openedCase.change(doingOf(this.#context), () => whatCame(openedCase, [source.id]));
    });
    this.#keepWindowState();
  }

  /** So that the stream goes on at once next time, without seeing its history again. */
  #keepWindowState(): void {
    const scoring = this.#scoring;
    if (scoring === undefined) return;
    this.#withCase((openedCase) => {
      const nextSequence = openedCase.nextSequence();
      // Where a batch was made but could not be stored, the state is ahead of the case: the older one is right.
      if (nextSequence !== this.#nextSequence) return;
      openedCase.saveWindowCheckpoint(scoring.model.featureSetId, { nextSequence, state: scoring.windowState() });
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

function driftSentence({ feature, psi }: { readonly feature: string; readonly psi: number }): string {
  return `${feature} is distributed in another way than in the training (PSI ${psi.toFixed(2)}). Next: make a challenger with \`assay retrain --case FILE\`, or follow with --retrain drift.`;
}

interface PendingBatch {
  readonly slices: readonly MessageSlice[];
  readonly append: SegmentAppend;
  readonly scoring: Promise<LiveScores> | undefined;
  readonly windowState: Uint8Array<ArrayBuffer> | undefined;
}

interface PreparedSource {
  readonly source: Source;
  readonly dictionaries: Map<string, Dictionary>;
  readonly nextSequence: number;
  readonly hasModel: boolean;
}

function nextOffsetsOf(slices: readonly MessageSlice[]): ReadonlyMap<number, number> {
  const next = new Map<number, number>();
  for (const { block, to } of slices) next.set(block.partition, block.offsets[to - 1] + 1);
  return next;
}

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CompiledForest, ForestParameters } from '../domain/model.ts';
import type { RejectedRecord } from '../domain/record-batch.ts';
import { scoreOfSum } from '../forest/score.ts';
import { serveMetrics, type HealthQuestions } from './metrics-server.ts';
import { createModelMetrics, type ModelMetrics } from './model-metrics.ts';
import { announceStream } from './running-streams.ts';
import { createScoreMetrics } from './score-metrics.ts';
import { DriftMonitor, type FeatureDrift } from './drift.ts';

/** What one batch of a stream came to. */
export interface BatchFigures {
  readonly messages: number;
  readonly rejected: readonly RejectedRecord[];
  readonly rowCount: number;
  readonly scored?: { readonly features: Float32Array; readonly sums: Int32Array } | undefined;
  /** Rows flagged by the line of the moment; undefined while there is no model. */
  readonly flagged?: number | undefined;
}

export type SinkName = 'case' | 'flags' | 'dead-letters';

/** What comes of one way out. */
export interface SinkMetrics {
  wrote(records: number): void;
  /** `code` is that of an AssayError. */
  failed(code: string): void;
  /** So many are stored, or taken, and not gone out yet. */
  waiting(records: number): void;
}

/** The figures of one stream. All of it costs little per batch, whether or not anyone looks. */
export interface StreamMetrics {
  /** Where the figures are served; null where no port was asked for. */
  readonly address: string | null;
  batch(figures: BatchFigures): void;
  /** Messages that are on the disk now, by the broker's time of each. */
  committed(timestampsMs: Float64Array, nowMs: number): void;
  /** Counts what goes out by one way: the case itself, or a topic. */
  sink(name: SinkName): SinkMetrics;
  position(lag: ReadonlyMap<number, number>, isPaused: boolean, rebalances: number): void;
  /** Does the work, the features and scores of one batch, and notes how long it took. */
  timed<T>(work: () => Promise<T>): Promise<T>;
  model(
    model: {
      readonly digest: string;
      readonly threshold: { readonly units: number };
      readonly createdAtMs: number;
      readonly trainedRows: number;
      readonly parameters: Pick<ForestParameters, 'imported'>;
    },
    forest: CompiledForest,
    features: readonly string[],
    /** Row-major features of rows the model was trained on; null where they are not at hand. */
    trainingRows: Float32Array | null,
  ): void;
  /** How the model ages and what follows it. */
  readonly models: ModelMetrics;
  /** A person moved the line of the model. */
  line(thresholdUnits: number): void;
  /** As measured last; empty until enough rows came. */
  drift(): readonly FeatureDrift[];
  /** The text form, as served. */
  text(): Promise<string>;
  close(): Promise<void>;
}

const latencyBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];
const durationBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const scoreQuantiles = [0.5, 0.9, 0.99];
/** Quantiles are those of so many sampled scores. */
const newestScores = 5_000;
const batchBuckets = [1, 4, 16, 64, 256, 1024, 4096];
/** Histograms of a batch are fed by at most so many of its rows, evenly spread. */
const sampledRows = 64;
const driftIntervalMs = 5_000;
/** Each feature is a label value; a wide recording must not flood the collector. */
const mostFeatures = 60;

/**
 * Starts counting; with a port, the figures are served at http://HOST:PORT/metrics. Port 0 picks a free one. Only this
 * machine may look unless `hostname` says otherwise.
 */
export async function startMetrics(
  topic: string,
  port: number | undefined,
  hostname = '127.0.0.1',
  health?: HealthQuestions,
): Promise<StreamMetrics> {
  const registry = new Registry();
  const registers = [registry];
  const models = createModelMetrics(registry);
  const {
    scored: scoredRows,
    flagged,
    scores,
    threshold,
  } = createScoreMetrics(registry, 'Anomaly scores of a sample of transactions.');
  const consumed = new Counter({
    name: 'iforest_records_consumed_total',
    help: 'Messages taken from the topic.',
    labelNames: ['topic', 'model'],
    registers,
  });
  const invalid = new Counter({
    name: 'iforest_records_invalid_total',
    help: 'Messages in quarantine, by reason.',
    labelNames: ['topic', 'reason'],
    registers,
  });
  const lagRecords = new Gauge({
    name: 'iforest_consumer_lag_records',
    help: 'Messages of a partition not stored yet.',
    labelNames: ['topic', 'partition'],
    registers,
  });
  const lagSeconds = new Gauge({
    name: 'iforest_consumer_lag_seconds',
    help: 'Age of the newest message on the disk while others wait, else 0.',
    labelNames: ['topic'],
    registers,
  });
  const batchRecords = new Histogram({
    name: 'iforest_batch_records',
    help: 'Transactions of one batch.',
    labelNames: ['model'],
    buckets: batchBuckets,
    registers,
  });
  const endToEnd = new Histogram({
    name: 'iforest_end_to_end_seconds',
    help: 'From the time of a message to its being on the disk, of a sample of messages.',
    labelNames: ['model'],
    buckets: latencyBuckets,
    registers,
  });
  const scoreDuration = new Histogram({
    name: 'iforest_score_duration_seconds',
    help: 'Time for the features and scores of one batch.',
    labelNames: ['model'],
    buckets: durationBuckets,
    registers,
  });
  const scoreQuantile = new Gauge({
    name: 'iforest_score_quantile',
    help: 'Quantiles of the newest sampled anomaly scores.',
    // The label `quantile` belongs to summaries: readers of the text form may take a gauge that has it for one.
    labelNames: ['model', 'share'],
    registers,
  });
  const modelInfo = new Gauge({
    name: 'iforest_model_info',
    help: 'The model in use; always 1.',
    labelNames: ['version', 'trees', 'psi'],
    registers,
  });
  const drift = (name: string, help: string): Gauge<'model' | 'feature'> =>
    new Gauge({ name, help, labelNames: ['model', 'feature'], registers });
  const psi = drift('iforest_drift_psi_ratio', 'Population stability index of the newest rows against the training.');
  const ks = drift('iforest_drift_ks_ratio', 'Kolmogorov-Smirnov distance of the newest rows from the training.');
  const paused = new Gauge({
    name: 'iforest_consumer_paused',
    help: '1 while the disk is slower than the topic and nothing more is fetched.',
    labelNames: ['topic'],
    registers,
  });
  const commits = new Counter({
    name: 'iforest_commits_total',
    help: 'Transactions of the case file.',
    labelNames: ['topic'],
    registers,
  });
  const joins = new Counter({
    name: 'iforest_rebalances_total',
    help: 'Times the consumer group assigned partitions anew.',
    labelNames: ['topic'],
    registers,
  });

  const sinkWrites = new Counter({
    name: 'iforest_sink_writes_total',
    help: 'Records written: messages stored in the case, flags and dead letters sent to a topic.',
    labelNames: ['sink'],
    registers,
  });
  const sinkErrors = new Counter({
    name: 'iforest_sink_errors_total',
    help: 'Failed attempts to write, each of which is made again.',
    labelNames: ['sink', 'reason'],
    registers,
  });
  const sinkQueue = new Gauge({
    name: 'iforest_sink_queue_records',
    help: 'Messages not stored in the case yet; records of the case not gone through for a topic yet.',
    labelNames: ['sink'],
    registers,
  });

  let modelName = 'none';
  let forest: CompiledForest | undefined;
  let newestMs = Number.NEGATIVE_INFINITY;
  let knownRebalances = 0;
  let driftMonitor: DriftMonitor | undefined;
  let driftMeasuredMs = Number.NEGATIVE_INFINITY;
  let drifted: readonly FeatureDrift[] = [];
  const recentScores = new Float64Array(newestScores);
  let seenScores = 0;
  const server = port === undefined ? null : await serveMetrics(port, () => registry.metrics(), hostname, health);
  const ended = announceStream(registry);

  return {
    address: server?.address ?? null,
    batch({ messages, rejected, rowCount, scored, flagged: flaggedRows }) {
      consumed.inc({ topic, model: modelName }, messages);
      batchRecords.observe({ model: modelName }, rowCount);
      for (const { reason } of rejected) invalid.inc({ topic, reason: reasonWord(reason) });
      if (scored === undefined || forest === undefined) return;
      scoredRows.inc({ topic, model: modelName }, rowCount);
      flagged.inc({ topic, model: modelName }, flaggedRows ?? 0);
      for (const row of evenly(rowCount)) {
        const score = scoreOfSum(forest, scored.sums[row]);
        scores.observe({ model: modelName }, score);
        recentScores[seenScores++ % newestScores] = score;
        driftMonitor?.add(scored.features, row);
      }
    },
    committed(timestampsMs, nowMs) {
      commits.inc({ topic });
      for (const row of evenly(timestampsMs.length)) {
        newestMs = Math.max(newestMs, timestampsMs[row]);
        endToEnd.observe({ model: modelName }, Math.max(0, nowMs - timestampsMs[row]) / 1000);
      }
    },
    sink: (sink) => ({
      wrote: (records) => sinkWrites.inc({ sink }, records),
      failed: (code) => sinkErrors.inc({ sink, reason: code.toLowerCase() }),
      waiting: (records) => sinkQueue.set({ sink }, records),
    }),
    position(lag, isPaused, rebalances) {
      let waiting = 0;
      for (const [partition, records] of lag) {
        waiting += records;
        lagRecords.set({ topic, partition: String(partition) }, records);
      }
      const ageSeconds = Number.isFinite(newestMs) ? Math.max(0, Date.now() - newestMs) / 1000 : 0;
      lagSeconds.set({ topic }, waiting === 0 ? 0 : ageSeconds);
      paused.set({ topic }, isPaused ? 1 : 0);
      models.tick(Date.now());
      if (rebalances > knownRebalances) joins.inc({ topic }, rebalances - knownRebalances);
      knownRebalances = rebalances;
      if (performance.now() - driftMeasuredMs < driftIntervalMs) return;
      driftMeasuredMs = performance.now();
      const sorted = recentScores.slice(0, seenScores).sort();
      for (const quantile of sorted.length === 0 ? [] : scoreQuantiles)
        scoreQuantile.set(
          { model: modelName, share: String(quantile) },
          sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))],
        );
      if (driftMonitor === undefined) return;
      drifted = driftMonitor.measure().slice(0, mostFeatures);
      for (const each of drifted) {
        psi.set({ model: modelName, feature: each.feature }, each.psi);
        ks.set({ model: modelName, feature: each.feature }, each.ks);
      }
    },
    model(model, compiled, features, trainingRows) {
      modelName = model.digest.slice(0, 12);
      seenScores = 0;
      drifted = [];
      driftMeasuredMs = Number.NEGATIVE_INFINITY;
      for (const ofFormerModel of [threshold, modelInfo, psi, ks, scoreQuantile]) ofFormerModel.reset();
      const { createdAtMs, trainedRows, parameters } = model;
      models.scoresNow(modelName, createdAtMs, parameters.imported === undefined ? trainedRows : null);
      forest = compiled;
      driftMonitor = trainingRows === null ? undefined : new DriftMonitor(features, trainingRows);
      threshold.set({ model: modelName }, scoreOfSum(compiled, model.threshold.units));
      modelInfo.set({ version: modelName, trees: String(compiled.treeCount), psi: String(compiled.sampleSize) }, 1);
    },
    line(thresholdUnits) {
      if (forest !== undefined) threshold.set({ model: modelName }, scoreOfSum(forest, thresholdUnits));
    },
    models,
    drift: () => drifted,
    timed: async (work) => {
      const startedMs = performance.now();
      const result = await work();
      scoreDuration.observe({ model: modelName }, (performance.now() - startedMs) / 1000);
      return result;
    },
    text: () => registry.metrics(),
    close: async () => {
      ended();
      await server?.close();
    },
  };
}

/** At most `sampledRows` rows, evenly spread. */
function* evenly(rowCount: number): Generator<number> {
  const step = Math.max(1, Math.ceil(rowCount / sampledRows));
  for (let row = 0; row < rowCount; row += step) yield row;
}

/** One word for a reason of the quarantine, so that the label has few values. */
function reasonWord(reason: string): 'parse' | 'missing_field' | 'type' | 'range' {
  if (reason.includes('not a number') || reason.includes('not a time')) return 'type';
  if (reason.includes('longer than')) return 'range';
  return reason.includes('null') ? 'missing_field' : 'parse';
}

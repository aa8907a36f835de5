import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What every part that scores counts, under the same names, so that one dashboard and one alert serve them all. */
export interface ScoreMetrics {
  readonly scored: Counter<'topic' | 'model'>;
  readonly flagged: Counter<'topic' | 'model'>;
  readonly scores: Histogram<'model'>;
  readonly threshold: Gauge<'model'>;
}

const scoreBuckets = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8];

/** @param scoresHelp which transactions' scores are counted: all, or a sample */
export function createScoreMetrics(registry: Registry, scoresHelp: string): ScoreMetrics {
  const registers = [registry];
  return {
    scored: new Counter({
      name: 'iforest_records_scored_total',
      help: 'Transactions scored.',
      labelNames: ['topic', 'model'],
      registers,
    }),
    flagged: new Counter({
      name: 'iforest_records_flagged_total',
      help: 'Transactions flagged.',
      labelNames: ['topic', 'model'],
      registers,
    }),
    scores: new Histogram({
      name: 'iforest_anomaly_score',
      help: scoresHelp,
      labelNames: ['model'],
      buckets: scoreBuckets,
      registers,
    }),
    threshold: new Gauge({
      name: 'iforest_threshold_ratio',
      help: 'Score from which a transaction is flagged.',
      labelNames: ['model'],
      registers,
    }),
  };
}

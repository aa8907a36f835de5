import { Counter, Histogram, Registry } from 'prom-client';
import { createScoreMetrics } from './score-metrics.ts';

/** What one answered request came to. */
export interface AnsweredRequest {
  /** One of the service's own routes, or `other`. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  readonly scores: readonly { readonly score: number; readonly flagged: boolean }[];
}

/** The figures of a scoring service. Those of scores have the names of a stream's, with the topic `http`. */
export interface ServiceMetrics {
  readonly contentType: string;
  answered(request: AnsweredRequest): void;
  /** The text form of Prometheus. */
  text(): Promise<string>;
}

const topic = 'http';
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Starts counting for one model, known by the first digits of its digest. */
export function createServiceMetrics(model: { readonly digest: string; readonly threshold: number }): ServiceMetrics {
  const registry = new Registry();
  const registers = [registry];
  const name = model.digest.slice(0, 12);
  const requests = new Counter({
    name: 'iforest_requests_total',
    help: 'Requests answered.',
    labelNames: ['route', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'iforest_request_duration_seconds',
    help: 'From a request to its answer.',
    labelNames: ['route'],
    buckets: secondsBuckets,
    registers,
  });
  const { scored, flagged, scores, threshold } = createScoreMetrics(registry, 'Anomaly scores of transactions.');
  threshold.set({ model: name }, model.threshold);
  scored.inc({ topic, model: name }, 0);
  flagged.inc({ topic, model: name }, 0);
  return {
    contentType: registry.contentType,
    answered(request) {
      requests.inc({ route: request.route, status: String(request.status) });
      seconds.observe({ route: request.route }, request.seconds);
      scored.inc({ topic, model: name }, request.scores.length);
      flagged.inc({ topic, model: name }, request.scores.filter((score) => score.flagged).length);
      for (const { score } of request.scores) scores.observe({ model: name }, score);
    },
    text: () => registry.metrics(),
  };
}

// The way of hosts to the metrics endpoint: what it serves they ask of the engine, which runs in another process.
export { serveMetrics, type MetricsServer } from '../monitor/metrics-server.ts';

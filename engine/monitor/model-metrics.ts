import { Counter, Gauge, type Registry } from 'prom-client';

/** What a retraining came to. */
export type RetrainingOutcome = 'promoted' | 'passed' | 'held_back' | 'unchanged' | 'failed';

/** What a gate said of a challenger. */
export interface GateFigures {
  /** Digest of the challenger. */
  readonly model: string;
  readonly passed: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly champion: number | null;
    readonly challenger: number | null;
  }[];
}

/** The age of the model that scores, and how those that are to follow it do. */
export interface ModelMetrics {
  /** A model scores from now on. */
  scoresNow(model: string, createdAtMs: number, trainedRows: number | null): void;
  /** Brings the age up to date. */
  tick(nowMs: number): void;
  retrained(outcome: RetrainingOutcome): void;
  gate(figures: GateFigures): void;
}

/** Adds these figures to a registry. */
export function createModelMetrics(registry: Registry): ModelMetrics {
  const registers = [registry];
  const age = new Gauge({
    name: 'iforest_model_age_seconds',
    help: 'Time since the model in use was trained.',
    labelNames: ['model'],
    registers,
  });
  const rows = new Gauge({
    name: 'iforest_model_trained_rows',
    help: 'Rows that the model in use was grown from; absent for one made elsewhere.',
    labelNames: ['model'],
    registers,
  });
  const changes = new Counter({
    name: 'iforest_model_changes_total',
    help: 'Times that another model began to score the running stream.',
    registers,
  });
  const retrainings = new Counter({
    name: 'iforest_retrainings_total',
    help: 'Retrainings of this stream by their outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const passed = new Gauge({
    name: 'iforest_gate_passed',
    help: '1 where the last challenger passed the gate, else 0.',
    labelNames: ['model'],
    registers,
  });
  const checks = new Gauge({
    name: 'iforest_gate_check_ratio',
    help: 'What the last gate measured of champion and challenger on the same later rows.',
    labelNames: ['check', 'side'],
    registers,
  });
  let current: { readonly model: string; readonly createdAtMs: number } | undefined;
  return {
    scoresNow(model, createdAtMs, trainedRows) {
      if (current !== undefined && current.model !== model) changes.inc();
      current = { model, createdAtMs };
      age.reset();
      rows.reset();
      if (trainedRows !== null) rows.set({ model }, trainedRows);
    },
    tick(nowMs) {
      if (current !== undefined) age.set({ model: current.model }, Math.max(0, nowMs - current.createdAtMs) / 1000);
    },
    retrained: (outcome) => retrainings.inc({ outcome }),
    gate(figures) {
      passed.reset();
      passed.set({ model: figures.model.slice(0, 12) }, figures.passed ? 1 : 0);
      checks.reset();
      for (const { name, champion, challenger } of figures.checks) {
        if (champion !== null) checks.set({ check: name, side: 'champion' }, champion);
        if (challenger !== null) checks.set({ check: name, side: 'challenger' }, challenger);
      }
    },
  };
}

import { impossible } from '../../domain/error.ts';
import type { CompiledForest, ScoreGraph } from '../../domain/model.ts';
import { SUM_LIMIT } from '../sum-limit.ts';
import { threadOf } from './graph-thread.ts';

/** A model that is a graph. */
export interface GraphModel extends CompiledForest {
  readonly graph: ScoreGraph;
}

export function isGraphModel(forest: CompiledForest): forest is GraphModel {
  return forest.graph !== undefined;
}

/**
 * For each row its units: how far its score falls short of the top of the scale, 0 to 2^24 - 1; lower is more anomalous. Scores beyond the
 * scale have the units of its end. A score that is no number has 0: somebody is to look at the row.
 * @throws AssayError MODEL_MISMATCH where the graph cannot be run
 */
export function scoreGraph(forest: GraphModel, values: Float32Array, rowCount: number, out: Int32Array): void {
  const { graph, featureCount, shift, top = impossible('a graph has no scale') } = forest;
  const numbers = threadOf(forest.digest, graph).run(values, rowCount, featureCount);
  for (let row = 0; row < rowCount; row++) {
    const units = Math.round((top - graph.turn * numbers[row]) * 2 ** shift);
    out[row] = Number.isNaN(units) ? 0 : Math.max(0, Math.min(units, SUM_LIMIT - 1));
  }
}

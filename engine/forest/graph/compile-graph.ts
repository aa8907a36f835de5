import type { CompiledForest, ScoreGraph } from '../../domain/model.ts';
import { sealForest } from '../compile.ts';
import { SUM_LIMIT } from '../sum-limit.ts';

/** Ranges of scores that the scale holds: what was seen, and as much on either side. */
const ranges = 3;

/**
 * A graph as a model with the scale of its units: from one range above the greatest score that was seen to one below the least, in the finest
 * power of two. So a score is off by half a unit, at most 2^-23 of three ranges.
 * @param rowCount rows whose scores were seen
 */
export function compileGraph(
  graph: ScoreGraph,
  {
    featureCount,
    least,
    greatest,
  }: { readonly featureCount: number; readonly least: number; readonly greatest: number },
  rowCount: number,
): CompiledForest {
  const range = greatest > least ? greatest - least : Math.max(1, Math.abs(greatest));
  return sealForest({
    featureCount,
    treeCount: 1,
    sampleSize: Math.max(1, rowCount),
    leaf: 'score',
    shift: Math.floor(Math.log2(SUM_LIMIT / (ranges * range))),
    top: greatest + range,
    // One leaf that every row reaches: what a row counts for comes from the graph.
    roots: Int32Array.of(0),
    feature: Int32Array.of(-1),
    threshold: new Float32Array(1),
    left: Int32Array.of(-1),
    right: Int32Array.of(-1),
    units: new Int32Array(1),
    sampleCount: Int32Array.of(rowCount),
    graph,
  });
}

import type { CompiledForest, FeatureMatrix } from '../../domain/model.ts';

/** What an explaining thread is started with. Values, contributions and nextRow lie in shared memory. */
export interface ExplainTask {
  readonly forest: CompiledForest;
  readonly matrix: FeatureMatrix;
  /** Row-major, one value per row and feature. */
  readonly contributions: Float64Array;
  /** One int32: the next row that no thread has taken yet. */
  readonly nextRow: Int32Array;
}

/** Rows a thread takes at a time, and reports as done by posting their number. */
export const ROWS_PER_TURN = 32;

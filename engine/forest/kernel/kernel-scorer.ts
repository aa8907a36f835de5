import { impossible } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { kernelUrl, loadKernel } from './kernel-module.ts';
import { openKernelLanes, openLane, viewSlot, type LanePlace, type LaneSet } from './lanes.ts';

export interface KernelScorer {
  /**
   * The same sums as `scoreSums` in score.ts, for every input.
   *
   * @param values row-major float32 features, at least rowCount * featureCount of them.
   * @param out receives `rowCount` sums from index 0.
   */
  scoreSums(values: Float32Array, rowCount: number, out: Int32Array): void;
}

/** One block of rows at a time passes through the kernel's memory, which then stays in the cache. */
const ONE_BLOCK = 1;

/**
 * Prepares the WebAssembly kernel for one forest, on the calling thread.
 * Null where it cannot run: not built, not supported (see `kernelStatus`), or a forest too large to copy.
 */
export function createKernelScorer(forest: CompiledForest, url: URL = kernelUrl): KernelScorer | null {
  const { module } = loadKernel(url);
  if (module === null) return null;
  const set = openKernelLanes(forest, module, { lanes: 1, slotsPerLane: 1, slotBytes: ONE_BLOCK });
  if (set === null) return null;
  const score = slotBySlot(set, set.lanes[0], forest.featureCount);
  return {
    scoreSums(values, rowCount, out) {
      assertRowsFit(forest, values, rowCount, out);
      score(values, 0, rowCount, out);
    },
  };
}

/** Scores rows [start, end) on this thread by way of the lane's first slot. */
export function slotBySlot(
  set: LaneSet,
  lane: LanePlace,
  featureCount: number,
): (values: Float32Array, start: number, end: number, out: Int32Array) => void {
  const scoreSlot = openLane(set, lane);
  const slot = viewSlot(set, lane.slots[0]);
  return (values, start, end, out) => {
    for (let row = start; row < end; row += set.slotRows) {
      const rowCount = Math.min(set.slotRows, end - row);
      slot.values.set(values.subarray(row * featureCount, (row + rowCount) * featureCount));
      scoreSlot({ slot: 0, rowCount });
      out.set(rowCount === set.slotRows ? slot.sums : slot.sums.subarray(0, rowCount), row);
    }
  };
}

export function assertRowsFit(forest: CompiledForest, values: Float32Array, rowCount: number, out: Int32Array): void {
  if (values.length < rowCount * forest.featureCount || out.length < rowCount) {
    impossible(`${rowCount} rows of ${forest.featureCount} features do not fit the arrays given to the scorer.`);
  }
}

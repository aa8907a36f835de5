import type { CompiledForest } from '../../domain/model.ts';
import { scoreSums } from '../score.ts';
import { layOutForest, type ForestPlan } from './forest-layout.ts';
import { layOutRanked } from './ranked-layout.ts';

/** Where one batch of rows and its sums lie in shared memory. */
interface SlotPlace {
  readonly values: number;
  readonly sums: number;
}

/** One thread's own part of the shared memory: scratch memory of the kernel, and the slots it scores. */
export interface LanePlace {
  readonly work: number;
  readonly slots: readonly SlotPlace[];
}

/** What every thread needs to score; can be sent to a worker, which then shares the memory. */
export type LaneSource =
  | {
      readonly kind: 'kernel';
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
      readonly plan: ForestPlan;
    }
  | { readonly kind: 'typed-arrays'; readonly forest: CompiledForest; readonly buffer: SharedArrayBuffer };

export interface LaneSet {
  readonly source: LaneSource;
  readonly lanes: readonly LanePlace[];
  /** Rows that fit one slot. */
  readonly slotRows: number;
}

/** Row-major features in, sums out, of one slot. */
export interface SlotViews {
  readonly values: Float32Array;
  readonly sums: Int32Array;
}

/** Rows that lie in a slot, to be scored. */
export interface SlotTask {
  readonly slot: number;
  readonly rowCount: number;
}

/** What a thread is asked for. It answers `null` once a lane is open, and each `score` with itself. */
export type ThreadTask =
  | { readonly kind: 'open'; readonly set: LaneSet; readonly lane: LanePlace }
  | ({ readonly kind: 'score' } & SlotTask)
  | { readonly kind: 'rest' };

export interface LaneShape {
  readonly lanes: number;
  readonly slotsPerLane: number;
  /** Greatest size of a slot's features; at least one block of rows. */
  readonly slotBytes: number;
}

interface KernelExports {
  readonly scoreBlock: (
    trees: number,
    treeCount: number,
    columns: number,
    columnCount: number,
    blockRows: number,
    values: number,
    rowBytes: number,
    rowCount: number,
    sums: number,
    work: number,
  ) => void;
  /** As `scoreBlock`, with the plan of ranked-layout.ts. */
  readonly scoreRankedBlock: KernelExports['scoreBlock'];
}

const PAGE_BYTES = 65_536;
/** The kernel treats address 0 as "none"; the forest starts behind the first cache line. */
const FIRST_ADDRESS = 64;
/** The kernel reads up to this many rows behind the last one. */
const SLACK_ROWS = 4;
/** Beyond this the forest is left in its typed arrays rather than copied. */
const MOST_KERNEL_BYTES = 2 ** 30;

/** Copies the forest into memory that the kernel and all threads share; null where that takes too much of it. */
export function openKernelLanes(forest: CompiledForest, module: WebAssembly.Module, shape: LaneShape): LaneSet | null {
  const { plan, write } = layOutRanked(forest, FIRST_ADDRESS) ?? layOutForest(forest, FIRST_ADDRESS);
  const places = placeLanes(plan.end, shape, plan.rowBytes, plan.blockRows, plan.workBytes);
  if (places.end > MOST_KERNEL_BYTES) return null;
  const pages = Math.ceil(places.end / PAGE_BYTES);
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    return null;
  }
  write(memory.buffer);
  return { ...places, source: { kind: 'kernel', module, memory, plan } };
}

/** The same lanes for the typed-array scorer. */
export function openTypedArrayLanes(forest: CompiledForest, shape: LaneShape): LaneSet {
  const places = placeLanes(0, shape, forest.featureCount * 4, 256, 0);
  return { ...places, source: { kind: 'typed-arrays', forest, buffer: new SharedArrayBuffer(places.end) } };
}

/** Views of a slot's rows and sums, the same in every thread. */
export function viewSlot({ source, slotRows }: LaneSet, { values, sums }: SlotPlace): SlotViews {
  const buffer = source.kind === 'kernel' ? source.memory.buffer : source.buffer;
  const featureCount = source.kind === 'kernel' ? source.plan.rowBytes / 4 : source.forest.featureCount;
  return {
    values: new Float32Array(buffer, values, slotRows * featureCount),
    sums: new Int32Array(buffer, sums, slotRows),
  };
}

/** Prepares this thread to score the rows that lie in one lane's slots. */
export function openLane(set: LaneSet, lane: LanePlace): (task: SlotTask) => void {
  const { source } = set;
  if (source.kind === 'typed-arrays') {
    const slots = lane.slots.map((slot) => viewSlot(set, slot));
    return ({ slot, rowCount }) => scoreSums(source.forest, slots[slot].values, rowCount, slots[slot].sums);
  }
  const { plan } = source;
  const instance = new WebAssembly.Instance(source.module, { env: { memory: source.memory } });
  const { scoreBlock, scoreRankedBlock } = instance.exports as unknown as KernelExports;
  const scoreRows = plan.isRanked ? scoreRankedBlock : scoreBlock;
  // One call per block lets the engine replace its first, unoptimised code between calls.
  return ({ slot, rowCount }) => {
    const { values, sums } = lane.slots[slot];
    for (let row = 0; row < rowCount; row += plan.blockRows) {
      scoreRows(
        plan.trees,
        plan.treeCount,
        plan.columns,
        plan.columnCount,
        plan.blockRows,
        values + row * plan.rowBytes,
        plan.rowBytes,
        Math.min(plan.blockRows, rowCount - row),
        sums + row * 4,
        lane.work,
      );
    }
  };
}

/** Divides the memory from byte `start` on among the lanes. No two lanes share a cache line. */
function placeLanes(
  start: number,
  shape: LaneShape,
  rowBytes: number,
  blockRows: number,
  workBytes: number,
): { readonly lanes: readonly LanePlace[]; readonly slotRows: number; readonly end: number } {
  const slotRows = Math.max(1, Math.floor(shape.slotBytes / (rowBytes * blockRows))) * blockRows;
  let end = start;
  const take = (bytes: number): number => {
    const address = end;
    end = Math.ceil((end + bytes) / 64) * 64;
    return address;
  };
  const lanes = Array.from({ length: shape.lanes }, () => ({
    work: take(workBytes),
    slots: Array.from({ length: shape.slotsPerLane }, () => ({
      values: take((slotRows + SLACK_ROWS) * rowBytes),
      sums: take(slotRows * 4),
    })),
  }));
  return { lanes, slotRows, end };
}

import type { FeatureSpec } from '../../domain/feature-spec.ts';
import { UNLABELLED } from '../../domain/label.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import { WindowEngine, type TransactionBlock } from '../../features/windows/window-engine.ts';

/** Rows that are put in order in memory at most: some 100 MB of them. */
const mostSortedRows = 2 ** 20;
const rowsPerBlock = 4096;

/** Features over time, row-major in stream order; null where the stream is in the order of time, or too long to be sorted. */
export interface OrderedWindows {
  readonly values: Float32Array | null;
  readonly notices: readonly string[];
}

/**
 * The features over time of a stream whose rows do not come in the order of time, computed in that order: what a transaction
 * sees does not depend on the order in which it was received. Equal times keep the order received, or its reverse where the stream only falls.
 */
export function windowsInTimeOrder(
  profile: Profile,
  windows: FeatureSpec['windows'],
  times: Float64Array,
  blocks: () => Iterable<TransactionBlock>,
): OrderedWindows {
  const time = columnWithRole(profile, 'event_time')?.name;
  const { rises, falls } = directionsOf(times);
  if (windows === undefined || time === undefined || falls === 0) return { values: null, notices: [] };
  const what = rises === 0 ? 'newest first' : `${falls.toLocaleString('en-US')} steps back`;
  if (times.length > mostSortedRows)
    return {
      values: null,
      notices: [
        `The transactions do not come in the order of '${time}' (${what}), and are too many to be put in order; features over time see only what came before. Sort the recordings first.`,
      ],
    };
  const order = orderOf(times, rises === 0);
  const engine = new WindowEngine(windows);
  const whole = wholeOf(times.length, blocks());
  const stride = windows.features.length;
  const values = new Float32Array(times.length * stride);
  for (let from = 0; from < order.length; from += rowsPerBlock) {
    const rows = order.subarray(from, from + rowsPerBlock);
    const part = new Float32Array(rows.length * stride);
    engine.append(rowsOf(whole, rows), { values: part, firstRow: 0, stride, firstColumn: 0 });
    rows.forEach((row, index) => values.set(part.subarray(index * stride, (index + 1) * stride), row * stride));
  }
  return {
    values,
    notices: [
      `The transactions do not come in the order of '${time}' (${what}); features over time were computed in its order.`,
    ],
  };
}

function directionsOf(times: Float64Array): { readonly rises: number; readonly falls: number } {
  let rises = 0;
  let falls = 0;
  let last = NaN;
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    if (time > last) rises += 1;
    else if (time < last) falls += 1;
    last = time;
  }
  return { rises, falls };
}

/** Rows by time, those without one last. */
function orderOf(times: Float64Array, isReversed: boolean): Uint32Array {
  const sign = isReversed ? -1 : 1;
  const key = (row: number): number => (Number.isNaN(times[row]) ? Number.POSITIVE_INFINITY : times[row]);
  return Uint32Array.from(times.keys()).sort((one, other) => {
    const [first, second] = [key(one), key(other)];
    return first === second ? sign * (one - other) : first < second ? -1 : 1;
  });
}

/** All blocks of a stream as one. */
function wholeOf(rowCount: number, blocks: Iterable<TransactionBlock>): Required<TransactionBlock> {
  const times = new Float64Array(rowCount);
  const amounts = new Float64Array(rowCount).fill(NaN);
  const labels = new Uint8Array(rowCount).fill(UNLABELLED);
  const codes = new Map<string, Int32Array>();
  let first = 0;
  for (const block of blocks) {
    times.set(block.times, first);
    if (block.amounts !== undefined) amounts.set(block.amounts, first);
    if (block.labels !== undefined) labels.set(block.labels, first);
    for (const [name, column] of block.codes) {
      const all = codes.get(name) ?? new Int32Array(rowCount).fill(-1);
      all.set(column, first);
      codes.set(name, all);
    }
    first += block.rowCount;
  }
  return { rowCount, times, amounts, labels, codes };
}

function rowsOf({ times, amounts, labels, codes }: Required<TransactionBlock>, rows: Uint32Array): TransactionBlock {
  return {
    rowCount: rows.length,
    times: Float64Array.from(rows, (row) => times[row]),
    amounts: Float64Array.from(rows, (row) => amounts[row]),
    labels: Uint8Array.from(rows, (row) => labels[row]),
    codes: new Map([...codes].map(([name, column]) => [name, Int32Array.from(rows, (row) => column[row])])),
  };
}

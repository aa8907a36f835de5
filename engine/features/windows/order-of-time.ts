/** Rows looked at, or moved, between two turns that a caller may use for something else. */
const rowsPerTurn = 65_536;
/** A stretch of so many rows that only falls was written newest first: its equal times stand in reverse, too. */
const longFall = 64;

/**
 * The rows of a stream in the order of their time, those without one last. Equal times keep the order received, or its
 * reverse where they stand in a long stretch, or in a whole stream, that only falls.
 *
 * A natural merge sort: streams newest first and recordings in the wrong order cost one comparison a row. Needs 8 bytes a row.
 * Yields between turns.
 */
export function* orderOfTime(times: Float64Array): Generator<void, Uint32Array> {
  const withoutTime: number[] = [];
  let order = new Uint32Array(times.length);
  let count = 0;
  for (let row = 0; row < times.length; row += 1) {
    if (Number.isNaN(times[row])) withoutTime.push(row);
    else order[count++] = row;
  }
  let ends = yield* makeRuns(times, order.subarray(0, count));
  let other = new Uint32Array(times.length);
  while (ends.length > 1) {
    const merged: number[] = [];
    let turn = rowsPerTurn;
    for (let run = 0; run < ends.length; run += 2) {
      const from = run === 0 ? 0 : ends[run - 1];
      const end = ends[Math.min(run + 1, ends.length - 1)];
      yield* mergeRuns(times, order, other, from, ends[run], end);
      merged.push(end);
      // Short runs make no turn of their own.
      if (end < turn) continue;
      turn = end + rowsPerTurn;
      yield;
    }
    [order, other, ends] = [other, order, merged];
  }
  order.set(withoutTime, count);
  return order;
}

/** Turns falling stretches round, so that the rows are runs that do not fall; returns their ends. */
function* makeRuns(times: Float64Array, order: Uint32Array): Generator<void, readonly number[]> {
  const ends: number[] = [];
  let turn = rowsPerTurn;
  for (let from = 0; from < order.length;) {
    const end = endOfRun(times, order, from);
    ends.push(end);
    from = end;
    if (from < turn) continue;
    turn = from + rowsPerTurn;
    yield;
  }
  return ends;
}

function endOfRun(times: Float64Array, order: Uint32Array, from: number): number {
  const fallsOnly = endWhile(order, from, (row, next) => times[next] <= times[row]);
  const hasFallen = times[order[fallsOnly - 1]] < times[order[from]];
  if (hasFallen && (fallsOnly - from >= longFall || fallsOnly - from === order.length)) {
    order.subarray(from, fallsOnly).reverse();
    return fallsOnly;
  }
  const rises = endWhile(order, from, (row, next) => times[next] >= times[row]);
  if (rises - from > 1) return rises;
  const falls = endWhile(order, from, (row, next) => times[next] < times[row]);
  order.subarray(from, falls).reverse();
  return falls;
}

function endWhile(order: Uint32Array, from: number, holds: (row: number, next: number) => boolean): number {
  let end = from + 1;
  while (end < order.length && holds(order[end - 1], order[end])) end += 1;
  return end;
}

/** Merges the runs [from, middle) and [middle, end); of equal times the earlier run's come first. */
function* mergeRuns(
  times: Float64Array,
  order: Uint32Array,
  into: Uint32Array,
  from: number,
  middle: number,
  end: number,
): Generator<void, void> {
  let left = from;
  let right = middle;
  for (let start = from; start < end; start += rowsPerTurn) {
    const stop = Math.min(end, start + rowsPerTurn);
    for (let at = start; at < stop; at += 1) {
      const takesLeft = right >= end || (left < middle && times[order[left]] <= times[order[right]]);
      into[at] = takesLeft ? order[left++] : order[right++];
    }
    if (stop - from >= rowsPerTurn) yield;
  }
}

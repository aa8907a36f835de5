import { impossible } from '../domain/error.ts';

/**
 * How transactions belong together. Rows of one group lie side by side, in the order of their times; of those that are
 * flagged, neighbours at most `gapMs` apart are one alert. Places are positions in this order.
 */
export interface AlertOrder {
  /** The row at each place. */
  readonly rowAt: Uint32Array;
  /** The place of each row. */
  readonly placeOf: Uint32Array;
  /** The group at each place; a row that belongs to nothing has a group of its own. */
  readonly groupAt: Uint32Array;
  /** Milliseconds at each place. */
  readonly timeAt: Float64Array;
  /** 0 or more; Infinity makes one alert of a group. */
  readonly gapMs: number;
}

export interface AlertOrderInput {
  readonly rowCount: number;
  /** Group of each row, -1 where it belongs to nothing; null where no row belongs to any other. */
  readonly groups: Int32Array | null;
  readonly groupCount: number;
  /** Event time of each row, NaN where missing; null where the rows have no time, so that a group is one alert. */
  readonly times: Float64Array | null;
  /** Infinity makes one alert of a group, a negative gap one alert of each transaction. */
  readonly gapMs: number;
  /** Groups from this one on are one alert whatever the gap. */
  readonly firstWholeGroup?: number;
}

/** Sorts rows by group, then time, then row: a counting sort, and sorting by time only where a group is not in order. */
export function orderForAlerts(input: AlertOrderInput): AlertOrder {
  const { rowCount, groups, groupCount, times, firstWholeGroup = groupCount } = input;
  const gapMs = times === null ? Infinity : Math.max(input.gapMs, 0);
  const isTogether = (row: number): boolean => gapMs === Infinity || !Number.isNaN(times?.[row] ?? NaN);
  const belongs = (row: number): boolean =>
    groups !== null && groups[row] >= 0 && (groups[row] >= firstWholeGroup || (input.gapMs >= 0 && isTogether(row)));
  const starts = new Uint32Array(groupCount + 1);
  for (let row = 0; row < rowCount; row++) if (belongs(row)) starts[(groups?.[row] ?? 0) + 1]++;
  for (let group = 0; group < groupCount; group++) starts[group + 1] += starts[group];
  const next = starts.slice();
  const rowAt = new Uint32Array(rowCount);
  const groupAt = new Uint32Array(rowCount);
  const timeAt = new Float64Array(rowCount);
  let alone = starts[groupCount];
  let aloneGroup = groupCount;
  for (let row = 0; row < rowCount; row++) {
    const isMember = belongs(row);
    const group = groups?.[row] ?? -1;
    const place = isMember ? next[group]++ : alone++;
    rowAt[place] = row;
    groupAt[place] = isMember ? group : aloneGroup++;
    // Members of a whole group are never apart, whatever their times.
    timeAt[place] = isMember && group < firstWholeGroup && gapMs !== Infinity ? (times?.[row] ?? 0) : 0;
  }
  for (let group = 0; group < groupCount; group++) sortByTime(rowAt, timeAt, starts[group], starts[group + 1]);
  const placeOf = new Uint32Array(rowCount);
  for (let place = 0; place < rowCount; place++) placeOf[rowAt[place]] = place;
  return { rowAt, placeOf, groupAt, timeAt, gapMs };
}

function sortByTime(rowAt: Uint32Array, timeAt: Float64Array, start: number, end: number): void {
  let inOrder = true;
  for (let place = start + 1; place < end && inOrder; place++) inOrder = timeAt[place - 1] <= timeAt[place];
  if (inOrder) return;
  const members = Array.from({ length: end - start }, (_, index) => ({
    row: rowAt[start + index],
    time: timeAt[start + index],
  })).sort((left, right) => left.time - right.time || left.row - right.row);
  members.forEach(({ row, time }, index) => {
    rowAt[start + index] = row;
    timeAt[start + index] = time;
  });
}

/** True where flagged rows at two places, with no other flagged one between, are one alert. */
export function isSameAlert({ groupAt, timeAt, gapMs }: AlertOrder, before: number, after: number): boolean {
  return groupAt[before] === groupAt[after] && timeAt[after] - timeAt[before] <= gapMs;
}

/** What alerts a stream has at every threshold, by how many rows are flagged. */
export interface AlertSweep {
  /** Entry c: alerts where the first c rows in score order are flagged. */
  readonly alertsUpTo: Uint32Array;
  /** Alerts that open on each day where the first c rows are flagged; those without a day are not counted. */
  openedByDay(flagged: number): Uint32Array;
}

const NO_PLACE = -1;
/** Changes applied at most to answer how many alerts open on each day. */
const CHANGES_BETWEEN_CHECKPOINTS = 16_384;

/**
 * Counts alerts at every threshold in one sweep. Rows are taken away from the least anomalous on, so that the flagged
 * neighbours of a row are always known; read the other way round, each row opens an alert, extends one or joins two.
 *
 * @param order rows most anomalous first
 * @param dayOf position of the day of each row in score order among `dayCount` days; one past the end where it has none
 */
export function sweepAlerts(alerts: AlertOrder, order: Uint32Array, dayOf: Uint32Array, dayCount: number): AlertSweep {
  const rowCount = order.length;
  if (alerts.rowAt.length !== rowCount) impossible(`${alerts.rowAt.length} places were given for ${rowCount} rows.`);
  const { opensOn, movesFrom } = takeAway(alerts, order, dayOf);
  const alertsUpTo = new Uint32Array(rowCount + 1);
  for (let rank = 0; rank < rowCount; rank++)
    alertsUpTo[rank + 1] =
      alertsUpTo[rank] + (opensOn[rank] === NO_PLACE ? 0 : 1) - (movesFrom[rank] === NO_PLACE ? 0 : 1);
  const checkpoints: Uint32Array[] = [];
  const running = new Uint32Array(dayCount + 1);
  const apply = (counts: Uint32Array, from: number, to: number): void => {
    for (let rank = from; rank < to; rank++) {
      if (opensOn[rank] !== NO_PLACE) counts[opensOn[rank]]++;
      if (movesFrom[rank] !== NO_PLACE) counts[movesFrom[rank]]--;
    }
  };
  for (let from = 0; from <= rowCount; from += CHANGES_BETWEEN_CHECKPOINTS) {
    checkpoints.push(running.slice());
    apply(running, from, Math.min(from + CHANGES_BETWEEN_CHECKPOINTS, rowCount));
  }
  return {
    alertsUpTo,
    openedByDay: (flagged) => {
      const checkpoint = Math.floor(flagged / CHANGES_BETWEEN_CHECKPOINTS);
      const counts = checkpoints[checkpoint].slice();
      apply(counts, checkpoint * CHANGES_BETWEEN_CHECKPOINTS, flagged);
      return counts.subarray(0, dayCount);
    },
  };
}

/**
 * For each rank: the day of the alert that its row opens, and the day of the alert that thereby opens no more (it
 * begins earlier now, or is joined to the one before); NO_PLACE where there is none.
 */
function takeAway(
  alerts: AlertOrder,
  order: Uint32Array,
  dayOf: Uint32Array,
): { readonly opensOn: Int32Array; readonly movesFrom: Int32Array } {
  const rowCount = order.length;
  const dayAt = new Uint32Array(rowCount);
  for (let rank = 0; rank < rowCount; rank++) dayAt[alerts.placeOf[order[rank]]] = dayOf[rank];
  const before = new Int32Array(rowCount);
  const after = new Int32Array(rowCount);
  for (let place = 0; place < rowCount; place++) {
    before[place] = place - 1;
    after[place] = place + 1;
  }
  if (rowCount > 0) after[rowCount - 1] = NO_PLACE;
  const opensOn = new Int32Array(rowCount).fill(NO_PLACE);
  const movesFrom = new Int32Array(rowCount).fill(NO_PLACE);
  for (let rank = rowCount - 1; rank >= 0; rank--) {
    const place = alerts.placeOf[order[rank]];
    const left = before[place];
    const right = after[place];
    const extendsLeft = left !== NO_PLACE && isSameAlert(alerts, left, place);
    if (!extendsLeft) opensOn[rank] = dayAt[place];
    if (right !== NO_PLACE && isSameAlert(alerts, place, right)) {
      const wereJoined = left !== NO_PLACE && isSameAlert(alerts, left, right);
      if (!wereJoined) movesFrom[rank] = dayAt[right];
    }
    if (left !== NO_PLACE) after[left] = right;
    if (right !== NO_PLACE) before[right] = left;
  }
  return { opensOn, movesFrom };
}

/**
 * The most alerts at any threshold that flags no more than the first c rows, by c. A count of alerts can fall again when
 * alerts are joined, so a budget holds up to the first threshold that breaks it. Rows that tie are flagged together.
 */
export function mostAlertsUpTo(alertsUpTo: Uint32Array, sorted: Int32Array): Uint32Array {
  const most = new Uint32Array(alertsUpTo.length);
  let start = 0;
  while (start < sorted.length) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    most.fill(Math.max(most[start], alertsUpTo[end]), start + 1, end + 1);
    start = end;
  }
  return most;
}

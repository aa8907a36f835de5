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
  /** 1 for each row that makes no alert by itself: an alert of such rows alone is suppressed, and not counted. */
  readonly suppressed?: Uint8Array;
  /** Share of the alerts that comes from below the line, at random; none where absent. */
  readonly exploredShare?: number;
}

/** What makes transactions belong together. */
export interface AlertMembership {
  /** Group of each row, -1 where it belongs to nothing; null where no row belongs to any other. */
  readonly groups: Int32Array | null;
  readonly groupCount: number;
  /** Event time of each row, NaN where missing; null where the rows have no time, so that a group is one alert. */
  readonly times: Float64Array | null;
  /** Infinity makes one alert of a group, a negative gap one alert of each transaction. */
  readonly gapMs: number;
  /** Groups from this one on are one alert whatever the gap. */
  readonly firstWholeGroup?: number;
  /** As in `AlertOrder`. */
  readonly suppressed?: Uint8Array;
  /** As in `AlertOrder`. */
  readonly exploredShare?: number;
}

/** The same of some rows alone, which are counted from 0 on in the order given; ascending rows come out as among all. */
export function membershipAmong({ groups, times, ...rest }: AlertMembership, rows: Uint32Array): AlertMembership {
  return {
    ...rest,
    groups: groups && Int32Array.from(rows, (row) => groups[row]),
    times: times && Float64Array.from(rows, (row) => times[row]),
    ...(rest.suppressed && { suppressed: Uint8Array.from(rows, (row) => rest.suppressed?.[row] ?? 0) }),
  };
}

/** Sorts rows by group, then time, then row: a counting sort, and sorting by time only where a group is not in order. */
export function orderForAlerts(membership: AlertMembership, rowCount: number): AlertOrder {
  const { groupCount, times, firstWholeGroup = groupCount, suppressed } = membership;
  const gapMs = times === null ? Infinity : Math.max(membership.gapMs, 0);
  const groups = groupsThatHold(membership, rowCount, gapMs);
  const starts = new Uint32Array(groupCount + 1);
  for (let row = 0; row < rowCount; row++) starts[groups[row] + 1]++;
  // Rows that belong to nothing were counted in the first place; they come after all groups.
  starts[0] = 0;
  for (let group = 0; group < groupCount; group++) starts[group + 1] += starts[group];
  const next = starts.slice();
  const rowAt = new Uint32Array(rowCount);
  const placeOf = new Uint32Array(rowCount);
  const groupAt = new Uint32Array(rowCount);
  const timeAt = new Float64Array(rowCount);
  let alone = starts[groupCount];
  for (let row = 0; row < rowCount; row++) {
    const group = groups[row];
    const place = group < 0 ? alone++ : next[group]++;
    rowAt[place] = row;
    placeOf[row] = place;
    groupAt[place] = group < 0 ? groupCount + place - starts[groupCount] : group;
    // Members of a whole group are never apart, whatever their times.
    if (times !== null && gapMs !== Infinity && group >= 0 && group < firstWholeGroup) timeAt[place] = times[row];
  }
  for (let group = 0; group < groupCount; group++)
    if (sortByTime(rowAt, timeAt, starts[group], starts[group + 1]))
      for (let place = starts[group]; place < starts[group + 1]; place++) placeOf[rowAt[place]] = place;
  return {
    ...{ rowAt, placeOf, groupAt, timeAt, gapMs },
    ...(suppressed && { suppressed }),
    ...(membership.exploredShare === undefined ? {} : { exploredShare: membership.exploredShare }),
  };
}

/** The group of each row, -1 also where it has one but neither a time nor a gap to be held together by. */
function groupsThatHold(membership: AlertMembership, rowCount: number, gapMs: number): Int32Array {
  const { groups, groupCount, times, firstWholeGroup = groupCount } = membership;
  if (groups === null) return new Int32Array(rowCount).fill(-1);
  if (membership.gapMs >= 0 && (times === null || gapMs === Infinity)) return groups.subarray(0, rowCount);
  const held = groups.slice(0, rowCount);
  for (let row = 0; row < rowCount; row++)
    if (held[row] < firstWholeGroup && (membership.gapMs < 0 || Number.isNaN(times === null ? NaN : times[row])))
      held[row] = -1;
  return held;
}

/** @returns whether anything had to move */
function sortByTime(rowAt: Uint32Array, timeAt: Float64Array, start: number, end: number): boolean {
  let inOrder = true;
  for (let place = start + 1; place < end && inOrder; place++) inOrder = timeAt[place - 1] <= timeAt[place];
  if (inOrder) return false;
  const members = Array.from({ length: end - start }, (_, index) => ({
    row: rowAt[start + index],
    time: timeAt[start + index],
  })).sort((left, right) => left.time - right.time || left.row - right.row);
  members.forEach(({ row, time }, index) => {
    rowAt[start + index] = row;
    timeAt[start + index] = time;
  });
  return true;
}

/** True where flagged rows at two places, with no other flagged one between, are one alert. */
export function isSameAlert({ groupAt, timeAt, gapMs }: AlertOrder, before: number, after: number): boolean {
  return groupAt[before] === groupAt[after] && timeAt[after] - timeAt[before] <= gapMs;
}

/** What alerts a stream has at every threshold that flags no more than so many rows. */
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
 * @param flaggedRows those flagged at the lowest threshold that is asked for, most anomalous first
 * @param dayOf position of the day of each flagged row among `dayCount` days; one past the end where it has none
 */
export function sweepAlerts(
  alerts: AlertOrder,
  flaggedRows: Uint32Array,
  dayOf: Uint32Array,
  dayCount: number,
): AlertSweep {
  const { suppressed } = alerts;
  if (suppressed !== undefined && flaggedRows.some((row) => suppressed[row] === 1))
    return sweepUnsuppressed(alerts, suppressed, flaggedRows, dayOf, dayCount);
  const { opens, movesFrom } = takeAway(alerts, flaggedRows, dayOf);
  const count = flaggedRows.length;
  const alertsUpTo = new Uint32Array(count + 1);
  for (let rank = 0; rank < count; rank++)
    alertsUpTo[rank + 1] = alertsUpTo[rank] + opens[rank] - (movesFrom[rank] === NO_PLACE ? 0 : 1);
  const openedByDay = countByDay(count, dayCount, (counts, from, to) => {
    for (let rank = from; rank < to; rank++) {
      counts[dayOf[rank]] += opens[rank];
      if (movesFrom[rank] !== NO_PLACE) counts[movesFrom[rank]]--;
    }
  });
  return { alertsUpTo, openedByDay };
}

/**
 * The same where some rows are suppressed: alerts are joined in the order in which their rows are flagged, and count from the
 * first row on that is not suppressed.
 */
function sweepUnsuppressed(
  alerts: AlertOrder,
  suppressed: Uint8Array,
  flaggedRows: Uint32Array,
  dayOf: Uint32Array,
  dayCount: number,
): AlertSweep {
  const count = flaggedRows.length;
  const joined = new Int32Array(2 * count).fill(NO_PLACE);
  const { positionOf, rankAt } = takeAway(alerts, flaggedRows, dayOf, joined);
  const parent = new Int32Array(count);
  const counts = new Uint8Array(count);
  const opening = new Int32Array(count);
  const rootOf = (position: number): number => {
    let root = position;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]];
    return root;
  };
  // Days of which the count rises by one alert, and falls by up to two, with each row.
  const rises = new Int32Array(count).fill(NO_PLACE);
  const falls = new Int32Array(2 * count).fill(NO_PLACE);
  const alertsUpTo = new Uint32Array(count + 1);
  for (let rank = 0; rank < count; rank++) {
    const own = positionOf[rank];
    parent[own] = opening[own] = own;
    counts[own] = 1 - suppressed[flaggedRows[rank]];
    alertsUpTo[rank + 1] = alertsUpTo[rank];
    for (let side = 2 * rank; side < 2 * rank + 2; side++) {
      const other = joined[side] === NO_PLACE ? own : rootOf(joined[side]);
      if (rootOf(own) === other) continue;
      if (counts[other] === 1) {
        falls[side] = dayOf[rankAt[opening[other]]];
        alertsUpTo[rank + 1]--;
      }
      parent[other] = own;
      opening[own] = Math.min(opening[own], opening[other]);
      counts[own] |= counts[other];
    }
    if (counts[own] === 0) continue;
    rises[rank] = dayOf[rankAt[opening[own]]];
    alertsUpTo[rank + 1]++;
  }
  const openedByDay = countByDay(count, dayCount, (days, from, to) => {
    for (let rank = from; rank < to; rank++) {
      if (rises[rank] !== NO_PLACE) days[rises[rank]]++;
      for (const day of [falls[2 * rank], falls[2 * rank + 1]]) if (day !== NO_PLACE) days[day]--;
    }
  });
  return { alertsUpTo, openedByDay };
}

/** What `sweepAlerts` gives where every row is an alert of its own. */
export function sweepSingleAlerts(dayOf: Uint32Array, dayCount: number): AlertSweep {
  const rowCount = dayOf.length;
  const openedByDay = countByDay(rowCount, dayCount, (counts, from, to) => {
    for (let rank = from; rank < to; rank++) counts[dayOf[rank]]++;
  });
  const alertsUpTo = new Uint32Array(rowCount + 1);
  for (let flagged = 0; flagged <= rowCount; flagged++) alertsUpTo[flagged] = flagged;
  return { alertsUpTo, openedByDay };
}

/** Counts of each day after any number of changes, from the counts kept at every so many of them. */
function countByDay(
  changeCount: number,
  dayCount: number,
  apply: (counts: Uint32Array, from: number, to: number) => void,
): (changes: number) => Uint32Array {
  const running = new Uint32Array(dayCount + 1);
  const checkpoints: Uint32Array[] = [];
  for (let from = 0; from <= changeCount; from += CHANGES_BETWEEN_CHECKPOINTS) {
    checkpoints.push(running.slice());
    apply(running, from, Math.min(from + CHANGES_BETWEEN_CHECKPOINTS, changeCount));
  }
  return (changes) => {
    const checkpoint = Math.floor(changes / CHANGES_BETWEEN_CHECKPOINTS);
    const counts = checkpoints[checkpoint].slice();
    apply(counts, checkpoint * CHANGES_BETWEEN_CHECKPOINTS, changes);
    return counts.subarray(0, dayCount);
  };
}

/**
 * For each rank: whether its row opens an alert, and the day of the alert that thereby opens no more (it begins earlier
 * now, or is joined to the one before), NO_PLACE where there is none.
 * @param joined is given the positions of the flagged neighbours that each row joins, two a rank
 */
function takeAway(
  { groupAt, timeAt, placeOf, gapMs }: AlertOrder,
  flaggedRows: Uint32Array,
  dayOf: Uint32Array,
  joined?: Int32Array,
): {
  readonly opens: Uint8Array;
  readonly movesFrom: Int32Array;
  readonly positionOf: Uint32Array;
  readonly rankAt: Uint32Array;
} {
  const count = flaggedRows.length;
  const byPlace = new Float64Array(count);
  for (let rank = 0; rank < count; rank++) byPlace[rank] = placeOf[flaggedRows[rank]] * count + rank;
  byPlace.sort();
  const positionOf = new Uint32Array(count);
  const rankAt = new Uint32Array(count);
  const places = new Uint32Array(count);
  for (let position = 0; position < count; position++) {
    places[position] = Math.floor(byPlace[position] / count);
    rankAt[position] = byPlace[position] - places[position] * count;
    positionOf[rankAt[position]] = position;
  }
  // Neighbours of one group that are still flagged; the two of a row lie side by side, because both are read.
  const links = new Int32Array(2 * count);
  for (let position = 0; position < count; position++) {
    const group = groupAt[places[position]];
    links[2 * position] = position > 0 && groupAt[places[position - 1]] === group ? position - 1 : NO_PLACE;
    links[2 * position + 1] = position + 1 < count && groupAt[places[position + 1]] === group ? position + 1 : NO_PLACE;
  }
  const isTogether = (before: number, after: number): boolean =>
    timeAt[places[after]] - timeAt[places[before]] <= gapMs;
  const opens = new Uint8Array(count).fill(1);
  const movesFrom = new Int32Array(count).fill(NO_PLACE);
  for (let rank = count - 1; rank >= 0; rank--) {
    const position = positionOf[rank];
    const left = links[2 * position];
    const right = links[2 * position + 1];
    if (left !== NO_PLACE) {
      if (isTogether(left, position)) {
        opens[rank] = 0;
        if (joined !== undefined) joined[2 * rank] = left;
      }
      links[2 * left + 1] = right;
    }
    if (right !== NO_PLACE) {
      const wereJoined = left !== NO_PLACE && isTogether(left, right);
      if (!wereJoined && isTogether(position, right)) {
        movesFrom[rank] = dayOf[rankAt[right]];
        if (joined !== undefined) joined[2 * rank + 1] = right;
      }
      links[2 * right] = left;
    }
  }
  return { opens, movesFrom, positionOf, rankAt };
}

/**
 * The most alerts at any threshold that flags no more than the first c rows, by c up to the rows that were swept. A count of alerts can fall again when
 * alerts are joined, so a budget holds up to the first threshold that breaks it. Rows that tie are flagged together.
 */
export function mostAlertsUpTo(alertsUpTo: Uint32Array, sorted: Int32Array): Uint32Array {
  const count = alertsUpTo.length - 1;
  const most = new Uint32Array(alertsUpTo.length);
  let start = 0;
  while (start < count) {
    let end = start + 1;
    while (end < count && sorted[end] === sorted[start]) end++;
    const mostHere = Math.max(most[start], alertsUpTo[end]);
    while (start < end) most[++start] = mostHere;
  }
  return most;
}

import { impossible } from '../../domain/error.ts';
import { isSameAlert, membershipAmong, orderForAlerts, type AlertMembership } from '../../forest/alert-sweep.ts';

/** All flagged transactions of one threshold, grouped into alerts: one entity's open episode each. */
export interface AlertGroups {
  /** Alerts of the queue: the first so many. */
  readonly count: number;
  /** With the suppressed ones, which come after them: each flagged transaction of those is suppressed. */
  readonly total: number;
  /** The most anomalous flagged row of each alert; the earliest of equals. */
  readonly topSequences: Uint32Array;
  /** The sum of that row; lower is more anomalous. */
  readonly sums: Int32Array;
  /** The first flagged row in time, on whose day the alert opens. */
  readonly openingRows: Uint32Array;
  /** Flagged rows of alert g: `rows.subarray(starts[g], starts[g + 1])`, most anomalous first. */
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
  /** Of these rows, those that are not flagged and stand in the queue by chance, each an alert of its own. */
  readonly explored: Uint32Array;
  /** The alert that a row belongs to, -1 where it is not flagged. */
  readonly groupOfRow: (row: number) => number;
}

/**
 * Groups flagged rows, given most anomalous first, into alerts. Alerts come out in the order of their most anomalous
 * row, so that alert g has rank g by score, ties by row; suppressed ones come after all others.
 */
export function groupAlerts(flagged: Uint32Array, sums: Int32Array, membership: AlertMembership): AlertGroups {
  const ascending = inRowOrder(flagged);
  // Of all rows only the flagged ones are sorted: the list of alerts is the first thing shown of a case.
  const order = orderForAlerts(membershipAmong(membership, ascending.rows), flagged.length);
  const episodeOfRank = new Uint32Array(flagged.length);
  const openingOfEpisode: number[] = [];
  order.rowAt.forEach((index, place) => {
    const isFirst = place === 0 || !isSameAlert(order, place - 1, place);
    if (isFirst) openingOfEpisode.push(ascending.rows[index]);
    episodeOfRank[ascending.ranks[index]] = openingOfEpisode.length - 1;
  });

  const total = openingOfEpisode.length;
  const isQueued = new Uint8Array(total);
  flagged.forEach((row, rank) => (isQueued[episodeOfRank[rank]] |= 1 - (membership.suppressed?.[row] ?? 0)));
  const count = isQueued.reduce((sum, queued) => sum + queued, 0);
  const groupOfEpisode = new Int32Array(total).fill(-1);
  const topSequences = new Uint32Array(total);
  const openingRows = new Uint32Array(total);
  const groupOfRank = new Uint32Array(flagged.length);
  let nextQueued = 0;
  let nextSuppressed = count;
  flagged.forEach((row, rank) => {
    const episode = episodeOfRank[rank];
    if (groupOfEpisode[episode] < 0) {
      const group = isQueued[episode] === 1 ? nextQueued++ : nextSuppressed++;
      topSequences[group] = row;
      openingRows[group] = openingOfEpisode[episode];
      groupOfEpisode[episode] = group;
    }
    groupOfRank[rank] = groupOfEpisode[episode];
  });
  const starts = new Uint32Array(total + 1);
  for (const group of groupOfRank) starts[group + 1]++;
  for (let group = 0; group < total; group++) starts[group + 1] += starts[group];
  const next = starts.slice();
  const rows = new Uint32Array(flagged.length);
  flagged.forEach((row, rank) => (rows[next[groupOfRank[rank]]++] = row));
  return {
    count,
    total,
    topSequences,
    sums: Int32Array.from(topSequences, (row) => sums[row]),
    openingRows,
    starts,
    rows,
    explored: new Uint32Array(),
    groupOfRow: (row) => {
      const index = indexOfRow(ascending.rows, row);
      return index < 0 ? -1 : groupOfRank[ascending.ranks[index]];
    },
  };
}

/** A transaction from below the line that stands in the queue, and the sum by which it takes its place there. */
export interface ExploredRow {
  readonly row: number;
  readonly sum: number;
}

/** The alerts with some transactions from below the line among those of the queue, each an alert of its own. */
export function mixInto(groups: AlertGroups, explored: readonly ExploredRow[]): AlertGroups {
  if (explored.length === 0) return groups;
  const count = groups.count + explored.length;
  const total = groups.total + explored.length;
  const placeOfExplored = new Map<number, number>();
  const placeOfGroup = new Uint32Array(groups.total);
  const mixed = {
    topSequences: new Uint32Array(total),
    sums: new Int32Array(total),
    openingRows: new Uint32Array(total),
    starts: new Uint32Array(total + 1),
    rows: new Uint32Array(groups.rows.length + explored.length),
  };
  const bySum = [...explored].sort((left, right) => left.sum - right.sum || left.row - right.row);
  let [next, group] = [0, 0];
  for (let place = 0; place < total; place++) {
    const drawn = bySum[next] as ExploredRow | undefined;
    const start = mixed.starts[place];
    if (drawn !== undefined && (group >= groups.count || drawn.sum < groups.sums[group])) {
      placeOfExplored.set(drawn.row, place);
      mixed.topSequences[place] = mixed.openingRows[place] = mixed.rows[start] = drawn.row;
      mixed.sums[place] = drawn.sum;
      mixed.starts[place + 1] = start + 1;
      next++;
      continue;
    }
    const flagged = flaggedRowsOf(groups, group);
    placeOfGroup[group] = place;
    mixed.topSequences[place] = groups.topSequences[group];
    mixed.openingRows[place] = groups.openingRows[group];
    mixed.sums[place] = groups.sums[group];
    mixed.rows.set(flagged, start);
    mixed.starts[place + 1] = start + flagged.length;
    group++;
  }
  return {
    ...mixed,
    count,
    total,
    explored: Uint32Array.from(explored, ({ row }) => row),
    groupOfRow: (row) => {
      const flaggedIn = groups.groupOfRow(row);
      return flaggedIn < 0 ? (placeOfExplored.get(row) ?? -1) : placeOfGroup[flaggedIn];
    },
  };
}

/** The flagged rows ascending, and the rank by score of each. */
function inRowOrder(flagged: Uint32Array): { readonly rows: Uint32Array; readonly ranks: Uint32Array } {
  // Row and rank in one number sort together without a comparison in JavaScript; both are far below 2^26.
  const width = flagged.length + 1;
  const joined = Float64Array.from(flagged, (row, rank) => row * width + rank).sort();
  return {
    rows: Uint32Array.from(joined, (value) => Math.floor(value / width)),
    ranks: Uint32Array.from(joined, (value) => value % width),
  };
}

function indexOfRow(rows: Uint32Array, row: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (rows[middle] === row) return middle;
    if (rows[middle] < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The flagged rows of one alert, most anomalous first. */
export function flaggedRowsOf(groups: AlertGroups, group: number): Uint32Array {
  return groups.rows.subarray(groups.starts[group], groups.starts[group + 1]);
}

/** The flagged rows of all alerts of the queue, without those of suppressed ones. */
export function queuedRows({ rows, starts, count }: AlertGroups): Uint32Array {
  return rows.subarray(0, starts[count]);
}

/** One key of a sort. Numbers that are missing (NaN) and empty texts come last in either direction. */
export interface SortKey {
  readonly values: Float64Array;
  readonly descending: boolean;
}

/** The alerts in the order of several keys; alerts equal in all of them by their most anomalous row. */
export function sortAlerts(groups: AlertGroups, keys: readonly SortKey[]): Uint32Array {
  const order = Uint32Array.from({ length: groups.total }, (_, group) => group);
  return order.sort((left, right) => {
    for (const { values, descending } of keys) {
      const difference = compareValues(values[left], values[right], descending);
      if (difference !== 0) return difference;
    }
    return groups.topSequences[left] - groups.topSequences[right];
  });
}

function compareValues(left: number, right: number, descending: boolean): number {
  if (left === right) return 0;
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1;
  if (Number.isNaN(right)) return -1;
  return left < right === descending ? 1 : -1;
}

/** Where a page ended: the sort values of its last alert and that alert's most anomalous row. */
export interface AlertCursor {
  readonly values: readonly (number | null)[];
  readonly topSequence: number;
}

export function cursorAt(groups: AlertGroups, keys: readonly SortKey[], group: number): AlertCursor {
  return {
    values: keys.map(({ values }) => (Number.isNaN(values[group]) ? null : values[group])),
    topSequence: groups.topSequences[group],
  };
}

/**
 * The first position of a sorted order that lies behind a cursor. The alert of the cursor need not be there any more,
 * nor pass the filter: its values tell the place.
 */
export function positionAfter(
  groups: AlertGroups,
  keys: readonly SortKey[],
  order: Uint32Array,
  cursor: AlertCursor,
): number {
  if (cursor.values.length !== keys.length) impossible('a cursor has other sort keys than the page it is used for');
  const isBehind = (group: number): boolean => {
    for (const [index, { values, descending }] of keys.entries()) {
      const difference = compareValues(values[group], cursor.values[index] ?? NaN, descending);
      if (difference !== 0) return difference > 0;
    }
    return groups.topSequences[group] > cursor.topSequence;
  };
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBehind(order[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Ranks texts so that comparing ranks orders them: whole numbers by value and before other texts, the rest by their
 * characters. Equal texts have equal ranks.
 */
export function rankTexts(texts: readonly string[]): Float64Array {
  const wholeNumber = /^\d{1,15}$/;
  const numbers = texts.map((text) => (wholeNumber.test(text) ? Number(text) : NaN));
  const order = Array.from(texts.keys()).sort((left, right) => {
    const difference = compareValues(numbers[left], numbers[right], false);
    if (difference !== 0) return difference;
    if (texts[left] === texts[right]) return 0;
    return texts[left] < texts[right] ? -1 : 1;
  });
  const ranks = new Float64Array(texts.length);
  order.forEach((text, position) => {
    const before = position === 0 ? undefined : order[position - 1];
    ranks[text] = before !== undefined && texts[before] === texts[text] ? ranks[before] : position;
  });
  return ranks;
}

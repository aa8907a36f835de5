import { impossible } from '../../domain/error.ts';

/** All flagged transactions of one threshold, grouped into alerts: one per entity, or one per row without an entity. */
export interface AlertGroups {
  readonly count: number;
  /** Code of the entity, -1 where the alert is a single transaction without one. */
  readonly codes: Int32Array;
  /** The most anomalous flagged row of each alert; the earliest of equals. */
  readonly topSequences: Uint32Array;
  /** The sum of that row; lower is more anomalous. */
  readonly sums: Int32Array;
  /** Flagged rows of alert g: `rows.subarray(starts[g], starts[g + 1])`, most anomalous first. */
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
  /** The alert of an entity code, -1 where it has none flagged. */
  readonly groupOfCode: Int32Array;
  /** The alert of a single row without an entity. */
  readonly groupOfRow: ReadonlyMap<number, number>;
}

/**
 * Groups flagged rows, given most anomalous first, into alerts. Alerts come out in the order of their most anomalous
 * row, so that alert g has rank g by score, ties by row.
 *
 * @param codes code of each row's entity, -1 where it is missing; null where the case has no entity at all.
 */
export function groupAlerts(
  flagged: Uint32Array,
  sums: Int32Array,
  codes: Int32Array | null,
  entityCount: number,
): AlertGroups {
  const groupOfCode = new Int32Array(entityCount).fill(-1);
  const groupOfRow = new Map<number, number>();
  const groupOf = new Uint32Array(flagged.length);
  const groupCodes = new Int32Array(flagged.length);
  const topSequences = new Uint32Array(flagged.length);
  let count = 0;
  flagged.forEach((row, index) => {
    const code = codes === null ? -1 : codes[row];
    let group = code < 0 ? -1 : groupOfCode[code];
    if (group < 0) {
      group = count++;
      groupCodes[group] = code;
      topSequences[group] = row;
      if (code < 0) groupOfRow.set(row, group);
      else groupOfCode[code] = group;
    }
    groupOf[index] = group;
  });
  const starts = new Uint32Array(count + 1);
  for (const group of groupOf) starts[group + 1]++;
  for (let group = 0; group < count; group++) starts[group + 1] += starts[group];
  const next = starts.slice();
  const rows = new Uint32Array(flagged.length);
  flagged.forEach((row, index) => (rows[next[groupOf[index]]++] = row));
  const tops = topSequences.slice(0, count);
  return {
    count,
    codes: groupCodes.slice(0, count),
    topSequences: tops,
    sums: Int32Array.from(tops, (row) => sums[row]),
    starts,
    rows,
    groupOfCode,
    groupOfRow,
  };
}

/** The flagged rows of one alert, most anomalous first. */
export function flaggedRowsOf(groups: AlertGroups, group: number): Uint32Array {
  return groups.rows.subarray(groups.starts[group], groups.starts[group + 1]);
}

/** One key of a sort. Numbers that are missing (NaN) and empty texts come last in either direction. */
export interface SortKey {
  readonly values: Float64Array;
  readonly descending: boolean;
}

/** The alerts in the order of several keys; alerts equal in all of them by their most anomalous row. */
export function sortAlerts(groups: AlertGroups, keys: readonly SortKey[]): Uint32Array {
  const order = Uint32Array.from({ length: groups.count }, (_, group) => group);
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

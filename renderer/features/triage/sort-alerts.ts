import type { AlertSort } from '../../../preload/contract/alert-choice.ts';

const MOST_SORTS = 4;

/**
 * The sort after a column was chosen: alone, or (`isAdded`) after those chosen before. A first choice puts the largest
 * on top, a second turns it around, and an added one is taken away by a third.
 */
export function sortedBy(sort: readonly AlertSort[], by: AlertSort['by'], isAdded: boolean): readonly AlertSort[] {
  const present = sort.find((other) => other.by === by);
  if (!isAdded) return [{ by, descending: present === undefined || sort.length > 1 ? true : !present.descending }];
  if (present === undefined) return [...sort, { by, descending: true }].slice(-MOST_SORTS);
  if (present.descending) return sort.map((other) => (other.by === by ? { by, descending: false } : other));
  const others = sort.filter((other) => other.by !== by);
  return others.length === 0 ? [{ by, descending: true }] : others;
}

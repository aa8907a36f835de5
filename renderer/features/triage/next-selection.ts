/**
 * The alert to select after the given ones were decided and may leave the list: the first below them that stays, else
 * the nearest one above, else null. `order` is the list as it was before.
 */
export function selectionAfterDecision(
  order: readonly string[],
  selected: string | null,
  decided: ReadonlySet<string>,
): string | null {
  const at = selected === null ? -1 : order.indexOf(selected);
  const below = order.find((key, index) => index > at && !decided.has(key));
  if (below !== undefined) return below;
  const above = order.slice(0, Math.max(0, at)).findLast((key) => !decided.has(key));
  if (above !== undefined) return above;
  return selected !== null && order.includes(selected) ? selected : null;
}

/** The alert `steps` below (or above, when negative) the selected one, kept within the list. */
export function neighbour(order: readonly string[], selected: string | null, steps: number): string | null {
  if (order.length === 0) return null;
  const at = selected === null ? -1 : order.indexOf(selected);
  if (at < 0) return steps >= 0 ? order[0] : order[order.length - 1];
  return order[Math.min(order.length - 1, Math.max(0, at + steps))];
}

/** All keys from one to another in list order, both included; empty where either is not in the list. */
export function keysBetween(order: readonly string[], from: string, to: string): readonly string[] {
  const ends = [order.indexOf(from), order.indexOf(to)].toSorted((a, b) => a - b);
  return ends[0] < 0 ? [] : order.slice(ends[0], ends[1] + 1);
}

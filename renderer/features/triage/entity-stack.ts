import type { EntitySide } from '../../../preload/contract/entities.ts';

/** An entity, or the other side of transactions: the same text may be one of each. */
export interface EntityRef {
  readonly text: string;
  readonly side: EntitySide;
}

/** The entities whose pages were opened one from another; the last is shown, none where the list of alerts is. */
export type EntityStack = readonly EntityRef[];

/** Pages that can be gone back through. */
const MOST_PAGES = 20;

/** The stack with one more page on it; the page shown is not opened on itself. */
export function opened(stack: EntityStack, entity: EntityRef): EntityStack {
  const last = stack.at(-1);
  if (last?.text === entity.text && last.side === entity.side) return stack;
  return [...stack, entity].slice(-MOST_PAGES);
}

/** Guards what an older window may have written. */
export function isEntityStack(value: unknown): value is EntityStack {
  return Array.isArray(value) && value.every(isEntityRef);
}

function isEntityRef(value: unknown): value is EntityRef {
  if (typeof value !== 'object' || value === null) return false;
  const { text, side } = value as Partial<Record<keyof EntityRef, unknown>>;
  return typeof text === 'string' && (side === 'entity' || side === 'counterpart');
}

import type { AlertFilter } from '../../preload/contract/alert-choice.ts';
import type { TransactionFilter } from '../../preload/contract/transactions.ts';

/** What a filter of transactions may ask; everything else in a filter of alerts is the list's own. */
const sharedConditions: ReadonlySet<string> = new Set<keyof TransactionFilter>([
  'fromMs',
  'toMs',
  'minimumAmount',
  'maximumAmount',
  'columns',
  'ranges',
]);

/** The filter of a case in two parts: what all places share, and what only the list of alerts knows. */
export interface FilterParts {
  readonly shared: TransactionFilter;
  readonly own: AlertFilter;
}

/** True where a filter lets every transaction pass. */
export function isEmptyFilter(filter: TransactionFilter): boolean {
  return Object.keys(withoutNothing(filter)).length === 0;
}

/** The filter by which alerts are listed. Ids that were asked for are shown whatever the shared filter says. */
export function alertFilterOf({ shared, own }: FilterParts): AlertFilter {
  return own.anyOf === undefined ? { ...own, ...shared } : own;
}

/**
 * Both parts once the list of alerts is to have the filter `next`. While ids are asked for the shared filter is set
 * aside, and it holds again once they are taken away.
 */
export function changedParts({ shared, own }: FilterParts, next: AlertFilter): FilterParts {
  if (next.anyOf !== undefined) return { shared, own: withoutNothing(next) };
  const entries = Object.entries(withoutNothing(next));
  const asked = Object.fromEntries(entries.filter(([name]) => sharedConditions.has(name)));
  return {
    shared: own.anyOf === undefined ? asked : { ...shared, ...asked },
    own: Object.fromEntries(entries.filter(([name]) => !sharedConditions.has(name))),
  };
}

/** Without conditions that ask for nothing. */
export function withoutNothing<Filter extends TransactionFilter>(filter: Filter): Filter {
  const isAsked = ([, value]: [string, unknown]): boolean =>
    value !== undefined && !(isRecord(value) && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(filter).filter(isAsked)) as Filter;
}

/** Guards a filter that an older window may have written. */
export function isTransactionFilter(value: unknown): value is TransactionFilter {
  if (!isRecord(value)) return false;
  return Object.entries(value).every(([name, condition]) => {
    if (name === 'columns') return isRecord(condition) && Object.values(condition).every(isListOfTexts);
    if (name === 'ranges') return isRecord(condition) && Object.values(condition).every(isRange);
    return sharedConditions.has(name) && typeof condition === 'number';
  });
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isRange(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((end) => typeof end === 'number');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

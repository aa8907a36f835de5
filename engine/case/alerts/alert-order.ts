import { leadingThemes } from '../../domain/window-feature.ts';
import type { AlertSort } from '../../../preload/contract/alert-choice.ts';
import { rankTexts, sortAlerts, type AlertGroups, type SortKey } from './alert-groups.ts';
import { keyOfRow } from './alert-keys.ts';
import type { CodedColumn } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import { keepNewest, type ModelView } from '../model/model-view.ts';
import { knownFirstFeature } from '../model/reason-words.ts';
import { knownLeadingTheme } from '../model/theme-shares.ts';

/** What alerts are put in order by. */
export interface OrderInput {
  readonly session: CaseSession;
  readonly view: ModelView;
  readonly groups: AlertGroups;
  /** The transaction of each alert that its row in the list shows. */
  readonly shownRows: ArrayLike<number>;
  /** What was decided of an alert, as the place of the word in the order of words. */
  readonly stateRank: (group: number) => number;
}

export interface AlertOrdering {
  readonly keys: readonly SortKey[];
  readonly order: Uint32Array;
}

const keptOrders = 8;
const orders = new WeakMap<AlertGroups, Map<string, AlertOrdering>>();

/** Sorts that change while the alerts are the same: by what was decided, and by reasons that are still computed. */
const isPassing: ReadonlySet<AlertSort['by']> = new Set(['verdict', 'firstReason', 'theme'] as const);

/**
 * The alerts in the order of a sort, by the transaction that each row shows; computed once for a sort and a filter.
 * @param filter names the filter by which the rows are shown; null where they are the most anomalous ones
 * @throws AssayError UNKNOWN_COLUMN where the case has no such column
 */
export function alertsInOrderOf(input: OrderInput, sort: readonly AlertSort[], filter: string | null): AlertOrdering {
  const { groups } = input;
  const known = orders.get(groups) ?? new Map<string, AlertOrdering>();
  orders.set(groups, known);
  const name = JSON.stringify([sort, filter]);
  const isKept = !sort.some(({ by }) => isPassing.has(by));
  const earlier = isKept ? known.get(name) : undefined;
  if (earlier !== undefined) return earlier;
  const keys = sort.map(({ by, descending }) => ({ values: sortValues(input, by), descending }));
  const made = { keys, order: sortAlerts(groups, keys) };
  if (isKept) {
    keepNewest(known, keptOrders - 1);
    known.set(name, made);
  }
  return made;
}

function sortValues(input: OrderInput, by: AlertSort['by']): Float64Array {
  const { session, view, groups, shownRows, stateRank } = input;
  const { arrays } = session;
  const ofRows = (values: ArrayLike<number> | null): Float64Array =>
    Float64Array.from(shownRows, (row) => (row < 0 ? NaN : (values?.[row] ?? NaN)));
  switch (by) {
    case 'score':
      return Float64Array.from(groups.sums, (sum) => -sum);
    case 'amount':
      return ofRows(arrays.amounts);
    case 'time':
      return Float64Array.from(shownRows, (row) => arrays.times?.[row] ?? row);
    case 'day':
      return Float64Array.from(groups.openingRows, (row) => arrays.days?.[row] ?? NaN);
    case 'transactions':
      return Float64Array.from({ length: groups.total }, (_, group) => groups.starts[group + 1] - groups.starts[group]);
    case 'entity':
      return arrays.entity === null
        ? rankTexts(Array.from(groups.topSequences, (row) => keyOfRow(arrays, row)))
        : ranksOfTexts(arrays.entity, groups.topSequences);
    case 'counterpart':
      return arrays.counterpart === null ? ofRows(null) : ranksOfTexts(arrays.counterpart, shownRows);
    case 'topId':
      return rankTexts(arrays.ids(Array.from(shownRows, (row) => Math.max(0, row))));
    case 'verdict':
      return Float64Array.from({ length: groups.total }, (_, group) => stateRank(group));
    case 'firstReason':
      return ranksOfReasons(view, groups);
    case 'theme':
      return ranksOfThemes(view, groups);
    default:
      return storedValues(input, by.slice('column:'.length));
  }
}

function storedValues({ session: { arrays }, shownRows }: OrderInput, name: string): Float64Array {
  const column = arrays.decodedColumns.find((other) => other.name === name);
  if (column?.kind === 'text') return rankTexts(arrays.ids(Array.from(shownRows, (row) => Math.max(0, row))));
  if (column?.kind === 'category') return ranksOfTexts(arrays.coded(name), shownRows);
  const values = arrays.valuesOf(name);
  return Float64Array.from(shownRows, (row) => (row < 0 ? NaN : values[row]));
}

/** The place of each row's text among those of all the rows; NaN where it is missing. */
function ranksOfTexts({ codes, dictionary }: CodedColumn, rows: ArrayLike<number>): Float64Array {
  const present = [...new Set(Array.from(rows, (row) => codes[row] ?? -1).filter((code) => code >= 0))];
  const ranks = rankTexts(present.map((code) => dictionary.textOf(code)));
  const rankOf = new Map(present.map((code, index) => [code, ranks[index]]));
  return Float64Array.from(rows, (row) => rankOf.get(codes[row] ?? -1) ?? NaN);
}

/** Alerts with the same leading theme stand together, in the order of the themes; those without one or not explained yet come last. */
function ranksOfThemes(view: ModelView, groups: AlertGroups): Float64Array {
  return Float64Array.from(groups.topSequences, (row) => {
    const theme = knownLeadingTheme(view, row) ?? null;
    return theme === null ? NaN : leadingThemes.indexOf(theme);
  });
}

/** Alerts with the same strongest reason stand together, by what it is called; those not explained yet come last. */
function ranksOfReasons(view: ModelView, groups: AlertGroups): Float64Array {
  const labels = new Map(view.words.map(({ name, label }) => [name, label]));
  const reasons = Array.from(groups.topSequences, (row) => knownFirstFeature(view, row));
  const present = [...new Set(reasons.filter((name) => name !== undefined))];
  const ranks = rankTexts(present.map((name) => labels.get(name) ?? ''));
  const rankOf = new Map<string | undefined, number>(present.map((name, index) => [name, ranks[index]]));
  return Float64Array.from(reasons, (name) => rankOf.get(name) ?? NaN);
}

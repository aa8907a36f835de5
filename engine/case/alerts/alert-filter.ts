import { localDay } from '../../domain/time-zone.ts';
import type { LeadingTheme } from '../../domain/window-feature.ts';
import type { AlertFilter } from '../../../preload/contract/alert-choice.ts';
import { flaggedRowsOf, type AlertGroups } from './alert-groups.ts';
import { rowOfKey } from './alert-keys.ts';
import type { CaseArrays } from '../case-arrays.ts';
import type { CaseSession } from '../case-session.ts';
import { keepNewest, type ModelView } from '../model/model-view.ts';
import { knownFirstFeature } from '../model/reason-words.ts';
import { knownLeadingTheme } from '../model/theme-shares.ts';
import { transactionConditions, type RowCondition } from '../row-conditions.ts';

/** A filter without its choice of verdicts, which is no matter of transactions. */
export type FilterBesidesVerdicts = Omit<AlertFilter, 'verdict'>;

/** Which alerts pass a filter of transactions. */
export interface PassingAlerts {
  /** Per alert the row by which it passes, or -1. */
  readonly rows: Int32Array;
  /** Whether the filter asks for anything of transactions, so that the row says more than that it is the most anomalous. */
  readonly isFiltered: boolean;
}

type AlertCondition = (group: number) => boolean;

const keptFilters = 8;
/** Raw text looked at per row when searching; a longer row is found by its beginning. */
const searchedBytes = 4096;

interface FilterCache {
  readonly passing: Map<string, PassingAlerts>;
  searchTexts?: ReadonlyMap<number, string>;
}

const caches = new WeakMap<AlertGroups, FilterCache>();

/** Alerts that open on the day of the filter, and of which some flagged transaction meets all its other conditions at once. */
export function passingAlerts(
  session: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  filter: FilterBesidesVerdicts,
): PassingAlerts {
  const cache: FilterCache = caches.get(groups) ?? { passing: new Map() };
  caches.set(groups, cache);
  const name = JSON.stringify(filter);
  const known = cache.passing.get(name);
  if (known !== undefined) return known;
  const conditions = rowConditions(session, groups, cache, filter);
  const alertConditions = conditionsOfAlerts(session, view, groups, filter);
  const rows = new Int32Array(groups.total).fill(-1);
  for (let group = 0; group < groups.total; group++) {
    if (!alertConditions.every((condition) => condition(group))) continue;
    rows[group] =
      conditions.length === 0
        ? groups.topSequences[group]
        : (flaggedRowsOf(groups, group).find((row) => conditions.every((condition) => condition(row))) ?? -1);
  }
  const passing = { rows, isFiltered: conditions.length > 0 };
  // Which reasons are known changes between two questions.
  if (filter.firstReasons !== undefined || filter.themes !== undefined) return passing;
  keepNewest(cache.passing, keptFilters - 1);
  cache.passing.set(name, passing);
  return passing;
}

/** What is asked of an alert as a whole: its day, score, size and strongest reason. */
function conditionsOfAlerts(
  { arrays }: CaseSession,
  view: ModelView,
  groups: AlertGroups,
  { dayMs, minimumScore, minimumFlagged, firstReasons, themes }: FilterBesidesVerdicts,
): readonly AlertCondition[] {
  const conditions: AlertCondition[] = [];
  if (dayMs !== undefined) {
    const day = localDay(arrays.clock, dayMs);
    conditions.push((group) => arrays.days?.[groups.openingRows[group]] === day);
  }
  if (minimumScore !== undefined) conditions.push((group) => view.scoreOf(groups.sums[group]) >= minimumScore);
  if (minimumFlagged !== undefined)
    conditions.push((group) => groups.starts[group + 1] - groups.starts[group] >= minimumFlagged);
  if (firstReasons !== undefined) {
    const wanted = new Set<string | undefined>(firstReasons);
    conditions.push((group) => wanted.has(knownFirstFeature(view, groups.topSequences[group])));
  }
  if (themes !== undefined) {
    const wanted = new Set<LeadingTheme | null | undefined>(themes);
    conditions.push((group) => wanted.has(knownLeadingTheme(view, groups.topSequences[group])));
  }
  return conditions;
}

function rowConditions(
  session: CaseSession,
  groups: AlertGroups,
  cache: FilterCache,
  filter: FilterBesidesVerdicts,
): readonly RowCondition[] {
  const { arrays } = session;
  const conditions = [...transactionConditions(arrays, filter)];
  if (filter.anyOf !== undefined) conditions.push(isAnyOf(arrays, groups, filter.anyOf));
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) {
    cache.searchTexts ??= searchTexts(session, groups);
    const texts = cache.searchTexts;
    conditions.push((row) => {
      const text = texts.get(row) ?? '';
      return words.every((word) => text.includes(word));
    });
  }
  return conditions;
}

/** Rows whose id, entity or counterpart is one of the texts, and the rows of alerts whose key is one. */
function isAnyOf(arrays: CaseArrays, groups: AlertGroups, texts: readonly string[]): RowCondition {
  const wanted = new Set(texts.map((text) => text.trim()).filter(Boolean));
  const ids = arrays.ids(groups.rows);
  const rows = new Set<number>();
  ids.forEach((id, index) => {
    if (wanted.has(id)) rows.add(groups.rows[index]);
  });
  for (const text of wanted) {
    const group = groups.groupOfRow(rowOfKey(arrays, text));
    if (group >= 0) for (const row of flaggedRowsOf(groups, group)) rows.add(row);
  }
  const codesIn = (column: CaseArrays['entity']): ReadonlySet<number> =>
    new Set([...wanted].map((text) => column?.dictionary.find(text) ?? -1).filter((code) => code >= 0));
  const entities = codesIn(arrays.entity);
  const counterparts = codesIn(arrays.counterpart);
  return (row) =>
    rows.has(row) ||
    entities.has(arrays.entity?.codes[row] ?? -1) ||
    counterparts.has(arrays.counterpart?.codes[row] ?? -1);
}

/** What a search looks at, in lower case: each flagged row as received; its id and entity are part of it. */
function searchTexts(session: CaseSession, groups: AlertGroups): ReadonlyMap<number, string> {
  const decoder = new TextDecoder();
  const texts = new Map<number, string>();
  for (const row of groups.rows.slice().sort()) {
    const { bytes } = session.openCase.readRaw(row);
    texts.set(row, decoder.decode(bytes.subarray(0, searchedBytes)).toLowerCase());
  }
  return texts;
}

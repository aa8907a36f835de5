import type { RowTransform } from '../../domain/feature-spec.ts';
import { FRAUD, UNLABELLED } from '../../domain/label.ts';
import { columnWithRole } from '../../domain/profile.ts';
import { habitOf, isAgainstHabit, type HabitFeature, type WindowFeature } from '../../domain/window-feature.ts';
import { entityNoun } from '../../features/windows/describe-window-feature.ts';
import { FEWEST_VALUES, quantileOf, rowsBefore } from '../alerts/own-normal.ts';
import { rowsOfCode, UNKNOWN_CODE, type CaseArrays } from '../case-arrays.ts';

/** What the earlier transactions of an entity say of one value of a transaction. */
export interface OwnUsual {
  /** Whose they are: 'card'. */
  readonly who: string;
  /** Of how many earlier transactions it is known; at least five. */
  readonly count: number;
  /** Their median, in the unit of the feature without its logarithm; null where likeness is counted. */
  readonly median: number | null;
  /** How many of them were alike: the same hour or one beside it, the same day of the week, the same text. */
  readonly alike: number;
  /** What is counted in the window of a feature, and how many of it a day are usual; absent where nothing is counted. */
  readonly rate?: { readonly now: number; readonly perDay: number };
  /** What labels say of the window of a feature of fraud; absent where it looks at none. */
  readonly known?: KnownFraud;
}

/** Of the payments of a window that are labelled: how many are fraud, and of how many different ones of the other side. */
export interface KnownFraud {
  readonly frauds: number;
  readonly judged: number;
  readonly victims: number | null;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const hoursOfDay = 24;
const daysOfWeek = 7;
/** Local hours of the week from Monday 00:00; night ends at 07:00. */
const nightHours = 7;
const firstWeekendDay = 5;
const NO_HOUR = 255;
/** Windows are computed for so many earlier transactions, the latest of them. */
const windowsLookedAt = 200;

/** What is usual for the alert's entity, or for the entity of the window; null where too little is known of it. */
export function ownUsual(arrays: CaseArrays, source: RowTransform | WindowFeature, row: number): OwnUsual | null {
  if (!('entity' in source)) return usualOfRow(arrays, source, row);
  if (source.kind === 'risk' || source.kind === 'confirmed-fraud') return knownFraud(arrays, source, row);
  return isAgainstHabit(source) ? usualOfHabit(arrays, source, row) : usualInWindow(arrays, source, row);
}

function usualOfRow(arrays: CaseArrays, source: RowTransform, row: number): OwnUsual | null {
  const { entity, rowsByEntity, times } = arrays;
  const code = entity?.codes[row] ?? UNKNOWN_CODE;
  if (entity === null || rowsByEntity === null || code === UNKNOWN_CODE) return null;
  const who = entityNoun(entity.column.name, arrays.profile);
  const earlier = rowsBefore(rowsOfCode(rowsByEntity, code), times, row);
  switch (source.kind) {
    case 'identity':
    case 'log': {
      const values = arrays.valuesOf(source.column);
      return medianOf(
        who,
        Float64Array.from(earlier, (other) => values[other]),
      );
    }
    case 'hour':
    case 'weekday':
    case 'night':
    case 'weekend': {
      if (columnWithRole(arrays.profile, 'event_time')?.name !== source.column) return null;
      const hours = arrays.hoursOfWeek;
      const isAlike = likeness[source.kind];
      const own = hours[row];
      return own === NO_HOUR
        ? null
        : alikeOf(who, earlier, (other) => hours[other] !== NO_HOUR && isAlike(hours[other], own));
    }
    case 'frequency':
    case 'one-hot': {
      const { codes, dictionary } = arrays.coded(source.column);
      const wanted = source.kind === 'one-hot' ? dictionary.find(source.value) : codes[row];
      return wanted < 0 ? null : alikeOf(who, earlier, (other) => codes[other] === wanted);
    }
  }
}

/** Whether two local hours of the week are alike in what a feature looks at. */
const likeness: Readonly<Record<'hour' | 'weekday' | 'night' | 'weekend', (hour: number, own: number) => boolean>> = {
  hour: (hour, own) => {
    const apart = Math.abs((hour % hoursOfDay) - (own % hoursOfDay));
    return Math.min(apart, hoursOfDay - apart) <= 1;
  },
  weekday: (hour, own) => dayOf(hour) === dayOf(own),
  night: (hour, own) => hour % hoursOfDay < nightHours === own % hoursOfDay < nightHours,
  weekend: (hour, own) => dayOf(hour) >= firstWeekendDay === dayOf(own) >= firstWeekendDay,
};

function dayOf(hourOfWeek: number): number {
  return Math.floor(hourOfWeek / hoursOfDay) % daysOfWeek;
}

function alikeOf(who: string, earlier: Uint32Array, isAlike: (row: number) => boolean): OwnUsual | null {
  if (earlier.length < FEWEST_VALUES) return null;
  return {
    who,
    count: earlier.length,
    median: null,
    alike: earlier.reduce((sum, row) => sum + (isAlike(row) ? 1 : 0), 0),
  };
}

function medianOf(who: string, values: Float64Array): OwnUsual | null {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length < FEWEST_VALUES) return null;
  return { who, count: sorted.length, median: quantileOf(sorted, 0.5), alike: 0 };
}

/** What a feature that is measured against a habit looked at for one transaction. */
export interface HabitRows {
  /** The entity's earlier transactions, ascending by time. */
  readonly earlier: Uint32Array;
  /** Those of them that are its habit. */
  readonly habit: Uint32Array;
  /** Those of them within the window of the feature. */
  readonly recent: Uint32Array;
}

/** The rows that a feature compares a transaction with; null where it has no time. */
export function habitRowsOf(arrays: CaseArrays, feature: HabitFeature, row: number): HabitRows | null {
  const { times } = arrays;
  if (times === null || Number.isNaN(times[row])) return null;
  const { windowMs, delayMs, most } = habitOf(feature);
  const upTo = times[row] - delayMs;
  const earlier = rowsOfEntity(arrays, feature, row)
    .filter((other) => times[other] <= times[row] && other !== row)
    .sort((left, right) => times[left] - times[right] || left - right);
  return {
    earlier,
    habit: earlier.filter((other) => times[other] <= upTo && times[other] > upTo - windowMs).slice(-most),
    recent: earlier.filter((other) => times[other] > times[row] - feature.windowMs),
  };
}

/** What a feature that is measured against a habit found in it. */
function usualOfHabit(arrays: CaseArrays, feature: HabitFeature, row: number): OwnUsual | null {
  const { times } = arrays;
  const rows = habitRowsOf(arrays, feature, row);
  if (times === null || rows === null) return null;
  const { habit, recent } = rows;
  const upTo = times[row] - habitOf(feature).delayMs;
  const who = feature.entity.map((column) => entityNoun(column, arrays.profile)).join(' and ');
  const days = habit.length === 0 ? 0 : (upTo - times[habit[0]]) / dayMs;
  const rateOf = (now: number, usual: number): OwnUsual => ({
    ...{ who, count: habit.length, median: null, alike: 0 },
    rate: { now, perDay: (usual + 1) / (days + 1) },
  });
  switch (feature.kind) {
    case 'amount-excess':
    case 'sum-to-habit':
    case 'small-payments': {
      const amounts = arrays.valuesOf(feature.amount);
      return medianOf(
        who,
        Float64Array.from(habit, (other) => amounts[other]),
      );
    }
    case 'novelty':
    case 'rarity': {
      const { codes } = arrays.coded(feature.of);
      return alikeOf(who, habit, (other) => codes[other] === codes[row]);
    }
    case 'hour-rarity': {
      const hours = arrays.hoursOfWeek;
      return alikeOf(who, habit, (other) => hours[other] !== NO_HOUR && likeness.hour(hours[other], hours[row]));
    }
    case 'burst':
      return rateOf(recent.length + 1, habit.length);
    case 'new-visitors': {
      const { codes } = arrays.coded(feature.of);
      const known = new Set(Array.from(habit, (other) => codes[other]));
      const now = new Set([row, ...recent].map((other) => codes[other]).filter((code) => !known.has(code)));
      return rateOf(now.size, known.size);
    }
  }
}

/** The frauds that a feature of the label column found in its window; null where that column is no longer the label. */
function knownFraud(
  arrays: CaseArrays,
  feature: Extract<WindowFeature, { kind: 'risk' | 'confirmed-fraud' }>,
  row: number,
): OwnUsual | null {
  const { labels, times, profile } = arrays;
  if (labels === null || times === null || columnWithRole(profile, 'label')?.name !== feature.label) return null;
  const upTo = times[row] - feature.delayMs;
  const judged = rowsOfEntity(arrays, feature, row).filter(
    (other) => labels[other] !== UNLABELLED && times[other] <= upTo && times[other] > upTo - feature.windowMs,
  );
  const frauds = judged.filter((other) => labels[other] === FRAUD);
  const codes = feature.kind === 'confirmed-fraud' ? arrays.coded(feature.of).codes : null;
  return {
    who: feature.entity.map((column) => entityNoun(column, profile)).join(' and '),
    ...{ count: judged.length, median: null, alike: 0 },
    known: {
      frauds: frauds.length,
      judged: judged.length,
      victims: codes === null ? null : new Set(Array.from(frauds, (other) => codes[other])).size,
    },
  };
}

/** The median of the same window before the latest of the entity's earlier transactions. */
function usualInWindow(
  arrays: CaseArrays,
  feature: Exclude<WindowFeature, HabitFeature>,
  row: number,
): OwnUsual | null {
  const { times } = arrays;
  const measure = measureOf(arrays, feature);
  if (measure === null || times === null || Number.isNaN(times[row])) return null;
  const rows = rowsBefore(rowsOfEntity(arrays, feature, row), times, row)
    .filter((other) => !Number.isNaN(times[other]))
    .sort((left, right) => times[left] - times[right] || left - right);
  const delayMs = 'delayMs' in feature ? feature.delayMs : 0;
  const includesOwn = 'includeCurrent' in feature && feature.includeCurrent;
  const values: number[] = [];
  let start = 0;
  let end = 0;
  const first = Math.max(0, rows.length - windowsLookedAt);
  for (let index = first; index < rows.length; index++) {
    const untilMs = times[rows[index]] - delayMs;
    while (start < rows.length && times[rows[start]] <= untilMs - feature.windowMs) start++;
    while (end < rows.length && times[rows[end]] <= untilMs) end++;
    const ownEnd = delayMs > 0 ? end : includesOwn ? index + 1 : index;
    values.push(measure(rows.subarray(Math.min(start, ownEnd), ownEnd), times[rows[index]]));
  }
  const who = feature.entity.map((column) => entityNoun(column, arrays.profile)).join(' and ');
  return medianOf(who, Float64Array.from(values));
}

function rowsOfEntity(arrays: CaseArrays, { entity }: WindowFeature, row: number): Uint32Array {
  const [first, second] = entity;
  const code = arrays.coded(first).codes[row];
  if (code < 0) return new Uint32Array(0);
  const rows = rowsOfCode(arrays.rowsBy(first), code);
  if (second === undefined) return rows;
  const { codes } = arrays.coded(second);
  return rows.filter((other) => codes[other] === codes[row]);
}

type Measure = (window: Uint32Array, atMs: number) => number;

/** What a window feature computes of the rows in its window; null where it is no habit, or compares with one itself. */
function measureOf(arrays: CaseArrays, feature: Exclude<WindowFeature, HabitFeature>): Measure | null {
  const { times } = arrays;
  switch (feature.kind) {
    case 'count':
      return (window) => window.length;
    case 'distinct': {
      const { codes } = arrays.coded(feature.of);
      return (window) => new Set(Array.from(window, (row) => codes[row])).size;
    }
    case 'since-last':
      return (window, atMs) => {
        const last = window.at(-1);
        return last === undefined || times === null ? NaN : (atMs - times[last]) / hourMs;
      };
    case 'sum':
    case 'mean':
    case 'min':
    case 'max':
    case 'std': {
      const amounts = arrays.valuesOf(feature.amount);
      const measure = ofAmounts[feature.kind];
      return (window) =>
        measure(Float64Array.from(window, (row) => amounts[row]).filter((amount) => !Number.isNaN(amount)));
    }
    case 'ratio-to-mean':
    case 'deviations-from-mean':
    case 'first-seen':
    case 'fraud-count':
    case 'risk':
    case 'confirmed-fraud':
      return null;
  }
}

/** An empty window gives 0, as the features do. */
const ofAmounts: Readonly<Record<'sum' | 'mean' | 'min' | 'max' | 'std', (amounts: Float64Array) => number>> = {
  sum,
  mean,
  min: (amounts) => (amounts.length === 0 ? 0 : amounts.reduce((least, amount) => Math.min(least, amount))),
  max: (amounts) => (amounts.length === 0 ? 0 : amounts.reduce((most, amount) => Math.max(most, amount))),
  std: (amounts) => {
    if (amounts.length < 2) return 0;
    const centre = mean(amounts);
    return Math.sqrt(amounts.reduce((total, amount) => total + (amount - centre) ** 2, 0) / (amounts.length - 1));
  },
};

function sum(amounts: Float64Array): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

function mean(amounts: Float64Array): number {
  return amounts.length === 0 ? 0 : sum(amounts) / amounts.length;
}

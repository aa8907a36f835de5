import type { ColumnBlock, DecodedSegment } from '../domain/columns.ts';
import { usageError } from '../domain/error.ts';
import type { Feature, FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile, ProfileColumn } from '../domain/profile.ts';
import { localHour, localWeekday, zoneClock } from '../domain/time-zone.ts';
import type { ZoneClock } from '../domain/time-zone.ts';
import { isRelativeTimeFormat } from '../domain/time-text.ts';
import { dictionaryOf } from './decode-segment.ts';
import type { Dictionaries } from './decode-segment.ts';
import { formatCount, joinWords } from './finding.ts';
import { DrawnValues, RowDraw } from './row-draw.ts';
import type { DrawnRows } from './row-draw.ts';
import { nightOf, signedLog, toFeatureRange } from './row-values.ts';

export interface FeatureOptions {
  /** The amount as sign(x) * ln(1 + |x|) instead of as it is. */
  readonly logAmount?: boolean;
  /** Categories of at most this many values get one feature per value; others get one frequency. */
  readonly oneHotLimit?: number;
  /**
   * For a model whose features over time know habits (`proposeThemes`): the amount belongs to its theme, and hours and kinds, which
   * mean something only beside a habit, are left out.
   */
  readonly byTheme?: boolean;
  /** Seed of the draw of rows that medians rest on where there are more than 8,192. */
  readonly seed?: number;
}

const defaultOneHotLimit = 8;

/** Beyond this many texts the rarest have share 0, as texts never seen have, so that the spec stays small. */
const mostShares = 10_000;

interface Outcome {
  readonly features: readonly Feature[];
  readonly leftOut: readonly string[];
}

/** Gathers over all rows what the features of one column need. */
interface ColumnFitter {
  add(block: ColumnBlock | undefined, rowCount: number, drawn: DrawnRows): void;
  finish(): Outcome;
}

/** Counts what is present, notices whether two numbers differ as float32, and keeps drawn ones for the median. */
class NumberSummary {
  readonly #drawn = new DrawnValues();
  #first = NaN;
  presentCount = 0;
  missingCount = 0;
  varies = false;

  /** Adds a segment's numbers, of which NaN is missing. */
  add(values: Float64Array, drawn: DrawnRows): void {
    let missingCount = 0;
    for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) missingCount += 1;
    this.missingCount += missingCount;
    this.presentCount += values.length - missingCount;
    for (let row = 0; row < values.length && !this.varies; row++) this.#compare(values[row]);
    for (let index = 0; index < drawn.rows.length; index++)
      this.#drawn.put(drawn.slots[index], values[drawn.rows[index]]);
  }

  #compare(value: number): void {
    if (Number.isNaN(value)) return;
    const narrowed = Math.fround(toFeatureRange(value));
    if (Number.isNaN(this.#first)) this.#first = narrowed;
    else this.varies = narrowed !== this.#first;
  }

  /** The median of the drawn rows; the first number of all where every drawn row lacks one. */
  median(): number {
    return toFeatureRange(this.#drawn.median() ?? this.#first);
  }
}

function sameEverywhere(presentCount: number): string {
  return presentCount === 0 ? 'empty in every row' : 'the same in every row';
}

class NumberFitter implements ColumnFitter {
  readonly #column: ProfileColumn;
  readonly #logged: boolean;
  readonly #theme: { readonly theme?: 'amount' };
  readonly #summary = new NumberSummary();

  constructor(column: ProfileColumn, logged: boolean, theme: { readonly theme?: 'amount' }) {
    this.#column = column;
    this.#logged = logged;
    this.#theme = theme;
  }

  add(block: ColumnBlock | undefined, rowCount: number, drawn: DrawnRows): void {
    if (block?.kind === 'number') this.#summary.add(block.values, drawn);
    else this.#summary.add(new Float64Array(rowCount).fill(NaN), drawn);
  }

  finish(): Outcome {
    const { name } = this.#column;
    if (!this.#summary.varies) return { features: [], leftOut: [sameEverywhere(this.#summary.presentCount)] };
    const median = this.#summary.median();
    const imputation = { rule: 'median', missingCount: this.#summary.missingCount } as const;
    const feature: Feature = this.#logged
      ? {
          name: `${name}_log`,
          description: `${name} on a logarithmic scale: sign(x) * ln(1 + |x|).`,
          transform: { kind: 'log', column: name },
          // Adding 0 turns -0 into 0, as JSON does: a spec read back is the same spec.
          imputation: { ...imputation, value: Math.fround(signedLog(Math.fround(median))) + 0 },
          ...this.#theme,
          usesLabels: false,
        }
      : {
          name,
          description: `${name} as received.`,
          transform: { kind: 'identity', column: name },
          imputation: { ...imputation, value: median + 0 },
          ...this.#theme,
          usesLabels: false,
        };
    return { features: [feature], leftOut: [] };
  }
}

/** The index of the largest count; the first of equal ones. */
function mostFrequent(counts: readonly number[]): number {
  return counts.indexOf(Math.max(...counts));
}

class TimeFitter implements ColumnFitter {
  readonly #column: string;
  readonly #clock: ZoneClock;
  readonly #hours = new NumberSummary();
  readonly #weekdayCounts = [0, 0, 0, 0, 0, 0, 0];
  readonly #nightCounts = [0, 0];

  constructor(column: string, clock: ZoneClock) {
    this.#column = column;
    this.#clock = clock;
  }

  add(block: ColumnBlock | undefined, rowCount: number, drawn: DrawnRows): void {
    const hours = new Float64Array(rowCount).fill(NaN);
    if (block?.kind === 'time') {
      for (let row = 0; row < rowCount; row++) {
        const instantMs = block.values[row];
        if (Number.isNaN(instantMs)) continue;
        hours[row] = localHour(this.#clock, instantMs);
        this.#nightCounts[nightOf(hours[row])] += 1;
        this.#weekdayCounts[localWeekday(this.#clock, instantMs)] += 1;
      }
    }
    this.#hours.add(hours, drawn);
  }

  finish(): Outcome {
    if (this.#hours.presentCount === 0) return { features: [], leftOut: [sameEverywhere(0)] };
    const varies = (counts: readonly number[]): boolean => counts.filter((count) => count > 0).length > 1;
    const mode = (counts: readonly number[]): Feature['imputation'] => ({
      rule: 'most-frequent',
      value: mostFrequent(counts),
      missingCount: this.#hours.missingCount,
    });
    const zone = this.#clock.timeZone;
    const column = this.#column;
    const candidates: readonly { readonly varies: boolean; readonly feature: Feature }[] = [
      {
        varies: this.#hours.varies,
        feature: {
          name: `${column}_hour`,
          description: `Hour of day of ${column} with its fraction, in ${zone}.`,
          transform: { kind: 'hour', column },
          imputation: { rule: 'median', value: this.#hours.median(), missingCount: this.#hours.missingCount },
          usesLabels: false,
        },
      },
      {
        varies: varies(this.#weekdayCounts),
        feature: {
          name: `${column}_weekday`,
          description: `Day of the week of ${column} in ${zone}, Monday 0 to Sunday 6.`,
          transform: { kind: 'weekday', column },
          imputation: mode(this.#weekdayCounts),
          usesLabels: false,
        },
      },
      {
        varies: varies(this.#nightCounts),
        feature: {
          name: `${column}_night`,
          description: `1 where ${column} lies from 00:00 to 06:59 in ${zone}, else 0.`,
          transform: { kind: 'night', column },
          imputation: mode(this.#nightCounts),
          usesLabels: false,
        },
      },
    ];
    const constant = candidates.filter((candidate) => !candidate.varies).map(({ feature }) => feature.transform.kind);
    return {
      features: candidates.filter((candidate) => candidate.varies).map(({ feature }) => feature),
      leftOut: constant.length === 0 ? [] : [`${joinWords(constant)}: the same in every row`],
    };
  }
}

/** The share of the middle row when rows are ordered by their text's share. */
function medianShare(counts: readonly number[], total: number): number {
  const ascending = [...counts].sort((left, right) => left - right);
  let passed = 0;
  for (const count of ascending) {
    passed += count;
    if (passed * 2 >= total) return count / total;
  }
  return 0;
}

class CategoryFitter implements ColumnFitter {
  readonly #column: string;
  readonly #textOf: (code: number) => string;
  readonly #oneHotLimit: number;
  readonly #counts: number[] = [];
  #missingCount = 0;

  constructor(column: string, textOf: (code: number) => string, oneHotLimit: number) {
    this.#column = column;
    this.#textOf = textOf;
    this.#oneHotLimit = oneHotLimit;
  }

  add(block: ColumnBlock | undefined, rowCount: number): void {
    if (block?.kind !== 'code') {
      this.#missingCount += rowCount;
      return;
    }
    for (const code of block.codes) {
      if (code < 0) {
        this.#missingCount += 1;
        continue;
      }
      while (this.#counts.length <= code) this.#counts.push(0);
      this.#counts[code] += 1;
    }
  }

  finish(): Outcome {
    const occurring = this.#counts
      .map((count, code) => ({ count, text: count === 0 ? '' : this.#textOf(code) }))
      .filter(({ count }) => count > 0)
      .sort((left, right) => right.count - left.count || (left.text < right.text ? -1 : 1));
    const total = occurring.reduce((sum, { count }) => sum + count, 0);
    if (occurring.length < 2) return { features: [], leftOut: [sameEverywhere(total)] };
    if (occurring.length <= this.#oneHotLimit) {
      // Of two values one feature says all; the rarer is the one worth naming.
      const told = occurring.length === 2 ? occurring.slice(1) : occurring;
      return { features: told.map(({ text }) => this.#oneHot(text)), leftOut: [] };
    }
    // A key '__proto__' would not survive as JSON in every reader; it counts as never seen.
    const shared = occurring.filter(({ text }) => text !== '__proto__').slice(0, mostShares);
    const left = occurring.length - shared.length;
    const rare = left === 0 ? '' : `; the ${formatCount(left)} rarest count as never seen`;
    const column = this.#column;
    const feature: Feature = {
      name: `${column}_frequency`,
      description: `Share of the fitted rows with the same ${column}, 0 where it was never seen${rare}.`,
      transform: {
        kind: 'frequency',
        column,
        shares: Object.fromEntries(shared.map(({ text, count }) => [text, count / total])),
      },
      imputation: {
        rule: 'median',
        value: medianShare(
          occurring.map(({ count }) => count),
          total,
        ),
        missingCount: this.#missingCount,
      },
      usesLabels: false,
    };
    const counts = occurring.map(({ count }) => count);
    if (counts[0] === counts[counts.length - 1] && left === 0) {
      return { features: [], leftOut: ['every value occurs equally often, so frequencies tell nothing'] };
    }
    return { features: [feature], leftOut: [] };
  }

  #oneHot(value: string): Feature {
    const column = this.#column;
    return {
      name: `${column}_is_${value}`,
      description: `1 where ${column} is '${value}', else 0.`,
      transform: { kind: 'one-hot', column, value },
      imputation: { rule: 'zero', value: 0, missingCount: this.#missingCount },
      usesLabels: false,
    };
  }
}

/** The same names with `_2`, `_3`, ... after those that occurred before. */
function withUniqueNames(features: readonly Feature[]): Feature[] {
  const used = new Set<string>();
  return features.map((feature) => {
    let name = feature.name;
    for (let copy = 2; used.has(name); copy++) name = `${feature.name}_${copy}`;
    used.add(name);
    return { ...feature, name };
  });
}

function fitterOf(
  column: ProfileColumn,
  clock: ZoneClock,
  dictionaries: Dictionaries,
  options: FeatureOptions,
): ColumnFitter | undefined {
  if (options.byTheme === true && meansNothingAlone(column)) return undefined;
  if (column.role === 'event_time') {
    return isRelativeTimeFormat(column.timeFormat ?? 'iso') ? undefined : new TimeFitter(column.name, clock);
  }
  if (column.role !== 'amount' && column.role !== 'feature') return undefined;
  switch (column.kind) {
    case 'number':
      return new NumberFitter(
        column,
        column.role === 'amount' && options.logAmount === true,
        column.role === 'amount' && options.byTheme === true ? { theme: 'amount' } : {},
      );
    case 'time':
      return new TimeFitter(column.name, clock);
    case 'category': {
      const dictionary = dictionaryOf(dictionaries, column.name);
      return new CategoryFitter(
        column.name,
        (code) => dictionary.textOf(code),
        options.oneHotLimit ?? defaultOneHotLimit,
      );
    }
    case 'text':
      return undefined;
  }
}

/** True for hours and kinds: a card's own say more than everybody's. */
function meansNothingAlone({ role, kind }: ProfileColumn): boolean {
  return (role === 'event_time' || role === 'amount' || role === 'feature') && (kind === 'time' || kind === 'category');
}

/** Why a column gives no feature by its role. */
function reasonByRole(column: ProfileColumn, options: FeatureOptions): string {
  if (options.byTheme === true && meansNothingAlone(column))
    return 'what is usual for each card or customer says more than the value itself';
  switch (column.role) {
    case 'id':
      return `the transaction's identifier: ${column.reason}`;
    case 'event_time':
      return 'the event time has no hour or weekday; it only orders the stream';
    case 'label':
      return 'the label is never a feature';
    case 'currency':
      return 'the currency of the amount';
    case 'ignored':
      return column.reason;
    case 'feature':
    case 'amount':
      return 'text is not read as a feature';
    default:
      return `identifies the ${column.role}; not a magnitude or kind`;
  }
}

/**
 * Fits the feature spec over all rows of a stream, segment by segment in order.
 *
 * The amount and the numeric feature columns are taken as they are (the amount on a logarithmic scale on request); the event time gives hour,
 * weekday and night where it has a real clock; categories give one feature per value up to `oneHotLimit` values
 * (of two values only the rarer) and beyond that the share of rows with the same text. A feature that is the same in
 * every row is left out; this is exact.
 *
 * Imputed values stand for the feature itself: medians of the present values (exact up to 8,192 rows, beyond that
 * over a seeded uniform draw of 8,192 rows), the most frequent weekday and night, 0 for one-hot. Missing cells are counted exactly.
 */
export class FeatureFitter {
  readonly #profile: Profile;
  readonly #options: FeatureOptions;
  readonly #draw: RowDraw;
  readonly #fitters: ReadonlyMap<string, ColumnFitter>;

  constructor(profile: Profile, dictionaries: Dictionaries, options: FeatureOptions = {}) {
    const clock = zoneClock(profile.timeZone);
    this.#profile = profile;
    this.#options = options;
    this.#draw = new RowDraw(options.seed ?? 0);
    this.#fitters = new Map(
      profile.columns.flatMap((column) => {
        const fitter = fitterOf(column, clock, dictionaries, options);
        return fitter === undefined ? [] : [[column.name, fitter] as const];
      }),
    );
  }

  add(segment: DecodedSegment): void {
    const drawn = this.#draw.take(segment.rowCount);
    for (const [name, fitter] of this.#fitters) fitter.add(segment.columns.get(name), segment.rowCount, drawn);
  }

  /** @throws AssayError NO_FEATURES where no column gives a feature, saying why for each. */
  finish(): FeatureSpec {
    const features: Feature[] = [];
    const leftOut: FeatureSpec['leftOut'] = [];
    for (const column of this.#profile.columns) {
      const outcome = this.#fitters.get(column.name)?.finish();
      if (outcome === undefined) leftOut.push({ column: column.name, reason: reasonByRole(column, this.#options) });
      else {
        features.push(...outcome.features);
        leftOut.push(...outcome.leftOut.map((reason) => ({ column: column.name, reason })));
      }
    }
    if (features.length === 0) {
      const reasons = leftOut.map(({ column, reason }) => `${column} (${reason})`);
      throw usageError(
        'NO_FEATURES',
        `No column of this recording gives a feature: ${reasons.join('; ')}.`,
        'Name a column as a feature in the profile file, for example columns: { NAME: { role: feature } }.',
      );
    }
    return { version: 1, timeZone: this.#profile.timeZone, features: withUniqueNames(features), leftOut };
  }
}

/** The feature spec of the segments, which are read once and in order. See `FeatureFitter`. */
export function fitFeatureSpec(
  profile: Profile,
  segments: Iterable<DecodedSegment>,
  dictionaries: Dictionaries,
  options: FeatureOptions = {},
): FeatureSpec {
  const fitter = new FeatureFitter(profile, dictionaries, options);
  for (const segment of segments) fitter.add(segment);
  return fitter.finish();
}

import { columnWithRole, type ColumnRole, type Profile } from '../../domain/profile.ts';
import { isRelativeTimeFormat } from '../../domain/time-text.ts';
import { themes, type Theme, type WindowSpec } from '../../domain/window-feature.ts';
import { columnWords } from '../column-words.ts';
import { wordsOf, type NameRow } from '../name-rows.ts';
import { categoryRows, countryRows, deviceRows, typeRows } from '../place-names.ts';
import { asWindowFeature, type WindowDefinition } from './describe-window-feature.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const linear = { scale: 'linear', usesLabels: false } as const;
/**
 * What is usual for an entity: its payments of 90 days, the newest 1,000 at most, that are 24 h old or older, so that a burst never
 * becomes its own habit.
 */
const habit = { windowMs: 90 * dayMs, delayMs: dayMs, most: 1000 } as const;
const labelDelayMs = 7 * dayMs;

/** A theme that a recording cannot have, and the column that would bring it. */
export interface MissingTheme {
  readonly theme: Theme;
  readonly reason: string;
}

export interface ThemeProposal {
  readonly windows: WindowSpec;
  readonly missing: readonly MissingTheme[];
}

/** The columns that themes are made of; undefined where no column has the role. */
interface ThemeColumns {
  readonly time: string | undefined;
  readonly hasClock: boolean;
  readonly timeZone: string;
  readonly payer: string | undefined;
  readonly place: string | undefined;
  /** Every place that there is: the till, and whose it is. */
  readonly places: readonly string[];
  readonly amount: string | undefined;
  readonly label: string | undefined;
  readonly country: string | undefined;
  readonly device: string | undefined;
  readonly category: string | undefined;
  readonly type: string | undefined;
}

/**
 * The features over time that an analyst gets without asking, by what analysts look for: an amount unusual for this card, velocity,
 * what is new for this card, an unusual hour, what happens at the terminal, and, where there are labels, confirmed fraud there.
 * Each is measured against what is usual for the entity itself. What cannot be had is said, with the column that would bring it.
 */
export function proposeThemes(profile: Profile): ThemeProposal {
  const columns = themeColumns(profile);
  const definitions: Readonly<Record<Theme, readonly WindowDefinition[]>> = {
    amount: amountTheme(columns),
    velocity: velocityTheme(columns),
    new: newTheme(columns),
    time: timeTheme(columns),
    terminal: terminalTheme(columns),
    risk: riskTheme(columns),
  };
  return {
    windows: {
      amountDecimals: 4,
      latenessMs: dayMs,
      features: themes.flatMap((theme) =>
        definitions[theme].map((definition) => asWindowFeature({ ...definition, theme }, profile)),
      ),
    },
    missing: themes
      .filter((theme) => definitions[theme].length === 0)
      .map((theme) => ({ theme, reason: reasonMissing(theme, columns) })),
  };
}

/** Each theme with how many features over time it would have, or why it cannot be had. */
export function describeThemes(
  profile: Profile,
): readonly { readonly theme: Theme; readonly features: number; readonly missing: string | null }[] {
  const { windows, missing } = proposeThemes(profile);
  return themes.map((theme) => ({
    theme,
    features: windows.features.filter((feature) => feature.theme === theme).length,
    missing: missing.find((each) => each.theme === theme)?.reason ?? null,
  }));
}

function themeColumns(profile: Profile): ThemeColumns {
  const time = columnWithRole(profile, 'event_time');
  return {
    time: time?.name,
    hasClock: time !== undefined && !isRelativeTimeFormat(time.timeFormat ?? 'iso'),
    timeZone: profile.timeZone,
    payer: firstOf(profile, ['card', 'customer', 'account']),
    place: firstOf(profile, ['terminal', 'merchant']),
    places: (['terminal', 'merchant'] as const).flatMap((role) => columnWithRole(profile, role)?.name ?? []),
    amount: columnWithRole(profile, 'amount')?.name,
    label: columnWithRole(profile, 'label')?.name,
    country: namedBy(profile, countryRows),
    device: namedBy(profile, deviceRows),
    category: namedBy(profile, categoryRows) ?? namedBy(profile, typeRows),
    type: namedBy(profile, typeRows),
  };
}

function firstOf(profile: Profile, roles: readonly ColumnRole[]): string | undefined {
  return roles.flatMap((role) => columnWithRole(profile, role)?.name ?? [])[0];
}

/** The first kind of category that is called so. */
function namedBy(profile: Profile, rows: readonly NameRow[]): string | undefined {
  const words = wordsOf(rows);
  return profile.columns.find(
    ({ name, kind, role }) =>
      kind === 'category' && role === 'feature' && columnWords(name).some((word) => words.has(word)),
  )?.name;
}

/** Whose habits are known: the payer's, else those of the place. */
function habitOwner({ time, payer, place }: ThemeColumns): readonly [string] | undefined {
  const owner = payer ?? place;
  return time === undefined || owner === undefined ? undefined : [owner];
}

function amountTheme(columns: ThemeColumns): readonly WindowDefinition[] {
  const entity = habitOwner(columns);
  const { amount, category = null } = columns;
  if (entity === undefined || amount === undefined) return [];
  const ratio = { ...linear, entity, delayMs: 0, amount, kind: 'ratio-to-mean', windowMs: 30 * dayMs } as const;
  return [
    { ...linear, ...habit, entity, kind: 'amount-excess', amount, category },
    // Before this payment, one out of habit stands far out; with it, the ratio stays bounded and separates the rest.
    { ...ratio, includeCurrent: false },
    { ...ratio, includeCurrent: true },
  ];
}

function velocityTheme(columns: ThemeColumns): readonly WindowDefinition[] {
  const entity = habitOwner(columns);
  const { amount } = columns;
  if (entity === undefined) return [];
  return [
    { ...linear, entity, kind: 'burst', windowMs: hourMs, habit },
    ...(amount === undefined
      ? []
      : ([
          { ...linear, entity, kind: 'small-payments', windowMs: hourMs, habit, amount },
          { ...linear, entity, kind: 'sum-to-habit', windowMs: dayMs, habit, amount },
        ] as const)),
  ];
}

function newTheme({ time, payer, places, country, type, device }: ThemeColumns): readonly WindowDefinition[] {
  if (time === undefined || payer === undefined) return [];
  const shared = { ...linear, ...habit, entity: [payer] } as const;
  return [
    ...[...places, ...(device === undefined ? [] : [device])].map(
      (of) => ({ ...shared, kind: 'novelty', of }) as const,
    ),
    ...[country, type].flatMap((of) => (of === undefined ? [] : [{ ...shared, kind: 'rarity', of } as const])),
  ];
}

function timeTheme(columns: ThemeColumns): readonly WindowDefinition[] {
  const entity = habitOwner(columns);
  if (entity === undefined || !columns.hasClock) return [];
  return [{ ...linear, ...habit, entity, kind: 'hour-rarity', timeZone: columns.timeZone }];
}

function terminalTheme({ time, payer, place }: ThemeColumns): readonly WindowDefinition[] {
  if (time === undefined || payer === undefined || place === undefined) return [];
  const shared = { ...linear, entity: [place], habit } as const;
  return [
    { ...shared, kind: 'new-visitors', windowMs: dayMs, of: payer },
    { ...shared, kind: 'burst', windowMs: hourMs },
  ];
}

function riskTheme({ time, payer, place, label }: ThemeColumns): readonly WindowDefinition[] {
  if (time === undefined || place === undefined || label === undefined) return [];
  const shared = { scale: 'linear', usesLabels: true, label, entity: [place], delayMs: labelDelayMs } as const;
  return [
    ...(payer === undefined ? [] : [{ ...shared, kind: 'confirmed-fraud', windowMs: 7 * dayMs, of: payer } as const]),
    // One card's fraud is no evidence against a place, but where there is more, its share tells how much.
    ...[7, 1].map((days) => ({ ...shared, kind: 'risk', windowMs: days * dayMs }) as const),
    // A month that was bad says much once verdicts tell where it still is; a forest would rank what is over as high as what goes on.
    { ...shared, kind: 'risk', windowMs: 30 * dayMs, isForLearning: true },
  ];
}

function reasonMissing(theme: Theme, columns: ThemeColumns): string {
  const { time, payer, place, hasClock } = columns;
  if (time === undefined) return 'no column is the time of the event';
  const noOwner = 'no column names a card, customer, account, terminal or merchant';
  const noPayer = 'no column names a card, customer or account';
  const noPlace = 'no column names a terminal or merchant';
  switch (theme) {
    case 'amount':
      return payer === undefined && place === undefined ? noOwner : 'no column is the amount';
    case 'velocity':
      return noOwner;
    case 'new':
      return payer === undefined ? noPayer : 'no column names a terminal, merchant or country';
    case 'time':
      return hasClock ? noOwner : 'the times have no hour of the day';
    case 'terminal':
      return place === undefined ? noPlace : noPayer;
    case 'risk':
      return place === undefined ? noPlace : 'no column is the label';
  }
}

import type { ColumnRole, Profile } from '../../domain/profile.ts';
import type { WindowFeature } from '../../domain/window-feature.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type WithoutWords<Feature> = Feature extends unknown ? Omit<Feature, 'name' | 'description'> : never;

/** A window feature before it is named. */
export type WindowDefinition = WithoutWords<WindowFeature>;

/** A length of time in the largest unit that divides it, for names: 90 min is `90min`, 7 days are `7d`. */
export function shortDuration(lengthMs: number): string {
  const units = [
    ['d', dayMs],
    ['h', hourMs],
    ['min', 60_000],
    ['s', 1000],
  ] as const;
  const [unit, size] = units.find(([, unitMs]) => lengthMs % unitMs === 0) ?? ['ms', 1];
  return `${lengthMs / size}${unit}`;
}

/** A length of time for people: `24 h`, `7 days`, `90 min`. */
export function plainDuration(lengthMs: number): string {
  if (lengthMs === dayMs) return '24 h';
  if (lengthMs % dayMs === 0) return `${lengthMs / dayMs} days`;
  return shortDuration(lengthMs).replace(/^(\d+)/, '$1 ');
}

/** The stable name of a feature: its columns, what is computed, over which window, with which options. */
function nameWindowFeature(definition: WindowDefinition): string {
  const parts = [...definition.entity, definition.kind];
  if ('of' in definition) parts.push(definition.of);
  parts.push(shortDuration(definition.windowMs));
  if ('habit' in definition) {
    const { windowMs, delayMs, most } = definition.habit;
    parts.push('habit', shortDuration(windowMs), 'delay', shortDuration(delayMs), `${most}`);
  }
  if ('delayMs' in definition && definition.delayMs > 0) parts.push('delay', shortDuration(definition.delayMs));
  else if ('includeCurrent' in definition && !definition.includeCurrent) parts.push('before');
  if ('most' in definition) parts.push(`${definition.most}`);
  if (definition.kind === 'amount-excess' && definition.category !== null) parts.push('by', definition.category);
  if (definition.scale === 'log') parts.push('log');
  return parts.join('_');
}

/** One plain phrase in the analyst's words, such as "payments by this customer in 24 h". */
function describeWindowFeature(definition: WindowDefinition, profile: Profile): string {
  const entity = definition.entity.map((column, index) => entityPhrase(column, profile, index)).join(' ');
  const window = plainDuration(definition.windowMs);
  const delayed = 'delayMs' in definition && definition.delayMs > 0;
  const before = 'includeCurrent' in definition && !definition.includeCurrent && !delayed ? ' before this one' : '';
  const span = delayed
    ? `in the ${window} that ended ${plainDuration(definition.delayMs)} ago`
    : `in ${window}${before}`;
  const words = `${phraseOf(definition, entity, span, window, profile)}`;
  return definition.scale === 'log' ? `${words} (logarithm)` : words;
}

function phraseOf(
  definition: WindowDefinition,
  entity: string,
  span: string,
  window: string,
  profile: Profile,
): string {
  switch (definition.kind) {
    case 'count':
      return `payments ${entity} ${span}`;
    case 'sum':
      return `total amount ${entity} ${span}`;
    case 'mean':
      return `mean amount ${entity} ${span}`;
    case 'min':
      return `smallest amount ${entity} ${span}`;
    case 'max':
      return `largest amount ${entity} ${span}`;
    case 'std':
      return `spread (standard deviation) of amounts ${entity} ${span}`;
    case 'ratio-to-mean':
      return `this amount as a multiple of the mean ${entity} ${span}`;
    case 'deviations-from-mean':
      return `this amount's distance from the mean ${entity} ${span}, in standard deviations`;
    case 'distinct':
      return `different ${entityNoun(definition.of, profile)}s ${entity} ${span}`;
    case 'since-last':
      return `hours since the last payment ${entity}, at most ${window}`;
    case 'first-seen':
      return `first payment ${entity} in ${window}`;
    case 'fraud-count':
      return `known frauds ${entity} ${span}`;
    case 'risk':
      return `share of known fraud ${entity} ${span}`;
    case 'amount-excess':
      return `how far this amount lies above what is usual ${entity}, in spreads`;
    case 'novelty':
      return `surprise at a ${entityNoun(definition.of, profile)} never seen ${entity}, in bits`;
    case 'rarity':
      return `surprise at a ${entityNoun(definition.of, profile)} rarely or never seen ${entity}, in bits`;
    case 'hour-rarity':
      return `surprise at an hour of the day that is unusual ${entity}, in bits`;
    case 'burst':
      return `payments ${entity} in ${window} above the usual number, in spreads`;
    case 'small-payments':
      return `payments ${entity} in ${window} below a fifth of the usual amount`;
    case 'sum-to-habit':
      return `total amount ${entity} in ${window} as a multiple of a usual day and payment`;
    case 'new-visitors':
      return `${entityNoun(definition.of, profile)}s never seen before ${entity} in ${window} above the usual number, in spreads`;
    case 'confirmed-fraud':
      return `share of known fraud ${entity} ${span}, by different ${entityNoun(definition.of, profile)}s`;
  }
}

const nouns: Partial<Record<ColumnRole, string>> = {
  customer: 'customer',
  card: 'card',
  account: 'account',
  terminal: 'terminal',
  merchant: 'merchant',
};

/** What a column's values are called: its role where that is an entity's, else its name. */
export function entityNoun(column: string, profile: Profile): string {
  const role = profile.columns.find(({ name }) => name === column)?.role;
  return (role === undefined ? undefined : nouns[role]) ?? column;
}

function entityPhrase(column: string, profile: Profile, position: number): string {
  const noun = entityNoun(column, profile);
  if (noun === 'terminal' || noun === 'merchant') return `at this ${noun}`;
  if (noun === 'card') return 'with this card';
  if (noun === 'customer' || noun === 'account') return `${noun === 'account' ? 'from' : 'by'} this ${noun}`;
  return `${position === 0 ? 'of' : 'and'} the same ${noun}`;
}

/** Gives a definition its stable name and its description. */
export function asWindowFeature(definition: WindowDefinition, profile: Profile): WindowFeature {
  return {
    ...definition,
    name: nameWindowFeature(definition),
    description: describeWindowFeature(definition, profile),
  };
}

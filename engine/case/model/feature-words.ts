import type { FeatureSpec, RowTransform } from '../../domain/feature-spec.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import type { Theme, WindowFeature } from '../../domain/window-feature.ts';
import { entityNoun, plainDuration } from '../../features/windows/describe-window-feature.ts';

/** A feature in an analyst's words, once whole and once short enough for a list. */
export interface LabelledWords {
  readonly name: string;
  /** A few words with a capital, such as "Payments by customer, 24 h". */
  readonly label: string;
  /** The label without its window, and the window; empty where there is none. */
  readonly subject: string;
  readonly span: string;
  /** A plain phrase without its capital, such as "payments at this terminal in 24 h". */
  readonly description: string;
  /** A value that is there as a person reads it, with its unit: "14", "615.00", "75 %". */
  readonly valueText: (value: number) => string;
  /** Whose window it looks at: 'card', 'card and terminal'; empty where it looks at the row alone. */
  readonly who: string;
  /** Whether it only says that something holds. */
  readonly isYesNo: boolean;
  /** What an analyst looks for that it says something of. */
  readonly theme?: Theme | undefined;
  /** What its values of another column are called: 'terminal', 'country'. */
  readonly noun?: string;
  /** From what it is computed. */
  readonly source: RowTransform | WindowFeature;
}

type ValueKind =
  'figure' | 'amount' | 'share' | 'times' | 'hours' | 'clock' | 'weekday' | 'yes-no' | 'bits' | 'spreads';
type Words = Pick<LabelledWords, 'subject' | 'span' | 'description'> & { readonly kind: ValueKind };

/** The features of a spec in an analyst's words, in the order of the matrix columns. */
export function featureWords(spec: FeatureSpec, profile: Profile): readonly LabelledWords[] {
  const words = [
    ...spec.features.map(({ name, theme, transform }) => ({
      ...{ name, theme, source: transform },
      ...rowWords(transform, profile),
    })),
    ...(spec.windows?.features ?? []).map((feature) => ({
      ...{ name: feature.name, theme: feature.theme, source: feature },
      ...windowWords(feature, profile),
    })),
  ];
  const labels = words.map(({ subject, span }) => labelOf(subject, span));
  return words.map(({ name, theme, source, subject, span, description, kind }, index) => {
    // Two features that a few words cannot tell apart are told by all of them.
    const isOnly = labels.indexOf(labels[index]) === labels.lastIndexOf(labels[index]);
    const shown = isOnly ? { subject, span } : { subject: capitalised(description), span: '' };
    return {
      name,
      label: labelOf(shown.subject, shown.span),
      ...shown,
      description,
      valueText: valueTexts[kind],
      isYesNo: kind === 'yes-no',
      who: 'entity' in source ? source.entity.map((column) => entityNoun(column, profile)).join(' and ') : '',
      theme,
      ...('of' in source ? { noun: entityNoun(source.of, profile) } : {}),
      source,
    };
  });
}

function labelOf(subject: string, span: string): string {
  return span === '' ? subject : `${subject}, ${span}`;
}

/** With a capital at its beginning, as a label or a sentence has it. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const figures = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 });
const shortFigures = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const amounts = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const shares = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 3 });
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

const valueTexts: Readonly<Record<ValueKind, (value: number) => string>> = {
  figure: (value) => figures.format(value),
  amount: (value) => amounts.format(value),
  share: (value) => shares.format(value).replace('%', '\u00A0%'),
  times: (value) => `${shortFigures.format(value)} times`,
  hours: (value) => `${shortFigures.format(value)} h`,
  clock: clockText,
  weekday: (value) => weekdays[value] ?? figures.format(value),
  bits: chanceText,
  spreads: (value) => (value === 0 ? 'as usual' : `${shortFigures.format(value)} spreads above`),
  'yes-no': (value) => (value === 1 ? 'yes' : value === 0 ? 'no' : figures.format(value)),
};

/** 14.5 is 14:30. */
function clockText(hour: number): string {
  const minutes = Math.floor(hour * 60) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Bits of surprise as the chance that they stand for: 5 bits are 1 in 32. */
function chanceText(bits: number): string {
  return bits === 0 ? 'as usual' : `1 in ${shortFigures.format(2 ** bits)}`;
}

function rowWords(transform: RowTransform, profile: Profile): Words {
  const isAmount = columnWithRole(profile, 'amount')?.name === transform.column;
  const ofTime = columnWithRole(profile, 'event_time')?.name === transform.column ? '' : ` of ${transform.column}`;
  const column = isAmount ? 'amount' : transform.column.replaceAll('_', ' ');
  const words = (subject: string, kind: ValueKind, description = subject): Words => ({
    ...{ subject: capitalised(subject), span: '', description, kind },
  });
  switch (transform.kind) {
    case 'identity':
      return words(column, isAmount ? 'amount' : 'figure');
    case 'log':
      return words(`${column} (log)`, 'figure', `logarithm of ${isAmount ? 'the amount' : column}`);
    case 'hour':
      return words(`time of day${ofTime}`, 'clock');
    case 'weekday':
      return words(`day of the week${ofTime}`, 'weekday');
    case 'night':
      return words(`at night${ofTime}`, 'yes-no', `at night, from 00:00 to 06:59${ofTime}`);
    case 'weekend':
      return words(`at the weekend${ofTime}`, 'yes-no');
    case 'frequency':
      return words(`how common the ${column} is`, 'share', `share of transactions with the same ${column}`);
    case 'one-hot':
      return words(`${column} is ${transform.value}`, 'yes-no');
  }
}

function windowWords(feature: WindowFeature, profile: Profile): Words {
  return {
    subject: `${windowSubject(feature, profile)}${feature.scale === 'log' ? ' (log)' : ''}`,
    span: plainDuration(feature.windowMs),
    description: feature.description.replace(/\.$/, ''),
    kind: feature.scale === 'log' ? 'figure' : windowKinds[feature.kind],
  };
}

const windowKinds: Readonly<Record<WindowFeature['kind'], ValueKind>> = {
  count: 'figure',
  sum: 'amount',
  mean: 'amount',
  min: 'amount',
  max: 'amount',
  std: 'amount',
  'ratio-to-mean': 'times',
  'deviations-from-mean': 'figure',
  distinct: 'figure',
  'since-last': 'hours',
  'first-seen': 'yes-no',
  'fraud-count': 'figure',
  risk: 'share',
  'amount-excess': 'spreads',
  novelty: 'bits',
  rarity: 'bits',
  'hour-rarity': 'bits',
  burst: 'spreads',
  'small-payments': 'figure',
  'sum-to-habit': 'times',
  'new-visitors': 'spreads',
  'confirmed-fraud': 'share',
};

/** What is computed of whom, without the window. */
function windowSubject(feature: WindowFeature, profile: Profile): string {
  const nouns = feature.entity.map((column) => entityNoun(column, profile));
  const who = nouns.join(' and ');
  const place = nouns[0] === 'terminal' || nouns[0] === 'merchant' ? `at ${who}` : `by ${who}`;
  const isBefore = 'includeCurrent' in feature && !feature.includeCurrent;
  switch (feature.kind) {
    case 'count':
      return `Payments ${place}`;
    case 'sum':
      return `Total ${place}`;
    case 'mean':
      return `Mean amount ${place}`;
    case 'min':
      return `Smallest amount ${place}`;
    case 'max':
      return `Largest amount ${place}`;
    case 'std':
      return `Spread of amounts ${place}`;
    case 'ratio-to-mean':
      return `Amount against the ${who}'s ${isBefore ? 'earlier ' : ''}mean`;
    case 'deviations-from-mean':
      return `Deviations from the ${who}'s ${isBefore ? 'earlier ' : ''}mean`;
    case 'distinct':
      return `Different ${entityNoun(feature.of, profile)}s ${place}`;
    case 'since-last':
      return `Since the last payment ${place}`;
    case 'first-seen':
      return `First payment ${place}`;
    case 'fraud-count':
      return `Known frauds ${place}`;
    case 'risk':
      return `Known fraud ${place}`;
    case 'amount-excess':
      return `Amount above what the ${who} usually pays`;
    case 'novelty':
      return `${capitalised(entityNoun(feature.of, profile))} new for this ${who}`;
    case 'rarity':
      return `${capitalised(entityNoun(feature.of, profile))} unusual for this ${who}`;
    case 'hour-rarity':
      return `Hour of day unusual for this ${who}`;
    case 'burst':
      return `Payments ${place} above the usual number`;
    case 'small-payments':
      return `Small payments ${place}`;
    case 'sum-to-habit':
      return `Total ${place} against a usual day`;
    case 'new-visitors':
      return `New ${entityNoun(feature.of, profile)}s ${place} above the usual number`;
    case 'confirmed-fraud':
      return `Different ${entityNoun(feature.of, profile)}s with known fraud ${place}`;
  }
}

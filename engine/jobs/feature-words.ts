import type { FeatureSpec, RowTransform } from '../domain/feature-spec.ts';
import { columnWithRole, type Profile } from '../domain/profile.ts';
import type { WindowFeature } from '../domain/window-feature.ts';
import { entityNoun, plainDuration } from '../features/windows/describe-window-feature.ts';
import type { FeatureWords } from '../forest/reasons/describe-reasons.ts';

/** A feature in an analyst's words, once whole and once short enough for a list. */
export interface LabelledWords extends FeatureWords {
  /** A few words with a capital, such as "Payments by customer, 24 h". */
  readonly label: string;
}

type ValueKind = 'figure' | 'amount' | 'share' | 'times' | 'hours' | 'clock' | 'weekday' | 'yes-no';
type Words = Pick<LabelledWords, 'label' | 'description'> & { readonly kind: ValueKind };

/** The features of a spec in an analyst's words, in the order of the matrix columns. */
export function featureWords(spec: FeatureSpec, profile: Profile): readonly LabelledWords[] {
  const words = [
    ...spec.features.map(({ name, transform }) => ({ name, ...rowWords(transform, profile) })),
    ...(spec.windows?.features ?? []).map((feature) => ({ name: feature.name, ...windowWords(feature, profile) })),
  ];
  const labels = words.map(({ label }) => label);
  return words.map(({ name, label, description, kind }) => ({
    name,
    // Two features that a few words cannot tell apart are told by all of them.
    label: labels.indexOf(label) === labels.lastIndexOf(label) ? label : capitalised(description),
    description,
    valueText: valueTexts[kind],
    comparesByRank: kind !== 'clock' && kind !== 'weekday' && kind !== 'yes-no',
  }));
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
  share: (value) => shares.format(value).replace('%', ' %'),
  times: (value) => `${shortFigures.format(value)} times`,
  hours: (value) => `${shortFigures.format(value)} h`,
  clock: clockText,
  weekday: (value) => weekdays[value] ?? figures.format(value),
  'yes-no': (value) => (value === 1 ? 'yes' : value === 0 ? 'no' : figures.format(value)),
};

/** 14.5 is 14:30. */
function clockText(hour: number): string {
  const minutes = Math.floor(hour * 60) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function rowWords(transform: RowTransform, profile: Profile): Words {
  const { column } = transform;
  const isAmount = columnWithRole(profile, 'amount')?.name === column;
  const ofTime = columnWithRole(profile, 'event_time')?.name === column ? '' : ` of ${column}`;
  switch (transform.kind) {
    case 'identity':
      return isAmount
        ? { label: 'Amount', description: 'amount', kind: 'amount' }
        : { label: column, description: column, kind: 'figure' };
    // The values of a logarithm are no amounts.
    case 'log':
      return {
        label: `${isAmount ? 'Amount' : column} (log)`,
        description: `logarithm of ${isAmount ? 'the amount' : column}`,
        kind: 'figure',
      };
    case 'hour':
      return { label: `Time of day${ofTime}`, description: `time of day${ofTime}`, kind: 'clock' };
    case 'weekday':
      return { label: `Day of the week${ofTime}`, description: `day of the week${ofTime}`, kind: 'weekday' };
    case 'night':
      return { label: `At night${ofTime}`, description: `at night, from 00:00 to 06:59${ofTime}`, kind: 'yes-no' };
    case 'weekend':
      return { label: `At the weekend${ofTime}`, description: `at the weekend${ofTime}`, kind: 'yes-no' };
    case 'frequency':
      return {
        label: `How common the ${column} is`,
        description: `share of transactions with the same ${column}`,
        kind: 'share',
      };
    case 'one-hot': {
      const words = `${column} is '${transform.value}'`;
      return { label: words, description: words, kind: 'yes-no' };
    }
  }
}

function windowWords(feature: WindowFeature, profile: Profile): Words {
  const log = feature.scale === 'log' ? ' (log)' : '';
  return {
    label: `${windowLabel(feature, profile)}, ${plainDuration(feature.windowMs)}${log}`,
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
};

/** What is computed of whom, without the window. */
function windowLabel(feature: WindowFeature, profile: Profile): string {
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
      return `Known fraud share ${place}`;
  }
}

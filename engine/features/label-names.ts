import type { NameRow } from './name-rows.ts';

/** A name that tells what was found out about a transaction. */
export interface LabelRow extends NameRow {
  /** True where the word occurs only in what was found out afterwards, so that any column named by it gives the label away. */
  readonly isOutcome: boolean;
}

const outcome = { isOutcome: true } as const;
const verdict = { isOutcome: false } as const;

/** In order of certainty. Below `leastLabelCertainty` a column is not taken for the label, but never becomes a feature. */
export const labelRows: readonly LabelRow[] = [
  {
    words: [
      'fraud',
      'fraudulent',
      'frauds',
      'fraudster',
      'betrug',
      'fraude',
      'frode',
      'oszustwo',
      'bedrageri',
      'dolandiricilik',
    ],
    certainty: 0.98,
    example: 'isFraud',
    reason: 'most recordings of card fraud',
    ...outcome,
  },
  {
    words: ['laundering', 'launderer', 'geldwasche', 'blanchiment'],
    certainty: 0.97,
    example: 'Is Laundering',
    reason: 'IBM AML; was a feature',
    ...outcome,
  },
  { words: ['label', 'labels'], certainty: 0.97, example: 'label', reason: 'machine learning', ...outcome },
  {
    words: ['anomaly', 'anomalous', 'outlier', 'abnormal'],
    certainty: 0.97,
    example: 'anomaly',
    reason: 'benchmarks of outlier detection',
    ...verdict,
  },
  { words: ['chargeback', 'chargebacks'], certainty: 0.95, example: 'chargeback', reason: 'card schemes', ...outcome },
  {
    words: ['sar', 'suspicious', 'suspect', 'suspected', 'suspicion'],
    certainty: 0.94,
    example: 'IsSAR',
    reason: 'AMLSim; reports of suspicion',
    ...outcome,
  },
  {
    words: [
      'illicit',
      'mule',
      'scam',
      'malicious',
      'abuse',
      'abusive',
      'stolen',
      'compromised',
      'theft',
      'attack',
      'intrusion',
    ],
    certainty: 0.9,
    example: 'illicit',
    reason: 'mule accounts, scams, intrusions',
    ...outcome,
  },
  { words: ['target', 'class'], certainty: 0.9, example: 'Class', reason: 'ULB card fraud', ...verdict },
  { words: ['dispute', 'disputed', 'disputes'], certainty: 0.88, example: 'disputed', reason: 'issuers', ...outcome },
  { words: ['y'], certainty: 0.6, example: 'y', reason: 'machine learning', ...verdict },
  {
    words: ['verdict', 'investigated', 'investigation'],
    certainty: 0.5,
    example: 'verdict',
    reason: 'work of a team; what it decided is only guessed',
    ...outcome,
  },
  {
    words: ['legit', 'legitimate', 'genuine'],
    certainty: 0.4,
    example: 'is_legit',
    reason: 'the opposite of the label; was a feature',
    ...verdict,
  },
  {
    words: ['review', 'result', 'outcome', 'disposition', 'decision', 'resolution'],
    certainty: 0.4,
    example: 'review_result',
    reason: 'what was decided, perhaps by people who knew; was a feature',
    ...verdict,
  },
  {
    words: ['confirmed', 'flag', 'flagged', 'alert', 'alerted', 'alarm', 'reviewed', 'bad', 'risky', 'positive'],
    certainty: 0.4,
    example: 'confirmed',
    reason: 'what somebody or another system found; whether it is the truth is only guessed',
    ...verdict,
  },
];

/** From this certainty on, a column is taken for the label by its name. */
export const leastLabelCertainty = 0.6;

/** Words beside which a name still says no more than the label word does. */
export const labelNoise: ReadonlySet<string> = new Set([
  ...['tx', 'txn', 'trans', 'transaction', 'is', 'has', 'was', 'bool', 'boolean', 'indicator', 'ind', 'activity'],
  ...['report', 'filed', 'reported', 'case', 'found', 'true', 'actual', 'status', 'type', 'high', 'money', 'the', 'p'],
]);

/** Texts of a label column that mean fraud, in any case. */
export const positiveTexts: readonly string[] = [
  ...['1', '1.0', 'true', 't', 'yes', 'y', 'fraud', 'fraudulent', 'anomaly', 'anomalous', 'outlier', 'positive', 'bad'],
  ...['suspicious', 'suspect', 'chargeback', 'confirmed', 'illicit', 'laundering', 'sar', 'disputed', 'scam', 'mule'],
  ...['ja', 'oui', 'si', 'sí', 'sim', 'tak', 'fraude', 'betrug', 'frode', 'attack', 'malicious', 'abnormal'],
];
/** Texts of a label column that mean that there is none, in any case. */
export const negativeTexts: readonly string[] = [
  ...['0', '0.0', 'false', 'f', 'no', 'n', 'legit', 'legitimate', 'genuine', 'normal', 'inlier', 'negative', 'good'],
  ...[
    'licit',
    'clean',
    'nein',
    'non',
    'nee',
    'nao',
    'não',
    'nie',
    'nej',
    'ok',
    'none',
    'not fraud',
    'no fraud',
    'valid',
  ],
  ...['nonfraud', 'non-fraud', 'benign'],
];
/** Texts that say that nothing is known yet. */
export const unknownTexts: readonly string[] = [
  'unknown',
  'pending',
  'undetermined',
  '?',
  'unlabeled',
  'unlabelled',
  'open',
  'n/k',
];

import { AssayError } from '../domain/error.ts';
import { FRAUD } from '../domain/label.ts';
import type { FeatureMatrix } from '../domain/model.ts';
import type { PartSums } from './forest-parts.ts';

/** Transactions whose truth is known, with what the forest says of them. */
export interface JudgedRows {
  readonly features: FeatureMatrix;
  /** The forest's sum of each row; low is anomalous. */
  readonly sums: Int32Array;
  readonly partSums: PartSums;
  /** FRAUD or GENUINE. */
  readonly labels: Uint8Array;
  /** Whose transaction each is, by a code of its own; rows of one entity stay together where they are split or drawn. */
  readonly entities: Int32Array;
  /** The alert each row was judged in, by a code of its own. */
  readonly alerts: Int32Array;
  /** The day of each row; all the same where the case has no days. */
  readonly days: Int32Array;
  /**
   * 1 for each row that came by chance from below the line: learned from as any other, and left out of figures of the
   * queue, which ranks alerts. Absent where there is none.
   */
  readonly isExplored?: Uint8Array;
  /** For how many transactions each row stands, those by chance for as many as they were drawn from. Absent where too few came by chance. */
  readonly weights?: Float64Array;
}

/** Transactions drawn at random of which nothing is known: they say what is usual, and count as legitimate for that. */
export interface UnjudgedRows {
  readonly features: FeatureMatrix;
  readonly sums: Int32Array;
  readonly partSums: PartSums;
}

/** Fewer judged alerts than this are refused. */
export const LEAST_ALERTS = 100;
/** Fewer than this give figures to look at, and no model. */
export const ENOUGH_ALERTS = 200;
/** Alerts of either kind that are needed. */
export const LEAST_OF_A_KIND = 20;
/** Days that judged alerts must lie on: one day may be unlike all others. */
export const LEAST_DAYS = 2;
/** Parts that entities are dealt into for validation; as many entities of each kind are needed. */
export const FOLDS = 5;

/** How much there is to learn from. An alert is fraud where one of its rows is. */
export interface JudgedCounts {
  readonly rows: number;
  readonly alerts: number;
  readonly fraud: number;
  readonly legitimate: number;
  readonly entities: number;
  /** Entities with fraud, and with legitimate transactions. */
  readonly fraudEntities: number;
  readonly legitimateEntities: number;
  readonly days: number;
}

export function countJudged({
  labels,
  alerts,
  entities,
  days,
}: Omit<JudgedRows, 'features' | 'sums' | 'partSums'>): JudgedCounts {
  const fraudAlerts = new Set(alerts.filter((_, row) => labels[row] === FRAUD));
  const count = new Set(alerts).size;
  return {
    rows: labels.length,
    alerts: count,
    fraud: fraudAlerts.size,
    legitimate: count - fraudAlerts.size,
    entities: new Set(entities).size,
    fraudEntities: new Set(entities.filter((_, row) => labels[row] === FRAUD)).size,
    legitimateEntities: new Set(entities.filter((_, row) => labels[row] !== FRAUD)).size,
    days: new Set(days).size,
  };
}

/**
 * Whether there is enough for a model; false where it is enough for figures only.
 * @param hasDays false where the case has no event time, so that days cannot be asked for
 * @throws AssayError FEW_VERDICTS, saying how many there are and how many are needed
 */
export function isEnoughToLearn(counts: JudgedCounts, hasDays: boolean): boolean {
  const { alerts, fraud, legitimate, days, fraudEntities, legitimateEntities } = counts;
  const isTooFew =
    alerts < LEAST_ALERTS ||
    Math.min(fraud, legitimate) < LEAST_OF_A_KIND ||
    Math.min(fraudEntities, legitimateEntities) < FOLDS ||
    (hasDays && days < LEAST_DAYS);
  if (isTooFew)
    throw new AssayError(
      'FEW_VERDICTS',
      'failure',
      `${alerts} judged alerts${hasDays ? ` of ${days} ${days === 1 ? 'day' : 'days'}` : ''}, ${fraud} fraud and ${legitimate} legitimate, are too few to learn from.`,
      {
        nextStep: `Judge at least ${LEAST_ALERTS}${hasDays ? `, of ${LEAST_DAYS} days or more` : ''}, with ${LEAST_OF_A_KIND} of each kind and of ${FOLDS} cards or customers; from ${ENOUGH_ALERTS} on there is a model.`,
      },
    );
  return alerts >= ENOUGH_ALERTS;
}

/** Some of the judged rows, in the order of `positions`. */
export function selectJudged(judged: JudgedRows, positions: readonly number[]): JudgedRows {
  const { featureCount, values } = judged.features;
  const selected = new Float32Array(positions.length * featureCount);
  positions.forEach((position, at) =>
    selected.set(values.subarray(position * featureCount, (position + 1) * featureCount), at * featureCount),
  );
  const { partCount } = judged.partSums;
  const partSums = Int32Array.from(
    { length: positions.length * partCount },
    (_, at) => judged.partSums.values[positions[Math.floor(at / partCount)] * partCount + (at % partCount)],
  );
  const take = (of: Int32Array): Int32Array => Int32Array.from(positions, (position) => of[position]);
  return {
    features: { rowCount: positions.length, featureCount, values: selected },
    sums: take(judged.sums),
    partSums: { partCount, values: partSums },
    labels: Uint8Array.from(positions, (position) => judged.labels[position]),
    entities: take(judged.entities),
    alerts: take(judged.alerts),
    days: take(judged.days),
    ...(judged.isExplored === undefined
      ? {}
      : { isExplored: Uint8Array.from(positions, (position) => judged.isExplored?.[position] ?? 0) }),
    ...(judged.weights === undefined
      ? {}
      : { weights: Float64Array.from(positions, (position) => judged.weights?.[position] ?? 1) }),
  };
}

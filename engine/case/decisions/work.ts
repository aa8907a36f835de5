import { localDay, textOfDay } from '../../domain/time-zone.ts';
import { labelOfVerdict } from '../../domain/verdict.ts';
import { wilsonInterval } from '../../evaluation/wilson-interval.ts';
import type { TuningIndex } from '../../forest/tuning.ts';
import type { StoredVerdict } from '../../store/decision-log.ts';
import type { Work } from '../../../preload/contract/work.ts';
import type { CaseSession } from '../case-session.ts';

const MINUTE_MS = 60_000;
/** A longer pause between two decisions was no review. */
const LONGEST_REVIEW_MS = 15 * MINUTE_MS;
const CURVE_POINTS = 40;

type Counts = Work['total'];
type Point = NonNullable<Work['cost']>['cheapest'];

/**
 * What the verdicts that stand say of the work, by the day on which they were given.
 * @param minutesOf the person whose minutes may be seen; null for nobody's
 * @param minuteCost what a minute of review costs; without it there is no cost curve
 * @throws AssayError NO_MODEL where the case has no such model
 */
export function readWork(
  session: CaseSession,
  modelId: number,
  minutesOf: string | null,
  minuteCost: number | undefined,
): Work {
  const { arrays, decisions } = session;
  const { id } = session.model(modelId);
  // A label from a file names no model: nobody looked at an alert.
  const given = decisions.verdicts.filter(({ modelDigest }) => modelDigest !== '');
  const holds = new Set(decisions.verdictOfRow.values());
  const values = valuesOf(session);
  const days = new Map<number, Counts>();
  const total = noCounts(minutesOf !== null);
  for (const verdict of given) {
    if (!holds.has(verdict)) continue;
    const day = localDay(arrays.clock, verdict.atMs);
    const counts = days.get(day) ?? noCounts(minutesOf !== null);
    days.set(day, counts);
    for (const each of [counts, total]) addVerdict(each, verdict, values.get(verdict) ?? 0);
  }
  const reviews = minutesOf === null ? [] : reviewsOf(given, minutesOf);
  for (const { atMs, minutes } of reviews)
    for (const counts of [days.get(localDay(arrays.clock, atMs)), total])
      if (counts !== undefined) counts.minutes = (counts.minutes ?? 0) + minutes;
  const minutesPerAlert = medianOf(reviews.map(({ minutes, alerts }) => minutes / alerts));
  const lossPerFraud = total.fraud === 0 || arrays.amounts === null ? null : total.valueStopped / total.fraud;
  return {
    days: [...days]
      .sort(([left], [right]) => left - right)
      .map(([day, counts]) => ({ day: textOfDay(day), ...counts })),
    total,
    minutesPerAlert,
    lossPerFraud,
    agreement: agreementOf(given),
    cost:
      minutesPerAlert === null || lossPerFraud === null || minuteCost === undefined
        ? null
        : costOf(session.tuningIndex(id), lossPerFraud, minutesPerAlert * minuteCost),
  };
}

function noCounts(hasMinutes: boolean): Counts {
  return { decided: 0, fraud: 0, falseAlarms: 0, unsure: 0, valueStopped: 0, minutes: hasMinutes ? 0 : null };
}

function addVerdict(counts: Counts, { kind }: StoredVerdict, value: number): void {
  const label = labelOfVerdict(kind);
  counts.decided++;
  if (label === null) counts.unsure++;
  else if (label === 1) counts.fraud++;
  else counts.falseAlarms++;
  if (label === 1) counts.valueStopped += value;
}

/** The value of the transactions that each verdict still speaks for. */
function valuesOf({ arrays, decisions }: CaseSession): ReadonlyMap<StoredVerdict, number> {
  const values = new Map<StoredVerdict, number>();
  for (const [row, verdict] of decisions.verdictOfRow) {
    const amount = arrays.amounts?.[row] ?? NaN;
    if (!Number.isNaN(amount)) values.set(verdict, (values.get(verdict) ?? 0) + amount);
  }
  return values;
}

/** How long somebody took from one decision to the next; several alerts decided at once are one review. */
function reviewsOf(
  verdicts: readonly StoredVerdict[],
  person: string,
): readonly { readonly atMs: number; readonly minutes: number; readonly alerts: number }[] {
  const own = verdicts.filter(({ by }) => by === person);
  const moments = [...Map.groupBy(own, ({ atMs }) => atMs)].sort(([left], [right]) => left - right);
  return moments.flatMap(([atMs, decided], place) => {
    const pauseMs = place === 0 ? Infinity : atMs - moments[place - 1][0];
    return pauseMs > LONGEST_REVIEW_MS ? [] : [{ atMs, minutes: pauseMs / MINUTE_MS, alerts: decided.length }];
  });
}

/** Verdicts on transactions that somebody else had judged before, and how many of them say the same. Unsure says nothing. */
function agreementOf(verdicts: readonly StoredVerdict[]): Work['agreement'] {
  const earlier = new Map<number, Map<string, number>>();
  let [alerts, agreed] = [0, 0];
  for (const { by, kind, sequences } of verdicts) {
    const label = labelOfVerdict(kind);
    if (label === null) continue;
    const others: number[] = [];
    for (const row of sequences) {
      const ofRow = earlier.get(row) ?? new Map<string, number>();
      for (const [person, said] of ofRow) if (person !== by) others.push(said);
      earlier.set(row, ofRow.set(by, label));
    }
    if (others.length === 0) continue;
    alerts++;
    if (others.every((said) => said === label)) agreed++;
  }
  const interval = wilsonInterval(agreed, alerts);
  return interval === null ? null : { alerts, agreed, low: interval[0], high: interval[1] };
}

function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((left, right) => left - right);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** What missed frauds and reviews cost at each line; null where no fraud is known. */
function costOf(index: TuningIndex, lossPerFraud: number, costPerReview: number): Work['cost'] {
  const pointAt = (thresholdUnits: number): Point => {
    const { alerts, flagged, thresholdScore, outcome } = index.tune({ kind: 'threshold', thresholdUnits });
    return {
      score: thresholdScore,
      flagged,
      alerts,
      missedLoss: (outcome?.missed ?? 0) * lossPerFraud,
      reviewCost: alerts * costPerReview,
    };
  };
  const curve = index.precisionRecallCurve(CURVE_POINTS).map(({ thresholdUnits }) => pointAt(thresholdUnits));
  if (curve.length === 0) return null;
  const costOfPoint = ({ missedLoss, reviewCost }: Point): number => missedLoss + reviewCost;
  return { curve, cheapest: curve.reduce((best, point) => (costOfPoint(point) < costOfPoint(best) ? point : best)) };
}

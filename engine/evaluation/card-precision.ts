import { UNLABELLED } from '../domain/label.ts';
import type { Anomaly, RowWeights } from './ranking.ts';

export interface CardPrecisionInput {
  /** FRAUD, GENUINE, or UNLABELLED: such rows are left out. */
  readonly labels: Uint8Array;
  readonly anomaly: Anomaly;
  /** Code of the card or customer of each row; rows with a negative code are left out. */
  readonly cards: Int32Array;
  /** Day number of each row. */
  readonly days: Int32Array;
  /** Cards the team can check a day. */
  readonly k: number;
  /** For how many rows each stands; a card stands for as many as that of its rows that stands for fewest. Each for itself where left out. */
  readonly weights?: RowWeights | undefined;
}

export interface CardPrecisionDay {
  readonly day: number;
  /** Cards with a fraud that day that had not been detected on an earlier day. */
  readonly compromised: number;
  /** How many of them are among the k cards with the greatest anomaly, a part of a card where it stands for more than fit. */
  readonly detected: number;
  /** detected / k. */
  readonly precision: number;
}

/**
 * Card precision top-k as the Fraud Detection Handbook defines it (Le Borgne et al., 2022, chapter 4, "Precision top-k
 * metrics"): each day the cards are ranked by the greatest anomaly among their rows; those detected as fraud on an
 * earlier day are taken out first; precision is the number of cards with a fraud among the top k, divided by k (also
 * where fewer cards are there), and the mean over the days is the figure. Cards that tie are ranked by their code.
 * The mean is null without days.
 */
export function cardPrecisionTopK(input: CardPrecisionInput): {
  readonly mean: number | null;
  readonly perDay: CardPrecisionDay[];
} {
  const { days, rows, starts } = rowsByDay(input);
  const cardCount = input.cards.reduce((most, code) => Math.max(most, code), -1) + 1;
  const state: CardState = {
    isDetected: new Uint8Array(cardCount),
    anomaly: new Float64Array(cardCount),
    isFraud: new Uint8Array(cardCount),
    weight: new Float64Array(cardCount),
    seenOn: new Int32Array(cardCount).fill(-1),
  };
  const perDay = Array.from(days, (day, place) =>
    precisionOfDay(input, day, place, rows.subarray(starts[place], starts[place + 1]), state),
  );
  const total = perDay.reduce((sum, { precision }) => sum + precision, 0);
  return { mean: perDay.length === 0 ? null : total / perDay.length, perDay };
}

/** The judged rows with a card by day: a counting sort, days ascending, rows of a day in their order. */
function rowsByDay({ labels, cards, days }: CardPrecisionInput): {
  readonly days: readonly number[];
  readonly rows: Uint32Array;
  readonly starts: Uint32Array;
} {
  const isUsed = (row: number): boolean => labels[row] !== UNLABELLED && cards[row] >= 0;
  const counts = new Map<number, number>();
  for (let row = 0; row < labels.length; row++)
    if (isUsed(row)) counts.set(days[row], (counts.get(days[row]) ?? 0) + 1);
  const ascending = [...counts.keys()].sort((a, b) => a - b);
  const starts = new Uint32Array(ascending.length + 1);
  ascending.forEach((day, place) => (starts[place + 1] = starts[place] + (counts.get(day) ?? 0)));
  const next = new Map(ascending.map((day, place) => [day, starts[place]]));
  const rows = new Uint32Array(starts[ascending.length]);
  for (let row = 0; row < labels.length; row++) {
    if (!isUsed(row)) continue;
    const at = next.get(days[row]) ?? 0;
    rows[at] = row;
    next.set(days[row], at + 1);
  }
  return { days: ascending, rows, starts };
}

/** By card: what is known of it from earlier days, and its rows of the day it was last seen on. */
interface CardState {
  readonly isDetected: Uint8Array;
  readonly anomaly: Float64Array;
  readonly isFraud: Uint8Array;
  readonly weight: Float64Array;
  /** Place of the day among all days. */
  readonly seenOn: Int32Array;
}

/** Marks the cards it finds as detected. */
function precisionOfDay(
  input: CardPrecisionInput,
  day: number,
  place: number,
  rows: Uint32Array,
  state: CardState,
): CardPrecisionDay {
  const { isDetected, anomaly, isFraud, weight, seenOn } = state;
  const cards: number[] = [];
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    const code = input.cards[row];
    if (isDetected[code] === 1) continue;
    if (seenOn[code] !== place) {
      seenOn[code] = place;
      cards.push(code);
      anomaly[code] = input.anomaly[row];
      isFraud[code] = 0;
      weight[code] = Infinity;
    } else if (input.anomaly[row] > anomaly[code]) anomaly[code] = input.anomaly[row];
    if (input.labels[row] === 1) isFraud[code] = 1;
    weight[code] = Math.min(weight[code], input.weights?.[row] ?? 1);
  }
  cards.sort((a, b) => (anomaly[b] === anomaly[a] ? a - b : anomaly[b] > anomaly[a] ? 1 : -1));
  const compromised = cards.reduce((count, code) => count + isFraud[code] * weight[code], 0);
  let detected = 0;
  let left = input.k;
  for (const code of cards) {
    if (left <= 0) break;
    if (isFraud[code] === 1) {
      detected += Math.min(weight[code], left);
      isDetected[code] = 1;
    }
    left -= weight[code];
  }
  return { day, compromised, detected, precision: detected / input.k };
}

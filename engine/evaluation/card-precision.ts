import { UNLABELLED } from '../domain/label.ts';
import type { Anomaly } from './ranking.ts';

export interface CardPrecisionInput {
  /** 1 fraud, 0 genuine, 255 not judged: such rows are left out. */
  readonly labels: Uint8Array;
  readonly anomaly: Anomaly;
  /** Code of the card or customer of each row; rows with a negative code are left out. */
  readonly cards: Int32Array;
  /** Day number of each row. */
  readonly days: Int32Array;
  /** Cards the team can check a day. */
  readonly k: number;
}

export interface CardPrecisionDay {
  readonly day: number;
  /** Cards with a fraud that day that had not been detected on an earlier day. */
  readonly compromised: number;
  /** How many of them are among the k cards with the greatest anomaly. */
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
  const rowsByDay = new Map<number, number[]>();
  for (let row = 0; row < input.labels.length; row++) {
    if (input.labels[row] === UNLABELLED || input.cards[row] < 0) continue;
    const rows = rowsByDay.get(input.days[row]);
    if (rows === undefined) rowsByDay.set(input.days[row], [row]);
    else rows.push(row);
  }
  const detectedBefore = new Set<number>();
  const perDay = [...rowsByDay]
    .sort(([dayA], [dayB]) => dayA - dayB)
    .map(([day, rows]) => precisionOfDay(input, day, rows, detectedBefore));
  const total = perDay.reduce((sum, { precision }) => sum + precision, 0);
  return { mean: perDay.length === 0 ? null : total / perDay.length, perDay };
}

/** Adds the cards it finds to `detectedBefore`. */
function precisionOfDay(
  input: CardPrecisionInput,
  day: number,
  rows: readonly number[],
  detectedBefore: Set<number>,
): CardPrecisionDay {
  const cards = new Map<number, { anomaly: number; fraud: boolean }>();
  for (const row of rows) {
    const code = input.cards[row];
    if (detectedBefore.has(code)) continue;
    const fraud = input.labels[row] === 1;
    const card = cards.get(code);
    if (card === undefined) {
      cards.set(code, { anomaly: input.anomaly[row], fraud });
    } else {
      card.anomaly = Math.max(card.anomaly, input.anomaly[row]);
      card.fraud ||= fraud;
    }
  }
  const ranked = [...cards].sort(([codeA, a], [codeB, b]) => b.anomaly - a.anomaly || codeA - codeB);
  const detected = ranked.slice(0, input.k).filter(([, card]) => card.fraud);
  for (const [code] of detected) detectedBefore.add(code);
  return {
    day,
    compromised: ranked.filter(([, card]) => card.fraud).length,
    detected: detected.length,
    precision: detected.length / input.k,
  };
}

import type { SimulationScenario } from '../../domain/simulation.ts';
import type { RandomStream } from '../../forest/random.ts';

/** A column of a simulated recording. Amounts are whole cents and are written in units with two decimals. */
export interface SimulatedColumn {
  readonly name: string;
  readonly kind: 'text' | 'cents' | 'flag';
}

/** One transaction as it is written: its cells in the order of the columns, null where one is empty. */
export interface SimulatedRecord {
  readonly timeMs: number;
  /** Whose messages belong together in a topic. */
  readonly key: string;
  readonly cells: readonly (string | number | null)[];
  /** Null for a genuine transaction. */
  readonly scenario: SimulationScenario | null;
  /** What a message of four fields says besides its id, where the world has them. */
  readonly fourFields?: Readonly<Record<'amount' | 'transaction_type' | 'account_balance', number>>;
}

/** What determines the stream of a world. */
export interface WorldOptions {
  readonly customers: number;
  /** Terminals; among transfers the businesses, among merchants the shops. */
  readonly terminals: number;
  readonly days: number;
  /** Midnight UTC of the first day, in epoch milliseconds. */
  readonly startMs: number;
  /** Integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /** Fraudulent transactions as a share of genuine ones; 0.8 % when absent. */
  readonly fraudShare?: number;
}

export const SECONDS_PER_DAY = 86_400;
export const DEFAULT_FRAUD_SHARE = 0.008;

/** Whole seconds, as ISO 8601 in UTC. */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}

/** Saturday or Sunday. */
export function isWeekend(startMs: number, day: number): boolean {
  const weekday = new Date(startMs + day * SECONDS_PER_DAY * 1000).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** 1 to 31. */
export function dayOfMonth(startMs: number, day: number): number {
  return new Date(startMs + day * SECONDS_PER_DAY * 1000).getUTCDate();
}

/** A second of a day around an hour, past midnight where the hour is. */
export function secondAround(day: number, hour: number): number {
  return day * SECONDS_PER_DAY + Math.floor((hour - 24 * Math.floor(hour / 24)) * 3600);
}

/** Any second of these days: thieves keep no hours. */
export function anySecond(days: number, random: RandomStream): number {
  return random.nextInteger(days * SECONDS_PER_DAY);
}

/** Names such as C00017, from 1 on. */
export function numbered(letter: string, index: number): string {
  return `${letter}${String(index + 1).padStart(5, '0')}`;
}

/**
 * Incidents of each way of fraud in equal parts, until together they hold about so many transactions. Parts of an incident
 * that would come after the last day are not made.
 */
export function drawIncidents<Scenario extends SimulationScenario, Move extends { readonly second: number }>(
  scenarios: readonly Scenario[],
  wanted: number,
  days: number,
  create: (scenario: Scenario) => readonly Move[],
): readonly Move[] {
  const moves: Move[] = [];
  scenarios.forEach((scenario, index) => {
    const until = Math.round((wanted * (index + 1)) / scenarios.length);
    while (moves.length < until) moves.push(...create(scenario).slice(0, until - moves.length));
  });
  return moves.filter(({ second }) => second < days * SECONDS_PER_DAY).toSorted((a, b) => a.second - b.second);
}

/** Where Spark finds the transactions. */
export interface SparkSource {
  readonly table: string;
  /** Whole milliseconds since 1970 (BIGINT), not null. */
  readonly timeColumn: string;
  /** The order in which transactions were received: unique whole numbers. */
  readonly sequenceColumn: string;
}

/** Transactions of one millisecond that can be told apart, and the step between milliseconds in the order key. */
const tiesPerMs = 2 ** 19;
export const keysPerMs = 2 * tiesPerMs;

/** A length of time in order keys, half a millisecond's keys short of the excluded end. */
export function keysBack(lengthMs: number): string {
  return `${BigInt(lengthMs) * BigInt(keysPerMs) - BigInt(tiesPerMs)}L`;
}

export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Words that say what a column is by its name: a row of the page on what is understood. */
export interface NameRow {
  readonly words: readonly string[];
  /** How sure a name of these words alone makes, 0 to 1. */
  readonly certainty: number;
  readonly example: string;
  readonly reason: string;
}

/** The row of each word. */
export function rowOfWord<Row extends NameRow>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.flatMap((row) => row.words.map((word) => [word, row] as const)));
}

/** All words of some rows. */
export function wordsOf(rows: readonly NameRow[]): ReadonlySet<string> {
  return new Set(rows.flatMap(({ words }) => words));
}

import { rankRows, type Ranking, type RowWeights } from './ranking.ts';

/** Equal scores are one rank; beyond this many, neighbouring ranks share one, which moves a figure by far less than its interval. */
const mostBins = 2000;

/** Rows of a ranking that count together when days are drawn: those of one day, label and score bin. */
export interface DayCells {
  readonly ranking: Ranking;
  /** The day of each cell. */
  readonly days: Int32Array;
  /** Rows in each cell, each as often as it counts. */
  readonly rows: Float64Array;
}

/**
 * A ranking in cells, so that a figure of days drawn again and again costs as much for a million transactions as for a thousand.
 * @param days day of each row of the ranking
 * @param weights how often each row counts; once where left out
 */
export function dayCells(ranking: Ranking, days: Int32Array, weights?: RowWeights): DayCells {
  const cells = new Map<string, { label: number; bin: number; day: number; rows: number }>();
  const groupsPerBin = Math.ceil(ranking.groupEnds.length / mostBins);
  let position = 0;
  ranking.groupEnds.forEach((end, group) => {
    const bin = Math.floor(group / groupsPerBin);
    for (; position < end; position++) {
      const row = ranking.order[position];
      const day = days[row];
      const weight = weights?.[row] ?? 1;
      const label = ranking.labels[position];
      const key = `${bin} ${day} ${label}`;
      const cell = cells.get(key);
      if (cell === undefined) cells.set(key, { label, bin, day, rows: weight });
      else cell.rows += weight;
    }
  });
  const list = [...cells.values()];
  return {
    ranking: rankRows(
      Uint8Array.from(list, ({ label }) => label),
      Int32Array.from(list, ({ bin }) => -bin),
    ),
    days: Int32Array.from(list, ({ day }) => day),
    rows: Float64Array.from(list, ({ rows }) => rows),
  };
}

/** The weight of each cell where its days are drawn so often. */
export function cellWeights({ rows }: DayCells, timesDrawn: RowWeights): Float64Array {
  return rows.map((count, cell) => count * timesDrawn[cell]);
}

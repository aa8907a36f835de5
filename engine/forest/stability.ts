import { impossible } from '../domain/error.ts';

/** One model's sums over the same rows, and its threshold. */
export interface StabilityRun {
  readonly sums: Int32Array;
  readonly thresholdUnits: number;
}

/** How firmly the flags of the first run hold under other seeds. */
export interface FlagStability {
  /** Rows flagged in the first run, ascending. */
  readonly rows: Uint32Array;
  /** For each of them: the share of the other runs that flag it too, 0 to 1. */
  readonly shareOfRuns: Float32Array;
  /** Mean of the shares: of the alert list, how much is still there under another seed. Null without alerts. */
  readonly meanShare: number | null;
}

/** How often each row flagged by the first run stays flagged in the other runs (at least one), made with other seeds. */
export function flagStability(runs: readonly StabilityRun[]): FlagStability {
  const [first, ...others] = runs;
  if (first === undefined || others.length === 0) impossible('stability compares at least two runs.');
  const flagged: number[] = [];
  for (let row = 0; row < first.sums.length; row++) {
    if (first.sums[row] <= first.thresholdUnits) flagged.push(row);
  }
  const rows = Uint32Array.from(flagged);
  const shareOfRuns = new Float32Array(rows.length);
  let held = 0;
  rows.forEach((row, index) => {
    let times = 0;
    for (const run of others) if (run.sums[row] <= run.thresholdUnits) times++;
    shareOfRuns[index] = times / others.length;
    held += times;
  });
  return { rows, shareOfRuns, meanShare: rows.length === 0 ? null : held / (rows.length * others.length) };
}

/** Rows flagged by both runs as a share of those flagged by either (Jaccard); null where neither flags any. */
export function flagOverlap(first: StabilityRun, second: StabilityRun): number | null {
  let both = 0;
  let either = 0;
  for (let row = 0; row < first.sums.length; row++) {
    const byFirst = first.sums[row] <= first.thresholdUnits;
    const bySecond = second.sums[row] <= second.thresholdUnits;
    if (byFirst || bySecond) either++;
    if (byFirst && bySecond) both++;
  }
  return either === 0 ? null : both / either;
}

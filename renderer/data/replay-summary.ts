import type { JobResult } from '../../preload/contract/jobs.ts';

/** What a replay came to, kept until the next one. */
export interface ReplaySummary {
  readonly recording: string;
  readonly casePath: string;
  readonly rows: number;
  readonly addedRows: number;
  readonly quarantined: number;
  readonly alerts: number;
  readonly flagged: number;
  readonly model: string;
  /** SHA-256 over id, sum and flag of every row of the case: equal at any speed. */
  readonly digest: string;
  readonly tookMs: number;
}

/** The summary of a replay that ended. */
export function summaryOf(result: JobResult<'play'>): ReplaySummary {
  return {
    recording: result.recording,
    casePath: result.case,
    rows: result.rows,
    addedRows: result.addedRows,
    quarantined: result.quarantined,
    alerts: result.alerts,
    flagged: result.flagged,
    model: result.model.digest.slice(0, 8),
    digest: result.flagsDigest ?? '',
    tookMs: result.totalMs,
  };
}

/** Guards what an older window wrote. */
export function isReplaySummary(value: unknown): value is ReplaySummary | null {
  return (
    value === null ||
    (typeof value === 'object' && 'digest' in value && 'tookMs' in value && typeof value.digest === 'string')
  );
}

/** How many times as fast as it was a replay really comes, from where it stood at two moments; null while that is not known. */
export function trueSpeed(
  history: readonly { readonly atMs: number; readonly positionMs: number | null }[],
): number | null {
  const known = history.slice(-10).filter(({ positionMs }) => positionMs !== null);
  const [first, last] = [known.at(0), known.at(-1)];
  if (first === undefined || last === undefined || last.atMs === first.atMs) return null;
  return ((last.positionMs ?? 0) - (first.positionMs ?? 0)) / (last.atMs - first.atMs);
}

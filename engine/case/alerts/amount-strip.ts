import type { AmountStrip } from '../../../preload/contract/alerts.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { CaseSession } from '../case-session.ts';
import { keyOfRow } from './alert-keys.ts';
import type { Normal } from './own-normal.ts';

/** What of one entity stands on the strip of its amounts over time. */
export interface StripInput {
  readonly modelId: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** With a time each, ascending by it. */
  readonly rows: readonly number[];
  readonly normal: Normal | null;
}

/** The amounts of some transactions over time, with flags, verdicts and notes. */
export function amountStrip(session: CaseSession, { modelId, fromMs, toMs, rows, normal }: StripInput): AmountStrip {
  const { arrays, decisions } = session;
  const { sums } = session.alerts(modelId).view;
  const { units } = session.model(modelId).threshold;
  return {
    fromMs,
    toMs,
    timesMs: Float64Array.from(rows, (row) => arrays.times?.[row] ?? NaN),
    amounts: Float64Array.from(rows, (row) => arrays.amounts?.[row] ?? NaN),
    flagged: Uint8Array.from(rows, (row) => (isFlagged(sums[row], units) ? 1 : 0)),
    verdicts: rows.map((row) => decisions.verdictOfRow.get(row)?.kind ?? null),
    noted: Uint8Array.from(rows, (row) => (decisions.keysWithNotes.has(keyOfRow(arrays, row)) ? 1 : 0)),
    sequences: Float64Array.from(rows, (row) => arrays.numbers.numberOf(row)),
    normalLow: normal?.low ?? null,
    normalHigh: normal?.high ?? null,
  };
}

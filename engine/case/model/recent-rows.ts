import { createHash } from 'node:crypto';
import { usageError } from '../../domain/error.ts';
import { FRAUD } from '../../domain/label.ts';
import type { RecentRows, RetrainedRows } from '../../domain/retraining.ts';
import type { StoredModel } from '../../store/types.ts';
import type { CaseSession } from '../case-session.ts';
import { isBrought } from './brought-sample.ts';

/** Of the rows that were chosen, the later part is judged and not learned from. */
const JUDGED_SHARE = 0.3;
const FEWEST_ROWS = 200;
const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;

/** Recent rows in two parts, the later of which no challenger has seen. */
export interface RecentSplit {
  /** Learned from, ascending. */
  readonly trained: Uint32Array;
  /** Left out of them because they are known to be fraud. */
  readonly withoutFraud: number;
  /** The later rows, ascending. */
  readonly judged: Uint32Array;
  /** How the rows learned from are found again; `before` is not known here. */
  readonly retrained: Omit<RetrainedRows, 'before'>;
}

/**
 * Cuts the newest rows of a case by time: seven tenths to learn from, the rest to judge by. Where rows have no event time,
 * they go in the order they came.
 * @throws AssayError WRONG_USE where either part would have fewer than 200 rows, NO_EVENT_TIME where days are asked for without
 */
export function splitRecent(session: CaseSession, recent: RecentRows | undefined, withoutFraud: boolean): RecentSplit {
  const { arrays } = session;
  const { times, rowCount, numbers } = arrays;
  if (times === null && recent !== undefined && recent.kind !== 'rows')
    throw usageError(
      'NO_EVENT_TIME',
      'The transactions have no event time, so that none is of the last days.',
      'Choose by --rows.',
    );
  const chosen = choose(times, rowCount, recent);
  const [first] = chosen;
  if (first === undefined) throw fewRows(0, 0);
  const cut = chosen[Math.floor(chosen.length * (1 - JUDGED_SHARE))];
  const end = numbers.numberOf(rowCount);
  const split =
    times === null
      ? { fromMs: null, untilMs: null, firstRow: numbers.numberOf(first), endRow: numbers.numberOf(cut) }
      : { fromMs: times[first], untilMs: times[cut], firstRow: numbers.numberOf(0), endRow: end };
  // Rows of the very moment of the cut are all later ones.
  const judged = chosen.filter((row) => (times === null ? row >= cut : times[row] >= times[cut])).sort();
  const found = { ...split, seenRow: end, withoutFraud };
  const { rows, leftOut } = rowsBetween(session, found);
  if (rows.length < FEWEST_ROWS || judged.length < FEWEST_ROWS) throw fewRows(rows.length, judged.length);
  return { trained: rows, withoutFraud: leftOut, judged, retrained: { ...found, rows: digestOf(session, rows) } };
}

function fewRows(trained: number, judged: number): Error {
  return usageError(
    'WRONG_USE',
    `There are ${trained} rows to learn from and ${judged} later ones to judge by; each must be ${FEWEST_ROWS} or more.`,
    'Choose more with --last or --rows.',
  );
}

/**
 * The rows that a model was grown from; null where it is not known any more, since rows were removed or labels
 * changed, or where it was taken over.
 * A model that was not made of recent rows was grown from the first `trainedRows` of its case.
 */
export function rowsOfTraining(
  session: CaseSession,
  { digest, parameters: { retrained }, trainedRows }: Pick<StoredModel, 'digest' | 'parameters' | 'trainedRows'>,
): Uint32Array | null {
  const { numbers, rowCount } = session.arrays;
  if (isBrought(session.openCase, digest)) return null;
  if (numbers.removed > 0 || (retrained === undefined && trainedRows > rowCount)) return null;
  if (retrained === undefined) return Uint32Array.from({ length: trainedRows }, (_, row) => row);
  if (retrained.endRow > numbers.numberOf(rowCount)) return null;
  const { rows } = rowsBetween(session, retrained);
  return digestOf(session, rows) === retrained.rows ? rows : null;
}

/** The chosen rows in the order of their time, those of one moment as they came; rows without a time are no recent ones. */
function choose(times: Float64Array | null, rowCount: number, recent: RecentRows | undefined): Uint32Array {
  const all = Uint32Array.from({ length: rowCount }, (_, row) => row);
  const lastOf = (rows: Uint32Array): Uint32Array =>
    recent?.kind === 'rows' ? rows.subarray(Math.max(0, rows.length - recent.rows)) : rows;
  if (times === null) return lastOf(all);
  const timed = all.filter((row) => !Number.isNaN(times[row]));
  const isInOrder = timed.every((row, at) => at === 0 || times[row] >= times[timed[at - 1]]);
  const sorted = isInOrder ? timed : timed.sort((left, right) => times[left] - times[right] || left - right);
  if (recent?.kind === 'rows') return lastOf(sorted);
  const newest = times[sorted[sorted.length - 1]] ?? 0;
  const from = recent?.kind === 'since' ? recent.timeMs : newest - (recent?.days ?? USUAL_DAYS) * DAY_MS;
  return sorted.filter((row) => times[row] >= from);
}

/** The rows between two moments, or two numbers, ascending; without known fraud where that was asked for. */
function rowsBetween(
  session: CaseSession,
  { fromMs, untilMs, firstRow, endRow, withoutFraud }: Omit<RetrainedRows, 'before' | 'rows'>,
): { readonly rows: Uint32Array; readonly leftOut: number } {
  const { times, numbers, rowCount } = session.arrays;
  const known = withoutFraud ? session.labels.rows : null;
  const rows: number[] = [];
  let leftOut = 0;
  const end = Math.min(rowCount, numbers.sequenceFrom(endRow));
  for (let row = numbers.sequenceFrom(firstRow); row < end; row++) {
    const isChosen =
      times === null || fromMs === null || untilMs === null || (times[row] >= fromMs && times[row] < untilMs);
    if (!isChosen) continue;
    if (known?.[row] === FRAUD) leftOut++;
    else rows.push(row);
  }
  return { rows: Uint32Array.from(rows), leftOut };
}

function digestOf({ arrays: { numbers } }: CaseSession, rows: Uint32Array): string {
  const hash = createHash('sha256');
  hash.update(Float64Array.from(rows, (row) => numbers.numberOf(row)));
  return hash.digest('hex');
}

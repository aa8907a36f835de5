import { usageError } from '../domain/error.ts';
import { keepsAll, retentionSchema, type Retention } from '../domain/retention.ts';
import type { Doing } from '../store/decision-log.ts';
import type { JsonValue, SegmentSummary } from '../store/types.ts';
import { rowOfKey } from './alerts/alert-keys.ts';
import type { CaseSession } from './case-session.ts';

/** Setting of a case: how long its transactions stay. */
export const RETENTION_SETTING = 'retention';

const dayMs = 86_400_000;
const emptyStaying = new Uint32Array(0);

/** What a retention takes away, before or after it did. */
export interface RetentionPlan {
  readonly reduced: readonly (SegmentSummary & { readonly staying: Uint32Array })[];
  readonly removedRows: number;
  /** Rows as old as those, which stay because a decision stands on them. */
  readonly stayingRows: number;
}

/** What the case is set to; null where it keeps everything. */
export function retentionOf({ openCase }: Pick<CaseSession, 'openCase'>): Retention | null {
  const setting = retentionSchema.safeParse(openCase.setting(RETENTION_SETTING));
  return setting.success && !keepsAll(setting.data) ? setting.data : null;
}

/**
 * Which rows may go: those of whole segments older than the limits, but for the rows that verdicts, notes, snoozes, splits
 * and joins speak of. The newest segment always stays.
 * @throws AssayError WRONG_USE where age is the limit and the case knows no event times
 */
export function planRetention(session: CaseSession, retention: Retention): RetentionPlan {
  const { arrays } = session;
  const staying = decidedRows(session);
  const isOld = oldSegments(session, retention);
  const reduced: RetentionPlan['reduced'][number][] = [];
  let removedRows = 0;
  let stayingRows = 0;
  let at = 0;
  for (const segment of arrays.segments.slice(0, -1)) {
    const end = segment.firstSequence + segment.rowCount;
    const from = at;
    while (at < staying.length && staying[at] < end) at++;
    if (!isOld(segment)) continue;
    stayingRows += at - from;
    if (at - from === segment.rowCount) continue;
    removedRows += segment.rowCount - (at - from);
    reduced.push({ ...segment, staying: at === from ? emptyStaying : staying.subarray(from, at) });
  }
  return { reduced, removedRows, stayingRows };
}

/** Takes away what `planRetention` finds when nobody else can decide any more, and says so in the history. */
export function applyRetention(session: CaseSession, retention: Retention, doing: Doing): RetentionPlan {
  const openedCase = session.writableCase;
  // Read beforehand, so that nobody waits for it; within the transaction only what changed since is read again.
  const expected = planRetention(session, retention);
  if (expected.removedRows === 0) return expected;
  const plan = openedCase.inTransaction(() => {
    session.refresh();
    const current = planRetention(session, retention);
    if (current.removedRows > 0)
      openedCase.change(doing, () => {
        const { removedRows, stayingRows } = current;
        openedCase.removeRows(current.reduced);
        return {
          what: `${removedRows} old rows removed, ${stayingRows} kept for decisions`,
          details: { ...retention, removedRows, stayingRows },
          result: undefined,
        };
      });
    return current;
  });
  session.rowsChanged();
  session.decisionsChanged();
  return plan;
}

/** Sets how long transactions stay from now on; null for ever. */
export function setRetention(session: CaseSession, retention: Retention | null, doing: Doing): void {
  const value: JsonValue = retention ?? { olderThanDays: null, keepRows: null };
  session.writableCase.chooseSetting(RETENTION_SETTING, value, doing);
}

/** Every row that a decision speaks of which nobody took back, or a draft; ascending. */
function decidedRows({ arrays, decisions, openCase }: CaseSession): Uint32Array {
  const rows = new Set<number>(decisions.verdictOfRow.keys());
  for (const { sequences } of decisions.verdicts) for (const row of sequences) rows.add(row);
  for (const grouping of decisions.groupings) for (const row of grouping) rows.add(row);
  for (const key of [...decisions.keysWithNotes, ...decisions.snoozes.keys(), ...openCase.decisions.keysWithDrafts()]) {
    const row = rowOfKey(arrays, key);
    if (row >= 0) rows.add(row);
  }
  return Uint32Array.from(rows).sort();
}

function oldSegments({ arrays }: CaseSession, retention: Retention): (segment: SegmentSummary) => boolean {
  const { olderThanDays, keepRows } = retention;
  const { times, timeSpan, rowCount } = arrays;
  if (olderThanDays !== null && (times === null || timeSpan === null))
    throw usageError(
      'WRONG_USE',
      'The case knows no time of its transactions, so none is older than another.',
      'Say how many of the newest rows stay: --keep-rows N.',
    );
  const limitMs = olderThanDays === null ? -Infinity : (timeSpan?.last ?? NaN) - olderThanDays * dayMs;
  const hasOnlyOld = ({ firstSequence, rowCount: rows }: SegmentSummary): boolean =>
    times?.subarray(firstSequence, firstSequence + rows).every((time) => !(time >= limitMs)) === true;
  return (segment) =>
    (keepRows !== null && segment.firstSequence + segment.rowCount <= rowCount - keepRows) ||
    (olderThanDays !== null && hasOnlyOld(segment));
}

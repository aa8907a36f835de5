import type { WorkContext } from '../../domain/progress.ts';
import { dayText } from '../../domain/time-zone.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import type { CaseSession } from '../case-session.ts';
import { flaggedRowsOf } from './alert-groups.ts';
import { alertRows, alertsInOrder, rowsHangingOnReasons } from './alert-list.ts';
import { computeAllReasons } from '../model/reason-words.ts';

type Listed = Pick<JobResult<'alerts'>, 'alerts' | 'total'>;

/**
 * The alerts of a model that pass a filter, in order, as the window lists them; with their transactions where asked. Reasons that
 * the list hangs on, or that are asked for, are computed first.
 */
export async function listAlerts(
  session: CaseSession,
  modelId: number,
  input: Pick<ParsedJobInput<'alerts'>, 'filter' | 'sort' | 'limit' | 'transactions' | 'reasons'>,
  context: WorkContext,
): Promise<Listed> {
  const { filter, sort, limit, transactions, reasons } = input;
  const { arrays } = session;
  const choice = { modelId, filter, sort };
  const hanging = rowsHangingOnReasons(session, choice);
  await computeAllReasons(hanging.view, hanging.rows, context);
  const { view, groups, alerts } = alertsInOrder(session, choice, Date.now());
  const listed = [...alerts.subarray(0, limit)];
  if (reasons)
    await computeAllReasons(
      view,
      listed.map((group) => groups.topSequences[group]),
      context,
    );
  // Asked for at once: each question for ids reads the segments that hold them.
  const ids = transactions ? arrays.ids(listed.flatMap((group) => [...flaggedRowsOf(groups, group)])) : [];
  let next = 0;
  return {
    total: alerts.length,
    alerts: alertRows(session, view, groups, listed).map((row, index) => {
      const flagged = flaggedRowsOf(groups, listed[index]);
      const first = next;
      next += flagged.length;
      return {
        key: row.key,
        entity: row.entity,
        day: row.opensMs === null ? null : dayText(session.arrays.clock, row.opensMs),
        score: row.score,
        flagged: row.flaggedTransactions,
        verdict: row.verdict,
        reopened:
          row.reopened === null ? null : { verdict: row.reopened.kind, newTransactions: row.reopened.newTransactions },
        topId: row.topId,
        fromBelowLine: row.isFromBelowLine,
        ...(reasons ? { theme: row.theme, reason: row.firstReason } : {}),
        ...(transactions
          ? {
              transactions: Array.from(flagged, (at, place) => ({
                id: ids[first + place],
                score: view.scoreOf(view.sums[at]),
              })),
            }
          : {}),
      };
    }),
  };
}

import { resolve } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { historyMark } from '../../domain/history-mark.ts';
import { zonedText, type ZoneClock } from '../../domain/time-zone.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import type { AlertRow } from '../../../preload/contract/alerts.ts';
import type { AlertListFormat } from '../../../preload/contract/exports.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { csvCell, csvTextCell } from './csv-cell.ts';
import { withCase } from '../../case/opening.ts';
import { flaggedRowsOf, type AlertGroups } from '../../case/alerts/alert-groups.ts';
import {
  alertRows,
  alertsInOrder,
  decidedAlerts,
  noteKeysOf,
  rowsHangingOnReasons,
} from '../../case/alerts/alert-list.ts';
import type { CaseSession } from '../../case/case-session.ts';
import { computeAllReasons, computeReasons } from '../../case/model/reason-words.ts';
import { claimFile } from './output.ts';
import { parquetKind, textKind } from './output-kind.ts';

const partRows = 500;
const turnMs = 20;
/** Tells spreadsheets that the file is UTF-8. */
const byteOrderMark = '\uFEFF';

/** An alert with what was decided of it. */
interface ListedAlert extends AlertRow {
  readonly reason: string | null;
  readonly decidedAtMs: number | null;
  readonly decidedBy: string | null;
  readonly scoreAtDecision: number | null;
  /** Flagged transactions that opened it again after its verdict. */
  readonly newTransactions: number;
  readonly notes: string;
  /** Head of the history of the case. */
  readonly history: string;
}

/** A column of the list: a text, a number or a time (epoch milliseconds) of every alert, null where it has none. */
type ListColumn = { readonly name: string } & (
  | { readonly kind: 'text'; readonly of: (alert: ListedAlert) => string | null }
  | { readonly kind: 'number' | 'count' | 'time'; readonly of: (alert: ListedAlert) => number | null }
);

const columns: readonly ListColumn[] = [
  { name: 'key', kind: 'text', of: ({ key }) => key },
  { name: 'entity', kind: 'text', of: ({ entity }) => entity },
  { name: 'score', kind: 'number', of: ({ score }) => score },
  { name: 'top_id', kind: 'text', of: ({ topId }) => topId },
  { name: 'amount', kind: 'number', of: ({ amount }) => amount },
  { name: 'currency', kind: 'text', of: ({ currency }) => currency },
  { name: 'time', kind: 'time', of: ({ timeMs }) => timeMs },
  { name: 'opens', kind: 'time', of: ({ opensMs }) => opensMs },
  { name: 'counterpart', kind: 'text', of: ({ counterpart }) => counterpart },
  { name: 'flagged_transactions', kind: 'count', of: ({ flaggedTransactions }) => flaggedTransactions },
  { name: 'transactions', kind: 'count', of: ({ transactions }) => transactions },
  { name: 'theme', kind: 'text', of: ({ theme }) => theme },
  { name: 'first_reason', kind: 'text', of: ({ firstReason }) => firstReason },
  { name: 'verdict', kind: 'text', of: ({ verdict, reopened }) => verdict ?? reopened?.kind ?? null },
  { name: 'verdict_reason', kind: 'text', of: ({ reason }) => reason },
  { name: 'decided_at', kind: 'time', of: ({ decidedAtMs }) => decidedAtMs },
  { name: 'decided_by', kind: 'text', of: ({ decidedBy }) => decidedBy },
  { name: 'score_at_decision', kind: 'number', of: ({ scoreAtDecision }) => scoreAtDecision },
  { name: 'new_transactions', kind: 'count', of: ({ newTransactions }) => newTransactions },
  { name: 'snoozed_until', kind: 'time', of: ({ snoozedUntilMs }) => snoozedUntilMs },
  { name: 'from_below_line', kind: 'text', of: ({ isFromBelowLine }) => (isFromBelowLine ? 'yes' : null) },
  { name: 'notes', kind: 'text', of: ({ notes }) => notes },
  { name: 'history', kind: 'text', of: ({ history }) => history },
];

const kinds = {
  csv: textKind('a CSV of alerts', csvHeader()),
  parquet: parquetKind(
    'a Parquet file of alerts',
    columns.map(({ name }) => name),
  ),
} as const;

/**
 * The `export alerts` job: the list of alerts as the window shows it, all that pass the filter in its order, with what
 * was decided of each. Reasons not known yet are computed first.
 */
export async function exportAlerts(
  input: ParsedJobInput<'exportAlerts'>,
  context: WorkContext,
): Promise<JobResult<'exportAlerts'>> {
  const format = input.format ?? formatOf(input.output);
  const output = await claimFile(input.output, kinds[format], { reads: [input.casePath], force: input.force });
  return withCase(input.casePath, 'read', async (session) => {
    const { id: modelId } = session.chosenModel(input.model);
    const hanging = rowsHangingOnReasons(session, { ...input, modelId });
    await computeAllReasons(hanging.view, hanging.rows, context);
    const { view, groups, alerts } = alertsInOrder(session, { ...input, modelId }, Date.now());
    const history = historyMark(session.openCase.decisions.head());
    const listed: ListedAlert[] = [];
    for (let start = 0; start < alerts.length; start += partRows) {
      const part = [...alerts.subarray(start, start + partRows)];
      let unexplained: readonly number[] = part.map((group) => groups.topSequences[group]);
      const total = alerts.length;
      while (unexplained.length > 0) {
        throwIfCancelled(context.signal);
        unexplained = computeReasons(view, unexplained, turnMs);
        context.report({ phase: 'export', done: start + part.length - unexplained.length, total, unit: 'alerts' });
        await new Promise(setImmediate);
      }
      const rows = alertRows(session, view, groups, part);
      listed.push(...rows.map((row, index) => ({ ...withDecision(session, groups, part[index], row), history })));
    }
    await output.write(format === 'parquet' ? asParquet(listed) : asCsv(listed, session.arrays.clock));
    return {
      output: output.path,
      files: [output.path],
      rows: listed.length,
      digest: view.digest,
      case: resolve(input.casePath),
    };
  });
}

function formatOf(path: string): AlertListFormat {
  return path.toLowerCase().endsWith('.parquet') ? 'parquet' : 'csv';
}

function withDecision(
  session: CaseSession,
  groups: AlertGroups,
  group: number,
  alert: AlertRow,
): Omit<ListedAlert, 'history'> {
  const verdict = decidedAlerts(session, groups).decisions.get(group)?.verdict;
  const keys = noteKeysOf(session.arrays, flaggedRowsOf(groups, group));
  const notes = alert.hasNote ? session.openCase.decisions.notes(keys) : [];
  return {
    ...alert,
    reason: verdict?.reason ?? null,
    decidedAtMs: verdict?.atMs ?? null,
    decidedBy: verdict?.by ?? null,
    scoreAtDecision: verdict?.score ?? null,
    newTransactions: alert.reopened?.newTransactions ?? 0,
    notes: notes.map(({ text }) => text).join('\n'),
  };
}

/** Times are those of the case's own clock, as the window shows them, with what it is ahead of UTC. */
function asCsv(alerts: readonly ListedAlert[], clock: ZoneClock): string {
  const lines = alerts.map((alert) => csvLine(columns.map((column) => cellOf(column, alert, clock))));
  return byteOrderMark + csvHeader() + lines.join('');
}

function csvHeader(): string {
  return csvLine(columns.map(({ name }) => csvCell(name)));
}

function csvLine(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}

function cellOf(column: ListColumn, alert: ListedAlert, clock: ZoneClock): string {
  if (column.kind === 'text') return csvTextCell(column.of(alert) ?? '');
  const value = column.of(alert);
  if (value === null) return '';
  return column.kind === 'time' ? zonedText(clock, value) : csvCell(`${value}`);
}

const parquetTypes = { text: 'STRING', number: 'DOUBLE', count: 'INT32', time: 'TIMESTAMP' } as const;

function asParquet(alerts: readonly ListedAlert[]): Uint8Array {
  const columnData = columns.map((column) => ({
    name: column.name,
    type: parquetTypes[column.kind],
    nullable: column.kind !== 'count',
    data:
      column.kind === 'time'
        ? alerts.map((alert) => dateOf(column.of(alert)))
        : alerts.map((alert) => column.of(alert)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function dateOf(timeMs: number | null): Date | null {
  return timeMs === null ? null : new Date(timeMs);
}

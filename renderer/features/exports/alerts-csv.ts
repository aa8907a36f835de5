import type { AlertRow } from '../../../preload/contract/requests.ts';
import { neutralised } from '../../ui/copy-table.ts';

const headers = [
  'entity',
  'score',
  'top_id',
  'amount',
  'currency',
  'time_utc',
  'counterpart',
  'flagged_transactions',
  'transactions',
  'first_reason',
  'verdict',
] as const;

/** A cell after RFC 4180; text that a spreadsheet would run gets an apostrophe before it. */
function csvCell(value: string): string {
  const safe = neutralised(value);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Alerts as CSV lines, header first, each ended by CRLF. Times are ISO 8601 in UTC. */
export function alertsCsv(alerts: readonly AlertRow[]): string {
  const line = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
  const rows = alerts.map((alert) =>
    line([
      alert.entity,
      `${alert.score}`,
      alert.topId,
      alert.amount === null ? '' : `${alert.amount}`,
      alert.currency ?? '',
      alert.timeMs === null ? '' : new Date(alert.timeMs).toISOString(),
      alert.counterpart ?? '',
      `${alert.flaggedTransactions}`,
      `${alert.transactions}`,
      alert.firstReason,
      alert.verdict ?? '',
    ]),
  );
  return line(headers) + rows.join('');
}

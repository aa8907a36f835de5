import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { formatCount, formatCounted } from '../../data/format.ts';

const MAXIMUM_IDS = 5000;

/**
 * The ids in a pasted text: one a line, or several separated by tabs, semicolons or commas; quotes around one are
 * dropped, repeats too, and the apostrophe that keeps a long id a text in a spreadsheet. Texts stay texts: a 16-digit
 * id keeps every digit. Null where the text is a plain search.
 */
export function pastedIds(text: string): readonly string[] | null {
  const parts = text
    .split(/[\r\n\t;,]+/u)
    .map((part) =>
      part
        .trim()
        .replace(/^(["'])(.*)\1$/u, '$2')
        .replace(/^'(?=\d)/u, ''),
    )
    .filter((part) => part !== '');
  if (parts.length < 2) return null;
  return [...new Set(parts)].slice(0, MAXIMUM_IDS);
}

/** "500 pasted: 6 alerts, 489 not flagged, 5 unknown". */
export function pastedWords({ ids, alerts, notFlagged, unknown }: RequestOutput<'alerts.pasted'>): string {
  const parts = [
    formatCounted(alerts, 'alert'),
    ...(notFlagged.length > 0 ? [`${formatCount(notFlagged.length)} not flagged`] : []),
    ...(unknown.length > 0 ? [`${formatCount(unknown.length)} unknown`] : []),
  ];
  return `${formatCount(ids)} pasted: ${parts.join(', ')}`;
}

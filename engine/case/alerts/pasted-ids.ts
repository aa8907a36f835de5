import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import type { CaseSession } from '../case-session.ts';
import type { AlertGroups } from './alert-groups.ts';
import { rowOfKey } from './alert-keys.ts';

/**
 * What became of ids that somebody pasted: of transactions, entities, counterparts, or keys of alerts. Each is in an
 * alert, known and not flagged, or unknown to the case.
 */
export function readPastedIds(
  session: CaseSession,
  { modelId, ids: pasted }: ParsedRequestInput<'alerts.pasted'>,
): RequestOutput<'alerts.pasted'> {
  const { arrays } = session;
  const { groups } = session.alerts(modelId);
  const texts = [...new Set(pasted.map((id) => id.trim()).filter(Boolean))];
  const { found: rows } = arrays.findIds(texts);
  const ids = arrays.ids(rows);
  const transactions = new Map(rows.map((row, index) => [ids[index], row]));
  const columns = [arrays.entity, arrays.counterpart].map((column) => {
    const groupsOfCode = new Map<number, Set<number>>();
    if (column !== null)
      for (const row of groups.rows) {
        const code = column.codes[row];
        // A row that names nobody has the code of a text that nobody has.
        if (code < 0) continue;
        const found = groupsOfCode.get(code) ?? new Set();
        groupsOfCode.set(code, found.add(groups.groupOfRow(row)));
      }
    return { dictionary: column?.dictionary, groupsOfCode };
  });

  const inAlerts = new Set<number>();
  const notFlagged: string[] = [];
  const unknown: string[] = [];
  for (const text of texts) {
    const codes = columns.map(({ dictionary }) => dictionary?.find(text) ?? -1);
    const found = [
      ...groupsOf(groups, [transactions.get(text) ?? -1, rowOfKey(arrays, text)]),
      ...columns.flatMap(({ groupsOfCode }, index) => [...(groupsOfCode.get(codes[index]) ?? [])]),
    ];
    for (const group of found) inAlerts.add(group);
    if (found.length > 0) continue;
    const isKnown = transactions.has(text) || rowOfKey(arrays, text) >= 0 || codes.some((code) => code >= 0);
    (isKnown ? notFlagged : unknown).push(text);
  }
  return { ids: texts.length, alerts: inAlerts.size, notFlagged, unknown };
}

function groupsOf(groups: AlertGroups, rows: readonly number[]): readonly number[] {
  return rows.flatMap((row) => {
    const group = row < 0 ? -1 : groups.groupOfRow(row);
    return group < 0 ? [] : [group];
  });
}

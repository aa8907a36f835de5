import { createHash } from 'node:crypto';
import { UNLABELLED } from '../../domain/label.ts';
import type { LearningSource } from '../../domain/model.ts';
import { labelOfVerdict } from '../../domain/verdict.ts';
import type { CaseSession } from '../case-session.ts';
import { labelDelayMs, labelsKnownAt } from '../labels.ts';
import type { ModelView } from './model-view.ts';

/** Transactions of a case whose truth is known by now, one entry each, in stream order. */
export interface JudgedTransactions {
  readonly rows: Uint32Array;
  /** FRAUD or GENUINE. */
  readonly labels: Uint8Array;
  /** Whose each is; where the case has no entity, or a row lacks it, each transaction is its own. */
  readonly entities: Int32Array;
  /** The verdict that judged it; by the label column one an entity and day. */
  readonly alerts: Int32Array;
  readonly days: Int32Array;
  /** SHA-256 over number, label and alert of each. */
  readonly digest: string;
}

/**
 * What can be learned from. A verdict speaks for its extent and no more: copied to the other transactions of its card and day
 * it would teach that they are fraud, too. The label column speaks once its delay is over at the end of the stream. Where that
 * is more than `mostRows`, the alerts that the model ranks first are taken.
 */
export function judgedTransactions(
  session: CaseSession,
  view: ModelView,
  from: LearningSource,
  mostRows: number,
): JudgedTransactions {
  const { arrays } = session;
  const known = labelOf(session, view, from);
  const judged: { readonly row: number; readonly label: number; readonly alert: string }[] = [];
  for (let row = 0; row < arrays.rowCount; row++) {
    const label = known(row);
    if (label !== UNLABELLED) judged.push({ row, label, alert: alertOf(session, from, row) });
  }
  const taken = judged.length <= mostRows ? judged : firstAlerts(judged, view.sums, mostRows);
  const rows = Uint32Array.from(taken, ({ row }) => row);
  const codes = new Map<string, number>();
  for (const { alert } of taken) if (!codes.has(alert)) codes.set(alert, codes.size);
  const hash = createHash('sha256');
  for (const { row, label, alert } of taken)
    hash.update(`${arrays.numbers.numberOf(row)} ${label} ${codes.get(alert) ?? 0}\n`);
  return {
    rows,
    labels: Uint8Array.from(taken, ({ label }) => label),
    entities: Int32Array.from(rows, (row) => entityOf(session, row)),
    alerts: Int32Array.from(taken, ({ alert }) => codes.get(alert) ?? 0),
    days: Int32Array.from(rows, (row) => arrays.days?.[row] ?? 0),
    digest: hash.digest('hex'),
  };
}

function labelOf(session: CaseSession, view: ModelView, from: LearningSource): (row: number) => number {
  const { arrays, decisions } = session;
  const ofVerdict = (row: number): number => {
    const verdict = decisions.verdictOfRow.get(row);
    return verdict === undefined ? UNLABELLED : (labelOfVerdict(verdict.kind) ?? UNLABELLED);
  };
  if (from === 'verdicts') return ofVerdict;
  let endMs = -Infinity;
  for (const time of arrays.times ?? []) if (time > endMs) endMs = time;
  const ofColumn =
    arrays.times === null
      ? (row: number): number => arrays.labels?.[row] ?? UNLABELLED
      : labelsKnownAt({ arrays, decisions: { ...decisions, verdictOfRow: new Map() } }, labelDelayMs(view.spec), endMs);
  if (from === 'labels') return ofColumn;
  return (row) => {
    const label = ofColumn(row);
    return label === UNLABELLED ? ofVerdict(row) : label;
  };
}

/** Codes of entities are 0 or more, so that rows without one take those below. */
function entityOf({ arrays: { entity } }: CaseSession, row: number): number {
  const code = entity?.codes[row] ?? -1;
  return code >= 0 ? code : -1 - row;
}

function alertOf(session: CaseSession, from: LearningSource, row: number): string {
  const verdict = from === 'labels' ? undefined : session.decisions.verdictOfRow.get(row);
  if (verdict !== undefined && labelOfVerdict(verdict.kind) !== null) return `verdict ${verdict.id}`;
  return `entity ${entityOf(session, row)} day ${session.arrays.days?.[row] ?? 0}`;
}

/** Whole alerts by their most anomalous transaction, as many as fit, in stream order. */
function firstAlerts<Judged extends { readonly row: number; readonly alert: string }>(
  judged: readonly Judged[],
  sums: Int32Array,
  mostRows: number,
): readonly Judged[] {
  const byAlert = Map.groupBy(judged, ({ alert }) => alert);
  const ranked = [...byAlert.values()]
    .map((members) => ({ members, sum: members.reduce((least, { row }) => Math.min(least, sums[row]), Infinity) }))
    .sort((left, right) => left.sum - right.sum || left.members[0].row - right.members[0].row);
  const taken: Judged[] = [];
  for (const { members } of ranked) {
    if (taken.length + members.length > mostRows) break;
    taken.push(...members);
  }
  return taken.sort((left, right) => left.row - right.row);
}

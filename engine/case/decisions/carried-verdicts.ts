import { createHash } from 'node:crypto';
import { z } from 'zod';
import { usageError } from '../../domain/error.ts';
import { UNLABELLED } from '../../domain/label.ts';
import { columnWithRole } from '../../domain/profile.ts';
import { saidSchema } from '../../domain/said.ts';
import { labelOfVerdict } from '../../domain/verdict.ts';
import type { Doing } from '../../store/decision-log.ts';
import { keyOfRow } from '../alerts/alert-keys.ts';
import type { CaseSession } from '../case-session.ts';
import { findModel } from '../model/chosen-model.ts';
import { recordingsDigest } from './decision-journal.ts';
import { store, type UnsignedEntry } from './decisions.ts';
import { fourEyesOf } from './four-eyes.ts';

/*
 * Verdicts on the way between cases, by the ids of their transactions. What one is hangs on what it says and who said it when,
 * so that a file merged twice, or in any order with others, adds each once.
 */

/** A verdict as it travels. */
export const carriedVerdictSchema = saidSchema.extend({ transactions: z.array(z.string()).min(1) });
export type CarriedVerdict = z.infer<typeof carriedVerdictSchema>;

/** Which transactions the ids of a file of verdicts name. */
export const carriedHeaderSchema = z.object({
  assay: z.literal('verdicts'),
  format: z.literal(1),
  /** True where transactions have no ids, so that their numbers stand for them. */
  byNumber: z.boolean(),
  /** Digest of the recordings of the case; where ids are numbers they mean the same only with the same recordings. */
  recordings: z.string(),
  /** The newest entry of the history of the case that it comes from: one that was cut off since does not hold it. */
  history: z.object({ entry: z.number().int(), hash: z.string() }).nullable().default(null),
});
export type CarriedHeader = z.infer<typeof carriedHeaderSchema>;

export interface MergedVerdicts {
  /** Verdicts of the file, and what became of them. */
  readonly read: number;
  readonly added: number;
  /** In the case before, taken back or not. */
  readonly known: number;
  /** Of which the case lacks a transaction. */
  readonly unmatched: readonly string[];
  /** Of an outcome that needs a second person here: a file is nobody's signature. */
  readonly needSecond: number;
  /** Of which an id names several transactions. */
  readonly ambiguous: readonly string[];
  /** Transactions of which what was added says other than the label column or a verdict of somebody else. Both are kept. */
  readonly conflicts: readonly string[];
}

/** How a file says what its ids are. */
export function carriedHeader({ arrays, openCase }: CaseSession): CarriedHeader {
  const head = openCase.decisions.head();
  return {
    assay: 'verdicts',
    format: 1,
    byNumber: columnWithRole(arrays.profile, 'id') === undefined,
    recordings: recordingsDigest(openCase),
    history: head === null ? null : { entry: head.entry, hash: head.hash },
  };
}

/** Every verdict that stands, oldest first, and how a file says what its ids are. */
export function carriedVerdicts(session: CaseSession): {
  readonly header: CarriedHeader;
  readonly verdicts: readonly CarriedVerdict[];
} {
  const { arrays, decisions } = session;
  return {
    header: carriedHeader(session),
    verdicts: decisions.verdicts
      .filter(({ sequences }) => sequences.length > 0)
      .map(({ sequences, kind, reason, by, atMs, score, modelDigest, closedUntilMs }) => ({
        transactions: [...arrays.ids(sequences)],
        kind,
        reason,
        by,
        atMs,
        score,
        modelDigest,
        closedUntilMs,
      })),
  };
}

/** @throws AssayError WRONG_USE where ids are numbers and the recordings are others. */
export function refuseForeignNumbers({ arrays, openCase }: CaseSession, header: CarriedHeader): void {
  const byNumber = columnWithRole(arrays.profile, 'id') === undefined;
  if ((!byNumber && !header.byNumber) || header.recordings === recordingsDigest(openCase)) return;
  throw usageError(
    'WRONG_USE',
    'Transactions are known by their numbers here, and the verdicts come from a case of other recordings.',
    'Merge into a case of the same recordings, read in the same order, or name an id column with --id.',
  );
}

/** Adds what the case does not have yet; each keeps its author and time. One change. */
export function mergeVerdicts(session: CaseSession, doing: Doing, carried: readonly CarriedVerdict[]): MergedVerdicts {
  return store(session, () => {
    session.refresh();
    const { arrays } = session;
    const { decisions } = session.writableCase;
    const rowsOfId = arrays.everyRowOfIds(carried.flatMap(({ transactions }) => transactions));
    const known = new Set(decisions.everyVerdict().map((verdict) => identityOf(verdict, [...verdict.sequences])));
    const [unmatched, ambiguous]: [string[], string[]] = [[], []];
    const added: { readonly verdict: CarriedVerdict; readonly rows: readonly number[] }[] = [];
    let before = 0;
    let needSecond = 0;
    const { outcomes } = fourEyesOf(session);
    for (const verdict of carried) {
      const found = verdict.transactions.map((id) => rowsOfId.get(id) ?? []);
      const lacking = verdict.transactions.find((_, at) => found[at].length === 0);
      const doubled = verdict.transactions.find((_, at) => found[at].length > 1);
      if (lacking !== undefined) unmatched.push(lacking);
      else if (doubled !== undefined) ambiguous.push(doubled);
      else if (outcomes.includes(verdict.kind)) needSecond++;
      else {
        const rows = [...new Set(found.map(([row]) => row))].sort((left, right) => left - right);
        const identity = identityOf(
          verdict,
          rows.map((row) => arrays.numbers.numberOf(row)),
        );
        if (known.has(identity)) before++;
        else added.push({ verdict, rows });
        known.add(identity);
      }
    }
    const conflicts = conflictsOf(session, added);
    const entries = actionsOf(session, added).map((action): UnsignedEntry => {
      const number = decisions.addVerdicts({ ...action, takenOver: doing });
      const { kind: verdict, by, atMs, reason, modelDigest, closedUntilMs } = action;
      const alerts = action.alerts.map((alert) => ({ ...alert, sequences: [...alert.sequences] }));
      return { kind: 'verdict', by, atMs, action: number, verdict, reason, modelDigest, closedUntilMs, alerts };
    });
    const result = {
      read: carried.length,
      added: added.length,
      known: before,
      needSecond,
      unmatched,
      ambiguous,
      conflicts,
    };
    return { result, entries };
  });
}

/** What makes two verdicts one and the same. */
function identityOf(
  { kind, reason, by, atMs }: Pick<CarriedVerdict, 'kind' | 'reason' | 'by' | 'atMs'>,
  numbers: readonly number[],
): string {
  const rows = numbers.toSorted((left, right) => left - right);
  return createHash('sha256')
    .update(JSON.stringify([kind, reason, by, atMs, rows]))
    .digest('hex');
}

type Action = Parameters<CaseSession['writableCase']['decisions']['addVerdicts']>[0];

/** Verdicts that are alike but for their transactions are one action, as long as no alert would be in it twice. */
function actionsOf(
  session: CaseSession,
  added: readonly { readonly verdict: CarriedVerdict; readonly rows: readonly number[] }[],
): readonly Action[] {
  const { arrays } = session;
  const champion = findModel(session.models, undefined);
  const view = champion === undefined ? undefined : session.view(champion.id);
  const topOf = (rows: readonly number[]): number =>
    view === undefined ? rows[0] : rows.reduce((top, row) => (view.sums[row] < view.sums[top] ? row : top));
  const actions = new Map<string, Omit<Action, 'alerts'> & { readonly alerts: Action['alerts'][number][] }>();
  for (const { verdict, rows } of added) {
    const { kind, reason, by, atMs, modelDigest, closedUntilMs, score } = verdict;
    const alert = {
      key: keyOfRow(arrays, topOf(rows)),
      score,
      sequences: Uint32Array.from(rows, (row) => arrays.numbers.numberOf(row)),
    };
    for (let turn = 0; ; turn++) {
      const alike = JSON.stringify([kind, reason, by, atMs, modelDigest, closedUntilMs, turn]);
      const action = actions.get(alike) ?? { kind, reason, by, atMs, modelDigest, closedUntilMs, alerts: [] };
      actions.set(alike, action);
      if (action.alerts.some(({ key }) => key === alert.key)) continue;
      action.alerts.push(alert);
      break;
    }
  }
  return [...actions.values()];
}

function conflictsOf(
  { arrays, decisions }: CaseSession,
  added: readonly { readonly verdict: CarriedVerdict; readonly rows: readonly number[] }[],
): readonly string[] {
  const rows = added.flatMap(({ verdict, rows: spokenFor }) => {
    const label = labelOfVerdict(verdict.kind);
    if (label === null) return [];
    return spokenFor.filter((row) => {
      const column = arrays.labels?.[row] ?? UNLABELLED;
      const standing = decisions.verdictOfRow.get(row);
      const other = standing === undefined || standing.by === verdict.by ? null : labelOfVerdict(standing.kind);
      return (column !== UNLABELLED && column !== label) || (other !== null && other !== label);
    });
  });
  return [...arrays.ids([...new Set(rows)].sort((left, right) => left - right))];
}

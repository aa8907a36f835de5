import { UNLABELLED } from '../domain/label.ts';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import { labelOfVerdict } from '../domain/verdict.ts';
import type { StoredVerdict } from '../store/decision-log.ts';
import type { LabelBasis } from '../../preload/contract/evaluations.ts';
import type { DecisionState } from './decisions/decision-state.ts';

/*
 * The only source of what is known of transactions: the label column where it has a value, else a verdict for the rows
 * of its extent, else nothing.
 */

/** A verdict that says other than the label column; the column wins. */
export interface LabelConflict {
  readonly sequence: number;
  readonly verdict: StoredVerdict;
  readonly columnSays: 0 | 1;
}

export interface CaseLabels {
  /** The label column alone; null where the case has none. */
  readonly column: Uint8Array | null;
  /** What is known of every row; null where nothing is known of any. */
  readonly rows: Uint8Array | null;
  /** On what `rows` stands; null where nothing is known. */
  readonly basis: LabelBasis | null;
  readonly conflicts: readonly LabelConflict[];
}

/** Labels of every row from the label column and the verdicts that stand. */
export function combineLabels(column: Uint8Array | null, decisions: DecisionState, rowCount: number): CaseLabels {
  const conflicts: LabelConflict[] = [];
  let rows = column;
  for (const [sequence, verdict] of decisions.verdictOfRow) {
    const label = labelOfVerdict(verdict.kind);
    if (label === null || sequence >= rowCount) continue;
    const columnSays = column?.[sequence] ?? UNLABELLED;
    if (columnSays !== UNLABELLED) {
      if (columnSays !== label) conflicts.push({ sequence, verdict, columnSays: columnSays === 1 ? 1 : 0 });
      continue;
    }
    if (rows === column) rows = column?.slice() ?? new Uint8Array(rowCount).fill(UNLABELLED);
    if (rows !== null) rows[sequence] = label;
  }
  return { column, rows, basis: basisOf(column, rows), conflicts };
}

function basisOf(column: Uint8Array | null, rows: Uint8Array | null): LabelBasis | null {
  if (rows === null) return null;
  if (rows === column) return 'labels';
  return column?.some((label) => label !== UNLABELLED) === true ? 'both' : 'verdicts';
}

/** One verdict as figures count it: once, by the most anomalous transaction that it speaks for. */
export interface CountedVerdict {
  readonly row: number;
  readonly sum: number;
  readonly label: 0 | 1;
  /** Whether the label column speaks for that transaction, and so wins. */
  readonly isInColumn: boolean;
}

/** Verdicts of fraud or not, each once, whatever the number of transactions it speaks for. */
export function countVerdicts(
  { column }: CaseLabels,
  { verdicts, verdictOfRow }: DecisionState,
  sums: Int32Array,
): readonly CountedVerdict[] {
  return verdicts.flatMap((verdict) => {
    const label = labelOfVerdict(verdict.kind);
    if (label === null) return [];
    let row = -1;
    for (const candidate of verdict.sequences)
      if (
        candidate < sums.length &&
        verdictOfRow.get(candidate) === verdict &&
        (row < 0 || sums[candidate] < sums[row])
      )
        row = candidate;
    if (row < 0) return [];
    return [{ row, sum: sums[row], label, isInColumn: (column?.[row] ?? UNLABELLED) !== UNLABELLED }];
  });
}

/** Labels as figures of quality take them: the column's rows, and each verdict once. The column itself where none adds. */
export function labelsForFigures(
  { column }: CaseLabels,
  counted: readonly CountedVerdict[],
  rowCount: number,
): Uint8Array | null {
  const added = counted.filter(({ isInColumn }) => !isInColumn);
  if (added.length === 0) return column;
  const labels = column?.slice() ?? new Uint8Array(rowCount).fill(UNLABELLED);
  for (const { row, label } of added) labels[row] = label;
  return labels;
}

/** Labels by verdicts alone, each verdict once; null where there is none. */
export function labelsOfVerdicts(counted: readonly CountedVerdict[], rowCount: number): Uint8Array | null {
  if (counted.length === 0) return null;
  const labels = new Uint8Array(rowCount).fill(UNLABELLED);
  for (const { row, label } of counted) labels[row] = label;
  return labels;
}

const usualLabelDelayMs = 7 * 86_400_000;

/** Time after which the label of a transaction is known, as the features over time take it. */
export function labelDelayMs({ windows }: FeatureSpec): number {
  const delays = (windows?.features ?? []).flatMap((feature) =>
    feature.usesLabels && 'delayMs' in feature ? [feature.delayMs] : [],
  );
  return delays[0] ?? usualLabelDelayMs;
}

/**
 * The label of a row as it was known at a moment: the label column says it once its delay is over, a verdict from the
 * time it was given.
 * @param columnDelayMs time after which the label of a transaction is known
 */
export function labelsKnownAt(
  {
    arrays,
    decisions,
  }: {
    readonly arrays: { readonly labels: Uint8Array | null; readonly times: Float64Array | null };
    readonly decisions: DecisionState;
  },
  columnDelayMs: number,
  atMs: number,
): (row: number) => number {
  const { labels, times } = arrays;
  return (row) => {
    const columnSays = labels?.[row] ?? UNLABELLED;
    if (columnSays !== UNLABELLED) return (times?.[row] ?? NaN) + columnDelayMs <= atMs ? columnSays : UNLABELLED;
    const verdict = decisions.verdictOfRow.get(row);
    return verdict !== undefined && verdict.atMs <= atMs ? (labelOfVerdict(verdict.kind) ?? UNLABELLED) : UNLABELLED;
  };
}

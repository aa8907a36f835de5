import { estimateMissedFraud } from '../../evaluation/missed-fraud.ts';
import { weightedShare } from '../../evaluation/wilson-interval.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { TuningState } from '../../forest/tuning.ts';
import type { JudgedFlags } from '../../../preload/contract/evaluations.ts';
import type { TuningPoint } from '../../../preload/contract/tuning.ts';
import type { VerdictSelection } from '../alerts/verdict-selection.ts';
import type { CaseSession } from '../case-session.ts';
import type { CountedVerdict } from '../labels.ts';
import type { RowCondition } from '../row-conditions.ts';

type Counts = Pick<JudgedFlags, 'flaggedFrauds' | 'flagged' | 'frauds'>;

/** A line, and which transactions it is asked about. */
interface AtLine {
  readonly sums: Int32Array;
  readonly thresholdUnits: number;
  readonly passes: RowCondition;
}

/**
 * What flags come to where something is known of them, with 95 % intervals of precision and recall. Verdicts on alerts say nothing of
 * what was not flagged: what was drawn from below a line by chance stands for that, on either side of a line that is moved.
 * @param counts of transactions, each once
 * @param selection null where every judged transaction stands for itself
 */
export function judgedFlags(counts: Counts, selection: VerdictSelection | null, line: AtLine): JudgedFlags {
  const inside = (selection?.drawn ?? []).filter(({ row }) => row < line.sums.length && line.passes(row));
  const isFound = (row: number): boolean => isFlagged(line.sums[row], line.thresholdUnits);
  const weightOf = (row: number): number => selection?.weights[row] ?? 1;
  const flagged = inside.filter(({ row }) => isFound(row));
  const sumOf = (some: typeof inside, of: (row: number) => number): number =>
    some.reduce((sum, { row }) => sum + of(row), 0);
  const weighed = {
    part:
      counts.flaggedFrauds +
      sumOf(
        flagged.filter(({ isFraud }) => isFraud),
        (row) => weightOf(row) - 1,
      ),
    whole: counts.flagged + sumOf(flagged, (row) => weightOf(row) - 1),
    squares: counts.flagged + sumOf(flagged, (row) => weightOf(row) ** 2 - 1),
  };
  const precision = weightedShare(weighed);
  if (selection === null) {
    const recall = weightedShare({ part: counts.flaggedFrauds, whole: counts.frauds, squares: counts.frauds });
    return { ...counts, precision, recall };
  }
  const bySample = flagged.length === 0 ? {} : { precisionBySample: weighed.part / weighed.whole };
  return { ...counts, precision, ...bySample, ...recallBySample(counts, selection, line) };
}

/** Recall between what was found and what the sample says was missed, both between their own bounds. */
function recallBySample(
  { flaggedFrauds, frauds }: Counts,
  { population, drawn }: VerdictSelection,
  { sums, thresholdUnits, passes }: AtLine,
): Pick<JudgedFlags, 'recall' | 'recallBySample'> {
  const isInside = (row: number): boolean => row < sums.length && passes(row);
  const isFound = (row: number): boolean => isFlagged(sums[row], thresholdUnits);
  const estimate = (holds: RowCondition): readonly [low: number, value: number, high: number] => {
    const inside = drawn.map(({ row, isFraud, chance }) => ({
      isFraud: isFraud && isInside(row) && holds(row),
      chance,
    }));
    const of = estimateMissedFraud(population, inside);
    return of === null ? [0, 0, 0] : [of.low, of.frauds, of.high];
  };
  const drawnFrauds = drawn.filter(({ row, isFraud }) => isFraud && isInside(row));
  const drawnFound = drawnFrauds.filter(({ row }) => isFound(row)).length;
  const found = flaggedFrauds - drawnFound;
  const missed = frauds - flaggedFrauds - (drawnFrauds.length - drawnFound);
  // A line above which nothing was drawn finds nothing of what the drawn stand for.
  const more = drawn.some(({ row }) => isFound(row)) ? estimate(isFound) : ([0, 0, 0] as const);
  const less = estimate((row) => !isFound(row));
  const recallAt = (foundMore: number, missedMore: number): number | null => {
    const all = found + foundMore + missed + missedMore;
    return all === 0 ? null : (found + foundMore) / all;
  };
  const [low, value, high] = [recallAt(more[0], less[2]), recallAt(more[1], less[1]), recallAt(more[2], less[0])];
  return low === null || high === null || value === null
    ? { recall: null }
    : { recall: [low, high], recallBySample: value };
}

/**
 * The quality of one threshold by the label column, by verdicts and by both, as far as there are any.
 * @param passes which rows the outcome was counted over
 */
export function qualityAt(
  session: CaseSession,
  modelId: number,
  { outcome, thresholdUnits }: Pick<TuningState, 'outcome' | 'thresholdUnits'>,
  passes: RowCondition,
): TuningPoint['quality'] {
  if (outcome === null) return [];
  const view = session.view(modelId);
  const counted = session.counted(view);
  const verdicts = counted.verdicts.filter(({ row }) => passes(row));
  const line = { sums: view.sums, thresholdUnits, passes };
  const both = {
    flaggedFrauds: outcome.truePositives,
    flagged: outcome.labelledFlagged,
    frauds: outcome.positives,
  };
  if (session.labels.column === null)
    return [{ basis: 'verdicts', judged: judgedFlags(both, counted.selection, line) }];
  const added = countsOf(
    verdicts.filter(({ isInColumn }) => !isInColumn),
    thresholdUnits,
  );
  const byColumn = {
    flaggedFrauds: both.flaggedFrauds - added.flaggedFrauds,
    flagged: both.flagged - added.flagged,
    frauds: both.frauds - added.frauds,
  };
  const labels: TuningPoint['quality'][number] = { basis: 'labels', judged: judgedFlags(byColumn, null, line) };
  if (verdicts.length === 0) return [labels];
  const byVerdicts = judgedFlags(countsOf(verdicts, thresholdUnits), session.verdictSelection(false), line);
  return [
    labels,
    { basis: 'verdicts', judged: byVerdicts },
    { basis: 'both', judged: judgedFlags(both, counted.selection, line) },
  ];
}

function countsOf(verdicts: readonly CountedVerdict[], thresholdUnits: number): Counts {
  const flagged = verdicts.filter(({ sum }) => isFlagged(sum, thresholdUnits));
  const fraudsIn = (some: readonly CountedVerdict[]): number => some.filter(({ label }) => label === 1).length;
  return { flaggedFrauds: fraudsIn(flagged), flagged: flagged.length, frauds: fraudsIn(verdicts) };
}

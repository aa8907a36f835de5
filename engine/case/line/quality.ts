import { estimateMissedFraud } from '../../evaluation/missed-fraud.ts';
import { wilsonInterval } from '../../evaluation/wilson-interval.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { TuningState } from '../../forest/tuning.ts';
import type { JudgedFlags } from '../../../preload/contract/evaluations.ts';
import type { TuningPoint } from '../../../preload/contract/tuning.ts';
import { judgedSample } from '../alerts/below-line.ts';
import type { CaseSession } from '../case-session.ts';
import type { CountedVerdict } from '../labels.ts';
import type { RowCondition } from '../row-conditions.ts';

type Counts = Pick<JudgedFlags, 'flaggedFrauds' | 'flagged' | 'frauds'>;

/** What flags come to where something is known of them, with 95 % intervals of precision and recall. */
export function judgedFlags(counts: Counts): JudgedFlags {
  return {
    ...counts,
    precision: wilsonInterval(counts.flaggedFrauds, counts.flagged),
    recall: wilsonInterval(counts.flaggedFrauds, counts.frauds),
  };
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
  const verdicts = session.counted(session.view(modelId)).verdicts.filter(({ row }) => passes(row));
  const both: Counts = {
    flaggedFrauds: outcome.truePositives,
    flagged: outcome.labelledFlagged,
    frauds: outcome.positives,
  };
  if (session.labels.column === null)
    return [{ basis: 'verdicts', judged: byChance(session, modelId, both, thresholdUnits, passes) }];
  const added = countsOf(
    verdicts.filter(({ isInColumn }) => !isInColumn),
    thresholdUnits,
  );
  const labels: TuningPoint['quality'][number] = {
    basis: 'labels',
    judged: judgedFlags({
      flaggedFrauds: both.flaggedFrauds - added.flaggedFrauds,
      flagged: both.flagged - added.flagged,
      frauds: both.frauds - added.frauds,
    }),
  };
  if (verdicts.length === 0) return [labels];
  return [
    labels,
    { basis: 'verdicts', judged: judgedFlags(countsOf(verdicts, thresholdUnits)) },
    { basis: 'both', judged: judgedFlags(both) },
  ];
}

/**
 * What flags come to by verdicts alone. Verdicts on alerts say nothing of what was not flagged; where enough was judged of what was drawn
 * from below the line, recall is between what was found and what that sample says was missed.
 */
function byChance(
  session: CaseSession,
  modelId: number,
  counts: Counts,
  thresholdUnits: number,
  passes: RowCondition,
): JudgedFlags {
  const flags = judgedFlags(counts);
  const { rowsBelow, judged } = judgedSample(session, modelId);
  const { sums } = session.view(modelId);
  const isMissed = (row: number): boolean => passes(row) && !isFlagged(sums[row], thresholdUnits);
  const missed = estimateMissedFraud(
    rowsBelow,
    judged.map(({ row, isFraud, chance }) => ({ isFraud: isFraud && isMissed(row), chance })),
  );
  if (missed === null) return flags;
  // What was drawn stands for others, on either side of a line that is moved; verdicts on alerts stand for themselves.
  const frauds = judged.filter(({ row, isFraud }) => isFraud && passes(row));
  const drawnMissed = frauds.filter(({ row }) => isMissed(row)).length;
  const weight = judged.reduce((sum, { chance }) => sum + 1 / chance, 0);
  const standFor = (row: { readonly chance: number }): number => rowsBelow / (row.chance * weight);
  const foundByDraw = frauds.filter(({ row }) => !isMissed(row)).reduce((sum, row) => sum + standFor(row) - 1, 0);
  const found = counts.flaggedFrauds + foundByDraw;
  const known = Math.max(0, counts.frauds - counts.flaggedFrauds - drawnMissed);
  const recallAt = (more: number): number | null =>
    found + known + more === 0 ? null : found / (found + known + more);
  const [low, value, high] = [recallAt(missed.high), recallAt(missed.frauds), recallAt(missed.low)];
  return low === null || value === null || high === null
    ? flags
    : { ...flags, recall: [low, high], recallBySample: value };
}

function countsOf(verdicts: readonly CountedVerdict[], thresholdUnits: number): Counts {
  const flagged = verdicts.filter(({ sum }) => isFlagged(sum, thresholdUnits));
  const fraudsIn = (some: readonly CountedVerdict[]): number => some.filter(({ label }) => label === 1).length;
  return { flaggedFrauds: fraudsIn(flagged), flagged: flagged.length, frauds: fraudsIn(verdicts) };
}

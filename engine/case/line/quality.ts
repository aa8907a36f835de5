import { wilsonInterval } from '../../evaluation/wilson-interval.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { TuningState } from '../../forest/tuning.ts';
import type { JudgedFlags } from '../../../preload/contract/evaluations.ts';
import type { TuningPoint } from '../../../preload/contract/tuning.ts';
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
  if (session.labels.column === null) return [{ basis: 'verdicts', judged: judgedFlags(both) }];
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

function countsOf(verdicts: readonly CountedVerdict[], thresholdUnits: number): Counts {
  const flagged = verdicts.filter(({ sum }) => isFlagged(sum, thresholdUnits));
  const fraudsIn = (some: readonly CountedVerdict[]): number => some.filter(({ label }) => label === 1).length;
  return { flaggedFrauds: fraudsIn(flagged), flagged: flagged.length, frauds: fraudsIn(verdicts) };
}

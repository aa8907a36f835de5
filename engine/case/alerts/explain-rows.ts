import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { nearestNormalNeighbours } from '../../forest/reasons/nearest-neighbours.ts';
import { limitsOf, smallestChange } from '../../forest/reasons/smallest-change.ts';
import { isFlagged } from '../../forest/threshold.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { queuedRows } from './alert-groups.ts';
import type { CaseSession } from '../case-session.ts';
import { changeSentence, describedReasons } from '../model/reason-words.ts';

const turnRows = 20;

/** Why the most anomalous transactions, or those named by id, score as they do: as in an alert's detail. */
export async function explainRows(
  session: CaseSession,
  input: ParsedJobInput<'explain'>,
  context: WorkContext,
): Promise<JobResult<'explain'>['alerts']> {
  const { arrays } = session;
  const { id: modelId, threshold } = session.chosenModel(input.model);
  const { view, groups } = session.alerts(modelId);
  const rows = input.ids.length > 0 ? arrays.rowsOfIds(input.ids) : [...flaggedInOrder(queuedRows(groups), view.sums)];
  const sequences = rows.slice(0, input.ids.length > 0 ? rows.length : input.top);
  const ids = arrays.ids(sequences);
  const explained: JobResult<'explain'>['alerts'] = [];
  for (const [index, sequence] of sequences.entries()) {
    throwIfCancelled(context.signal);
    const row = view.featureRow(sequence);
    const described = describedReasons(view, sequence);
    const flagged = isFlagged(view.sums[sequence], threshold.units);
    const line = threshold.units + view.shiftOf(sequence);
    const change = flagged ? smallestChange(view.forest, row, line, limitsOf(view.background)) : null;
    explained.push({
      sequence: arrays.numbers.numberOf(sequence),
      id: ids[index],
      score: view.scoreOf(view.sums[sequence]),
      flagged,
      scoreAtBaseline: described.scoreAtBaseline,
      exponentDifference: described.exponentDifference,
      reasons: described.reasons.map(({ name, value, percentile, exponent, share, sentence }) => ({
        feature: name,
        value,
        percentile,
        exponent,
        share,
        sentence,
      })),
      rest: { ...described.rest },
      smallestChange: change === null ? null : changeSentence(view, change),
      nearestNormal: input.neighbours === 0 ? [] : nearestNormal(session, modelId, row, input.neighbours),
    });
    if (index % turnRows === 0) {
      context.report({ phase: 'explain', done: index, total: sequences.length, unit: 'alerts' });
      await new Promise(setImmediate);
    }
  }
  return explained;
}

/** Flagged transactions, most anomalous first, ties in row order. */
export function flaggedInOrder(rows: Uint32Array, sums: Int32Array): Uint32Array {
  return rows.slice().sort((left, right) => sums[left] - sums[right] || left - right);
}

function nearestNormal(
  session: CaseSession,
  modelId: number,
  row: Float32Array,
  count: number,
): { distance: number; values: number[] }[] {
  const { background, backgroundRows } = session.view(modelId);
  const { values, featureCount } = backgroundRows;
  return nearestNormalNeighbours(row, backgroundRows, background, count).map((neighbour) => ({
    distance: neighbour.distance,
    values: [...values.subarray(neighbour.row * featureCount, (neighbour.row + 1) * featureCount)],
  }));
}

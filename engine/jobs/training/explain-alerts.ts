import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { featureNames } from '../../domain/feature-spec.ts';
import type { Profile } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { idsOf } from '../../features/segment-access.ts';
import { summariseBackground } from '../../forest/reasons/background.ts';
import { describeReasons, type FeatureWords } from '../../forest/reasons/describe-reasons.ts';
import { explainRows } from '../../forest/reasons/explain-rows.ts';
import { nearestNormalNeighbours } from '../../forest/reasons/nearest-neighbours.ts';
import { limitsOf, smallestChange, type UnflaggingChange } from '../../forest/reasons/smallest-change.ts';
import { scoreOfSum } from '../../forest/score.ts';
import { openCaseToRead } from '../../case/open-case-to-read.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { readIds, segmentsOf } from '../../case/case-columns.ts';
import { chooseModel, modelSummary, readSums } from '../../case/model/choose-model.ts';
import { readBackgroundRows, readFeatureRows } from '../../case/model/feature-rows.ts';
import { featureWords } from '../../case/model/feature-words.ts';

/** The `explain` job: why the most anomalous transactions, or those named by id, score as they do. */
export async function explainAlerts(
  input: ParsedJobInput<'explain'>,
  context: WorkContext,
): Promise<JobResult<'explain'>> {
  const openedCase = openCaseToRead(input.casePath);
  try {
    const chosen = chooseModel(openedCase, input.model);
    const { stored, forest } = chosen;
    const profile = openedCase.profile();
    if (profile === undefined) throw new Error('Impossible: a case with a model has no profile.');
    const spec = openedCase.featureSpec(stored.featureSetId);
    const featureCount = featureNames(spec).length;
    const sequences =
      input.ids.length > 0
        ? findByIds(openedCase, profile, input.ids)
        : openedCase.alertsPage(stored.id, { limit: input.top }).rows.map(({ sequence }) => sequence);
    const matrix = readFeatureRows(openedCase, stored.featureSetId, featureCount, sequences);
    const normalRows = readBackgroundRows(openedCase, stored.featureSetId, featureCount);
    const background = summariseBackground(normalRows);
    const { baseline, contributions } = await explainRows(forest, matrix, {
      ...context,
      threads: availableParallelism(),
    });
    const sums = readSums(openedCase, stored);
    const ids = readIds(openedCase, profile, sequences);
    const words = featureWords(spec, profile);
    const limits = limitsOf(background);
    const { units } = stored.threshold;

    const explained = sequences.map((sequence, position) => {
      throwIfCancelled(context.signal);
      const row = matrix.values.subarray(position * featureCount, (position + 1) * featureCount);
      const lengths = {
        baseline,
        contributions: contributions.subarray(position * featureCount, (position + 1) * featureCount),
      };
      const described = describeReasons(forest, lengths, row, words, background);
      const flagged = sums[sequence] <= units;
      const change = flagged ? smallestChange(forest, row, units, limits) : null;
      return {
        sequence,
        id: ids.get(sequence) ?? String(sequence + 1),
        score: scoreOfSum(forest, sums[sequence]),
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
        smallestChange: change === null ? null : changeInWords(change, words),
        nearestNormal: input.neighbours === 0 ? [] : nearestNormal(row, normalRows, background, input.neighbours),
      };
    });
    return { model: modelSummary(chosen), alerts: explained, case: resolve(input.casePath) };
  } finally {
    openedCase.close();
  }
}

function nearestNormal(
  row: Float32Array,
  normal: Parameters<typeof nearestNormalNeighbours>[1],
  background: Parameters<typeof nearestNormalNeighbours>[2],
  count: number,
): { distance: number; values: number[] }[] {
  return nearestNormalNeighbours(row, normal, background, count).map((neighbour) => ({
    distance: neighbour.distance,
    values: [...normal.values.subarray(neighbour.row * normal.featureCount, (neighbour.row + 1) * normal.featureCount)],
  }));
}

/** Such as "amount below 131" or "amount below 131 and payments by this card in 24 h below 4". */
function changeInWords(change: UnflaggingChange, words: readonly FeatureWords[]): string {
  return change.changes
    .map(({ feature, from, to }) => {
      const { description, valueText } = words[feature];
      return `${description} ${to < from ? 'at most' : 'above'} ${valueText(to)} instead of ${valueText(from)}`;
    })
    .join(' and ');
}

function findByIds(openedCase: ReadableCase, profile: Profile, ids: readonly string[]): number[] {
  const wanted = new Set(ids);
  const found = new Map<string, number>();
  const dictionaries = openedCase.dictionaries();
  for (const segment of segmentsOf(openedCase)) {
    const idOf = idsOf(profile, segment, dictionaries);
    for (let row = 0; row < segment.rowCount; row++) {
      const id = idOf(row) ?? String(segment.firstSequence + row + 1);
      if (wanted.has(id) && !found.has(id)) found.set(id, segment.firstSequence + row);
    }
    if (found.size === wanted.size) break;
  }
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length > 0)
    throw usageError(
      'WRONG_USE',
      `The case has no transaction ${missing.slice(0, 5).join(', ')}.`,
      'Check the id column.',
    );
  return ids.flatMap((id) => found.get(id) ?? []);
}

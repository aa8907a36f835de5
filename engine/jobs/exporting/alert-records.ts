import { availableParallelism } from 'node:os';
import { featureNames } from '../../domain/feature-spec.ts';
import { impossible } from '../../domain/error.ts';
import { columnWithRole } from '../../domain/profile.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { summariseBackground } from '../../forest/reasons/background.ts';
import { describeReasons } from '../../forest/reasons/describe-reasons.ts';
import { explainRows } from '../../forest/reasons/explain-rows.ts';
import { scoreOfSum } from '../../forest/score.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { MAXIMUM_PAGE_ROWS, type Alert } from '../../store/types.ts';
import { readIds, readNumbers } from '../../case/case-columns.ts';
import type { ChosenModel } from '../../case/model/choose-model.ts';
import { readBackgroundRows, readFeatureRows } from '../../case/model/feature-rows.ts';
import { featureWords } from '../../case/model/feature-words.ts';

/** One flagged transaction with why it was flagged. */
export interface AlertRecord {
  readonly sequence: number;
  readonly id: string;
  /** Epoch milliseconds; null where the case has no event time or the row has none. */
  readonly timeMs: number | null;
  readonly score: number;
  readonly features: Readonly<Record<string, number>>;
  /** Strongest first. */
  readonly reasons: readonly string[];
}

/** Every flagged transaction of a model, most anomalous first, some hundred at a time. */
export async function* alertRecords(
  openedCase: ReadableCase,
  { stored, forest }: ChosenModel,
  context: WorkContext,
): AsyncGenerator<readonly AlertRecord[]> {
  const profile = openedCase.profile() ?? impossible('a case with a model has no profile');
  const spec = openedCase.featureSpec(stored.featureSetId);
  const names = featureNames(spec);
  const words = featureWords(spec, profile);
  const background = summariseBackground(readBackgroundRows(openedCase, stored.featureSetId, names.length));
  const time = columnWithRole(profile, 'event_time');
  const times = time === undefined ? null : readNumbers(openedCase, time.name);
  const total = openedCase.alertCount(stored.id);
  let done = 0;
  let after: Alert | null = null;
  do {
    throwIfCancelled(context.signal);
    const page: { readonly rows: readonly Alert[]; readonly next: Alert | null } = openedCase.alertsPage(stored.id, {
      limit: MAXIMUM_PAGE_ROWS,
      ...(after === null ? {} : { after }),
    });
    const sequences = page.rows.map(({ sequence }) => sequence);
    if (sequences.length > 0) {
      const matrix = readFeatureRows(openedCase, stored.featureSetId, names.length, sequences);
      const { baseline, contributions } = await explainRows(forest, matrix, {
        ...context,
        threads: availableParallelism(),
      });
      const ids = readIds(openedCase, profile, sequences);
      yield page.rows.map(({ sequence, sum }, position) => {
        const part = [position * names.length, (position + 1) * names.length] as const;
        const row = matrix.values.subarray(...part);
        const described = describeReasons(
          forest,
          { baseline, contributions: contributions.subarray(...part) },
          row,
          words,
          background,
        );
        const timeMs = times?.[sequence] ?? NaN;
        return {
          sequence,
          id: ids.get(sequence) ?? String(sequence + 1),
          timeMs: Number.isNaN(timeMs) ? null : timeMs,
          score: scoreOfSum(forest, sum),
          features: Object.fromEntries(names.map((name, feature) => [name, row[feature]])),
          reasons: described.reasons.map(({ sentence }) => sentence),
        };
      });
    }
    done += page.rows.length;
    context.report({ phase: 'export', done, total, unit: 'alerts' });
    after = page.next;
  } while (after !== null);
}

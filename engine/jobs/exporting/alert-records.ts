import { featureNames } from '../../domain/feature-spec.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { explainRows } from '../../forest/reasons/explain-rows.ts';
import { MAXIMUM_PAGE_ROWS } from '../../store/types.ts';
import { queuedRows } from '../../case/alerts/alert-groups.ts';
import { flaggedInOrder } from '../../case/alerts/explain-rows.ts';
import { numberAt } from '../../case/alerts/alert-list.ts';
import type { CaseSession } from '../../case/case-session.ts';
import { readFeatureRows } from '../../case/model/feature-rows.ts';
import { describedReasons } from '../../case/model/reason-words.ts';
import { threadsToUse } from '../threads.ts';

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

/** Every flagged transaction of a model, most anomalous first, some hundred at a time, reasons on all cores. */
export async function* alertRecords(
  session: CaseSession,
  modelId: number,
  context: WorkContext,
): AsyncGenerator<readonly AlertRecord[]> {
  const { arrays, openCase } = session;
  const { view, groups } = session.alerts(modelId);
  const names = featureNames(view.spec);
  const rows = flaggedInOrder(queuedRows(groups), view.sums);
  for (let start = 0; start < rows.length; start += MAXIMUM_PAGE_ROWS) {
    throwIfCancelled(context.signal);
    const page = rows.subarray(start, start + MAXIMUM_PAGE_ROWS);
    const matrix = readFeatureRows(openCase, view.featureSetId, names.length, page);
    const { baseline, contributions } = await explainRows(view.forest, matrix, {
      ...context,
      threads: threadsToUse(),
    });
    const ids = arrays.ids(page);
    yield Array.from(page, (sequence, position) => {
      const part = [position * names.length, (position + 1) * names.length] as const;
      const row = matrix.values.subarray(...part);
      const lengths = view.shownReasons(sequence, { baseline, contributions: contributions.subarray(...part) });
      const described = describedReasons(view, sequence, undefined, { lengths, features: row });
      return {
        sequence: arrays.numbers.numberOf(sequence),
        id: ids[position],
        timeMs: numberAt(arrays.times, sequence),
        score: view.scoreOf(view.sums[sequence]),
        features: Object.fromEntries(names.map((name, feature) => [name, row[feature]])),
        reasons: described.reasons.map(({ sentence }) => sentence),
      };
    });
    context.report({ phase: 'export', done: start + page.length, total: rows.length, unit: 'rows' });
  }
}

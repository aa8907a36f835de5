import { wilsonInterval } from '../../evaluation/wilson-interval.ts';
import type { JudgedFlags } from '../../../preload/contract/requests.ts';

/** What flags come to where rows are judged, with 95 % intervals of precision and recall. */
export function judgedFlags(counts: Pick<JudgedFlags, 'flaggedFrauds' | 'flagged' | 'frauds'>): JudgedFlags {
  return {
    ...counts,
    precision: wilsonInterval(counts.flaggedFrauds, counts.flagged),
    recall: wilsonInterval(counts.flaggedFrauds, counts.frauds),
  };
}

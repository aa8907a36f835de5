import { useEffect, useState } from 'react';
import type { Answer, ErrorReport } from '../../preload/contract/envelope.ts';
import type { RequestOutput } from '../../preload/contract/requests.ts';
import type { TransactionFilter } from '../../preload/contract/transactions.ts';
import { useClient } from './client.tsx';

type FeaturePage = RequestOutput<'explore.features'>;

export interface FeatureCounts {
  /** As far as they are counted. */
  readonly features: FeaturePage['features'];
  readonly isDone: boolean;
  readonly error: ErrorReport | null;
}

const NOTHING_YET: FeatureCounts = { features: [], isDone: false, error: null };

/**
 * All features of a model under a filter, the flagged apart from the rest, counted page by page in one pass over the transactions,
 * however many features there are. Leaving, or asking for others, ends that.
 * @param thresholdUnits of the line in force, which parts the two
 */
export function useFeatures(modelId: number, thresholdUnits: number, filter: TransactionFilter): FeatureCounts {
  const client = useClient();
  const [counted, setCounted] = useState<FeatureCounts>(NOTHING_YET);
  const question = JSON.stringify({ modelId, filter, thresholdUnits });
  useEffect(() => {
    let isLeft = false;
    const asked = JSON.parse(question) as { modelId: number; filter: TransactionFilter };
    void (async () => {
      let features: FeaturePage['features'] = [];
      let after: number | null = null;
      do {
        const answer: Answer<FeaturePage> = await client.request('explore.features', {
          modelId: asked.modelId,
          filter: asked.filter,
          ...(after === null ? {} : { after }),
        });
        if (isLeft) return;
        if (!answer.ok) return setCounted({ features, isDone: true, error: answer.error });
        features = added(features, answer.data.features);
        after = answer.data.next;
        setCounted({ features, isDone: after === null, error: null });
      } while (after !== null);
    })();
    return () => {
      isLeft = true;
    };
  }, [client, question]);
  return counted;
}

/** The counts of one more page beside those of the pages before. */
export function added(before: FeaturePage['features'], page: FeaturePage['features']): FeaturePage['features'] {
  if (before.length === 0) return page;
  return before.map((feature, index) => ({
    ...feature,
    rest: feature.rest.map((count, bin) => count + page[index].rest[bin]),
    flagged: feature.flagged.map((count, bin) => count + page[index].flagged[bin]),
  }));
}

import { destinationSchema } from '../export/mlflow/publication.ts';
import { timeStampOrderSchema } from '../export/sealing/case-seal.ts';
import type { OutboxItem } from '../../preload/contract/exports.ts';
import { z } from 'zod';
import type { CaseSession } from './case-session.ts';

const publishedSchema = z.object({ runId: z.string(), version: z.string().nullable() });

/** What waits to leave the case, went out or was taken back; the newest first. */
export function listOutbox({ openCase, models }: CaseSession): readonly OutboxItem[] {
  return openCase.outbox
    .entries()
    .map((entry): OutboxItem => {
      const { publishId, state, attempts, lastError, createdAtMs, endedAtMs } = entry;
      const common = { publishId, state, attempts, lastError, createdAtMs, endedAtMs };
      const order = timeStampOrderSchema.safeParse(entry.destination);
      if (order.success) return { ...common, kind: 'timeStamp', server: order.data.timeStampServer };
      const { trackingUri, experiment, register, alias } = destinationSchema.parse(entry.destination);
      const published = publishedSchema.safeParse(entry.result);
      return {
        ...common,
        kind: 'model',
        modelName: models.find(({ id }) => id === entry.modelId)?.name ?? String(entry.modelId),
        trackingUri,
        experiment,
        registeredModel: register,
        alias,
        published: published.success ? published.data : null,
      };
    })
    .reverse();
}

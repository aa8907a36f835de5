import { destinationSchema } from '../export/mlflow/publication.ts';
import type { OutboxItem } from '../../preload/contract/exports.ts';
import { z } from 'zod';
import type { CaseSession } from './case-session.ts';

const publishedSchema = z.object({ runId: z.string(), version: z.string().nullable() });

/** What waits to leave the case, went out or was taken back; the newest first. */
export function listOutbox({ openCase, models }: CaseSession): readonly OutboxItem[] {
  return openCase.outbox
    .entries()
    .map((entry) => {
      const { trackingUri, experiment, register, alias } = destinationSchema.parse(entry.destination);
      const published = publishedSchema.safeParse(entry.result);
      return {
        publishId: entry.publishId,
        modelName: models.find(({ id }) => id === entry.modelId)?.name ?? String(entry.modelId),
        trackingUri,
        experiment,
        registeredModel: register,
        alias,
        state: entry.state,
        attempts: entry.attempts,
        lastError: entry.lastError,
        createdAtMs: entry.createdAtMs,
        endedAtMs: entry.endedAtMs,
        published: published.success ? published.data : null,
      };
    })
    .reverse();
}

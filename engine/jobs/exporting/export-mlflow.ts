import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { publicationFolder, publicationOf } from '../../export/mlflow/publication.ts';
import { openCase } from '../../store/open-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { chosenModel } from '../../case/model/chosen-model.ts';
import { describeModel } from './describe-model.ts';
import { destinationOf, putIntoOutbox, sendEntry } from './push-exports.ts';
import { claimFolder } from './output.ts';

/**
 * The `export mlflow` job: a model as a folder carried by hand, or into the case's outbox and from there to a tracking
 * server. Where the server cannot be reached the export waits in the outbox, complete, until `assay push`.
 */
export async function exportMlflow(
  input: ParsedJobInput<'exportMlflow'>,
  context: WorkContext,
): Promise<JobResult<'exportMlflow'>> {
  const destination = input.trackingUri === undefined ? null : destinationOf(input.trackingUri, input);
  if (destination === null && input.output === undefined)
    throw usageError(
      'WRONG_USE',
      'It was not said where the model is to go.',
      'Add --out FOLDER, or --tracking-uri ADDRESS and --experiment NAME.',
    );
  const output =
    input.output === undefined
      ? null
      : await claimFolder(input.output, 'export mlflow', { reads: [input.casePath], force: input.force });
  const model = await describeModel(input.casePath, input.model, context);
  const fresh = publicationOf(model, randomUUID(), Date.now());
  await output?.write(publicationFolder(fresh));
  const written = {
    digest: model.digest,
    output: output?.path ?? null,
    files: fresh.files.size,
    bytes: [...fresh.files.values()].reduce((total, { length }) => total + length, 0),
    case: resolve(input.casePath),
  };
  if (destination === null)
    return {
      ...written,
      state: 'written',
      publishId: fresh.notes.publishId,
      alias: null,
      published: null,
      reason: null,
    };

  const openedCase = openCase(input.casePath);
  try {
    const { stored } = chosenModel(openedCase, input.model);
    const entry = putIntoOutbox(openedCase, doingOf(context), {
      publishId: fresh.notes.publishId,
      modelId: stored.id,
      identity: JSON.stringify([
        destination.trackingUri,
        destination.experiment,
        destination.register,
        null,
        model.digest,
        stored.featureSetId,
        model.thresholdUnits,
      ]),
      destination,
      notes: fresh.notes,
      files: fresh.files,
      createdAtMs: fresh.notes.createdAtMs,
    });
    const sent = await sendEntry(openedCase, entry, input, context);
    return { ...written, publishId: entry.publishId, ...sent };
  } finally {
    openedCase.close();
  }
}

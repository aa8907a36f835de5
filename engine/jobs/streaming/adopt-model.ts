import { existsSync } from 'node:fs';
import { usageError } from '../../domain/error.ts';
import { featureSpecDigest } from '../../features/compute-features.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { chosenModel } from '../../case/model/chosen-model.ts';
import { CaseSession } from '../../case/case-session.ts';
import { openCaseToRead } from '../../case/opening.ts';
import { isModelUri } from '../../export/mlflow/fetch-model.ts';
import { bringSample, sampleToBring } from '../retraining/training-sample.ts';
import { choiceInCase } from '../scoring/exported-model.ts';

/** The model that a case is to score with: that of another case, or one that a tracking server knows by its digest. */
export type ModelToAdopt =
  | { readonly kind: 'of-case'; readonly casePath: string }
  | { readonly kind: 'published'; readonly address: string; readonly digest: string };

/**
 * What `--model` names: a case, or an address at a tracking server, which is asked for the digest there; undefined where nothing is named.
 * @throws AssayError WRONG_USE where a server is needed and none named, NO_MODEL where it has no digest or the case is a new
 * one, and those of the server.
 */
export async function modelToAdopt(
  {
    casePath,
    model,
    trackingUri,
  }: { readonly casePath: string; readonly model?: string | undefined; readonly trackingUri?: string | undefined },
  signal: AbortSignal,
): Promise<ModelToAdopt | undefined> {
  if (model === undefined) return undefined;
  if (!isModelUri(model)) return { kind: 'of-case', casePath: model };
  const digest = await choiceInCase({ model, trackingUri }, signal);
  if (!existsSync(casePath)) throw notHeld(casePath, model, digest);
  return { kind: 'published', address: model, digest };
}

/** What was published is made for scoring: the forest that a case keeps, with what drift is measured against, is in the case it came from. */
function notHeld(casePath: string, address: string, digest: string): Error {
  return usageError(
    'NO_MODEL',
    `${address} is the model ${digest.slice(0, 12)}, which ${casePath} does not hold.`,
    'Name the case that published it: a new case takes its model over with its columns and a sample of its training.',
  );
}

/**
 * Makes the model that is named the one that scores. An empty case is given the model of another case: profile, features, forest and
 * threshold. A case that has rows keeps its own profile, so there the model must be there already, and so must one that was published.
 * @throws AssayError MODEL_MISMATCH, and NO_MODEL where the other case has none or this one does not hold what was published.
 */
export function adoptModel(openedCase: WritableCase, wanted: ModelToAdopt, doing: Doing): void {
  if (wanted.kind === 'of-case') {
    adoptFromCase(openedCase, wanted.casePath, doing);
    return;
  }
  const own = openedCase.model(wanted.digest);
  if (own === undefined) throw notHeld(openedCase.path, wanted.address, wanted.digest);
  if (!own.isChampion) openedCase.promote(own.id, `${wanted.address} was named as the model that scores`, doing);
}

function adoptFromCase(openedCase: WritableCase, fromCasePath: string, doing: Doing): void {
  const from = openCaseToRead(fromCasePath);
  try {
    const { stored } = chosenModel(from, undefined);
    const own = openedCase.model(stored.digest);
    if (own !== undefined) {
      if (!own.isChampion) openedCase.promote(own.id, 'named as the model that scores', doing);
      return;
    }
    if (openedCase.profile() !== undefined)
      throw usageError(
        'MODEL_MISMATCH',
        `${openedCase.path} has a profile of its own, so it cannot take over the model of ${fromCasePath}.`,
        'Name a new --case, or leave --model out.',
      );
    const profile = from.profile();
    if (profile === undefined) throw new Error('Impossible: a case with a model has no profile.');
    const spec = from.featureSpec(stored.featureSetId);
    const sample = sampleToBring(new CaseSession(from), stored);
    openedCase.inTransaction(() => {
      openedCase.saveProfile(profile, doing);
      const featureSetId = openedCase.saveFeatureSet(spec, featureSpecDigest(spec));
      const { digest, name, parameters, threshold, trainedRows } = stored;
      const forest = from.readForest(stored.id);
      openedCase.saveModel({ digest, name, parameters, threshold, trainedRows, featureSetId, forest }, doing);
      bringSample(openedCase, digest, sample);
    });
  } finally {
    from.close();
  }
}

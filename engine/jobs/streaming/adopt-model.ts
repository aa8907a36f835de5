import { usageError } from '../../domain/error.ts';
import { featureSpecDigest } from '../../features/compute-features.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { chosenModel } from '../../case/model/chosen-model.ts';
import { CaseSession } from '../../case/case-session.ts';
import { openCaseToRead } from '../../case/opening.ts';
import { bringSample, sampleToBring } from '../retraining/training-sample.ts';

/**
 * Gives an empty case the model of another case: profile, features, forest and threshold. A case that has rows keeps
 * its own profile, so there the model must be there already.
 * @throws AssayError MODEL_MISMATCH, and NO_MODEL where the other case has none.
 */
export function adoptModel(openedCase: WritableCase, fromCasePath: string, doing: Doing): void {
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

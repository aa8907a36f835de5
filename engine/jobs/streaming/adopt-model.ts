import { usageError } from '../../domain/error.ts';
import { featureSpecDigest } from '../../features/compute-features.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { chooseModel } from '../../case/model/choose-model.ts';
import { openCaseToRead } from '../../case/open-case-to-read.ts';

/**
 * Gives an empty case the model of another case: profile, features, forest and threshold. A case that has rows keeps
 * its own profile, so there the model must be there already.
 * @throws AssayError MODEL_MISMATCH, and NO_MODEL where the other case has none.
 */
export function adoptModel(openedCase: WritableCase, fromCasePath: string): void {
  const from = openCaseToRead(fromCasePath);
  try {
    const { stored } = chooseModel(from, undefined);
    if (openedCase.model(stored.digest) !== undefined) return;
    if (openedCase.profile() !== undefined)
      throw usageError(
        'MODEL_MISMATCH',
        `${openedCase.path} has a profile of its own, so it cannot take over the model of ${fromCasePath}.`,
        'Name a new --case, or leave --model out.',
      );
    const profile = from.profile();
    if (profile === undefined) throw new Error('Impossible: a case with a model has no profile.');
    const spec = from.featureSpec(stored.featureSetId);
    openedCase.inTransaction(() => {
      openedCase.saveProfile(profile);
      const featureSetId = openedCase.saveFeatureSet(spec, featureSpecDigest(spec));
      const { digest, name, parameters, threshold, trainedRows } = stored;
      const forest = from.readForest(stored.id);
      openedCase.saveModel({ digest, name, parameters, threshold, trainedRows, featureSetId, forest });
    });
  } finally {
    from.close();
  }
}

import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import { impossible, usageError } from '../../domain/error.ts';
import { historyMark } from '../../domain/history-mark.ts';
import type { Profile } from '../../domain/profile.ts';
import { exportOnnx, metadataKeys } from '../../export/onnx/export-onnx.ts';
import { foldLogarithms } from '../../export/onnx/fold-log.ts';
import { preprocessingOf, type OnnxInput } from '../../export/onnx/preprocessing.ts';
import { scoreOfSum } from '../../forest/score.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { ChosenModel } from '../../case/model/chosen-model.ts';

/** A model of a case as an ONNX file, with the profile and the spec it was trained by. */
export interface ModelOnnx {
  readonly bytes: Uint8Array;
  readonly inputs: readonly OnnxInput[];
  readonly profile: Profile;
  readonly spec: FeatureSpec;
}

/** Writes one model of a case as ONNX, with names, threshold, profile and feature spec in its metadata. */
export function onnxOfModel(openedCase: ReadableCase, { stored, forest }: ChosenModel): ModelOnnx {
  if (forest.graph !== undefined)
    throw usageError(
      'MODEL_MISMATCH',
      `${stored.name} is a graph that somebody else made, and is run as it is: what is exported here is made of trees, whose whole numbers add up alike everywhere.`,
      'Its file can be exported as it was given (ONNX); recordings, topics and requests are scored with the case itself.',
    );
  const profile = openedCase.profile() ?? impossible('a case with a model has no profile');
  const spec = openedCase.featureSpec(stored.featureSetId);
  const { preprocessing, inputs } = preprocessingOf(spec);
  const bytes = exportOnnx(foldLogarithms(forest, spec), {
    featureNames: featureNames(spec),
    thresholdUnits: stored.threshold.units,
    metadata: {
      'assay.threshold': String(scoreOfSum(forest, stored.threshold.units)),
      'assay.parameters': JSON.stringify(stored.parameters),
      'assay.threshold_rule': JSON.stringify({ rule: stored.threshold.rule, ...stored.threshold.details }),
      'assay.history': historyMark(openedCase.decisions.head()),
      [metadataKeys.profile]: JSON.stringify(profile),
      [metadataKeys.featureSpec]: JSON.stringify(spec),
      [metadataKeys.inputs]: JSON.stringify(inputs),
    },
    preprocessing,
  });
  return { bytes, inputs, profile, spec };
}

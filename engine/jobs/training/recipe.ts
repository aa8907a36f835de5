import { usageError } from '../../domain/error.ts';
import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import type { Profile, ProfileOverrides } from '../../domain/profile.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { handleOf } from '../../case/line/threshold-handle.ts';
import { forestBeneath } from '../../case/model/chosen-model.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { StoredModel, StoredThreshold } from '../../store/types.ts';
import type { Recipe } from '../../../preload/contract/pipelines.ts';
import type { ThresholdHandle } from '../../../preload/contract/tuning.ts';
import { wordsOf } from '../reading/reprofile-case.ts';
import { fitCaseSpec } from './case-features.ts';
import { planDetection } from './detection-choice.ts';

/**
 * What to say to make a model again from its rows: roles and forms of the columns, features and those left out, forest and line.
 * The same rows give the same digest and the same line.
 * @throws AssayError WRONG_USE where the line was set by a score, which no training repeats
 */
export function recipeOf(openedCase: ReadableCase, chosen: StoredModel, context: WorkContext): Recipe {
  const model = forestBeneath(openedCase.models(), chosen);
  const profile = openedCase.profile();
  if (profile === undefined) throw new Error('Impossible: a case with a model has no profile.');
  const spec = openedCase.featureSpec(model.featureSetId);
  const { trees, sample, featuresPerTree, seed, grower, leaf } = model.parameters;
  const choice = {
    detection: leaf === undefined ? ('plain' as const) : ('themes' as const),
    logAmount: spec.features.some(({ transform }) => transform.kind === 'log'),
    windows: spec.windows !== undefined,
    ...windowChoice(profile, spec, leaf === undefined ? 'plain' : 'themes'),
  };
  const planned = planDetection(profile, choice);
  const whole = fitCaseSpec(openedCase, profile, planned.windows, planned.options, context);
  const kept = new Set(featureNames(spec));
  return {
    version: 1,
    digest: model.digest,
    overrides: overridesOf(openedCase, profile),
    forest: { trees, sample, featuresPerTree, seed, grower },
    threshold: thresholdOf(chosen.threshold),
    ...choice,
    leaveOut: featureNames(whole).filter((name) => !kept.has(name)),
    withoutThemes: [],
  };
}

/** Nothing where the profile proposes these features over time and more; else they themselves. */
function windowChoice(
  profile: Profile,
  { windows }: FeatureSpec,
  detection: 'plain' | 'themes',
): { readonly windowSpec?: NonNullable<FeatureSpec['windows']> } {
  if (windows === undefined) return {};
  const proposed = planDetection(profile, { detection, windows: true, logAmount: false }).windows;
  const texts = new Set(proposed?.features.map((feature) => JSON.stringify(feature)));
  const isProposed =
    proposed !== undefined &&
    windows.features.every((feature) => texts.has(JSON.stringify(feature))) &&
    JSON.stringify({ ...windows, features: [] }) === JSON.stringify({ ...proposed, features: [] });
  return isProposed ? {} : { windowSpec: windows };
}

function overridesOf(openedCase: ReadableCase, { timeZone, columns }: Profile): ProfileOverrides {
  const [source] = openedCase.sources();
  const delimiter = source?.format?.kind === 'csv' ? source.format.delimiter : undefined;
  return {
    timeZone,
    ...(delimiter === undefined ? {} : { delimiter }),
    columns: Object.fromEntries(columns.map((column) => [column.name, wordsOf(column)])),
  };
}

function thresholdOf(threshold: StoredThreshold): ThresholdHandle {
  const handle = handleOf(threshold);
  if (handle !== null) return handle;
  throw usageError(
    'WRONG_USE',
    `The threshold was set by the rule '${threshold.rule}', which a scheduled run cannot repeat.`,
    'Set it by contamination, alerts per day, recall or precision with `assay tune`, then export again.',
  );
}

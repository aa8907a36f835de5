import { usageError } from '../../domain/error.ts';
import { featureNames, type Feature, type FeatureSpec } from '../../domain/feature-spec.ts';
import type { Profile } from '../../domain/profile.ts';
import type { WorkContext } from '../../domain/progress.ts';
import type { WindowFeature } from '../../domain/window-feature.ts';
import type { OnnxGraph } from '../../export/onnx/onnx-graph.ts';
import { proposeThemes } from '../../features/windows/propose-themes.ts';
import { proposeWindowFeatures } from '../../features/windows/propose-window-features.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import { fitCaseSpec } from './case-features.ts';

/** Which feature of a case a column of a model is: in the order of the columns, or by the name of an input. */
export interface MappedColumn {
  readonly input?: string | undefined;
  readonly feature: string;
}

/** The features of a model made elsewhere, as features of the case. */
export interface MappedFeatures {
  readonly spec: FeatureSpec;
  /** For each column of the model, one input after the other, its feature and where that stands in the matrix. */
  readonly columns: readonly { readonly input: string; readonly feature: string; readonly position: number }[];
}

/**
 * Finds the features that a model takes among those of the case: of its models, those that are proposed for its columns, and its
 * columns of numbers as they are.
 * @throws AssayError UNKNOWN_COLUMN where one is not there, WRONG_USE where the model takes another number of them
 */
export function mapFeatures(
  openedCase: ReadableCase,
  profile: Profile,
  graph: OnnxGraph,
  map: readonly MappedColumn[],
  context: WorkContext,
): MappedFeatures {
  const inputs = graph.inputs.flatMap(({ name, columns }) =>
    columns === 1 ? [name] : Array.from({ length: columns }, (_, column) => `${name}[${column}]`),
  );
  const known = knownFeatures(openedCase, profile, context);
  const wanted = featureOfInputs(inputs, map, known.names);
  const absent = wanted.filter((name) => !known.names.has(name));
  if (absent.length > 0)
    throw usageError(
      'UNKNOWN_COLUMN',
      `The case has no feature or column of numbers ${[...new Set(absent)].map((name) => `'${name}'`).join(', ')}.`,
      `It has: ${[...known.names].join(', ')}.`,
    );
  const chosen = new Set(wanted);
  const features = known.features.filter(({ name }) => chosen.has(name));
  const overTime = known.windows.filter(({ name }) => chosen.has(name));
  const { windows } = known.base;
  const spec: FeatureSpec = {
    version: 1,
    timeZone: profile.timeZone,
    features,
    ...(windows === undefined || overTime.length === 0 ? {} : { windows: { ...windows, features: overTime } }),
    leftOut: [],
  };
  const positions = featureNames(spec);
  return {
    spec,
    columns: inputs.map((input, column) => ({
      input,
      feature: wanted[column],
      position: positions.indexOf(wanted[column]),
    })),
  };
}

function featureOfInputs(
  inputs: readonly string[],
  map: readonly MappedColumn[],
  known: ReadonlySet<string>,
): readonly string[] {
  const byName = new Map(map.flatMap(({ input, feature }) => (input === undefined ? [] : [[input, feature] as const])));
  const inOrder = map.filter(({ input }) => input === undefined).map(({ feature }) => feature);
  const unknown = [...byName.keys()].filter((input) => !inputs.includes(input));
  if (unknown.length > 0 || (inOrder.length > 0 && byName.size > 0))
    throw usageError(
      'WRONG_USE',
      unknown.length > 0
        ? `The model has no input ${unknown.map((input) => `'${input}'`).join(', ')}.`
        : 'Columns are named either all in their order or by their inputs.',
      `It takes: ${inputs.join(', ')}.`,
    );
  if (inOrder.length === inputs.length) return inOrder;
  const named = inputs.map((input) => byName.get(input) ?? input);
  if (inOrder.length === 0 && (byName.size > 0 || inputs.every((input) => known.has(input)))) return named;
  throw usageError(
    'WRONG_USE',
    `The model takes ${inputs.length} columns (${inputs.join(', ')}), and ${inOrder.length === 0 ? 'it does not say which' : `${inOrder.length} were named`}.`,
    `Name a feature for each with --map, in the model's order, out of: ${[...known].join(', ')}.`,
  );
}

interface KnownFeatures {
  readonly features: readonly Feature[];
  readonly windows: readonly WindowFeature[];
  readonly names: ReadonlySet<string>;
  /** A spec whose windows say what all of them share. */
  readonly base: Pick<FeatureSpec, 'windows'>;
}

function knownFeatures(openedCase: ReadableCase, profile: Profile, context: WorkContext): KnownFeatures {
  const ofModels = openedCase.models().map(({ featureSetId }) => openedCase.featureSpec(featureSetId));
  const proposed = [proposeThemes(profile).windows, proposeWindowFeatures(profile)];
  const specs = [
    ...ofModels,
    fitCaseSpec(openedCase, profile, undefined, { logAmount: false }, context),
    fitCaseSpec(openedCase, profile, undefined, { logAmount: true }, context),
  ];
  const features = firstOfName(specs.flatMap((spec) => spec.features));
  const ofRow = new Set(features.map(({ name }) => name));
  const windowSpecs = [...ofModels.flatMap(({ windows }) => windows ?? []), ...proposed];
  const [shared] = windowSpecs;
  const isAlike = ({ amountDecimals, latenessMs }: (typeof windowSpecs)[number]): boolean =>
    amountDecimals === shared?.amountDecimals && latenessMs === shared.latenessMs;
  const windows = firstOfName(windowSpecs.filter(isAlike).flatMap((spec) => spec.features)).filter(
    ({ name }) => !ofRow.has(name),
  );
  return {
    features,
    windows,
    names: new Set([...ofRow, ...windows.map(({ name }) => name)]),
    base: shared === undefined ? {} : { windows: shared },
  };
}

function firstOfName<T extends { readonly name: string }>(features: readonly T[]): readonly T[] {
  return [...new Map(features.toReversed().map((feature) => [feature.name, feature])).values()].toReversed();
}

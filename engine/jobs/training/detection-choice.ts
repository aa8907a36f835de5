import type { GrownLeafForm } from '../../domain/model.ts';
import { themesOf, withheldOf, type FeatureSpec } from '../../domain/feature-spec.ts';
import type { ForestParameters } from '../../domain/model.ts';
import type { Profile } from '../../domain/profile.ts';
import type { WindowSpec } from '../../domain/window-feature.ts';
import type { FeatureOptions } from '../../features/fit-feature-spec.ts';
import { proposeThemes, type MissingTheme } from '../../features/windows/propose-themes.ts';
import { proposeWindowFeatures } from '../../features/windows/propose-window-features.ts';
import type { DetectionName, ForestChoice } from '../../../preload/contract/models.ts';

/** What a person says of a model's features and structure. */
export interface DetectionChoice {
  readonly detection: DetectionName;
  readonly windows: boolean;
  readonly windowSpec?: WindowSpec | undefined;
  readonly logAmount: boolean;
}

/** Which features a profile and a choice come to, before they are fitted. */
export interface PlannedDetection {
  readonly windows: WindowSpec | undefined;
  readonly options: FeatureOptions;
  /** True where trees are grown by theme. */
  readonly byTheme: boolean;
  readonly missing: readonly MissingTheme[];
}

/** Fewer themes than these are no structure: the trees of one theme would be most of those that see all. */
const fewestThemes = 2;

const convexLeaf: GrownLeafForm = 'convex';
const sampleByTheme = 1024;
const samplePlain = 256;

/** The features over time of a choice, and whether they come by theme. Without an entity or a time they cannot. */
export function planDetection(profile: Profile, choice: DetectionChoice): PlannedDetection {
  const { logAmount } = choice;
  const { windows, missing } = proposeThemes(profile);
  const chosen = choice.windowSpec ?? windows;
  const themes = new Set(chosen.features.flatMap(({ theme }) => theme ?? []));
  if (choice.windows && choice.detection === 'themes' && themes.size >= fewestThemes)
    return {
      windows: chosen,
      options: { logAmount, byTheme: true },
      byTheme: true,
      missing: choice.windowSpec === undefined ? missing : [],
    };
  return {
    windows: choice.windows ? (choice.windowSpec ?? proposeWindowFeatures(profile)) : undefined,
    options: { logAmount },
    byTheme: false,
    missing: [],
  };
}

/**
 * The parameters of a forest on a fitted spec. By theme: every second tree sees one theme, sub-samples are larger, and leaves are
 * convex; else trees are all alike and leaves are path lengths. No tree sees what is there for learning.
 */
export function forestParametersOf(forest: ForestChoice, spec: FeatureSpec, byTheme: boolean): ForestParameters {
  const { sample, ...rest } = forest;
  const columns = withheldOf(spec);
  const withheld = columns.length === 0 ? {} : { withheld: columns };
  if (!byTheme) return { ...rest, sample: sample ?? samplePlain, ...withheld };
  const themes = themesOf(spec)
    .map(({ theme, features }) => ({ theme, features: features.filter((column) => !columns.includes(column)) }))
    .filter(({ features }) => features.length > 0);
  return { ...rest, sample: sample ?? sampleByTheme, leaf: convexLeaf, themes, ...withheld };
}

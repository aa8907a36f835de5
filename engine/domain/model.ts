import { z } from 'zod';
import { retrainedRowsSchema } from './retraining.ts';
import { themeSchema } from './window-feature.ts';

export const growerNames = ['assay', 'ml-isolation-forest'] as const;
export type GrowerName = (typeof growerNames)[number];

/** Who made the trees of a stored model: a grower, or somebody outside of Assay. */
export const makerNames = [...growerNames, 'elsewhere'] as const;

/** Which scores of a model made elsewhere mean anomalous. */
export const scoreDirections = ['higher-is-anomalous', 'lower-is-anomalous'] as const;
export type ScoreDirection = (typeof scoreDirections)[number];

/** What a model made elsewhere was read from. */
export const importedSchema = z.object({
  /** Name of the file, and the SHA-256 of its bytes. */
  file: z.string(),
  sha256: z.string(),
  /** What the file says of the program that wrote it. */
  producer: z.string(),
  /** `graph`: run as it was given, with reasons by perturbation. */
  kind: z.enum(['isolation-forest', 'tree-ensemble', 'graph']),
  output: z.string(),
  direction: z.enum(scoreDirections),
  /** Greatest difference of a score from ONNX Runtime's on rows of the case; null where it was not there to ask. */
  greatestDifference: z.number().nullable(),
});
export type Imported = z.infer<typeof importedSchema>;

/** Where a model made elsewhere came from, in words: the same at every door. The names in it are text of others. */
export function originWords({ file, sha256, producer, direction }: Imported): string {
  return `made elsewhere by ${producer}, read from ${file} (SHA-256 ${sha256}), ${direction.replaceAll('-', ' ')}`;
}

/** From what a model may learn: verdicts, the label column, or the column and verdicts where it says nothing. */
export const learningSources = ['verdicts', 'labels', 'both'] as const;
export type LearningSource = (typeof learningSources)[number];

/** What was added to a forest, and from what it was learned. */
export const learningSchema = z.object({
  /** Digest of the forest that the trees were added to. */
  forest: z.string(),
  from: z.enum(learningSources),
  /** SHA-256 over the rows learned from, with their labels. */
  verdicts: z.string(),
  alerts: z.number().int(),
  fraud: z.number().int(),
  boostedTrees: z.number().int(),
  seed: z.number().int(),
});
export type Learning = z.infer<typeof learningSchema>;

/**
 * What a leaf at path length h counts for: `path-length` h itself; `convex` 1 - 2^(-h/4), by which a few trees that isolate a
 * row early weigh more than many that isolate it a little early. `score`: leaves are no path lengths, but say how far they fall
 * short of the greatest score, in a model made elsewhere.
 */
const grownLeafForms = ['path-length', 'convex'] as const;
export const leafForms = [...grownLeafForms, 'score'] as const;
export type GrownLeafForm = (typeof grownLeafForms)[number];
export type LeafForm = (typeof leafForms)[number];

/** Everything besides the rows that determines a forest. */
export const forestParametersSchema = z.object({
  trees: z.number().int().min(1).max(10_000),
  /** Rows drawn without replacement for each tree; clipped to the number of rows. */
  sample: z.number().int().min(1),
  /** Features drawn for each tree; null means all. */
  featuresPerTree: z.number().int().min(1).nullable(),
  seed: z.number().int().min(0).max(0xffff_ffff),
  grower: z.enum(growerNames),
  /** Where it was made elsewhere; the numbers before are then those of a forest that is grown in its place. */
  imported: importedSchema.optional(),
  /** Absent where the forest is as it was grown. */
  learning: learningSchema.optional(),
  /** The rows it was grown from; all that there were where absent. */
  retrained: retrainedRowsSchema.optional(),
  /** Path length where absent, as in all models of earlier versions. */
  leaf: z.enum(grownLeafForms).optional(),
  /** Columns of the matrix by theme: every second tree sees one theme only, in turn. All trees see all where absent. */
  themes: z.array(z.object({ theme: themeSchema, features: z.array(z.number().int().min(0)).min(1) })).optional(),
  /** Columns of the matrix that no tree is grown on; what is learned from verdicts may use them. None where absent. */
  withheld: z.array(z.number().int().min(0)).min(1).optional(),
});
export type ForestParameters = z.infer<typeof forestParametersSchema>;

/** One grown tree in pre-order; node 0 is the root. Leaves have feature -1 and children -1. */
export interface GrownTree {
  readonly feature: Int32Array;
  /** Go left when float32(x[feature]) <= threshold. */
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Training rows of the sub-sample that reached the node (its cover). */
  readonly sampleCount: Int32Array;
}

/**
 * The exact forest: float32 thresholds, integer leaf units. All trees lie in one pool of nodes; tree t
 * starts at `roots[t]` and children are absolute indices. The sum of one leaf's `units` per tree is below
 * 2^24, hence exact in int32 and in float32, in any order.
 */
export interface CompiledForest {
  readonly featureCount: number;
  readonly treeCount: number;
  /** Rows each tree was grown on (psi), after clipping. */
  readonly sampleSize: number;
  readonly leaf: LeafForm;
  /** Units per one of a leaf's value (of an edge, where that is path length) are 2^shift. */
  readonly shift: number;
  /** Score of a sum of 0, the greatest there is, where leaves are scores: a sum s has the score `top - s / 2^shift`. */
  readonly top?: number;
  readonly roots: Int32Array;
  /** -1 marks a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Leaf: round(value * 2^shift), where the value is depth + c(sampleCount) or its convex form. Inner node: 0. */
  readonly units: Int32Array;
  readonly sampleCount: Int32Array;
  /** What gives the units of a row where it is no trees; the trees are then one leaf, which stands for nothing. */
  readonly graph?: ScoreGraph;
  /** SHA-256, hexadecimal, over a canonical encoding of everything above. */
  readonly digest: string;
}

/** A graph of somebody else that gives one number a row, and is run as it was given. */
export interface ScoreGraph {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  readonly inputs: readonly { readonly name: string; readonly columns: number; readonly isDouble: boolean }[];
  /** Whether its inputs are of one dimension, the rows. */
  readonly isFlat: boolean;
  readonly output: string;
  /** For each column that it takes, one input after the other, the feature. */
  readonly positions: Int32Array;
  /** 1 where higher is more anomalous, -1 where lower is. */
  readonly turn: 1 | -1;
  /** Rows that it is given at a time, never more nor fewer. */
  readonly batchRows: number;
  /** Of each feature over rows of the case at the import: what is usual, for reasons by perturbation. */
  readonly medians: Float32Array;
}

/** Row-major float32 features. */
export interface FeatureMatrix {
  readonly rowCount: number;
  readonly featureCount: number;
  readonly values: Float32Array;
}

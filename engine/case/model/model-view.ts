import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import { impossible } from '../../domain/error.ts';
import type { CompiledForest } from '../../domain/model.ts';
import { decodeForest } from '../../forest/compile.ts';
import { summariseBackground, type FeatureBackground } from '../../forest/reasons/background.ts';
import { rowExplainer } from '../../forest/reasons/tree-shap.ts';
import { scoreOfSum } from '../../forest/score.ts';
import type { TuningIndex } from '../../forest/tuning.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { StoredModel } from '../../store/types.ts';
import { readSums } from './choose-model.ts';
import { tuningIndexOf } from '../line/choose-threshold.ts';
import { featureWords, type LabelledWords } from './feature-words.ts';
import { groupAlerts, type AlertGroups } from '../alerts/alert-groups.ts';
import type { CaseArrays } from '../case-arrays.ts';

/** Rows that stand for all others where values are compared. */
const BACKGROUND_ROWS = 4096;
/** Segments they are taken from: reading all of a large case would take longer than all else. */
const BACKGROUND_SEGMENTS = 64;
const CACHED_FEATURE_SEGMENTS = 32;
const CACHED_GROUPINGS = 2;

/** Why one row scores as it does, in edges of path length; negative makes it more anomalous. */
export interface RowReasons {
  readonly baseline: number;
  readonly contributions: Float64Array;
}

/** One model of a case with everything that is asked of it again and again. Each part is made at its first use. */
export class ModelView {
  readonly id: number;
  readonly digest: string;
  readonly featureSetId: number;
  readonly #case: ReadableCase;
  readonly #arrays: CaseArrays;
  readonly #stored: StoredModel;
  #forest: CompiledForest | undefined;
  #spec: FeatureSpec | undefined;
  #words: readonly LabelledWords[] | undefined;
  #sums: Int32Array | undefined;
  #index: { readonly labels: Uint8Array | null; readonly index: TuningIndex } | undefined;
  #background: readonly FeatureBackground[] | undefined;
  #explain: ReturnType<typeof rowExplainer> | undefined;
  readonly #reasons = new Map<number, RowReasons>();
  readonly #features = new Map<number, Float32Array>();
  readonly #groupings = new Map<number, AlertGroups>();

  constructor(openedCase: ReadableCase, arrays: CaseArrays, stored: StoredModel) {
    this.#case = openedCase;
    this.#arrays = arrays;
    this.#stored = stored;
    this.id = stored.id;
    this.digest = stored.digest;
    this.featureSetId = stored.featureSetId;
  }

  get forest(): CompiledForest {
    this.#forest ??= decodeForest(this.#case.readForest(this.id));
    return this.#forest;
  }

  get spec(): FeatureSpec {
    this.#spec ??= this.#case.featureSpec(this.featureSetId);
    return this.#spec;
  }

  get featureCount(): number {
    return this.forest.featureCount;
  }

  /** In the order of the matrix columns. */
  get words(): readonly LabelledWords[] {
    this.#words ??= featureWords(this.spec, this.#arrays.profile);
    return this.#words;
  }

  /** @throws AssayError NO_MODEL where rows came in after the model scored. */
  get sums(): Int32Array {
    this.#sums ??= readSums(this.#case, this.#stored);
    return this.#sums;
  }

  scoreOf(sum: number): number {
    return scoreOfSum(this.forest, sum);
  }

  /** The tuning index over these labels; made anew only where other labels are given. */
  tuningIndex(labels: Uint8Array | null): TuningIndex {
    if (this.#index === undefined || this.#index.labels !== labels)
      this.#index = {
        labels,
        index: tuningIndexOf(this.forest, this.sums, labels, this.#arrays.days, this.#index?.index),
      };
    return this.#index.index;
  }

  /** The alerts of a threshold. */
  groups(thresholdUnits: number): AlertGroups {
    const known = this.#groupings.get(thresholdUnits);
    if (known !== undefined) return known;
    const flagged = this.#index?.index.flaggedRows(thresholdUnits) ?? flaggedByScore(this.sums, thresholdUnits);
    const { entity } = this.#arrays;
    const groups = groupAlerts(flagged, this.sums, entity?.codes ?? null, entity?.dictionary.size ?? 0);
    keepNewest(this.#groupings, CACHED_GROUPINGS - 1);
    this.#groupings.set(thresholdUnits, groups);
    return groups;
  }

  /** The features of one row. */
  featureRow(sequence: number): Float32Array {
    const segment = this.#arrays.segmentOf(sequence);
    const values = this.featuresOfSegment(segment.id);
    const start = (sequence - segment.firstSequence) * this.featureCount;
    return values.slice(start, start + this.featureCount);
  }

  /** Row-major features of one segment. The segments used last stay in memory. */
  featuresOfSegment(segmentId: number): Float32Array {
    const values =
      this.#features.get(segmentId) ??
      this.#case.readFeatures(this.featureSetId, segmentId) ??
      impossible(`segment ${segmentId} was scored by model ${this.id} and has no features`);
    this.#features.delete(segmentId);
    keepNewest(this.#features, CACHED_FEATURE_SEGMENTS - 1);
    this.#features.set(segmentId, values);
    return values;
  }

  /** What is usual: rows at even distances within segments at even distances over the whole case. */
  get background(): readonly FeatureBackground[] {
    this.#background ??= summariseBackground(this.#backgroundRows());
    return this.#background;
  }

  /** The reasons of one row; computed once. */
  reasons(sequence: number): RowReasons {
    const known = this.#reasons.get(sequence);
    if (known !== undefined) return known;
    this.#explain ??= rowExplainer(this.forest);
    const contributions = new Float64Array(this.featureCount);
    const baseline = this.#explain(this.featureRow(sequence), contributions);
    const reasons = { baseline, contributions };
    this.#reasons.set(sequence, reasons);
    return reasons;
  }

  knownReasons(sequence: number): RowReasons | undefined {
    return this.#reasons.get(sequence);
  }

  #backgroundRows(): { readonly rowCount: number; readonly featureCount: number; readonly values: Float32Array } {
    const { segments } = this.#arrays;
    const featureCount = featureNames(this.spec).length;
    const segmentCount = Math.min(segments.length, BACKGROUND_SEGMENTS);
    const values: number[] = [];
    for (let place = 0; place < segmentCount; place++) {
      const segment = segments[Math.floor((place * segments.length) / segmentCount)];
      const features = this.featuresOfSegment(segment.id);
      const rows = Math.min(segment.rowCount, Math.ceil(BACKGROUND_ROWS / segmentCount));
      for (let index = 0; index < rows; index++) {
        const start = Math.floor((index * segment.rowCount) / rows) * featureCount;
        values.push(...features.subarray(start, start + featureCount));
      }
    }
    return { rowCount: values.length / featureCount, featureCount, values: Float32Array.from(values) };
  }
}

/**
 * Flagged rows, most anomalous first, ties in row order: as the tuning index gives them, without sorting all the others.
 * The list of alerts is the first thing shown, and needs no index.
 */
function flaggedByScore(sums: Int32Array, thresholdUnits: number): Uint32Array {
  const flagged: number[] = [];
  for (let row = 0; row < sums.length; row++) if (sums[row] <= thresholdUnits) flagged.push(row);
  return Uint32Array.from(flagged.sort((left, right) => sums[left] - sums[right] || left - right));
}

/** Drops the oldest entries of a map until at most `count` are left. */
export function keepNewest<Key>(map: Map<Key, unknown>, count: number): void {
  for (const key of map.keys()) {
    if (map.size <= count) return;
    map.delete(key);
  }
}

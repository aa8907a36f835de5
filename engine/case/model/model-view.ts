import { featureNames, type FeatureSpec } from '../../domain/feature-spec.ts';
import { impossible } from '../../domain/error.ts';
import type { CompiledForest, FeatureMatrix } from '../../domain/model.ts';
import { decodeForest } from '../../forest/compile.ts';
import { summariseFeature, type FeatureBackground } from '../../forest/reasons/background.ts';
import type { RowWeights } from '../../evaluation/ranking.ts';
import { rowExplainer } from '../../forest/reasons/tree-shap.ts';
import { meanPathLength, scoreOfSum, unitsOfOne } from '../../forest/score.ts';
import type { AlertMembership, AlertOrder } from '../../forest/alert-sweep.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { buildTuningIndex, type TuningIndex } from '../../forest/tuning.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { SegmentSummary, StoredModel } from '../../store/types.ts';
import { readSums } from './chosen-model.ts';
import { featureWords, type LabelledWords } from './feature-words.ts';
import { groupAlerts, type AlertGroups } from '../alerts/alert-groups.ts';
import type { CaseArrays } from '../case-arrays.ts';
import { GrowingArray } from '../growing-array.ts';

/** Rows that stand for all others where values are compared. */
const BACKGROUND_ROWS = 4096;
/** Stretches they are taken from, and how long one is: reading all of a large case would take longer than all else. */
const BACKGROUND_STRETCHES = 64;
const STRETCH_ROWS = 4096;
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
  /** The columns of the rows that it scored. */
  readonly arrays: CaseArrays;
  readonly #case: ReadableCase;
  #forest: CompiledForest | undefined;
  #spec: FeatureSpec | undefined;
  #words: readonly LabelledWords[] | undefined;
  #sums: GrowingArray<Int32Array>;
  #index:
    | {
        readonly labels: Uint8Array | null;
        readonly weights: RowWeights | null;
        readonly order: AlertOrder;
        readonly index: TuningIndex;
      }
    | undefined;
  readonly #background: (FeatureBackground | undefined)[] = [];
  #backgroundRows: FeatureMatrix | undefined;
  #explain: ReturnType<typeof rowExplainer> | undefined;
  #reasons = new Map<number, RowReasons>();
  readonly #features = new Map<number, Float32Array>();
  /** The sums that some rows are shown with, so that nobody can tell what they are; empty where all is shown as it is. */
  #shownSums: ReadonlyMap<number, number> = new Map();
  #blindSums: { readonly of: Int32Array; readonly sums: Int32Array } | undefined;
  #blindReasons = new Map<number, RowReasons>();
  #groupings: { readonly membership: AlertMembership; readonly byUnits: Map<number, AlertGroups> } | undefined;

  constructor(
    openedCase: ReadableCase,
    arrays: CaseArrays,
    stored: Pick<StoredModel, 'id' | 'digest' | 'featureSetId'>,
  ) {
    this.#case = openedCase;
    this.arrays = arrays;
    this.id = stored.id;
    this.digest = stored.digest;
    this.featureSetId = stored.featureSetId;
    this.#sums = new GrowingArray((length) => new Int32Array(length));
  }

  /** The same model after rows came: forest, sums and reasons of the rows before stay. */
  over(arrays: CaseArrays): ModelView {
    const view = new ModelView(this.#case, arrays, this);
    view.#forest = this.#forest;
    view.#spec = this.#spec;
    view.#words = this.#words;
    view.#explain = this.#explain;
    view.#sums = this.#sums;
    view.#reasons = this.#reasons;
    return view;
  }

  /**
   * The same model as those may see it who are to judge some of its rows blind: each has the sum that is given for it, and
   * reasons that add up to that. Everything that is told of alerts is told by such a view.
   */
  blindTo(shownSums: ReadonlyMap<number, number>): ModelView {
    const view = this.over(this.arrays);
    view.#shownSums = shownSums;
    return view;
  }

  /** What is to be added to a line for it to be as far from the sum of a row as from the sum that the row is shown with. */
  shiftOf(sequence: number): number {
    const shown = this.#shownSums.get(sequence);
    return shown === undefined ? 0 : this.#trueSums[sequence] - shown;
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
    this.#words ??= featureWords(this.spec, this.arrays.profile);
    return this.#words;
  }

  /** @throws AssayError NO_MODEL where rows came in after the model scored. */
  get sums(): Int32Array {
    const of = this.#trueSums;
    if (this.#shownSums.size === 0) return of;
    if (this.#blindSums?.of !== of) {
      const sums = of.slice();
      for (const [row, sum] of this.#shownSums) sums[row] = sum;
      this.#blindSums = { of, sums };
    }
    return this.#blindSums.sums;
  }

  get #trueSums(): Int32Array {
    return this.#sums.upTo(this.arrays.rowCount, (into, from, to) =>
      into.set(sumsOfRows(this.#case, this.id, from, to), from),
    );
  }

  scoreOf(sum: number): number {
    return scoreOfSum(this.forest, sum);
  }

  /** The tuning index over these labels and alerts; made anew only where others are given. */
  tuningIndex(
    { labels, weights }: { readonly labels: Uint8Array | null; readonly weights: RowWeights | null },
    order: AlertOrder,
  ): TuningIndex {
    const known = this.#index;
    if (known?.labels === labels && known.weights === weights && known.order === order) return known.index;
    const { days } = this.arrays;
    const index = buildTuningIndex({
      forest: this.forest,
      sums: this.sums,
      alertOrder: order,
      ...(labels === null ? {} : { labels, weights }),
      ...(days === null ? {} : { dayIndex: days }),
      ...(known?.order === order ? { earlier: known.index } : {}),
    });
    this.#index = { labels, weights, order, index };
    return index;
  }

  /** The alerts of a threshold. */
  groups(thresholdUnits: number, membership: AlertMembership): AlertGroups {
    if (this.#groupings?.membership !== membership) this.#groupings = { membership, byUnits: new Map() };
    const { byUnits } = this.#groupings;
    const known = byUnits.get(thresholdUnits);
    if (known !== undefined) return known;
    const flagged = this.#index?.index.flaggedRows(thresholdUnits) ?? flaggedByScore(this.sums, thresholdUnits);
    const groups = groupAlerts(flagged, this.sums, membership);
    keepNewest(byUnits, CACHED_GROUPINGS - 1);
    byUnits.set(thresholdUnits, groups);
    return groups;
  }

  /** The features of one row. */
  featureRow(sequence: number): Float32Array {
    const segment = this.arrays.segmentOf(sequence);
    const values = this.featuresOfSegment(segment);
    const start = (sequence - segment.firstSequence) * this.featureCount;
    return values.slice(start, start + this.featureCount);
  }

  /** Row-major features of one segment. The segments used last stay in memory. */
  featuresOfSegment(segment: SegmentSummary): Float32Array {
    const { firstSequence } = segment;
    const values =
      this.#features.get(firstSequence) ??
      this.#case.readFeatures(this.featureSetId, segment) ??
      impossible(`rows from ${firstSequence} on were scored by model ${this.id} and have no features`);
    this.#features.delete(firstSequence);
    keepNewest(this.#features, CACHED_FEATURE_SEGMENTS - 1);
    this.#features.set(firstSequence, values);
    return values;
  }

  /** What is usual: rows at even distances within stretches at even distances over the whole case, however it is cut. */
  get background(): readonly FeatureBackground[] {
    return Array.from({ length: this.featureCount }, (_, feature) => this.backgroundOf(feature));
  }

  /** What is usual of one feature: of a thousand, few are asked for at a time. */
  backgroundOf(feature: number): FeatureBackground {
    return (this.#background[feature] ??= summariseFeature(this.backgroundRows, feature));
  }

  /** The rows that stand for all others where values are compared; one background for every door. */
  get backgroundRows(): FeatureMatrix {
    this.#backgroundRows ??= this.#drawBackgroundRows();
    return this.#backgroundRows;
  }

  /** The reasons of one row; computed once. */
  reasons(sequence: number): RowReasons {
    return this.shownReasons(sequence, this.#trueReasons(sequence));
  }

  /**
   * Reasons of a row as they are shown. Where it is shown with another sum, what its most usual feature is more usual than each
   * other makes up the difference, so that they add up as those of any alert do.
   */
  shownReasons(sequence: number, reasons: RowReasons): RowReasons {
    const sum = this.#shownSums.get(sequence);
    if (sum === undefined) return reasons;
    const known = this.#blindReasons.get(sequence);
    if (known !== undefined) return known;
    const { baseline, contributions } = reasons;
    const wanted = meanPathLength(this.forest, sum / unitsOfOne(this.forest)) - baseline;
    const total = contributions.reduce((whole, part) => whole + part, 0);
    const most = contributions.reduce((greatest, part) => Math.max(greatest, part), -Infinity);
    const spread = contributions.reduce((whole, part) => whole + most - part, 0);
    const shown = {
      baseline,
      contributions: contributions.map(
        (part) => part + (wanted - total) * (spread > 0 ? (most - part) / spread : 1 / contributions.length),
      ),
    };
    this.#blindReasons.set(sequence, shown);
    return shown;
  }

  #trueReasons(sequence: number): RowReasons {
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
    const known = this.#reasons.get(sequence);
    return known === undefined ? undefined : this.shownReasons(sequence, known);
  }

  #drawBackgroundRows(): FeatureMatrix {
    const { rowCount } = this.arrays;
    const featureCount = featureNames(this.spec).length;
    const drawn = Math.min(rowCount, BACKGROUND_ROWS);
    const stretches = Math.min(drawn, BACKGROUND_STRETCHES);
    const values = new Float32Array(drawn * featureCount);
    let at = 0;
    for (let place = 0; place < stretches; place++) {
      const firstSequence = Math.floor((place * rowCount) / stretches);
      const length = Math.min(Math.floor(((place + 1) * rowCount) / stretches) - firstSequence, STRETCH_ROWS);
      const rows = Math.floor(((place + 1) * drawn) / stretches) - Math.floor((place * drawn) / stretches);
      const features =
        this.#case.readFeatures(this.featureSetId, { firstSequence, rowCount: length }) ??
        impossible(`rows from ${firstSequence} on were scored by model ${this.id} and have no features`);
      for (let index = 0; index < rows; index++, at += featureCount) {
        const start = Math.floor((index * length) / rows) * featureCount;
        values.set(features.subarray(start, start + featureCount), at);
      }
    }
    return { rowCount: drawn, featureCount, values };
  }
}

/** The sums of rows `from` up to `to`. @throws AssayError NO_MODEL where the model did not score them. */
function sumsOfRows(openedCase: ReadableCase, modelId: number, from: number, to: number): Int32Array {
  const known = from === 0 ? undefined : openedCase.readScores(modelId, { firstSequence: from, rowCount: to - from });
  return known ?? readSums(openedCase, modelId).subarray(from, to);
}

/**
 * Flagged rows, most anomalous first, ties in row order: as the tuning index gives them, without sorting all the others.
 * The list of alerts is the first thing shown, and needs no index.
 */
function flaggedByScore(sums: Int32Array, thresholdUnits: number): Uint32Array {
  const flagged: number[] = [];
  for (let row = 0; row < sums.length; row++) if (isFlagged(sums[row], thresholdUnits)) flagged.push(row);
  return Uint32Array.from(flagged.sort((left, right) => sums[left] - sums[right] || left - right));
}

/** Drops the oldest entries of a map until at most `count` are left. */
export function keepNewest<Key>(map: Map<Key, unknown>, count: number): void {
  for (const key of map.keys()) {
    if (map.size <= count) return;
    map.delete(key);
  }
}

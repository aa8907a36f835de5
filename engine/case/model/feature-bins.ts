import type { CaseArrays } from '../case-arrays.ts';
import type { ModelView } from './model-view.ts';

export const FEATURE_BINS = 24;
/** The bin of a value that is missing. */
const NO_BIN = 255;

/** Every row's features as places in a few bins: small enough to stay in memory and to count under any filter. */
export interface FeatureBins {
  /** Per feature `FEATURE_BINS + 1` ascending edges; values outside count in the first and the last bin. */
  readonly edges: readonly Float64Array[];
  /** Per feature one byte per row. */
  readonly bins: readonly Uint8Array[];
  /** Per feature the rows in each bin, over all rows. */
  readonly counts: readonly Uint32Array[];
}

const known = new WeakMap<ModelView, FeatureBins>();

/** The bins of a model's features, made at first use from one pass over the stored features. */
export function featureBins(view: ModelView, arrays: CaseArrays): FeatureBins {
  let bins = known.get(view);
  if (bins === undefined) {
    bins = binFeatures(view, arrays);
    known.set(view, bins);
  }
  return bins;
}

function binFeatures(view: ModelView, arrays: CaseArrays): FeatureBins {
  const edges = view.background.map(({ least, greatest }) => edgesBetween(least, greatest));
  const bins = edges.map(() => new Uint8Array(arrays.rowCount));
  const scales = edges.map((edge) => FEATURE_BINS / (edge[FEATURE_BINS] - edge[0]));
  const featureCount = edges.length;
  for (const segment of arrays.segments) {
    const values = view.featuresOfSegment(segment);
    for (let feature = 0; feature < featureCount; feature++) {
      const column = bins[feature];
      const low = edges[feature][0];
      const scale = scales[feature];
      for (let row = 0, at = feature; row < segment.rowCount; row++, at += featureCount) {
        const place = (values[at] - low) * scale;
        column[segment.firstSequence + row] =
          place >= 0 ? (place < FEATURE_BINS ? place : FEATURE_BINS - 1) : place < 0 ? 0 : NO_BIN;
      }
    }
  }
  return { edges, bins, counts: bins.map((column) => countAll(column)) };
}

/** The edges of a feature's bins between what is usual of it. */
export function edgesBetween(least: number, greatest: number): Float64Array {
  const low = Number.isFinite(least) ? least : 0;
  const high = Number.isFinite(greatest) && greatest > low ? greatest : low + 1;
  return Float64Array.from({ length: FEATURE_BINS + 1 }, (_, edge) => low + ((high - low) * edge) / FEATURE_BINS);
}

/** The bin of one value, or one past the last where it is missing. */
export function featureBin(value: number, edges: Float64Array): number {
  if (Number.isNaN(value)) return FEATURE_BINS;
  const place = ((value - edges[0]) * FEATURE_BINS) / (edges[FEATURE_BINS] - edges[0]);
  return place >= 0 ? Math.min(Math.trunc(place), FEATURE_BINS - 1) : 0;
}

function countAll(bins: Uint8Array): Uint32Array {
  const counts = new Uint32Array(NO_BIN + 1);
  for (let row = 0; row < bins.length; row++) counts[bins[row]]++;
  return counts.slice(0, FEATURE_BINS);
}

/** Rows per bin of one feature, among the first `count` of some rows. */
export function countBins(bins: Uint8Array, rows: Uint32Array, count = rows.length): Uint32Array {
  const counts = new Uint32Array(NO_BIN + 1);
  for (let index = 0; index < count; index++) counts[bins[rows[index]]]++;
  return counts.slice(0, FEATURE_BINS);
}
